"""How goals are measured when samples come late, slowly, not at all, or under selectors that match nothing; and over crashes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from tests.behaviour.goals_watch import GOAL, MONDAY, Watch
from tests.unit.practices.goals.made import HOUR, MINUTE, SECOND, data_source
from tests.unit.practices.goals.recorded import Traffic
from tests.unit.sources.serving import Reply, Server, matrix, serving
from watchbill.lib.http import HttpClient
from watchbill.org.objectives import Goal, Selector
from watchbill.org.selectors import parse_selector
from watchbill.practices.goals import measuring
from watchbill.practices.goals.model import GoalState, MinuteState, SourceReading
from watchbill.sources.prometheus import PrometheusSource
from watchbill.store.store import Store

NO_PATIENCE = timedelta()


@pytest.fixture
def watch(store: Store) -> Watch:
    return Watch(store)


@pytest.mark.parametrize("lag", [0, 24, 60, 110])
async def test_samples_that_can_be_read_only_later_are_measured_later_and_whole(watch: Watch, lag: int) -> None:
    watch.delay("api", lag * SECOND)
    watch.traffic.break_between(4 * MINUTE, 6 * MINUTE)
    await watch.goals.measure(MONDAY)
    await watch.until(15 * MINUTE)
    minutes = await watch.ledger()
    assert len(minutes) >= 12
    assert {minute.state for minute in minutes} == {MinuteState.MEASURED}
    assert {minute.total for minute in minutes[1:]} == {600}
    assert sum(minute.total - minute.good for minute in minutes) == 2 * 600 * 30 // 100
    assert not any(minute.lower_bound for minute in minutes[1:])


async def test_a_lag_only_delays_an_alert(watch: Watch) -> None:
    watch.delay("api", 110 * SECOND)
    await watch.goals.measure(MONDAY)
    await watch.until(10 * MINUTE)
    watch.traffic.break_between(10 * MINUTE, HOUR)
    alerted = await watch.until_signal(20 * MINUTE)
    assert alerted - 10 * MINUTE <= 110 * SECOND + 6 * MINUTE


async def test_a_late_target_beside_a_prompt_one_is_measured_whole(watch: Watch) -> None:
    watch.source.services["late"] = Traffic(MONDAY)
    watch.delay("late", 110 * SECOND)
    every = parse_selector("http_requests_total")
    watch.declare(replace(watch.goal, total=every, bad=parse_selector('http_requests_total{code="500"}')))
    await watch.goals.measure(MONDAY)
    await watch.until(15 * MINUTE)
    minutes = await watch.ledger()
    assert len(minutes) >= 12
    assert {minute.total for minute in minutes[4:]} == {1200}
    assert sum(minute.total for minute in minutes) == 2 * 10 * (60 * len(minutes) - 8 - 7)


async def test_samples_that_come_later_than_is_waited_for_say_so(watch: Watch) -> None:
    watch.delay("api", 5 * MINUTE)
    await watch.until(15 * MINUTE)
    status = await watch.goals.status(GOAL, watch.now)
    assert status.state is GoalState.NOT_MEASURED
    assert status.problem is not None
    assert status.problem.endswith("that samples arrive within two minutes.")


async def test_a_pace_slower_than_declared_is_learned_and_then_leaves_no_minute_unknown(store: Store) -> None:
    watch = Watch(store, Traffic(MONDAY, pace=120))
    await watch.goals.measure(MONDAY)
    await watch.until(20 * MINUTE)
    minutes = await watch.ledger()
    assert len(minutes) >= 16
    known = [minute.total if minute.state is not MinuteState.UNKNOWN else None for minute in minutes]
    assert known[:10] == [None, None, 1200, None, 1200, 0, 1200, 0, 1200, 0]
    assert None not in known[4:]


async def test_a_declared_pace_leaves_no_minute_unknown_from_the_start(store: Store) -> None:
    watch = Watch(store, Traffic(MONDAY, pace=120))
    slow = replace(watch.desk.organization.organization.sources["metrics"], interval=2 * MINUTE)
    watch.declare(watch.goal, sources={"metrics": slow})
    await watch.goals.measure(MONDAY)
    await watch.until(20 * MINUTE)
    minutes = await watch.ledger()
    assert len(minutes) >= 16
    assert minutes[0].state is MinuteState.UNKNOWN
    assert [minute.total for minute in minutes[1:7]] == [0, 1200] * 3
    assert MinuteState.UNKNOWN not in {minute.state for minute in minutes[1:]}


async def test_a_bad_selector_that_matches_nothing_is_healthy_with_a_note(watch: Watch) -> None:
    slip = replace(watch.goal, bad=parse_selector('http_requests_total{service="api",code="5OO"}'))
    watch.declare(slip)
    watch.traffic.break_between(2 * MINUTE, HOUR)
    await watch.until(5 * MINUTE)
    status = await watch.goals.status(GOAL, watch.now)
    assert (status.state, status.spent, status.problem) == (GoalState.HEALTHY, 0, None)
    assert status.note is not None
    assert status.note.endswith('fine if nothing ever failed. If something did, check code="5OO".')
    watch.goals = watch.another_process()
    watch.declare(replace(slip, bad=parse_selector('http_requests_total{service="api",code="500"}')))
    await watch.until(8 * MINUTE)
    assert (await watch.goals.status(GOAL, watch.now)).note is None


async def test_a_good_selector_that_matches_nothing_measures_nothing_and_wakes_nobody(watch: Watch) -> None:
    slip = replace(watch.goal, bad=None, good=parse_selector('http_requests_total{service="api",code="2OO"}'))
    watch.declare(slip)
    await watch.until(20 * MINUTE)
    status = await watch.goals.status(GOAL, watch.now)
    assert (status.state, status.total, status.last_measured) == (GoalState.NOT_MEASURED, 0, None)
    assert status.problem is not None
    assert status.problem.endswith('so nothing is measured. If there were good events, check code="2OO".')
    assert {minute.state for minute in await watch.ledger()} == {MinuteState.UNKNOWN}
    assert await watch.desk.incidents.open_incidents() == []
    watch.declare(replace(slip, good=parse_selector('http_requests_total{service="api",code="200"}')))
    await watch.until(25 * MINUTE)
    status = await watch.goals.status(GOAL, watch.now)
    assert (status.state, status.problem, status.note) == (GoalState.HEALTHY, None, None)


async def test_a_minute_that_a_crash_cut_off_is_a_lower_bound(watch: Watch) -> None:
    await watch.goals.measure(MONDAY)
    await watch.until(10 * MINUTE + 15 * SECOND)
    stored = await watch.ledger()
    watch.traffic.silence_between(9 * MINUTE + 20 * SECOND, 16 * MINUTE)
    watch.goals = watch.another_process()
    watch.desk.clock.set(MONDAY + 16 * MINUTE)
    await watch.until(25 * MINUTE)
    minutes = await watch.ledger()
    assert minutes[: len(stored)] == stored
    assert [(minute.total, minute.lower_bound) for minute in minutes[1:9]] == [(600, False)] * 8
    assert (minutes[9].state, minutes[9].total, minutes[9].lower_bound) == (MinuteState.MEASURED, 150, True)
    assert {minute.state for minute in minutes[10:16]} == {MinuteState.UNKNOWN}
    assert not any(minute.lower_bound for minute in minutes[17:])


async def test_after_an_orderly_end_a_source_without_memory_goes_on_where_it_was(watch: Watch) -> None:
    await watch.goals.measure(MONDAY)
    await watch.until(10 * MINUTE + 45 * SECOND)
    await watch.goals.put_down(watch.now)
    watch.traffic.silence_between(MINUTE, 10 * MINUTE + 36 * SECOND)
    watch.goals = watch.another_process()
    await watch.until(15 * MINUTE)
    minutes = await watch.ledger()
    assert len(minutes) >= 13
    assert {minute.total for minute in minutes[1:]} == {600}


def from_server(watch: Watch, server: Server) -> HttpClient:
    """Declare a second goal, “elsewhere”, whose source is this server."""
    declared, http = data_source("server", url=server.url), HttpClient()
    watch.sources["server"] = PrometheusSource(declared, http)
    elsewhere = replace(watch.goal, name="elsewhere", source="server")
    watch.declare(watch.goal, elsewhere, sources={"server": declared})
    return http


class Hanging:
    """A source that is asked and never answers."""

    def __init__(self) -> None:
        self.asked = 0

    async def read(self, selectors: Sequence[Selector], since: datetime, until: datetime) -> list[SourceReading]:
        self.asked += 1
        await asyncio.Event().wait()
        raise AssertionError("never reached")


def hanging(watch: Watch) -> tuple[Hanging, Goal]:
    """Give the watch a source that hangs; return it with a goal “elsewhere” that it is to answer."""
    source = Hanging()
    watch.sources["server"] = source
    return source, replace(watch.goal, name="elsewhere", source="server")


async def test_a_source_that_hangs_is_waited_for_once_delays_no_other_and_is_not_asked_anew(watch: Watch) -> None:
    """From the second call on, each would stand for an hour if it waited for the source that hangs since the first."""
    source, elsewhere = hanging(watch)
    watch.declare(watch.goal, elsewhere, sources={"server": data_source("server")})
    await watch.goals.measure(MONDAY)
    for minutes in range(1, 7):
        watch.desk.clock.set(MONDAY + minutes * MINUTE)
        patience = HOUR if source.asked else NO_PATIENCE
        await asyncio.wait_for(watch.goals.measure(watch.now, patience), 60)
    statuses = {status.goal: status for status in await watch.goals.statuses(watch.now)}
    assert statuses[GOAL].state is GoalState.HEALTHY
    assert statuses[GOAL].last_measured == watch.now - MINUTE
    assert statuses["elsewhere"].state is GoalState.NOT_MEASURED
    assert source.asked == 1
    await watch.goals.put_down(watch.now)


async def test_a_source_that_hangs_for_too_long_says_so_and_is_asked_again(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "LONGEST_READING", SECOND / 100)
    source, elsewhere = hanging(watch)
    watch.declare(elsewhere, sources={"server": data_source("server")})
    await watch.goals.measure(MONDAY)
    for asked in (1, 2):
        watch.desk.clock.set(MONDAY + asked * MINUTE)
        await watch.goals.measure(watch.now)
        status = await watch.goals.status("elsewhere", watch.now)
        assert status.problem is not None
        assert status.problem.startswith("“server” was not read within ")
        assert source.asked == asked


async def test_what_cannot_be_kept_fails_the_measuring_and_blames_no_source(watch: Watch, store: Store) -> None:
    await watch.goals.measure(MONDAY)
    async with store.writing() as transaction:
        await transaction.execute(sa.text("ALTER TABLE ledger_cursor RENAME TO gone"))
    watch.desk.clock.set(MONDAY + 5 * MINUTE)
    with pytest.raises(SQLAlchemyError):
        await watch.goals.measure(watch.now)
    async with store.writing() as transaction:
        await transaction.execute(sa.text("ALTER TABLE gone RENAME TO ledger_cursor"))
    await watch.goals.measure(watch.now)
    status = await watch.goals.status(GOAL, watch.now)
    assert (status.problem, status.last_measured) == (None, watch.now - MINUTE)


async def test_what_a_slow_source_answers_after_the_patience_is_measured_and_told_of(watch: Watch) -> None:
    """The server has ten requests a second; all from the first sample on, 15 seconds in, are counted."""
    answer, read = asyncio.Event(), asyncio.Event()

    def counters(_path: str, form: dict[str, str]) -> Reply:
        labels = {"service": "api", "code": "200", "job": "shop", "instance": "api-0"}
        samples = [[MONDAY.timestamp() + second, str(10 * second)] for second in range(0, 400, 15)]
        is_slow = float(form["time"]) > MONDAY.timestamp()
        return replace(matrix((labels, samples)), after=answer if is_slow else None)

    async with serving(counters) as server:
        http = from_server(watch, server)
        await watch.goals.measure(MONDAY)
        watch.goals.when_read_late(read.set)
        watch.desk.clock.set(MONDAY + 5 * MINUTE)
        await watch.goals.measure(watch.now, NO_PATIENCE)
        await asyncio.wait_for(read.wait(), 60)
        assert (await watch.goals.status("elsewhere", watch.now)).total == 0
        read.clear()
        answer.set()
        await asyncio.wait_for(read.wait(), 60)
        assert (await watch.goals.status("elsewhere", watch.now)).total == 10 * (300 - 15)
        await http.close()


async def test_measuring_begins_with_the_first_sample_not_with_its_minute(watch: Watch) -> None:
    await watch.goals.measure(MONDAY)
    for end, newest in ((MINUTE, 52), (2 * MINUTE, 112), (10 * MINUTE, 592)):
        await watch.until(end)
        burn = (await watch.goals.status(GOAL, watch.now)).burns[0]
        assert burn.long_measured * timedelta(hours=1) == (newest - 7) * SECOND
