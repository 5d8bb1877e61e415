"""The reliability goals' nouns, linked: made by `goals.py` from OpenSLO documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from watchbill.lib.durations import window

from .calendar_windows import CalendarWindow, Period
from .values import EntityRef, Place


class SourceKind(StrEnum):
    """Where counters are read from."""

    PROMETHEUS = "prometheus"
    SCRAPE = "scrape"


@dataclass(frozen=True)
class ScrapeTarget:
    """One address that serves metrics in text format; `name` becomes the label `instance`."""

    name: str
    url: str
    labels: Mapping[str, str]
    place: Place


@dataclass(frozen=True)
class DataSource:
    """A server of counters: a Prometheus-compatible API at `url`, or `targets` that watchbill scrapes.

    `interval` is how often the series get a new sample.
    """

    name: str
    kind: SourceKind
    url: str
    targets: tuple[ScrapeTarget, ...]
    interval: timedelta
    place: Place


class Matcher(NamedTuple):
    """One label matcher of a selector: `operator` is one of `=`, `!=`, `=~`, `!~`."""

    label: str
    operator: str
    value: str


class Selector(NamedTuple):
    """A selector of counter series: metric name and label matchers. `text` is canonical PromQL."""

    metric: str
    matchers: tuple[Matcher, ...]
    text: str


class Severity(StrEnum):
    """What a burn alert asks for: wake somebody now, or work on it in office hours."""

    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True)
class BurnTier:
    """A multi-window burn-rate rule: it begins while both windows burn at `factor` or more, and ends with the short one."""

    name: str
    severity: Severity
    factor: Fraction
    long: timedelta
    short: timedelta


class UnknownPolicy(StrEnum):
    """What minutes of which nothing is known do to a goal's budget: nothing good and nothing bad, all bad, or no minutes at all."""

    HOLD = "hold"
    BAD = "bad"
    IGNORE = "ignore"


@dataclass(frozen=True)
class Slices:
    """Time slices of whole `minutes`, one after another since 1970: the budget counts them instead of events.

    A slice is good where at least `target` of its events are; without a target each counts by the share of its events that is good.
    """

    minutes: int
    target: Fraction | None

    @property
    def span(self) -> timedelta:
        """How long a slice is."""
        return timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Least:
    """How many events, and how many bad ones, both windows of a burn tier must hold before it may alert."""

    events: int = 0
    failures: int = 0


@dataclass(frozen=True)
class Goal:
    """A reliability goal: at least `target` (exact, 0 < target < 1) of the events in a window are good, or of the `slices`.

    The window rolls and is `window` long, or follows the `calendar`: then `window` is about its length.
    `total` counts all valid events; exactly one of `good` and `bad` is set and counts a part of them.
    `target_text` is the target in percent as written, for people. `approved_by` and `reviewed_on` are what is on record of it.
    `document` is the name of the SLO that it is an objective of. `owner` answers for it, and the `rationale` says why it is so;
    an `aspirational` goal is aimed at and not promised yet.
    """

    name: str
    title: str
    description: str
    service: EntityRef
    target: Fraction
    target_text: str
    window: timedelta
    source: str
    total: Selector
    good: Selector | None
    bad: Selector | None
    tiers: tuple[BurnTier, ...]
    policy: str | None
    place: Place
    approved_by: tuple[EntityRef, ...] = ()
    reviewed_on: date | None = None
    unknown: UnknownPolicy = UnknownPolicy.HOLD
    document: str = ""
    calendar: CalendarWindow | None = None
    slices: Slices | None = None
    owner: EntityRef | None = None
    rationale: str = ""
    aspirational: bool = False
    least: Least = Least()

    def period(self, at: datetime) -> Period:
        """Return the window that an instant is judged by: the one that ends then, or the period of the calendar around it."""
        return Period(at - self.window, at) if self.calendar is None else self.calendar.period(at)

    def reaches_back(self, at: datetime) -> datetime:
        """Return the instant before which nothing matters any more for the window of an instant."""
        return min(at - self.window, self.period(at).start)

    @property
    def over(self) -> str:
        """What a promise holds over, in words: “28 d”, or “the calendar month”."""
        return window(self.window) if self.calendar is None else f"the {self.calendar.words}"

    @property
    def counts(self) -> str:
        """What the budget counts: “events”, or “time slices”."""
        return "events" if self.slices is None else "time slices"


@dataclass(frozen=True)
class AgreedExclusion:
    """Time that was agreed not to count for `goals` (goals or whole SLOs, by name) and for all goals of `things`, and why.

    It begins at the wall time `start` of the `zone` and lasts so long; with a `rule` (an RRULE of iCalendar) it happens whenever that
    says, counted from `start`. In a goal's window it takes out at most `cap`. `by` asks for it.
    """

    name: str
    title: str
    goals: frozenset[str]
    things: frozenset[EntityRef]
    zone: str
    start: datetime
    lasts: timedelta
    rule: str
    cap: timedelta | None
    why: str
    by: EntityRef
    approved_by: EntityRef | None
    approved_on: date | None
    place: Place

    def covers(self, goal: Goal) -> bool:
        """Whether it is about a goal."""
        return goal.service in self.things or not self.goals.isdisjoint((goal.name, goal.document))


@dataclass(frozen=True)
class Exclusion:
    """Minutes that do not count for a goal: those of [`start`, `until`), both whole minutes, and why."""

    goal: str
    start: datetime
    until: datetime
    why: str
    place: Place
