"""OpenSLO v1 as the specification's text allows it: wider than the strict reading of its SDK; `goals.py` says what counts."""

from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from .fields import LocalTime, Name, Reads, Shape, Text, TimeZone, empty_list, empty_mapping, refusal


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refusal("wrong-type", "This should be a number.", "Write it without quotes, as in 99.9.")
    return Decimal(value)


Number: TypeAlias = Annotated[Decimal, Reads(_number, {"type": "number"})]
Operator: TypeAlias = Literal["lte", "gte", "lt", "gt"]


class Metadata(Shape, defer_build=False):
    """What every OpenSLO document says of itself."""

    name: Name
    display_name: str | None = None
    labels: dict[str, Any] = Field(default_factory=empty_mapping)
    annotations: dict[str, Any] = Field(default_factory=empty_mapping)


class OpenSLODocument(Shape):
    """The envelope of every OpenSLO document."""

    api_version: str
    kind: str
    metadata: Metadata


class ServiceSpec(Shape):
    """A service that goals are about."""

    description: str | None = None


class Service(OpenSLODocument):
    """A service that goals are about: the Component of the same name, unless the annotation says otherwise."""

    spec: ServiceSpec = ServiceSpec.model_construct()


class DataSourceSpec(Shape):
    """A server of metrics: `prometheus` with `url`, or `scrape` with `targets` that watchbill reads itself."""

    type: Text
    description: str | None = None
    connection_details: dict[str, Any] = Field(default_factory=empty_mapping)


class DataSource(OpenSLODocument):
    """A server of metrics."""

    spec: DataSourceSpec


class MetricSource(Shape):
    """Where one metric comes from: a DataSource by name or by type, and the query for it."""

    metric_source_ref: Name | None = None
    type: str | None = None
    spec: dict[str, Any] = Field(default_factory=empty_mapping)


class Metric(Shape):
    """One side of a ratio, or the metric that a threshold is held against."""

    metric_source: MetricSource


class RatioMetric(Shape):
    """Good or bad events out of all; or a ratio that the source already computed (`raw`)."""

    counter: bool | None = None
    good: Metric | None = None
    bad: Metric | None = None
    total: Metric | None = None
    raw: Metric | None = None
    raw_type: Literal["success", "failure"] | None = None


class SLISpec(Shape):
    """An indicator: a ratio of events, or a metric with a threshold."""

    description: str | None = None
    threshold_metric: Metric | None = None
    ratio_metric: RatioMetric | None = None


class SLI(OpenSLODocument):
    """An indicator that SLOs refer to."""

    spec: SLISpec


class InlineIndicator(Shape):
    """An indicator written inside an SLO."""

    metadata: Metadata | None = None
    spec: SLISpec


class Calendar(Shape):
    """Windows that begin at `startTime` by the clock of `timeZone`, and again after each `duration`, before it as after it."""

    start_time: LocalTime
    time_zone: TimeZone


class TimeWindow(Shape):
    """The time over which an SLO is judged: it rolls (`isRolling: true`), or follows a `calendar`, in d, w, M, Q or Y."""

    duration: Text
    is_rolling: bool = False
    calendar: Calendar | None = None


class Objective(Shape):
    """How much must be good: `target` from 0 to 1, or `targetPercent` from 0 to 100. Each objective is a goal of its own.

    Time slices are `timeSliceWindow` long; with Timeslices one is good where at least `timeSliceTarget` of its events are.
    """

    display_name: str | None = None
    op: Operator | None = None
    value: Number | None = None
    target: Number | None = None
    target_percent: Number | None = None
    time_slice_target: Number | None = None
    time_slice_window: Any = None
    indicator: InlineIndicator | None = None
    indicator_ref: Name | None = None
    composite_weight: Number | None = None


class ConditionTest(Shape):
    """When an alert condition holds: the budget burns `threshold` times as fast as it may, over `lookbackWindow`."""

    kind: Literal["burnrate"] = "burnrate"
    op: Operator | None = None
    threshold: Number
    lookback_window: Text
    alert_after: Text | None = None


class AlertConditionSpec(Shape):
    """A condition and how severe it is."""

    description: str | None = None
    severity: Text
    condition: ConditionTest


class AlertCondition(OpenSLODocument):
    """A condition that alert policies refer to."""

    spec: AlertConditionSpec


class InlineCondition(Shape):
    """A condition written inside a policy, or the name of one."""

    condition_ref: Name | None = None
    kind: Literal["AlertCondition"] | None = None
    metadata: Metadata | None = None
    spec: AlertConditionSpec | None = None


class TargetSpec(Shape):
    """Where an alert would be sent; watchbill sends pages by its escalation policies instead."""

    target: Text
    description: str | None = None


class AlertNotificationTarget(OpenSLODocument):
    """Where an alert would be sent."""

    spec: TargetSpec


class InlineTarget(Shape):
    """A notification target written inside a policy, or the name of one."""

    target_ref: Name | None = None
    kind: Literal["AlertNotificationTarget"] | None = None
    metadata: Metadata | None = None
    spec: TargetSpec | None = None


class AlertPolicySpec(Shape):
    """When to alert, on which condition, and whom."""

    description: str | None = None
    alert_when_breaching: bool = False
    alert_when_resolved: bool = False
    alert_when_no_data: bool = False
    conditions: list[InlineCondition] = Field(default_factory=empty_list)
    notification_targets: list[InlineTarget] = Field(default_factory=empty_list)


class AlertPolicy(OpenSLODocument):
    """An alert policy that SLOs refer to."""

    spec: AlertPolicySpec


class InlinePolicy(Shape):
    """An alert policy written inside an SLO, or the name of one."""

    alert_policy_ref: Name | None = None
    kind: Literal["AlertPolicy"] | None = None
    metadata: Metadata | None = None
    spec: AlertPolicySpec | None = None


def _by_name(value: Any) -> Any:
    return {"alertPolicyRef": value} if isinstance(value, str) else value


PolicyOrName: TypeAlias = Annotated[InlinePolicy, BeforeValidator(_by_name, json_schema_input_type=Name | InlinePolicy)]


class SLOSpec(Shape):
    """A reliability goal."""

    description: str | None = None
    service: Name
    indicator: InlineIndicator | None = None
    indicator_ref: Name | None = None
    time_window: list[TimeWindow] = Field(default_factory=empty_list)
    budgeting_method: Literal["Occurrences", "Timeslices", "RatioTimeslices"]
    objectives: list[Objective] = Field(default_factory=empty_list)
    alert_policies: list[PolicyOrName] = Field(default_factory=empty_list)


class SLO(OpenSLODocument):
    """A reliability goal."""

    spec: SLOSpec


KINDS: dict[str, type[OpenSLODocument]] = {
    "Service": Service,
    "DataSource": DataSource,
    "SLI": SLI,
    "SLO": SLO,
    "AlertPolicy": AlertPolicy,
    "AlertCondition": AlertCondition,
    "AlertNotificationTarget": AlertNotificationTarget,
}
