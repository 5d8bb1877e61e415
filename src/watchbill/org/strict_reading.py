"""What the official SDK of OpenSLO refuses. A strict reading refuses it too; else it is noted where the specification allows it."""

from __future__ import annotations

import re
from dataclasses import replace

from .faults import Level
from .in_force import Reading
from .nodes import Path
from .recognition import Declared, Family
from .register import Register
from .shapes import openslo
from .shapes.fields import Shape

_STRICTER = frozenset({"strict-openslo", "op-on-ratio"})
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")
_LONGEST_DISPLAY_NAME = 63
_LONGEST_DESCRIPTION = 1050
_MEND = "Strict readers of OpenSLO refuse this; watchbill reads it."


def strictly(reading: Reading) -> Reading:
    """Return a reading in which what strict readers refuse is an error."""
    faults = tuple(replace(fault, level=Level.ERROR) if fault.code in _STRICTER else fault for fault in reading.faults)
    has_errors = any(fault.level is Level.ERROR for fault in faults)
    return Reading(None if has_errors else reading.organization, faults, reading.revision)


def check_differences(register: Register) -> None:
    """Note what the specification's text allows in OpenSLO documents, and its SDK refuses."""
    for one, condition in register.each(Family.OPENSLO, "AlertCondition", openslo.AlertCondition):
        _check_condition(register, one, ("spec",), condition.spec)
    for one, policy in register.each(Family.OPENSLO, "AlertPolicy", openslo.AlertPolicy):
        _check_conditions(register, one, ("spec",), policy.spec)
    for one, slo in register.each(Family.OPENSLO, "SLO", openslo.SLO):
        _check_differences(register, one, slo.spec)


def _check_differences(register: Register, one: Declared[Shape], spec: openslo.SLOSpec) -> None:
    if not spec.time_window:
        _note(register, one, ("spec",), "“timeWindow” is missing.")
    for position, policy in enumerate(spec.alert_policies):
        if policy.spec is not None:
            _check_conditions(register, one, ("spec", "alertPolicies", position, "spec"), policy.spec)


def check_strictly(register: Register) -> None:
    """Note what else the SDK refuses in OpenSLO documents."""
    for kind, shape in openslo.KINDS.items():
        for one, document in register.each(Family.OPENSLO, kind, shape):
            _check(register, one, document)


def _check(register: Register, one: Declared[Shape], document: openslo.OpenSLODocument) -> None:
    _check_metadata(register, one, ("metadata",), document.metadata)
    description = one.document.text("spec", "description")
    if len(description) > _LONGEST_DESCRIPTION:
        what = f"A description has at most {_LONGEST_DESCRIPTION} characters; this has {len(description)}."
        _note(register, one, ("spec", "description"), what)
    if isinstance(document, openslo.SLO):
        _check_slo(register, one, document.spec)
    elif isinstance(document, openslo.SLI):
        _check_indicator(register, one, ("spec",), document.spec)
    elif isinstance(document, openslo.AlertPolicy):
        _check_policy(register, one, ("spec",), document.spec)


def _check_metadata(register: Register, one: Declared[Shape], path: Path, metadata: openslo.Metadata) -> None:
    if _LABEL.match(metadata.name) is None:
        what = f"“{metadata.name}” is no name of small letters, digits and “-”."
        _note(register, one, (*path, "name"), what)
    if len(metadata.display_name or "") > _LONGEST_DISPLAY_NAME:
        _note(register, one, (*path, "displayName"), f"A displayName has at most {_LONGEST_DISPLAY_NAME} characters.")


def _check_slo(register: Register, one: Declared[Shape], spec: openslo.SLOSpec) -> None:
    if spec.indicator is not None:
        if spec.indicator.metadata is None:
            _note(register, one, ("spec", "indicator"), "An indicator written here has no “metadata” with a name.")
        _check_indicator(register, one, ("spec", "indicator", "spec"), spec.indicator.spec)
    for position, policy in enumerate(spec.alert_policies):
        if policy.spec is not None:
            _check_policy(register, one, ("spec", "alertPolicies", position, "spec"), policy.spec)


def _check_indicator(register: Register, one: Declared[Shape], path: Path, spec: openslo.SLISpec) -> None:
    metrics: dict[Path, openslo.Metric | None] = {("thresholdMetric",): spec.threshold_metric}
    if (ratio := spec.ratio_metric) is not None:
        sides = {"good": ratio.good, "bad": ratio.bad, "total": ratio.total, "raw": ratio.raw}
        metrics |= {("ratioMetric", side): metric for side, metric in sides.items()}
    for at, metric in metrics.items():
        if metric is not None and not metric.metric_source.spec:
            _note(register, one, (*path, *at, "metricSource"), "A metricSource has a “spec” that says what to ask for.")


def _check_policy(register: Register, one: Declared[Shape], path: Path, spec: openslo.AlertPolicySpec) -> None:
    if len(spec.conditions) != 1:
        _note(
            register, one, (*path, "conditions"), f"An alert policy has one condition; this has {len(spec.conditions)}."
        )
    if not spec.notification_targets:
        _note(register, one, (*path, "notificationTargets"), "An alert policy has at least one notification target.")


def _check_conditions(register: Register, one: Declared[Shape], path: Path, spec: openslo.AlertPolicySpec) -> None:
    for position, condition in enumerate(spec.conditions):
        if condition.spec is not None:
            _check_condition(register, one, (*path, "conditions", position, "spec"), condition.spec)


def _check_condition(register: Register, one: Declared[Shape], path: Path, spec: openslo.AlertConditionSpec) -> None:
    if "kind" not in spec.condition.model_fields_set:
        _note(register, one, (*path, "condition"), "“kind” of the condition is missing: burnrate.")


def _note(register: Register, one: Declared[Shape], path: Path, message: str) -> None:
    register.faults.note("strict-openslo", one.document.key_place(*path), message, _MEND)
