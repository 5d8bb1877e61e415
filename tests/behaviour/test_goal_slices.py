"""Time slices of a goal in a real store: the same ledger, whichever way the budget counts it, before and after a restart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from tests.behaviour.goals_watch import GOAL, Watch
from tests.desk import MONDAY
from tests.unit.practices.goals.made import DAY, HOUR, MINUTE
from watchbill.org.calendar_windows import CalendarUnit, CalendarWindow
from watchbill.org.objectives import Goal, Slices
from watchbill.store.store import Store

SLICES = Slices(5, Fraction(95, 100))


@pytest.fixture
def watch(store: Store) -> Watch:
    return Watch(store)


def by_slices(goal: Goal) -> Goal:
    return replace(goal, slices=SLICES, target=Fraction(99, 100), target_text="99", window=DAY)


async def test_what_was_counted_in_slices_is_counted_anew_after_a_restart_and_by_another_method(watch: Watch) -> None:
    """Half an hour of 30 % failures in 13 hours: 6 slices of five minutes are bad, of 156."""
    events = watch.goal
    watch.declare(by_slices(events))
    watch.traffic.break_between(2 * HOUR, 2 * HOUR + 30 * MINUTE)
    await watch.goals.measure(watch.now)
    await watch.until(13 * HOUR + MINUTE, MINUTE)
    now = await watch.goals.status(GOAL, watch.now)
    assert (now.spent, now.total, now.allowed) == (6, 156, Fraction(288, 100))
    chart = await watch.goals.chart(GOAL, watch.now, span=DAY, points=24)
    assert (sum(point.total - point.good for point in chart), chart[-1].left) == (6, now.left)

    watch.goals = watch.another_process()
    await watch.goals.load(watch.now)
    assert await watch.goals.status(GOAL, watch.now) == now

    watch.declare(events)
    by_events = await watch.goals.status(GOAL, watch.now)
    assert by_events.total == pytest.approx(13 * 60 * 60 * 10, rel=0.01)
    watch.declare(by_slices(events))
    assert await watch.goals.status(GOAL, watch.now) == now


async def test_a_window_of_the_calendar_begins_anew_with_all_its_budget(watch: Watch) -> None:
    midnight = datetime(MONDAY.year, 1, 1)  # noqa: DTZ001 - a calendar begins by the clock on the wall
    calendar = CalendarWindow(1, CalendarUnit.DAY, midnight, "UTC")
    watch.declare(replace(watch.goal, calendar=calendar, window=DAY))
    begins = calendar.period(MONDAY.astimezone(UTC)).end - MONDAY
    watch.traffic.break_between(begins - HOUR, begins - 50 * MINUTE)
    await watch.goals.measure(watch.now)
    await watch.until(begins - 30 * MINUTE, 5 * MINUTE)
    before = await watch.goals.status(GOAL, watch.now)
    assert before.spent > 0
    assert before.window_end == MONDAY + begins
    await watch.until(begins + 30 * MINUTE, 5 * MINUTE)
    after = await watch.goals.status(GOAL, watch.now)
    assert (after.window_start, after.spent, after.left) == (MONDAY + begins, 0, 1.0)
    assert after.allowed == pytest.approx(10 * DAY.total_seconds() / 1000, rel=0.01)
