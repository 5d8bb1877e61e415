"""Time passes over a goal test: what arrives is read, counted, closed and judged, as a server does that looks without pause.

It looks whenever something arrived, at each full minute, and when it is asked. All that counts and judges is the server's own.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from operator import attrgetter

from watchbill.org.objectives import Goal, Selector
from watchbill.org.organization import Organization
from watchbill.org.selectors import matches
from watchbill.org.values import Place
from watchbill.practices.goals import rules
from watchbill.practices.goals.agreed import excluded_from
from watchbill.practices.goals.burn_moves import BurnKey, BurnState, after, moves
from watchbill.practices.goals.exclusions import Excluded, joined
from watchbill.practices.goals.holding import Holding
from watchbill.practices.goals.ledger import minute_of, start_of, unknown
from watchbill.practices.goals.model import GoalStatus, MinuteCount, Sample, Series, SourceReading
from watchbill.practices.goals.readings import instant
from watchbill.practices.goals.sight import Sight
from watchbill.practices.goals.standing import status_of

from .given import Arrival, Given, Question, SeriesKey

_MINUTE = timedelta(minutes=1)
_MOMENT = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Answered:
    """A question, how the goal stood at its instant, and its burn over each of its windows, exact."""

    question: Question
    status: GoalStatus
    burns: Mapping[timedelta, Fraction | None]


@dataclass
class Alert:
    """A burn that was found: from when, and to when, None while it goes on."""

    key: BurnKey
    began: datetime
    ended: datetime | None = None


@dataclass(frozen=True)
class Outcome:
    """What a goal test comes to `at` its end: the minutes and alerts of each goal, and the answers in the order of the questions.

    `open_from` is, by goal, the first minute that may still grow.
    """

    at: datetime
    minutes: Mapping[str, Sequence[MinuteCount]]
    open_from: Mapping[str, datetime]
    alerts: Mapping[str, Sequence[Alert]]
    answers: Sequence[Answered]


class Samples:
    """What has arrived of one source, found by selector."""

    def __init__(self) -> None:
        self._series: dict[SeriesKey, list[Sample]] = {}
        self._found: dict[Selector, list[SeriesKey]] = {}

    def add(self, arrival: Arrival) -> None:
        """Keep what arrived."""
        for key, value in arrival.values:
            if key not in self._series:
                self._series[key] = []
                for selector, keys in self._found.items():
                    if matches(selector, key[0], dict(key[1])):
                        keys.append(key)
            insort(self._series[key], Sample(arrival.at, value), key=attrgetter("at"))

    def read(self, selector: Selector, since: datetime, until: datetime) -> SourceReading:
        """Return the samples of a selector in (since, until] that have arrived."""
        keys = self._found.get(selector)
        if keys is None:
            keys = [key for key in self._series if matches(selector, key[0], dict(key[1]))]
            self._found[selector] = keys
        series = [Series(key[1], self._between(key, since, until)) for key in keys]
        return SourceReading(selector.text, series, since, until)

    def _between(self, key: SeriesKey, since: datetime, until: datetime) -> list[Sample]:
        samples, at = self._series[key], attrgetter("at")
        return samples[bisect_right(samples, since, key=at) : bisect_right(samples, until, key=at)]


@dataclass
class Run:
    """The goals of a test as of the last look."""

    given: Given
    holdings: dict[str, Holding] = field(default_factory=dict)
    burns: dict[BurnKey, BurnState] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin each goal with the minute of the first scrape."""
        begin = self.first_minute - _MOMENT
        self._organization = _organization(self.given)
        for name, goal in self.given.goals.items():
            self.holdings[name] = Holding.new(goal, self.given.sources[goal.source].interval, begin)
            self.holdings[name].excluded = self._excluded(goal)
        self._samples = {name: Samples() for name in self.given.sources}

    def _excluded(self, goal: Goal) -> Excluded:
        own = Excluded.of(one for one in self.given.exclusions if one.goal == goal.name)
        agreed = excluded_from(self._organization, goal, self.first_minute)
        found = Excluded(joined((*own.spans, *agreed.spans)), agreed.over_cap)
        return found if goal.slices is None else found.of_whole(goal.slices.minutes)

    @property
    def first_minute(self) -> datetime:
        """The minute in which the ledgers begin."""
        return min(arrival.at for arrival in self.given.arrivals).replace(second=0, microsecond=0)

    def arrive(self, arrival: Arrival) -> None:
        """Take in what a target served."""
        self._samples[arrival.source].add(arrival)

    def read(self, now: datetime) -> None:
        """Count what has arrived, and close the minutes that are complete."""
        for name, goal in self.given.goals.items():
            holding, samples = self.holdings[name], self._samples[goal.source]
            holding.meter.skip_to(goal.reaches_back(now))
            since = instant(holding.meter.reads_from(now))
            part = goal.good or goal.bad or goal.total
            holding.take(samples.read(goal.total, since, now), samples.read(part, since, now), now, now)
            holding.close(goal)

    def judge(self, now: datetime) -> None:
        """Begin and end what burns."""
        found = moves(self.burns, [self.status(name, now) for name in self.given.goals], self._organization, now)
        for move in found:
            if move.state is None:
                self._going_on(move.key).ended = now
            elif move.key not in self.burns:
                self.alerts.append(Alert(move.key, now))
        self.burns = after(self.burns, found)

    def status(self, name: str, now: datetime) -> GoalStatus:
        """Return how a goal stands."""
        return status_of(self.given.goals[name], self.holdings[name], self.burns, now)

    def answer(self, question: Question) -> Answered:
        """Return what a question comes to now, which is its instant."""
        goal, now = self.given.goals[question.goal], question.at
        sight = Sight.of(goal, self.holdings[goal.name], now)
        spans = sorted({span for tier in goal.tiers for span in (tier.short, tier.long)})
        burns = {span: rules.burn_of(sight.window(span // _MINUTE), goal.target) for span in spans}
        return Answered(question, self.status(goal.name, now), burns)

    def minutes(self, goal: Goal, end: datetime) -> list[MinuteCount]:
        """Return a goal's minutes up to `end`, those that may still grow among them."""
        holding, first = self.holdings[goal.name], minute_of(self.first_minute)
        blocks = [*holding.book.detailed.values(), holding.book.open]
        found = {minute_of(one.minute): one for block in blocks for one in block.minutes(first, minute_of(end) + 1)}
        found |= {minute_of(one.minute): one for one in holding.unwritten_minutes(goal)}
        newest = max(arrival.at for arrival in self.given.arrivals)
        last = max([minute_of(end - _MOMENT), minute_of(newest), *found])
        return holding.excluded.mark(found.get(at, unknown(at)) for at in range(first, last + 1))

    def _going_on(self, key: BurnKey) -> Alert:
        return next(alert for alert in reversed(self.alerts) if alert.key == key)


def run(given: Given) -> Outcome:
    """Let the time of a test pass, from its first scrape to the last that is given or asked."""
    it, end = Run(given), given.arrivals[0].arrived
    arrivals, coming = given.arrivals, 0
    asked: dict[datetime, list[Question]] = {}
    for question in given.questions:
        asked.setdefault(question.at, []).append(question)
    answers: dict[Question, Answered] = {}
    for end in _moments(given):
        while coming < len(arrivals) and arrivals[coming].arrived <= end:
            it.arrive(arrivals[coming])
            coming += 1
        it.read(end)
        it.judge(end)
        answers |= {question: it.answer(question) for question in asked.get(end, ())}
    return Outcome(
        at=end,
        minutes={name: it.minutes(goal, end) for name, goal in given.goals.items()},
        open_from={name: start_of(it.holdings[name].book.end) for name in given.goals},
        alerts={name: [alert for alert in it.alerts if alert.key.goal == name] for name in given.goals},
        answers=[answers[question] for question in given.questions],
    )


def _moments(given: Given) -> Iterator[datetime]:
    fixed = {arrival.arrived for arrival in given.arrivals} | {question.at for question in given.questions}
    last = max(fixed)
    minute = min(fixed).replace(second=0, microsecond=0) + _MINUTE
    for moment in sorted(fixed):
        while minute < moment:
            yield minute
            minute += _MINUTE
        yield moment
        if minute == moment:
            minute += _MINUTE
        if moment == last:
            return


def _organization(given: Given) -> Organization:
    """Return an organisation of nothing but these goals."""
    return Organization(
        name="test", title="Test", time_zone="UTC", catch_all=None, admins=frozenset(), hours={}, users={}, groups={},
        things={}, systems={}, sre_teams={}, engagements={}, schedules={}, escalation_policies={}, budget_policies={},
        sources=given.sources, goals=given.goals, place=Place("", 1), revision="", exclusions=given.agreed,
    )  # fmt: skip
