"""How a goal stands: its holding looked at through its windows as of an instant. Pure; reads only what is at hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from fractions import Fraction

from watchbill.org.objectives import Goal, Selector

from . import rules
from .burn_moves import BurnKey, BurnState
from .counters import MINUTE
from .holding import Holding, end_of, start_of_window
from .ledger import minute_of, start_of
from .model import Burn, GoalState, GoalStatus, LeftOut, Uncorrected
from .readings import instant
from .sight import Sight

_ODD_FOR = 60
_MINUTE = timedelta(minutes=1)


def status_of(
    goal: Goal,
    holding: Holding | None,
    burning: Mapping[BurnKey, BurnState],
    now: datetime,
) -> GoalStatus:
    """Return how a goal stands at `now`. The minutes in which its windows begin must be at hand (`Holdings.bring_details`)."""
    if holding is None:
        return _unread(goal, now)
    sight, period = Sight.of(goal, holding, now), goal.period(now)
    first = start_of_window(goal, now)
    length = None if goal.calendar is None else period.length // _MINUTE
    elapsed = window = sight.since(first)
    if length is not None:
        window = sight.since(first, length)
    left_out = sight.left_out(first)
    measured, lower_bound = sight.minutes(first)
    last_measured = _last_measured(goal, holding)
    burns = tuple(_burns(goal, sight, burning, now))
    present = rules.present_of(burns)
    allowed = rules.allowed_of(window, goal.target, goal.unknown)
    assumed = rules.assumed_of(window, goal.unknown, sight.missing(first))
    left = rules.left_of(window.bad + assumed, allowed)
    state = rules.goal_state(burns, left, last_measured, now)
    return GoalStatus(
        goal=goal.name,
        at=now,
        window_start=start_of(first),
        window_end=period.end,
        good=window.amount(window.total - window.bad),
        total=window.amount(window.total),
        budget=rules.budget_of(window.total, goal.target) / window.units,
        allowed=None if allowed is None else allowed / window.units,
        spent=window.amount(window.bad),
        remaining=rules.remaining_of(window.bad, window.total, goal.target),
        left=left,
        present=present,
        spent_in=rules.spent_in(period, now, left, present.short_rate if present else None),
        pages_in=rules.pages_in(burns),
        sli=float(Fraction(window.total - window.bad, window.total)) if window.total else None,
        coverage=elapsed.measured_share,
        unknown_minutes=max(0, elapsed.length // MINUTE - measured),
        lower_bound_minutes=lower_bound,
        last_measured=None if last_measured is None else start_of(minute_of(last_measured)),
        state=state,
        burns=burns,
        problem=_problem(goal, holding, state, sight.end),
        note=" ".join(said for said in (_note(goal, holding), _over_cap(left_out)) if said) or None,
        excluded=left_out,
        assumed=assumed / window.units,
        uncorrected=_uncorrected(sight.uncorrected(), first, length) if left_out.minutes or left_out.total else None,
    )


def _uncorrected(sight: Sight, first: int, length: int | None) -> Uncorrected:
    goal, window = sight.goal, sight.since(first, length)
    assumed = rules.assumed_of(window, goal.unknown, sight.missing(first))
    return Uncorrected(
        good=window.amount(window.total - window.bad),
        total=window.amount(window.total),
        budget=rules.budget_of(window.total, goal.target) / window.units,
        remaining=rules.remaining_of(window.bad, window.total, goal.target),
        left=rules.left_of(window.bad + assumed, rules.allowed_of(window, goal.target, goal.unknown)),
    )


def _over_cap(left_out: LeftOut) -> str | None:
    if not left_out.over_cap:
        return None
    minutes = "One minute" if left_out.over_cap == 1 else f"{left_out.over_cap} minutes"
    return f"{minutes} of this window that were agreed not to count do count: a cap on exclusions is reached."


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
                windows[span] = sight.window(span // _MINUTE)
        state = burning.get(BurnKey(goal.name, tier.severity))
        since = state.tiers.get(tier.name) if state else None
        long, short = windows[tier.long], windows[tier.short]
        yield rules.judge(tier, goal.target, long, short, newest=newest, since=since, now=now, least=goal.least)


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
    first = start_of_window(goal, now)
    return GoalStatus(
        goal=goal.name,
        at=now,
        window_start=start_of(first),
        window_end=goal.period(now).end,
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
        unknown_minutes=end_of(goal, now) - first,
        lower_bound_minutes=0,
        last_measured=None,
        state=GoalState.NOT_MEASURED,
        burns=(),
        problem="The goal is new: its first minute is still being read.",
    )
