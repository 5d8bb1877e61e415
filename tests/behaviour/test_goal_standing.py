"""What a goal says of itself while little is measured and while it is on its way to a page: figures that can be checked by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.behaviour.goals_watch import GOAL, Watch
from tests.desk import MONDAY
from tests.unit.practices.goals.made import DAY, HOUR, MINUTE, SECOND
from watchbill.practices.goals.model import GoalState, GoalStatus
from watchbill.store.store import Store


@pytest.fixture
def watch(store: Store) -> Watch:
    return Watch(store)


async def status(watch: Watch) -> GoalStatus:
    return await watch.goals.status(GOAL, watch.now)


async def test_what_the_window_allows_is_what_the_budget_left_is_counted_by(watch: Watch) -> None:
    """Ten requests a second are 24,192,000 in 28 days, of which 24,192 may fail; 2 minutes of 30 % failures are 360."""
    watch.traffic.break_between(5 * MINUTE, 7 * MINUTE)
    await watch.goals.measure(MONDAY)
    await watch.until(10 * MINUTE)
    now = await status(watch)
    assert now.allowed is not None
    assert now.left is not None
    assert now.allowed == pytest.approx(24_192, rel=0.001)
    assert now.spent == 360
    assert now.left == pytest.approx(1 - 360 / 24_192, abs=0.0001)
    assert now.total == now.coverage * 10 * 28 * DAY / SECOND, "the traffic of the measured part, at ten a second"
    assert now.remaining is not None
    assert now.remaining < -50, "of what was measured so far, 6 might fail"


async def test_a_goal_on_its_way_to_a_page_says_when(watch: Watch) -> None:
    """30 % failures burn 300×: an hour's window gains 5× a minute and is over 13.44× after 2 min 41 s."""
    await watch.goals.measure(MONDAY)
    await watch.until(2 * HOUR, MINUTE)
    watch.traffic.break_between(2 * HOUR, 3 * HOUR)
    told: list[tuple[timedelta, timedelta]] = []
    while not await watch.tick():
        now = await status(watch)
        if now.pages_in is not None:
            assert now.state is GoalState.ATTENTION
            told.append((watch.now - MONDAY, watch.now - MONDAY + now.pages_in))
    paged = watch.now - MONDAY
    assert told[0][0] <= 2 * HOUR + 45 * SECOND, "within the third reading after the break"
    once_steady = [expected for at, expected in told if at >= 2 * HOUR + 75 * SECOND]
    assert len(once_steady) >= 4
    assert all(abs(expected - paged) <= 30 * SECOND for expected in once_steady)
    assert ((await status(watch)).state, (await status(watch)).pages_in) == (GoalState.BURNING, None)


async def test_failures_that_stop_in_time_are_on_their_way_no_longer(watch: Watch) -> None:
    await watch.goals.measure(MONDAY)
    await watch.until(2 * HOUR, MINUTE)
    watch.traffic.break_between(2 * HOUR, 2 * HOUR + MINUTE)
    await watch.until(2 * HOUR + MINUTE)
    assert (await status(watch)).pages_in is not None
    await watch.until(2 * HOUR + 2 * MINUTE + 45 * SECOND)
    now = await status(watch)
    assert (now.state, now.pages_in) == (GoalState.HEALTHY, None)
    assert now.burns[0].short_rate is not None
    assert now.burns[0].short_rate > now.burns[0].tier.factor, "though the last five minutes are still over the limit"


async def test_the_budget_lasts_at_the_burn_of_the_last_five_minutes(watch: Watch) -> None:
    watch.traffic.break_between(2 * MINUTE, HOUR)
    await watch.goals.measure(MONDAY)
    await watch.until(10 * MINUTE)
    now = await status(watch)
    assert now.present is not None
    assert now.present.tier.short == 5 * MINUTE
    assert now.left is not None
    assert now.spent_in is not None
    assert now.present.short_rate == pytest.approx(300, rel=0.05)
    assert now.spent_in / HOUR == pytest.approx(28 * 24 * now.left / 300, rel=0.05)


async def test_the_newest_minutes_are_known_across_the_blocks_of_the_ledger(watch: Watch) -> None:
    """The watch begins at six in the evening; at midnight a block of six hours ends, and failures go on around it."""
    midnight = 6 * HOUR
    await watch.goals.measure(MONDAY)
    await watch.until(midnight - 10 * MINUTE, 5 * MINUTE)
    watch.traffic.break_between(midnight - MINUTE, midnight + HOUR)
    await watch.until(midnight - 15 * SECOND)
    while watch.now < MONDAY + midnight + MINUTE:
        await watch.tick()
        assert (await status(watch)).pages_in is not None, watch.now
