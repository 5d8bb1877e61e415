"""watchbill's own documents on what happens when something fails: Schedule, EscalationPolicy, BudgetPolicy."""

import re
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, TypeAlias

from pydantic import Field

from .charter import WatchbillDocument
from .fields import LocalTime, Name, Reads, Reference, Shape, Share, Span, Text, TimeZone, empty_list, refusal
from .hours import OneOrMoreHours

NOBODY = "nobody"
_TURN = re.compile(r"([1-9]\d{0,3})\s+(hour|day|week|month)s?\Z")


class Turn(NamedTuple):
    """How long a turn lasts: `number` hours, days or weeks."""

    number: int
    unit: str


def _turn(value: Any) -> Turn:
    match = _TURN.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise refusal(
            "bad-turn", "This is not the length of a turn.", "Write a number and a unit: 12 hours, 1 day or 1 week."
        )
    if match[2] == "month":
        raise refusal(
            "not-supported-yet",
            "Turns in months are not supported yet by this version of watchbill.",
            "Use weeks or days for now.",
        )
    return Turn(int(match[1]), f"{match[2]}s")


def _people(value: Any) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name.strip() for name in names):
        raise refusal(
            "bad-turn", "This is not the people of a turn.", "Name one person, several as [raj, mei], or nobody."
        )
    people = tuple(name.strip() for name in names)
    if NOBODY in people and len(people) > 1:
        raise refusal("bad-turn", "“nobody” stands beside people.", "Leave “nobody” out, or let it stand alone.")
    return () if people == (NOBODY,) else people


TurnLength: TypeAlias = Annotated[
    Turn,
    Reads(
        _turn,
        {
            "type": "string",
            "pattern": r"^[1-9]\d* (hour|day|week)s?$",
            "description": "The length of a turn: a number and hours, days or weeks.",
            "examples": ["1 week", "12 hours"],
        },
    ),
]
TurnPeople: TypeAlias = Annotated[
    tuple[str, ...],
    Reads(
        _people,
        {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
            "description": "The people of a turn: one, several together, or nobody.",
            "examples": ["ana", ["raj", "mei"], "nobody"],
        },
    ),
]


def _combine(value: Any) -> str:
    if value == "highest":
        return "highest"
    if value == "everyone":
        raise refusal(
            "not-supported-yet",
            "“combine: everyone” is not supported yet by this version of watchbill.",
            "Leave it out: the highest layer that has someone is on watch.",
        )
    raise refusal("wrong-value", "This is not a value of “combine”.", "Use highest.")


class LayerShape(Shape):
    """Turns of a rotation. `start` is the anchor: who is first, and when turns change."""

    not_yet: ClassVar[frozenset[str]] = frozenset(
        {"rank", "from", "until", "covers", "hours", "closedTurns", "monthEnd"}
    )

    name: Name
    start: LocalTime
    turn: TurnLength
    people: Annotated[list[TurnPeople], Field(min_length=1)]


class ScheduleSpec(Shape):
    """Who stands the watch. Layers are written lowest first; the highest that has someone is on watch."""

    not_yet: ClassVar[frozenset[str]] = frozenset({"holidays", "overrides", "published"})

    time_zone: TimeZone
    combine: Annotated[str, Reads(_combine, {"const": "highest"})] = "highest"
    layers: Annotated[list[LayerShape], Field(min_length=1)]


class Schedule(WatchbillDocument):
    """Who stands the watch when: rotations whose turns change by the clock on the wall."""

    spec: ScheduleSpec


class StepShape(Shape):
    """One step: whom it notifies, and how long it waits before the next (five minutes where nothing is said)."""

    notify: Annotated[list[Text], Field(min_length=1)]
    assign: Literal["all", "roundRobin"] = "all"
    wait: Span | None = None
    when: OneOrMoreHours = Field(default_factory=empty_list)


class Repeat(Shape):
    """How often the steps start over, and from which, counted from 1."""

    times: Annotated[int, Field(ge=0, le=100)]
    from_: Annotated[int, Field(ge=1, alias="from")] = 1


class AcknowledgementShape(Shape):
    """After how long an acknowledged page is due again."""

    expires: Span


class EscalationPolicySpec(Shape):
    """How a page climbs until somebody acknowledges it."""

    for_: Annotated[list[Reference], Field(min_length=1, alias="for")]
    steps: Annotated[list[StepShape], Field(min_length=1)]
    repeat: Repeat | None = None
    on_nobody: Literal["next", "hold"] = "next"
    acknowledgement: AcknowledgementShape | None = None


class EscalationPolicy(WatchbillDocument):
    """How a page climbs: who is notified, and who next, until somebody acknowledges."""

    spec: EscalationPolicySpec


class BudgetStateShape(Shape):
    """A state of the budget and what follows from it for releases."""

    name: Name
    remaining_at_most: Share | None = None
    releases: Literal["open", "approval", "blocked"]
    allow: list[Text] = Field(default_factory=empty_list)
    approvers: list[Reference] = Field(default_factory=empty_list)
    notify: list[Text] = Field(default_factory=empty_list)


class Postmortem(Shape):
    """Which share of the budget, spent by one incident, calls for a postmortem, and how soon."""

    budget_share: Share
    within: Span | None = None


class BudgetPolicySpec(Shape):
    """What follows from how much budget is left: the first state that holds is in force."""

    owner: Reference
    states: Annotated[list[BudgetStateShape], Field(min_length=1)]
    postmortem: Postmortem | None = None
    hold_releases_for: list[Literal["overdueP0Actions"]] = Field(default_factory=empty_list)


class BudgetPolicy(WatchbillDocument):
    """What follows for releases from how much of a goal's budget is left."""

    spec: BudgetPolicySpec


KINDS: dict[str, type[WatchbillDocument]] = {
    "Schedule": Schedule,
    "EscalationPolicy": EscalationPolicy,
    "BudgetPolicy": BudgetPolicy,
}
