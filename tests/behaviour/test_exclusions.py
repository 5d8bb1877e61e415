"""Time that is agreed not to count, in a real store: left out of sums, charts, minutes and alerts, while the ledger stays as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.behaviour.goals_watch import GOAL, Watch
from tests.desk import MONDAY
from tests.unit.practices.goals.made import DAY, HOUR, MINUTE
from watchbill.org.in_force import Reading
from watchbill.org.objectives import AgreedExclusion
from watchbill.org.values import EntityRef, Place
from watchbill.practices.goals.model import MinuteState
from watchbill.store.store import Store


@pytest.fixture
def watch(store: Store) -> Watch:
    return Watch(store)


def agree(watch: Watch, *exclusions: AgreedExclusion) -> None:
    """Put the organisation in force with these exclusions and no others."""
    before = watch.desk.organization.organization
    agreed = {each.name: each for each in exclusions}
    after = replace(before, exclusions=agreed, revision=f"{before.revision}+")
    assert watch.desk.organization.offer(Reading(after, (), after.revision), watch.now)


def left_out(start: timedelta, lasts: timedelta, *, cap: timedelta | None = None, rule: str = "") -> AgreedExclusion:
    """An exclusion of the goal that begins so long after Monday's first minute."""
    return AgreedExclusion(
        name="disks",
        title="New disks",
        goals=frozenset({GOAL}),
        things=frozenset(),
        zone="UTC",
        start=(MONDAY + start).replace(tzinfo=None),
        lasts=lasts,
        rule=rule,
        cap=cap,
        why="the database moves",
        by=EntityRef("user", "default", "ana"),
        approved_by=None,
        approved_on=None,
        place=Place("exclusions.yaml", 1),
    )


async def test_what_was_agreed_afterwards_changes_the_sums_and_no_minute_that_is_stored(watch: Watch) -> None:
    """Half an hour fails in 13 hours. Agreed not to count, it is gone from every figure; taken back, it is there again."""
    await watch.goals.measure(watch.now)
    watch.traffic.break_between(2 * HOUR, 2 * HOUR + 30 * MINUTE)
    await watch.until(13 * HOUR, 5 * MINUTE)
    before, ledger = await watch.goals.status(GOAL, watch.now), await watch.ledger()
    assert before.spent > 1000
    assert before.uncorrected is None
    assert sum((await watch.goals.recents([GOAL], watch.now))[GOAL].bad) == before.spent

    agree(watch, left_out(2 * HOUR, 31 * MINUTE))
    after, marked = await watch.goals.status(GOAL, watch.now), await watch.ledger()
    assert (after.spent, after.excluded.minutes, after.excluded.over_cap) == (0, 31, 0)
    assert (after.good + after.excluded.good, after.total + after.excluded.total) == (before.good, before.total)
    assert after.uncorrected is not None
    assert (after.uncorrected.spent, after.uncorrected.left) == (before.spent, before.left)
    assert after.left == 1.0
    assert after.unknown_minutes == before.unknown_minutes

    assert [(one.minute, one.good, one.total) for one in marked] == [
        (one.minute, one.good, one.total) for one in ledger
    ]
    assert sum(one.state is MinuteState.EXCLUDED for one in marked) == 31

    chart = await watch.goals.chart(GOAL, watch.now, span=13 * HOUR, points=26)
    assert sum(point.total - point.good for point in chart) == 0
    assert sum(point.excluded_minutes for point in chart) == 31
    assert {point.left for point in chart if point.left is not None} == {1.0}
    assert sum((await watch.goals.recents([GOAL], watch.now))[GOAL].bad) == 0
    _, spending = await watch.goals.spending(GOAL, watch.now)
    assert sum(high - low for low, high in spending.excluded) == 31

    watch.goals = watch.another_process()
    await watch.goals.measure(watch.now)
    assert await watch.goals.status(GOAL, watch.now) == after
    agree(watch)
    assert await watch.goals.status(GOAL, watch.now) == before
    assert await watch.ledger() == ledger


async def test_what_fails_while_it_is_excluded_wakes_nobody_and_what_fails_afterwards_does(watch: Watch) -> None:
    await watch.goals.measure(watch.now)
    agree(watch, left_out(HOUR, HOUR))
    watch.traffic.break_between(HOUR, 2 * HOUR)
    await watch.until(2 * HOUR + 30 * MINUTE, 2 * MINUTE)
    assert (await watch.goals.status(GOAL, watch.now)).excluded.minutes == 60
    watch.traffic.break_between(2 * HOUR + 30 * MINUTE, 4 * HOUR)
    assert await watch.until_signal(4 * HOUR) > 2 * HOUR + 30 * MINUTE


async def test_an_alert_ends_when_what_it_rests_on_is_agreed_not_to_count(watch: Watch) -> None:
    await watch.goals.measure(watch.now)
    watch.traffic.break_between(HOUR, 2 * HOUR)
    await watch.until_signal(2 * HOUR)
    assert any(burn.holds for burn in (await watch.goals.status(GOAL, watch.now)).burns)
    agree(watch, left_out(HOUR, HOUR))
    assert await watch.tick() > 0
    assert not any(burn.holds for burn in (await watch.goals.status(GOAL, watch.now)).burns)


async def test_beyond_the_cap_it_counts_and_that_is_said(watch: Watch) -> None:
    """Ten minutes of every hour fail. Of four hours three may be left out: the last ten bad minutes of the four count."""
    await watch.goals.measure(watch.now)
    for hour in range(1, 5):
        watch.traffic.break_between(hour * HOUR, hour * HOUR + 10 * MINUTE)
    every_day = left_out(HOUR, 10 * MINUTE, cap=25 * MINUTE, rule="FREQ=DAILY")
    agree(watch, every_day)
    await watch.until(6 * HOUR, 5 * MINUTE)
    daily = await watch.goals.status(GOAL, watch.now)
    assert (daily.excluded.minutes, daily.excluded.over_cap, daily.note) == (10, 0, None)
    agree(watch, replace(left_out(HOUR, 4 * HOUR), cap=3 * HOUR))
    capped = await watch.goals.status(GOAL, watch.now)
    assert (capped.excluded.minutes, capped.excluded.over_cap) == (180, 60)
    assert capped.note is not None
    assert capped.note.startswith("60 minutes of this window that were agreed not to count do count")
    assert 0 < capped.spent < daily.spent


async def test_windows_longer_than_what_is_held_in_memory_leave_out_the_same(watch: Watch) -> None:
    """Over two days, with an exclusion that lies across the edges of blocks and windows, by events and after a restart."""
    watch.declare(replace(watch.goal, window=DAY))
    await watch.goals.measure(watch.now)
    for hour in range(0, 48, 6):
        watch.traffic.break_between(hour * HOUR + 50 * MINUTE, hour * HOUR + 70 * MINUTE)
    agree(watch, left_out(55 * MINUTE, 10 * MINUTE, rule="FREQ=DAILY"), replace(left_out(6 * HOUR, HOUR), name="drill"))
    await watch.until(2 * DAY, 30 * MINUTE)
    for _ in range(12):
        await watch.tick(7 * MINUTE)
        status, minutes = await watch.goals.status(GOAL, watch.now), await watch.ledger()
        minutes += await watch.goals.unwritten(GOAL, watch.now)
        counted = [one for one in minutes if one.minute >= status.window_start]
        assert status.total == sum(one.total for one in counted if one.state is not MinuteState.EXCLUDED)
        assert status.excluded.total == sum(one.total for one in counted if one.state is MinuteState.EXCLUDED)
        watch.goals = watch.another_process()
        await watch.goals.measure(watch.now)
        assert (await watch.goals.status(GOAL, watch.now)).excluded == status.excluded
