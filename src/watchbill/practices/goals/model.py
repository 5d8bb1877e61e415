"""The nouns of reliability goals: samples that were read, minutes that were counted, budgets and burns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, IntFlag, StrEnum
from fractions import Fraction
from typing import NamedTuple, Protocol

from watchbill.org.objectives import BurnTier, DataSource, Goal, Selector
from watchbill.org.values import EntityRef

Labels = tuple[tuple[str, str], ...]
Amount = int | Fraction


def plain(amount: Amount) -> int | float:
    """Return an amount as programs get it: events and whole slices as they are, parts of slices as a float."""
    return amount if isinstance(amount, int) else float(amount)


class MinuteState(IntEnum):
    """What is known of a minute. Not measured is a state of its own: never good, never bad, never zero.

    An excluded minute keeps what was counted in it, and counts for nothing.
    """

    UNKNOWN = 0
    MEASURED = 1
    NO_TRAFFIC = 2
    EXCLUDED = 3

    @property
    def word(self) -> str:
        """The state as programs read it."""
        return ("unknown", "measured", "noTraffic", "excluded")[self]


class Mark(IntFlag):
    """Why the count of a minute is a lower bound; without a mark it is exact.

    RESET: a counter began anew. START: a series was first seen together with its target. GAP: a target went away, or came back
    after too long. OVER: more good or bad events than events in all. UNSTATED: written before reasons were kept.
    """

    UNSTATED = 1
    RESET = 2
    START = 4
    GAP = 8
    OVER = 16

    @property
    def words(self) -> list[str]:
        """The reasons as programs read them."""
        return [_REASONS[mark] for mark in self]


EXACT = Mark(0)
_REASONS = {
    Mark.UNSTATED: "unstated",
    Mark.RESET: "reset",
    Mark.START: "startUnknown",
    Mark.GAP: "gap",
    Mark.OVER: "overTotal",
}


class Sample(NamedTuple):
    """One value of one counter series, with the time at which the server of the metric was scraped."""

    at: datetime
    value: float


@dataclass(frozen=True)
class Series:
    """The samples of one counter series, oldest first. `labels` are sorted and hold no metric name."""

    labels: Labels
    samples: Sequence[Sample]


@dataclass(frozen=True)
class SourceReading:
    """What a source answered for a selector (its canonical text) over (`since`, `until`]: raw samples, no interpolation.

    `problem` says what is wrong, for people. `answered` is False when nothing may be concluded from this reading, and the same
    span is to be asked for again: the selector was refused, or its answer was not whole.
    """

    selector: str
    series: Sequence[Series]
    since: datetime
    until: datetime
    problem: str | None = None
    answered: bool = True


class Source(Protocol):
    """Where counters are read from. Raises lib.errors.Unavailable when it cannot answer at all; never invents."""

    async def read(self, selectors: Sequence[Selector], since: datetime, until: datetime) -> list[SourceReading]:
        """Return the raw samples of each selector in (since, until], in the order asked."""
        ...


class SourceFor(Protocol):
    """Gives the source that speaks for a declared data source; bootstrap provides it."""

    def __call__(self, data_source: DataSource) -> Source:
        """Return the source; the same object for an unchanged declaration."""
        ...


@dataclass(frozen=True)
class MinuteCount:
    """A minute of the ledger: `good` of `total` valid events; `marks` say what may hide some of them."""

    minute: datetime
    good: int
    total: int
    state: MinuteState
    marks: Mark = EXACT

    @property
    def lower_bound(self) -> bool:
        """Whether more events may have happened than were counted."""
        return bool(self.marks)


class GoalState(StrEnum):
    """A goal at a glance. `notMeasured` when there is nothing to say, which never looks like healthy."""

    HEALTHY = "healthy"
    ATTENTION = "attention"
    BURNING = "burning"
    SPENT = "spent"
    NOT_MEASURED = "notMeasured"


@dataclass(frozen=True)
class Burn:
    """How fast a tier's windows burn the budget: 1 spends it exactly by the window's end. None where nothing was measured.

    The rates are those that the alert compares: unmeasured minutes carry the same traffic without failures. `long_measured` and
    `short_measured` are the measured shares of what counts of the windows, in 0..1; `long_counted` and `short_counted` are how much
    of each counts, where a part is excluded. `due_in` is about how long it takes until the tier holds, if the burn of the newest
    minutes goes on; None while it holds or is not on its way.
    """

    tier: BurnTier
    long_rate: float | None
    short_rate: float | None
    long_good: Amount
    long_total: Amount
    short_good: Amount
    short_total: Amount
    long_measured: float
    short_measured: float
    holds: bool
    due_in: timedelta | None
    since: datetime | None
    long_counted: float = 1.0
    short_counted: float = 1.0


@dataclass(frozen=True)
class LeftOut:
    """What exclusions took out of a window: how many of its minutes, and the events that were counted in them.

    `over_cap` are the minutes that were agreed too, and count because a cap was reached.
    """

    minutes: int = 0
    good: Amount = 0
    total: Amount = 0
    over_cap: int = 0


@dataclass(frozen=True)
class Uncorrected:
    """A window's figures with nothing left out, named as those of a status are."""

    good: Amount
    total: Amount
    budget: Fraction
    remaining: float | None
    left: float | None

    @property
    def spent(self) -> Amount:
        """How many were bad."""
        return self.total - self.good


@dataclass(frozen=True)
class GoalStatus:
    """A goal as of an instant: the sums over its window and what follows from them. What is counted are events, or time slices.

    `budget` is the number of the counted events that may be bad (exact), `spent` how many were; `remaining` = 1 - spent / budget,
    None without events. `allowed` is how many of the whole window's events may be bad, where unmeasured minutes carry the same
    traffic without failures; `left` = 1 - spent / allowed, equal to `remaining` once all is measured. `coverage` is the measured
    part of the window, in 0..1. `last_measured` is the newest minute known. `present` is the burn that looks at the shortest
    time, `spent_in` how long the budget lasts at the rate of its short window, None while it does not burn down. `pages_in` is
    about how long it takes until a page tier holds, if the burn of the newest minutes goes on. `problem` says what keeps the
    figures from being right, `note` what may be worth a look though they are. `excluded` is what was taken out of all of these, and
    `uncorrected` what they would be without that, None where nothing was; `assumed` how many events are taken for bad in unknown
    minutes, where the goal has it so: `left` counts them, `spent` does not.
    """

    goal: str
    at: datetime
    window_start: datetime
    window_end: datetime
    good: Amount
    total: Amount
    budget: Fraction
    allowed: Fraction | None
    spent: Amount
    remaining: float | None
    left: float | None
    present: Burn | None
    spent_in: timedelta | None
    pages_in: timedelta | None
    sli: float | None
    coverage: float
    unknown_minutes: int
    lower_bound_minutes: int
    last_measured: datetime | None
    state: GoalState
    burns: tuple[Burn, ...]
    problem: str | None
    note: str | None = None
    excluded: LeftOut = LeftOut()
    assumed: Fraction = Fraction(0)
    uncorrected: Uncorrected | None = None


@dataclass(frozen=True)
class Standing:
    """A goal and how it stands."""

    goal: Goal
    status: GoalStatus


@dataclass(frozen=True)
class Share:
    """A link by which a `partner` sees its goals, until it ends or is revoked; made by somebody for a `reason`."""

    id: str
    partner: EntityRef
    made_by: EntityRef
    made_at: datetime
    ends_at: datetime
    reason: str
    revoked_by: EntityRef | None = None
    revoked_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether the link still shows something."""
        return self.revoked_at is None and now < self.ends_at


@dataclass(frozen=True)
class Point:
    """A point of a chart: sums over [`start`, `end`), and what is left of the budget of the window that ends at `end`.

    What is excluded is in neither.
    """

    start: datetime
    end: datetime
    good: Amount
    total: Amount
    unknown_minutes: int
    left: float | None
    excluded_minutes: int = 0


Figures = Mapping[str, object]
