"""The past of a goal, filled from what its source still holds: the same minutes as if it had been measured then, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.behaviour.goals_watch import GOAL, Watch
from tests.desk import MONDAY
from tests.unit.practices.goals.made import DAY, HOUR, MINUTE
from tests.unit.practices.goals.recorded import Recorded, Traffic, by_name
from watchbill.lib.errors import Conflict, NotFound, Unavailable
from watchbill.org.objectives import Selector, UnknownPolicy
from watchbill.practices.goals.backfilling import Backfilling, Filling
from watchbill.practices.goals.holding import Holding
from watchbill.practices.goals.ledger import minute_of
from watchbill.practices.goals.model import MinuteCount, MinuteState, SourceReading
from watchbill.practices.goals.service import GoalsService
from watchbill.store.store import Store

PAST = MONDAY - 2 * DAY


def eventful() -> Traffic:
    """Two days of traffic before Monday: failures, a gap in the scrapes, and failures right before the first minute."""
    traffic = Traffic(PAST)
    traffic.break_between(10 * HOUR, 10 * HOUR + 7 * MINUTE)
    traffic.silence_between(20 * HOUR, 20 * HOUR + 12 * MINUTE)
    traffic.break_between(47 * HOUR + 50 * MINUTE, 49 * HOUR)
    return traffic


class Past:
    """A goal that began on Monday at two o'clock, over a source that holds two days before it."""

    def __init__(self, store: Store) -> None:
        self.watch = Watch(store, eventful())
        declared = self.watch.desk.organization.organization
        self.goal, self.data_source = declared.goals[GOAL], declared.sources["metrics"]

    async def begin(self) -> None:
        self.watch.desk.clock.set(MONDAY + 2 * HOUR)
        await self.watch.goals.measure(self.watch.now)
        await self.watch.until(2 * HOUR + 5 * MINUTE)

    def backfilling(self) -> Backfilling:
        """Return what a new process would begin with."""
        return Backfilling(self.watch.desk.store, by_name(self.watch.sources))

    async def fill(self, since: datetime | None = PAST, until: datetime | None = None) -> Filling:
        backfilling = self.backfilling()
        filling = await backfilling.begin(self.goal, self.data_source, self.watch.now, since=since, until=until)
        while not filling.is_done:
            filling = await backfilling.step(self.goal, self.data_source, self.watch.now)
        return filling

    async def minutes(self, goals: GoalsService | None = None) -> list[MinuteCount]:
        return await (goals or self.watch.goals).minutes(GOAL, PAST, MONDAY)


@pytest.fixture
async def past(store: Store) -> Past:
    past = Past(store)
    await past.begin()
    return past


async def measured_then(past: Past) -> list[MinuteCount]:
    """Return the minutes as they are counted when somebody reads every five minutes all the time."""
    holding = Holding.new(past.goal, past.data_source.interval, PAST - 6 * HOUR)
    selectors = [past.goal.total, past.goal.good or past.goal.bad or past.goal.total]
    at = PAST - 6 * HOUR
    while at < MONDAY + HOUR:
        at += 5 * MINUTE
        total, part = await past.watch.source.read(selectors, at - 8 * MINUTE, at)
        holding.take(total, part, at, at)
        holding.close(past.goal)
    blocks = [*holding.book.detailed.values(), holding.book.open]
    return [one for block in blocks for one in block.minutes(minute_of(PAST), minute_of(MONDAY))]


async def test_the_past_is_as_if_it_had_been_measured_then(past: Past) -> None:
    filling = await past.fill()
    assert (filling.first, filling.end, filling.reached) == (PAST, MONDAY, MONDAY)
    minutes = await past.minutes()
    assert minutes == await measured_then(past)
    assert filling.measured == sum(one.state is not MinuteState.UNKNOWN for one in minutes)
    until_last_scrape = 10 * 60 - 8
    assert sum(one.total - one.good for one in minutes) == 3 * 7 * 60 + 3 * until_last_scrape


async def test_broken_off_after_any_step_it_goes_on_and_counts_nothing_twice(past: Past) -> None:
    steps = 0
    filling = await past.backfilling().begin(past.goal, past.data_source, past.watch.now, since=PAST, until=None)
    while not filling.is_done:
        await past.backfilling().begin(past.goal, past.data_source, past.watch.now, since=None, until=None)
        filling = await past.backfilling().step(past.goal, past.data_source, past.watch.now)
        steps += 1
    assert steps >= 24
    assert await past.minutes() == await measured_then(past)


async def test_a_step_that_another_process_made_first_is_refused(past: Past) -> None:
    await past.backfilling().begin(past.goal, past.data_source, past.watch.now, since=PAST, until=None)

    class Slow(Recorded):
        async def read(self, selectors: Sequence[Selector], since: datetime, until: datetime) -> list[SourceReading]:
            await past.backfilling().step(past.goal, past.data_source, past.watch.now)
            return await super().read(selectors, since, until)

    slow = Backfilling(past.watch.desk.store, by_name({"metrics": Slow(past.watch.source.services)}))
    with pytest.raises(Conflict, match="Another process fills"):
        await slow.step(past.goal, past.data_source, past.watch.now)
    await past.fill(since=None)
    assert await past.minutes() == await measured_then(past)


async def test_the_server_that_runs_takes_up_what_was_filled_and_goes_on_measuring(past: Past) -> None:
    before = await past.watch.goals.status(GOAL, past.watch.now)
    await past.fill()
    await past.watch.tick()
    after = await past.watch.goals.status(GOAL, past.watch.now)
    assert after.coverage > before.coverage + 0.06
    minutes = await past.minutes()
    assert after.total - sum(one.total for one in minutes) >= before.total
    await past.watch.until(3 * HOUR)
    assert (await past.watch.goals.status(GOAL, past.watch.now)).problem is None
    assert await past.minutes() == minutes


async def test_what_is_unknown_since_the_filled_past_began_is_unknown_since_measuring_began(past: Past) -> None:
    past.watch.declare(replace(past.goal, unknown=UnknownPolicy.BAD))
    before = await past.watch.goals.status(GOAL, past.watch.now)
    await past.fill()
    await past.watch.tick()
    after = await past.watch.goals.status(GOAL, past.watch.now)
    assert before.left is not None
    assert after.left is not None
    silent, between = 12, 120
    assumed_bad = (silent + between) * 600
    allowed = float(after.allowed or 0)
    assert before.left > 0.9
    assert after.left == pytest.approx(1 - (assumed_bad + after.spent) / allowed, abs=0.2)
    assert after.left < -1


async def test_no_reading_is_longer_than_two_hours(past: Past) -> None:
    past.watch.source.asked.clear()
    await past.fill()
    assert max(until - since for since, until, _ in past.watch.source.asked) == timedelta(hours=2)


async def test_what_the_source_no_longer_holds_stays_unknown(past: Past) -> None:
    filling = await past.fill(since=PAST - 2 * DAY)
    minutes = await past.watch.goals.minutes(GOAL, PAST - 2 * DAY, PAST)
    assert filling.first == PAST - 2 * DAY
    assert {one.state for one in minutes} == {MinuteState.UNKNOWN}


async def test_a_source_that_does_not_answer_ends_it_until_it_does(past: Past) -> None:
    past.watch.source.away = True
    with pytest.raises(Unavailable):
        await past.fill()
    past.watch.source.away = False
    past.watch.source.refused = {past.goal.total.text}
    with pytest.raises(Unavailable, match="was refused"):
        await past.fill(since=None)
    past.watch.source.refused = set()
    assert (await past.fill(since=None)).first == PAST


async def test_what_cannot_be_filled_says_why(past: Past) -> None:
    with pytest.raises(
        Conflict, match=r"nothing to fill: the ledger of “api-availability” begins 2026-03-02 18:00 UTC"
    ):
        await past.fill(since=MONDAY + HOUR)
    await past.backfilling().begin(past.goal, past.data_source, past.watch.now, since=PAST, until=None)
    with pytest.raises(Conflict, match="is not done"):
        await past.fill(since=PAST + DAY)
    await past.fill(since=None)
    with pytest.raises(Conflict, match="nothing to fill"):
        await past.fill()


async def test_a_goal_that_was_never_measured_has_no_past_to_fill(store: Store) -> None:
    with pytest.raises(NotFound, match="was never measured"):
        await Past(store).fill()


async def test_only_a_part_may_be_filled(past: Past) -> None:
    filling = await past.fill(until=MONDAY - DAY + HOUR)
    assert (filling.first, filling.end) == (PAST, MONDAY - DAY)
    states = [one.state for one in await past.minutes()]
    assert MinuteState.MEASURED in states[:1440]
    assert set(states[1440:]) == {MinuteState.UNKNOWN}
