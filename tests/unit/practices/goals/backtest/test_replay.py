"""Goals judged again over their past: alerts and budgets that can be counted by hand, and the server's rules minute by minute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.practices.goals import made
from watchbill.org.calendar_windows import CalendarUnit, CalendarWindow
from watchbill.org.objectives import BurnTier, Exclusion, Goal, Least, Severity, Slices, UnknownPolicy
from watchbill.practices.goals import rules
from watchbill.practices.goals.backtest.budget import Budget
from watchbill.practices.goals.backtest.past import Looks, Past, begin_of
from watchbill.practices.goals.backtest.replay import Replayed, replay
from watchbill.practices.goals.counters import Counted
from watchbill.practices.goals.exclusions import NONE, Excluded
from watchbill.practices.goals.ledger import minute_of
from watchbill.practices.goals.slicing import bad_units, units_of

checked = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FAST = BurnTier("fast", Severity.PAGE, Fraction(5), timedelta(minutes=20), timedelta(minutes=4))
SLOW = BurnTier("slow", Severity.TICKET, Fraction(2), timedelta(minutes=40), timedelta(minutes=8))
CART = replace(made.goal(target="90", window=made.HOUR), tiers=(FAST, SLOW))
FIRST = minute_of(made.MIDNIGHT)

Minutes = Mapping[int, tuple[int, int]]


def minute(number: int) -> datetime:
    return made.at(60 * number)


def past(goal: Goal, minutes: Minutes, length: int, excluded: Excluded = NONE) -> Past:
    """Return the past of minutes since midnight, each (bad, total)."""
    counted = [Counted(FIRST + number, total - bad, total) for number, (bad, total) in minutes.items()]
    return Past.of(goal, (begin_of(goal, made.MIDNIGHT), FIRST + length), [], counted, excluded)


def replayed(goal: Goal, minutes: Minutes, length: int, excluded: Excluded = NONE) -> Replayed:
    return replay(past(goal, minutes, length, excluded), made.MIDNIGHT, minute(length))


def every(numbers: Iterable[int], bad: int, total: int = 10) -> Minutes:
    return dict.fromkeys(numbers, (bad, total))


def test_an_outage_is_found_by_its_tier_after_the_minutes_that_the_tier_asks_for() -> None:
    # 5 times the budget of 10 % is half of the events of 20 minutes, of which 10 are bad: the tenth minute of the outage
    minutes = {**every(range(60), 0), **every(range(60, 75), 10), **every(range(75, 120), 0)}
    found = replayed(CART, minutes, 120)
    page, ticket = (next(alert for alert in found.alerts if alert.severity is severity) for severity in Severity)
    assert (page.tier, page.troubled_since, page.began, page.detected_in) == (
        "fast",
        minute(60),
        minute(70),
        timedelta(minutes=10),
    )
    assert (page.bad, page.total) == (100, 200)
    # of four minutes two have to be bad: it ends with the third that is good
    assert page.ended == minute(78)
    # 2 times 10 % of 40 minutes are eight of them
    assert (ticket.began, ticket.tiers) == (minute(68), {"slow": minute(68)})


def test_a_goal_that_asks_for_less_has_less_to_alert_about() -> None:
    minutes = {**every(range(60), 0), **every(range(60, 75), 10), **every(range(75, 120), 0)}
    lower = replace(CART, target=Fraction(50, 100), tiers=(FAST,))
    assert replayed(lower, minutes, 120).alerts == []


def test_the_budget_is_left_low_and_in_its_states_for_as_long_as_the_minutes_say() -> None:
    # an hour of 600 events may have 60 bad ones; three bad minutes spend half of it, six all of it
    minutes = {**every(range(60), 0), **every(range(60, 66), 10), **every(range(66, 180), 0)}
    budget = replayed(CART, minutes, 180).budget
    assert (budget.lowest, budget.lowest_at) == (0.0, minute(66))
    assert (budget.left, budget.bad, budget.total) == (1.0, 0, 600)
    assert {state: span // made.MINUTE for state, span in budget.states.items()} == {
        "spent": 55,  # from the sixth bad minute until the first leaves the window
        "attention": 6,  # with three, four or five of them in the window, before and after
        "healthy": 119,
        "notMeasured": 0,
    }
    assert budget.changes[0] == (minute(1), "healthy")


def test_an_alert_goes_on_while_its_short_window_is_out_of_sight() -> None:
    minutes = {**every(range(20), 10), **every(range(40, 60), 0)}
    (page,) = replayed(replace(CART, tiers=(replace(FAST, short=made.MINUTE),)), minutes, 60).alerts
    assert (page.began, page.ended) == (minute(10), minute(41))


def test_what_is_excluded_alerts_nobody_and_spends_nothing() -> None:
    minutes = {**every(range(60), 0), **every(range(60, 75), 10), **every(range(75, 120), 0)}
    drill = Exclusion(CART.name, minute(60), minute(75), "a drill", made.HERE)
    found = replayed(CART, minutes, 120, Excluded.of([drill]))
    assert found.alerts == []
    assert (found.budget.left, found.budget.lowest) == (1.0, 1.0)


def test_of_what_was_not_measured_nothing_is_said() -> None:
    found = replayed(CART, {}, 30)
    assert (found.measured, found.alerts, found.budget.left, found.budget.lowest) == (0.0, [], None, None)
    assert found.budget.states["notMeasured"] == timedelta(minutes=30)


def test_a_calendar_window_begins_anew_with_each_period() -> None:
    daily = CalendarWindow(1, CalendarUnit.DAY, datetime(2026, 1, 1), "UTC")  # noqa: DTZ001 - wall time
    goal = replace(CART, window=made.DAY, calendar=daily)
    length = 2 * 1440
    minutes = {**every(range(1440), 1), **every(range(1440, length), 0)}
    budget = replayed(goal, minutes, length).budget
    # of a day's 14400 events 1440 may be bad, as many as there are on the first day
    assert (budget.lowest, budget.lowest_at, budget.left) == (0.0, minute(1440), 1.0)
    assert budget.changes[-1] == (minute(1441), "healthy")


COUNTS = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda pair: (min(pair), max(pair)))
PASTS = st.dictionaries(st.integers(0, 89), COUNTS, max_size=90)
GOALS = st.builds(
    lambda target, slices, least, unknown: replace(
        CART, target=target, slices=slices, least=least, unknown=unknown, tiers=(FAST, SLOW)
    ),
    st.sampled_from([Fraction(9, 10), Fraction(1, 2), Fraction(99, 100), Fraction(2, 3)]),
    st.sampled_from([None, None, Slices(2, Fraction(9, 10)), Slices(4, None)]),
    st.sampled_from([Least(), Least(5, 2)]),
    st.sampled_from(list(UnknownPolicy)),
)
SPANS = st.lists(st.tuples(st.integers(0, 80), st.integers(1, 15)), max_size=2)


@checked
@given(goal=GOALS, minutes=PASTS, spans=SPANS)
def test_each_minute_is_judged_as_the_rules_judge_it(
    goal: Goal, minutes: Minutes, spans: list[tuple[int, int]]
) -> None:
    length, step = 90, 1 if goal.slices is None else goal.slices.minutes
    drills = [Exclusion(goal.name, minute(at), minute(at + lasts), "a drill", made.HERE) for at, lasts in spans]
    excluded = Excluded.of(drills)
    found = replayed(goal, minutes, length, excluded)
    held: dict[BurnTier, datetime | None] = dict.fromkeys(goal.tiers)
    expected: list[tuple[Severity, datetime, datetime | None]] = []
    units = _units(goal, minutes, length)
    whole = excluded.of_whole(step)
    for number in range(1, length + 1):
        end = number - number % step
        for tier in goal.tiers:
            windows = [_sums(units, end - _whole(span, step), end, whole, goal) for span in (tier.long, tier.short)]
            since = held[tier]
            burn = rules.judge(
                tier, goal.target, *windows, newest=None, since=since, now=minute(number), least=goal.least
            )
            if since is None and burn.holds:
                expected.append((tier.severity, minute(number), None))
            elif since is not None and not burn.holds:
                expected[expected.index((tier.severity, since, None))] = (tier.severity, since, minute(number))
            held[tier] = burn.since
    assert sorted((alert.severity, alert.began, alert.ended) for alert in found.alerts) == sorted(expected)


@checked
@given(goal=GOALS, minutes=PASTS, spans=SPANS)
def test_what_is_left_is_what_the_rules_make_of_the_window(
    goal: Goal, minutes: Minutes, spans: list[tuple[int, int]]
) -> None:
    length, step = 90, 1 if goal.slices is None else goal.slices.minutes
    drills = [Exclusion(goal.name, minute(at), minute(at + lasts), "a drill", made.HERE) for at, lasts in spans]
    excluded = Excluded.of(drills)
    found = past(goal, minutes, length, excluded)
    budget = Budget.of(found, Looks.of(goal, FIRST, FIRST + length))
    left, units, whole = budget.left(), _units(goal, minutes, length), excluded.of_whole(step)
    seen = [number for number in units if not whole.covers(FIRST + number)]
    for number in range(1, length + 1):
        end = number - number % step
        window = _sums(units, end - _whole(goal.window, step), end, whole, goal)
        since = max(found.began - FIRST, end - _whole(goal.window, step)) if seen else end
        known = _sums(units, since, end, whole, goal)
        allowed = rules.allowed_of(window, goal.target, goal.unknown)
        assumed = rules.assumed_of(window, goal.unknown, max(0, known.length - known.measured))
        expected = rules.left_of(window.bad + assumed, allowed)
        assert (
            expected == pytest.approx(left[number - 1], nan_ok=True)
            if expected is not None
            else np.isnan(left[number - 1])
        )


def test_a_budget_that_is_spent_to_the_last_event_is_spent() -> None:
    # of 3 000 events a third of a tenth may be bad: 100, and 0.1 / 3 has no binary fraction
    goal = replace(CART, target=1 - Fraction(1, 30))
    minutes = {**every(range(50), 0, 50), **every(range(50, 60), 10, 50)}
    changes = replayed(goal, minutes, 60).budget.changes
    assert changes[-1] == (minute(60), "spent")


def _whole(span: timedelta, step: int) -> int:
    return -(-(span // made.MINUTE) // step) * step


def _units(goal: Goal, minutes: Minutes, length: int) -> dict[int, tuple[int, int, int]]:
    """Return bad, total and measured by minute; of slices by their last minute."""
    if goal.slices is None:
        return {number: (*counts, 1) for number, counts in minutes.items()}
    step, found = goal.slices.minutes, {}
    for first in range(0, length - length % step, step):
        inside = [minutes[number] for number in range(first, first + step) if number in minutes]
        if inside:
            bad, total = (sum(column) for column in zip(*inside, strict=True))
            found[first + step - 1] = (bad_units(bad, total, goal.slices) if bad else 0, units_of(goal.slices), step)
    return found


def _sums(
    units: Mapping[int, tuple[int, int, int]], first: int, end: int, excluded: Excluded, goal: Goal
) -> rules.WindowSums:
    inside = [number for number in range(first, end) if not excluded.covers(FIRST + number)]
    bad, total, measured = (sum(units[number][column] for number in inside if number in units) for column in range(3))
    return rules.WindowSums(bad, total, measured, len(inside), units_of(goal.slices))
