"""What OpenSLO documents may say and watchbill does not act on: nothing is ignored in silence.

Each is a warning at its place that says what happens instead. What keeps a goal from being measured is `goals.py`'s matter.
"""

from __future__ import annotations

from .alerting import PAGING, TICKETING
from .nodes import Path
from .recognition import Declared, Family
from .register import Register
from .shapes import openslo
from .shapes.fields import Shape

_READ_DETAILS = {"prometheus": ("url", "interval"), "scrape": ("targets", "interval")}
_SLICES = ("timeSliceTarget", "timeSliceWindow")


def check_unheeded(register: Register) -> None:
    """Warn of every field of the documents that SLOs name which is valid and changes nothing here."""
    for one, policy in register.each(Family.OPENSLO, "AlertPolicy", openslo.AlertPolicy):
        _check_policy(register, one, ("spec",), policy.spec)
    for one, condition in register.each(Family.OPENSLO, "AlertCondition", openslo.AlertCondition):
        _check_condition(register, one, ("spec",), condition.spec)
    for one, source in register.each(Family.OPENSLO, "DataSource", openslo.DataSource):
        _check_details(register, one, source.spec)
    for one, sli in register.each(Family.OPENSLO, "SLI", openslo.SLI):
        _check_sources(register, one, ("spec",), sli.spec)


def _warn(register: Register, one: Declared[Shape], path: Path, message: str, hint: str) -> None:
    register.faults.warning("not-acted-on", one.document.key_place(*path), message, hint)


def check_slo(register: Register, one: Declared[Shape], spec: openslo.SLOSpec) -> None:
    """Warn of every field of an SLO that is valid and changes nothing here."""
    for position, inline in enumerate(spec.alert_policies):
        if inline.spec is not None:
            _check_policy(register, one, ("spec", "alertPolicies", position, "spec"), inline.spec)
    _check_slices(register, one, spec)
    if spec.indicator is not None:
        _check_sources(register, one, ("spec", "indicator", "spec"), spec.indicator.spec)


def _check_policy(register: Register, one: Declared[Shape], path: Path, policy: openslo.AlertPolicySpec) -> None:
    breaching = (*path, "alertWhenBreaching")
    if one.document.has(*breaching) and not policy.alert_when_breaching:
        what = "“alertWhenBreaching: false” switches nothing off: watchbill alerts while a condition holds."
        _warn(register, one, breaching, what, "Take the policy out of the SLO to have no alerts from it.")
    if policy.alert_when_no_data:
        what = "Missing data raises no alert: minutes without data are shown as not measured."
        _warn(register, one, (*path, "alertWhenNoData"), what, "Leave it out.")
    if policy.notification_targets:
        what = (
            "Notification targets are not notified: an alert goes to whoever holds the pager of the service, by the holder's "
            "EscalationPolicy."
        )
        _warn(register, one, (*path, "notificationTargets"), what, "Say in the EscalationPolicy who is notified.")
    for position, inline in enumerate(policy.conditions):
        if inline.spec is not None:
            _check_condition(register, one, (*path, "conditions", position, "spec"), inline.spec)


def _check_condition(
    register: Register, one: Declared[Shape], path: Path, condition: openslo.AlertConditionSpec
) -> None:
    if condition.condition.alert_after:
        what = "“alertAfter” does not delay an alert: it begins when both of its windows burn fast enough."
        _warn(register, one, (*path, "condition", "alertAfter"), what, "Leave it out, or use a longer lookbackWindow.")
    if condition.severity.lower() not in PAGING | TICKETING:
        known = f"{', '.join(sorted(PAGING))} wake somebody; {', '.join(sorted(TICKETING))} wake nobody"
        register.faults.warning(
            "unknown-severity",
            one.document.place(*path, "severity"),
            f"The severity “{condition.severity}” is not known; its alerts open a ticket and wake nobody.",
            f"Use one that is known: {known}.",
        )


def _check_slices(register: Register, one: Declared[Shape], spec: openslo.SLOSpec) -> None:
    if spec.budgeting_method != "Occurrences":
        return
    for position in range(len(spec.objectives)):
        for field in _SLICES:
            path: Path = ("spec", "objectives", position, field)
            if one.document.has(*path):
                what = f"“{field}” says nothing where occurrences are budgeted: every event counts, whatever its time slice."
                _warn(register, one, path, what, "Leave it out.")


def _check_details(register: Register, one: Declared[Shape], spec: openslo.DataSourceSpec) -> None:
    kind = spec.type.lower()
    if kind not in _READ_DETAILS:
        return
    read = _READ_DETAILS[kind]
    for field in sorted(spec.connection_details.keys() - set(read)):
        what = f"“{field}” is not read: of a data source of the type {kind} only {' and '.join(read)} are."
        hint = "Leave it out; what else it takes to reach the server has to stand in a proxy before it."
        _warn(register, one, ("spec", "connectionDetails", field), what, hint)


def _check_sources(register: Register, one: Declared[Shape], path: Path, indicator: openslo.SLISpec) -> None:
    if (ratio := indicator.ratio_metric) is not None:
        for side, metric in (("good", ratio.good), ("bad", ratio.bad), ("total", ratio.total)):
            if metric is not None:
                _check_source(register, one, (*path, "ratioMetric", side), metric.metric_source)


def _check_source(register: Register, one: Declared[Shape], path: Path, source: openslo.MetricSource) -> None:
    if not source.type or not source.metric_source_ref:
        return
    named = register.named(Family.OPENSLO, "DataSource", source.metric_source_ref)
    shape = named.shape if named is not None else None
    if isinstance(shape, openslo.DataSource) and shape.spec.type.lower() != source.type.lower():
        register.faults.warning(
            "source-type",
            one.document.place(*path, "metricSource", "type"),
            f"“{source.metric_source_ref}” is a data source of the type {shape.spec.type}, not {source.type}: it is read as "
            f"{shape.spec.type}.",
            "Leave “type” out where “metricSourceRef” names a DataSource.",
        )
