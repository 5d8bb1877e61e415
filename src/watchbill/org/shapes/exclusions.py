"""watchbill's own document on time that does not count: Exclusion."""

from pydantic import Field

from .charter import WatchbillDocument
from .fields import Date, LocalTime, Name, Reference, Shape, Span, Text, TimeZone, empty_list


class ExclusionApproval(Shape):
    """Which person approved an exclusion, and when."""

    by: Reference
    on: Date


class ExclusionSpec(Shape):
    """Which time is left out of which budgets, once or again and again, and by whose word."""

    goals: list[Name] = Field(default_factory=empty_list)
    services: list[Reference] = Field(default_factory=empty_list)
    time_zone: TimeZone | None = None
    from_: LocalTime = Field(alias="from")
    until: LocalTime | None = None
    lasts: Span | None = None
    repeats: Text | None = None
    cap: Span | None = None
    why: Text
    by: Reference
    approved: ExclusionApproval | None = None


class Exclusion(WatchbillDocument):
    """Time that is agreed not to count in the budgets of goals: planned maintenance, a drill, an outage that others answer for."""

    spec: ExclusionSpec


KINDS: dict[str, type[WatchbillDocument]] = {"Exclusion": Exclusion}
