"""Names that OpenSLO documents mention: each is declared, also where no goal that is measured comes to use it."""

from __future__ import annotations

from collections.abc import Iterator

from .nodes import Path
from .recognition import Declared, Family
from .register import Register
from .shapes import openslo
from .shapes.fields import Shape


def check_mentions(register: Register) -> None:
    """Report what alert policies and SLIs mention and nobody declares."""
    for one, policy in register.each(Family.OPENSLO, "AlertPolicy", openslo.AlertPolicy):
        _check_policy(register, one, ("spec",), policy.spec)
    for one, sli in register.each(Family.OPENSLO, "SLI", openslo.SLI):
        _check_indicator(register, one, ("spec",), sli.spec)


def check_policies(register: Register, one: Declared[Shape], spec: openslo.SLOSpec) -> None:
    """Report what the alert policies inside an SLO mention and nobody declares."""
    for position, policy in enumerate(spec.alert_policies):
        if policy.spec is not None:
            _check_policy(register, one, ("spec", "alertPolicies", position, "spec"), policy.spec)


def check_indicators(register: Register, one: Declared[Shape], spec: openslo.SLOSpec) -> None:
    """Report what the indicators of an SLO mention and nobody declares."""
    if spec.indicator is not None:
        _check_indicator(register, one, ("spec", "indicator", "spec"), spec.indicator.spec)
    for position, objective in enumerate(spec.objectives):
        path: Path = ("spec", "objectives", position)
        if objective.indicator_ref:
            register.resolve_name(one, (*path, "indicatorRef"), Family.OPENSLO, "SLI", objective.indicator_ref)
        if objective.indicator is not None:
            _check_indicator(register, one, (*path, "indicator", "spec"), objective.indicator.spec)


def _check_policy(register: Register, one: Declared[Shape], path: Path, policy: openslo.AlertPolicySpec) -> None:
    for position, condition in enumerate(policy.conditions):
        if condition.condition_ref:
            at = (*path, "conditions", position, "conditionRef")
            register.resolve_name(one, at, Family.OPENSLO, "AlertCondition", condition.condition_ref)
    for position, target in enumerate(policy.notification_targets):
        if target.target_ref:
            at = (*path, "notificationTargets", position, "targetRef")
            register.resolve_name(one, at, Family.OPENSLO, "AlertNotificationTarget", target.target_ref)


def _check_indicator(register: Register, one: Declared[Shape], path: Path, indicator: openslo.SLISpec) -> None:
    for at, metric in _metrics(path, indicator):
        if name := metric.metric_source.metric_source_ref:
            register.resolve_name(one, (*at, "metricSource", "metricSourceRef"), Family.OPENSLO, "DataSource", name)


def _metrics(path: Path, indicator: openslo.SLISpec) -> Iterator[tuple[Path, openslo.Metric]]:
    if indicator.threshold_metric is not None:
        yield (*path, "thresholdMetric"), indicator.threshold_metric
    if (ratio := indicator.ratio_metric) is not None:
        sides = (("good", ratio.good), ("bad", ratio.bad), ("total", ratio.total), ("raw", ratio.raw))
        yield from (((*path, "ratioMetric", side), metric) for side, metric in sides if metric is not None)
