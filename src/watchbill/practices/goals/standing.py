"""How a goal stands: its holding looked at through its windows as of an instant. Pure; reads only what is at hand.

A window of N minutes is the N newest closed minutes and the one that is still open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from watchbill.org.objectives import Goal, Selector

from . import rules
from .burn_moves import BurnKey, BurnState
from .counters import MINUTE, Counted
from .exclusions import NONE, Excluded, Span
from .holding import NEWEST_WITHIN, Holding
from .ledger import minute_of, start_of
from .model import Burn, GoalState, GoalStatus, LeftOut
from .readings import instant

_ODD_FOR = 60
_ENOUGH = 30_000


@dataclass(frozen=True)
class Sight:
    """A goal's closed minutes and the `recent` ones as of `end`, the minute that is open; measuring `began` at that ms."""

    holding: Holding
    recent: list[Counted]
    began: int
    end: int
    excluded: Excluded

    @classmethod
    def of(cls, goal: Goal, holding: Holding, now: datetime, excluded: Excluded = NONE) -> Sight:
        """Return how the goal is seen at `now`."""
        meter = holding.newest
        began = meter.began if goal.good is None else max(meter.began, meter.part_begins)
        return cls(holding, holding.unwritten(goal), began, minute_of(now), excluded)

    def window(self, length: int) -> rules.WindowSums:
        """Return the sums of the window of `length` minutes and how much of it was measured, from the first to the newest sample."""
        bad, total, measured = self._events(self.end - length, self.end + 1)
        minutes = length
        for first, end in self._left_out(length):
            out_bad, out_total, out_measured = self._events(first, end)
            bad, total, measured = bad - out_bad, total - out_total, measured - out_measured
            minutes -= min(end, self.end) - first
        first, lead = divmod(self.began, MINUTE)
        if self.end - length <= first and not self.excluded.covers(first):
            measured = max(0, measured - lead)
        return rules.WindowSums(bad, total, measured, minutes * MINUTE)

    def left_out(self, length: int) -> LeftOut:
        """Return what is excluded of the window of `length` minutes, the open one among them."""
        minutes = good = total = 0
        for first, end in self._left_out(length):
            bad, events, _ = self._events(first, end)
            minutes, good, total = minutes + min(end, self.end) - first, good + events - bad, total + events
        return LeftOut(minutes, good, total)

    def minutes(self, length: int) -> tuple[int, int]:
        """Return how many closed minutes of the window are measured and how many of these are lower bounds, excluded ones aside."""
        first = self.end - length
        sums = self.holding.book.sums(first, self.end)
        measured, lower_bound = sums.measured, sums.lower_bound
        for low, high in self.excluded.within(first, self.end):
            out = self.holding.book.sums(low, high)
            measured, lower_bound = measured - out.measured, lower_bound - out.lower_bound
        unwritten = [c for c in self.unwritten(first) if c.minute < self.end and not self.excluded.covers(c.minute)]
        return measured + len(unwritten), lower_bound + sum(c.lower_bound for c in unwritten)

    def missing(self, length: int) -> int:
        """Return how much (ms) of the window's written minutes is unknown since measuring began, excluded minutes aside."""
        first, end = self.end - length, min(self.end, self.holding.book.end)
        since = max(first, self.began // MINUTE)
        unknown = end - since - self.holding.book.sums(first, self.end).measured
        for low, high in self.excluded.within(since, end):
            unknown -= high - low - self.holding.book.sums(low, high).measured
        return max(0, unknown) * MINUTE

    def unwritten(self, first: int) -> Iterator[Counted]:
        """Yield the measured minutes from `first` on that are not in the book yet."""
        return (counted for counted in self.recent if first <= counted.minute <= self.end)

    def newest(self) -> rules.WindowSums:
        """Return the sums of the newest measured minute, and of the one before while it is short, as a window measured whole."""
        newest = self.holding.newest.newest
        first, last = (newest - _ENOUGH) // MINUTE, newest // MINUTE
        if first < self.end - NEWEST_WITHIN or any(self.excluded.within(first, last + 1)):
            return rules.WindowSums(0, 0, 0, MINUTE)
        sums = self.holding.book.sums(first, last + 1)
        open_minutes = list(self.unwritten(first))
        bad = sums.bad + sum(counted.total - counted.good for counted in open_minutes)
        total = sums.total + sum(counted.total for counted in open_minutes)
        return rules.WindowSums(bad, total, MINUTE, MINUTE)

    def _left_out(self, length: int) -> Iterator[Span]:
        return self.excluded.within(self.end - length, self.end + 1)

    def _events(self, first: int, end: int) -> tuple[int, int, int]:
        """Return bad events, all events and the ms that were measured in the minutes of [first, end)."""
        sums = self.holding.book.sums(first, min(end, self.end))
        bad, total, measured = sums.bad, sums.total, sums.measured * MINUTE
        for counted in self.unwritten(first):
            if counted.minute < end:
                bad += counted.total - counted.good
                total += counted.total
                measured += min(MINUTE, max(0, self.holding.newest.newest - counted.minute * MINUTE))
        return bad, total, measured


def status_of(
    goal: Goal,
    holding: Holding | None,
    burning: Mapping[BurnKey, BurnState],
    now: datetime,
    excluded: Excluded = NONE,
) -> GoalStatus:
    """Return how a goal stands at `now`. The minutes in which its windows begin must be at hand (`Holdings.bring_details`)."""
    if holding is None:
        return _unread(goal, now)
    sight = Sight.of(goal, holding, now, excluded)
    length = goal.window // timedelta(minutes=1)
    window, left_out = sight.window(length), sight.left_out(length)
    measured, lower_bound = sight.minutes(length)
    last_measured = _last_measured(goal, holding)
    burns = tuple(_burns(goal, sight, burning, now))
    present = rules.present_of(burns)
    allowed = rules.allowed_of(window, goal.target, goal.unknown)
    assumed = rules.assumed_of(window, goal.unknown, sight.missing(length))
    left = rules.left_of(window.bad + assumed, allowed)
    state = rules.goal_state(burns, left, last_measured, now)
    return GoalStatus(
        goal=goal.name,
        at=now,
        window_start=start_of(sight.end - length),
        good=window.total - window.bad,
        total=window.total,
        budget=rules.budget_of(window.total, goal.target),
        allowed=allowed,
        spent=window.bad,
        remaining=rules.remaining_of(window.bad, window.total, goal.target),
        left=left,
        present=present,
        spent_in=rules.spent_in(goal.window, left, present.short_rate if present else None),
        pages_in=rules.pages_in(burns),
        sli=float(Fraction(window.total - window.bad, window.total)) if window.total else None,
        coverage=window.measured_share,
        unknown_minutes=window.length // MINUTE - measured,
        lower_bound_minutes=lower_bound,
        last_measured=None if last_measured is None else start_of(minute_of(last_measured)),
        state=state,
        burns=burns,
        problem=_problem(goal, holding, state, sight.end),
        note=_note(goal, holding),
        excluded=left_out,
        assumed=assumed,
    )


def _last_measured(goal: Goal, holding: Holding) -> datetime | None:
    """Return the newest instant of which good and total are known: none while no good series was ever seen."""
    meter = holding.newest
    return instant(meter.newest) if meter.newest and (meter.part_begins or not goal.good) else None


def _burns(goal: Goal, sight: Sight, burning: Mapping[BurnKey, BurnState], now: datetime) -> Iterator[Burn]:
    windows: dict[timedelta, rules.WindowSums] = {}
    newest = rules.burn_rate(sight.newest(), goal.target)
    for tier in goal.tiers:
        for span in (tier.long, tier.short):
            if span not in windows:
                windows[span] = sight.window(span // timedelta(minutes=1))
        state = burning.get(BurnKey(goal.name, tier.severity))
        since = state.tiers.get(tier.name) if state else None
        long, short = windows[tier.long], windows[tier.short]
        yield rules.judge(tier, goal.target, long, short, newest=newest, since=since, now=now)


def _problem(goal: Goal, holding: Holding, state: GoalState, minute: int) -> str | None:
    if holding.problem:
        return holding.problem
    meter = holding.newest
    if goal.good is not None and meter.newest and not meter.part_begins:
        return (
            f"No series has matched the good selector {goal.good.text} yet, while the total is read, so nothing is measured. "
            f"If there were good events, check {_difference(goal.good, goal.total)}."
        )
    if minute - holding.clamped_at <= _ODD_FOR:
        return (
            "More good or bad events than events in all were counted within the last hour; those over the total were left out. "
            "Check that the selector of the total counts all that the other one counts."
        )
    if minute - holding.odd_at <= _ODD_FOR:
        return (
            "Values that no counter can have (NaN, infinite or negative) were read within the last hour and put aside. "
            "Check that the metric is a counter."
        )
    if state is GoalState.NOT_MEASURED:
        return (
            f"No counter that matches {goal.total.text} was read from “{goal.source}” within the last 10 minutes. "
            "Check that the metric and its labels exist there, that its targets are up, and that samples arrive within two minutes."
        )
    return None


def _note(goal: Goal, holding: Holding) -> str | None:
    meter = holding.newest
    if goal.bad is None or not meter.newest or meter.part_begins:
        return None
    return (
        f"No series has matched the bad selector {goal.bad.text} yet: fine if nothing ever failed. "
        f"If something did, check {_difference(goal.bad, goal.total)}."
    )


def _difference(part: Selector, total: Selector) -> str:
    """Return what the part's selector asks for beyond the total's, which is known to match: where a slip must be."""
    if part.metric != total.metric:
        return part.text
    own = [f'{m.label}{m.operator}"{m.value}"' for m in part.matchers if m not in total.matchers]
    return " and ".join(own) or part.text


def _unread(goal: Goal, now: datetime) -> GoalStatus:
    length = goal.window // timedelta(minutes=1)
    return GoalStatus(
        goal=goal.name,
        at=now,
        window_start=start_of(minute_of(now) - length),
        good=0,
        total=0,
        budget=Fraction(0),
        allowed=None,
        spent=0,
        remaining=None,
        left=None,
        present=None,
        spent_in=None,
        pages_in=None,
        sli=None,
        coverage=0.0,
        unknown_minutes=length,
        lower_bound_minutes=0,
        last_measured=None,
        state=GoalState.NOT_MEASURED,
        burns=(),
        problem="The goal is new: its first minute is still being read.",
    )
