"""Reliability goals, from counters to incidents: real store, real incidents and pages, time passed by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from tests.behaviour.goals_watch import GOAL, TICK, Watch
from tests.desk import MONDAY
from tests.unit.practices.goals.made import DAY, HOUR, MINUTE, SECOND, data_source
from tests.unit.practices.goals.recorded import Traffic
from watchbill.lib.errors import NotFound
from watchbill.org.objectives import UnknownPolicy
from watchbill.org.selectors import parse_selector
from watchbill.practices.goals.model import GoalState, MinuteCount, MinuteState
from watchbill.practices.incidents.model import IncidentState
from watchbill.practices.oncall.model import PageState
from watchbill.practices.record.model import Kind
from watchbill.store.store import Store


@pytest.fixture
def watch(store: Store) -> Watch:
    return Watch(store)


async def test_a_break_pages_at_the_rules_own_detection_time(watch: Watch) -> None:
    watch.traffic.break_between(0 * SECOND, HOUR)
    await watch.goals.measure(MONDAY)
    own = 0.001 / 0.3 * 60 * 13.44 * MINUTE
    alerted = await watch.until_signal(10 * MINUTE)
    assert own <= alerted <= own + 2 * TICK
    file = await watch.desk.file()
    assert file.incident.state is IncidentState.OPEN
    assert file.incident.title == "API availability burns its error budget"
    assert file.page is not None
    assert file.page.state is PageState.DUE
    assert file.record[0].kind is Kind.BURN_FOUND
    (tier,) = file.record[0].details["figures"]["tiers"]
    assert (tier["tier"], tier["factor"], tier["long_window_seconds"]) == ("fast", 13.44, 3600)
    assert tier["long_bad_events"] / tier["long_total_events"] == pytest.approx(0.3, abs=0.01)
    status = await watch.goals.status(GOAL, watch.now)
    assert status.state is GoalState.BURNING
    assert [burn.since for burn in status.burns if burn.holds] == [watch.now]


async def test_a_goal_and_severity_is_one_alert_however_many_tiers_hold(watch: Watch) -> None:
    watch.traffic.failing = 100
    watch.traffic.break_between(0 * SECOND, HOUR)
    await watch.until(10 * MINUTE)
    alerts = (await watch.desk.file()).alerts
    assert [alert.fingerprint for alert in alerts] == [f"goal:{GOAL}:page", f"goal:{GOAL}:ticket"]
    assert {tier["tier"] for tier in alerts[0].figures["tiers"]} == {"fast", "slow"}
    assert len(await watch.desk.incidents.open_incidents()) == 1


async def test_the_alert_ends_when_the_short_window_is_clean_again(watch: Watch) -> None:
    watch.traffic.break_between(30 * MINUTE, 36 * MINUTE)
    await watch.until(50 * MINUTE)
    file = await watch.desk.file()
    (page,) = (alert for alert in file.alerts if alert.fingerprint.endswith(":page"))
    assert page.ends_at is not None
    assert 36 * MINUTE <= page.ends_at - MONDAY <= 43 * MINUTE


async def test_a_healthy_service_raises_nothing(watch: Watch) -> None:
    await watch.until(20 * MINUTE)
    status = await watch.goals.status(GOAL, watch.now)
    assert (status.state, status.spent, status.problem) == (GoalState.HEALTHY, 0, None)
    assert status.remaining == 1.0
    assert await watch.desk.incidents.open_incidents() == []


async def test_every_minute_in_the_ledger_is_the_truth(watch: Watch) -> None:
    watch.traffic.break_between(5 * MINUTE, 7 * MINUTE)
    await watch.until(10 * MINUTE)
    minutes = await watch.ledger()
    assert [minute.minute for minute in minutes] == [MONDAY + number * MINUTE for number in range(9)]
    for number, minute in enumerate(minutes[1:], start=1):
        good, bad = (
            after - before
            for before, after in zip(
                watch.traffic.counts(60 * number - 8), watch.traffic.counts(60 * number + 52), strict=True
            )
        )
        assert (minute.good, minute.total) == (good, good + bad)
        assert (minute.state, minute.lower_bound) == (MinuteState.MEASURED, False)


async def test_a_restart_in_the_middle_of_a_minute_changes_nothing(store: Store) -> None:
    watch = Watch(store)
    watch.traffic.break_between(2 * MINUTE, 20 * MINUTE)
    await watch.goals.measure(MONDAY)
    while watch.now < MONDAY + 15 * MINUTE:
        await watch.tick(25 * SECOND)
        watch.goals = watch.another_process()
    restarted = await watch.ledger()
    undisturbed = await _ledger_of_one_reading(watch)
    assert restarted == undisturbed[: len(restarted)]
    assert len(restarted) >= 14


async def _ledger_of_one_reading(watch: Watch) -> list[MinuteCount]:
    """Return the ledger of the same traffic, written in one go under another name."""
    watch.desk.clock.set(MONDAY)
    watch.declare(watch.goal, replace(watch.goal, name="again"))
    await watch.goals.measure(MONDAY)
    watch.desk.clock.set(MONDAY + 15 * MINUTE)
    await watch.goals.measure(watch.now)
    return await watch.goals.minutes("again", MONDAY, watch.now)


async def test_after_downtime_the_gap_is_read_from_the_source(watch: Watch) -> None:
    await watch.until(3 * MINUTE)
    watch.traffic.break_between(HOUR, 2 * HOUR)
    watch.goals = watch.another_process()
    watch.source.asked.clear()
    await watch.tick(5 * HOUR)
    minutes = await watch.ledger()
    assert all(minute.state is MinuteState.MEASURED for minute in minutes)
    assert sum(minute.total - minute.good for minute in minutes) == 10 * 3600 * 30 // 100
    assert max(until - since for since, until, _ in watch.source.asked) == 2 * HOUR


async def test_what_the_source_does_not_have_is_unknown(watch: Watch) -> None:
    watch.traffic.silence_between(5 * MINUTE, 25 * MINUTE)
    await watch.until(30 * MINUTE)
    minutes = await watch.ledger()
    assert {minute.state for minute in minutes[5:25]} == {MinuteState.UNKNOWN}
    assert sum(minute.total for minute in minutes[5:25]) == 0
    assert minutes[25].lower_bound
    status = await watch.goals.status(GOAL, watch.now)
    assert status.unknown_minutes == 28 * 24 * 60 - 10


async def test_a_goal_that_was_not_measured_lately_says_so(watch: Watch) -> None:
    watch.traffic.silence_between(5 * MINUTE, HOUR)
    await watch.until(20 * MINUTE)
    status = await watch.goals.status(GOAL, watch.now)
    assert status.state is GoalState.NOT_MEASURED
    assert status.last_measured == MONDAY + 4 * MINUTE
    assert status.problem is not None
    assert 'No counter that matches http_requests_total{service="api"} was read from “metrics”' in status.problem


async def test_a_burn_does_not_end_because_nothing_can_be_seen_any_more(watch: Watch) -> None:
    watch.traffic.break_between(0 * SECOND, HOUR)
    await watch.until(5 * MINUTE)
    watch.source.away = True
    await watch.until(90 * MINUTE, MINUTE)
    assert len(await watch.desk.incidents.open_incidents()) == 1
    assert (await watch.goals.status(GOAL, watch.now)).state is GoalState.NOT_MEASURED
    watch.source.away = False
    await watch.until(100 * MINUTE, MINUTE)
    (page, *_) = (await watch.desk.file()).alerts
    assert page.ends_at is not None


async def test_a_source_that_is_away_is_caught_up_with_when_it_returns(watch: Watch) -> None:
    await watch.until(3 * MINUTE)
    watch.source.away = True
    await watch.until(6 * MINUTE)
    status = await watch.goals.status(GOAL, watch.now)
    assert status.problem == "The recorded source is away. Bring it back."
    watch.source.away = False
    await watch.until(8 * MINUTE)
    assert (await watch.goals.status(GOAL, watch.now)).problem is None
    assert {minute.total for minute in (await watch.ledger())[1:]} == {600}


async def test_one_broken_goal_and_one_broken_source_stop_no_other(watch: Watch) -> None:
    class Broken:
        async def read(self, *_: object) -> list[object]:
            raise RuntimeError("a fault in the source itself")

    watch.sources["broken"] = Broken()  # type: ignore[assignment]
    refused = replace(watch.goal, name="refused", total=parse_selector('http_requests_total{service="cart"}'), bad=None)
    refused = replace(refused, good=parse_selector('http_requests_total{service="cart",code="200"}'))
    elsewhere = replace(watch.goal, name="elsewhere", source="broken")
    watch.source.refused.add(refused.total.text)
    watch.declare(refused, elsewhere, watch.goal, sources={"broken": data_source("broken")})
    await watch.until(4 * MINUTE)
    by_goal = {status.goal: status for status in await watch.goals.statuses(watch.now)}
    assert by_goal[GOAL].state is GoalState.HEALTHY
    assert by_goal["refused"].problem == 'http_requests_total{service="cart"} was refused.'
    assert by_goal["elsewhere"].problem == "“broken” could not be read (RuntimeError)."
    assert {by_goal[name].state for name in ("refused", "elsewhere")} == {GoalState.NOT_MEASURED}


async def test_all_goals_of_a_source_are_read_in_one_go(watch: Watch) -> None:
    twin = replace(watch.goal, name="twin", target_text="99.5")
    watch.declare(watch.goal, twin)
    await watch.until(5 * MINUTE)
    watch.source.asked.clear()
    await watch.tick()
    assert watch.source.asked == [(watch.now - 165 * SECOND, watch.now, 2)]


async def test_other_selectors_begin_anew_and_keep_what_was_counted(watch: Watch) -> None:
    await watch.until(5 * MINUTE)
    other = Traffic(MONDAY - DAY, rate=100)
    watch.source.services["cart"] = other
    changed = replace(
        watch.goal,
        total=parse_selector('http_requests_total{service="cart"}'),
        bad=parse_selector('http_requests_total{service="cart",code="500"}'),
    )
    watch.declare(changed)
    await watch.until(10 * MINUTE)
    totals = [minute.total for minute in await watch.ledger()]
    assert totals[1:4] == [600] * 3
    assert totals[6:] == [6000] * len(totals[6:])
    assert max(totals) == 6000


async def test_the_alert_of_a_goal_that_is_removed_ends(watch: Watch) -> None:
    watch.traffic.break_between(0 * SECOND, HOUR)
    await watch.until(5 * MINUTE)
    watch.declare()
    assert await watch.tick() >= 1
    assert all(alert.ends_at is not None for alert in (await watch.desk.file()).alerts)


async def test_two_processes_that_measure_at_once_count_nothing_twice(watch: Watch) -> None:
    other = watch.another_process()
    watch.traffic.break_between(0 * SECOND, HOUR)
    signals = 0
    for _ in range(40):
        signals += await watch.tick()
        await other.measure(watch.now)
        signals += await other.evaluate(watch.now)
    assert {minute.total for minute in (await watch.ledger())[1:]} == {600}
    assert await other.minutes(GOAL, MONDAY, watch.now) == await watch.ledger()
    assert signals == 2, "one when the fast tier holds, one when the slow tier joins it"
    assert [alert.ends_at for alert in (await watch.desk.file()).alerts] == [None]


async def test_a_process_that_only_shows_goals_follows_the_one_that_measures(watch: Watch) -> None:
    shows = watch.another_process()
    await shows.load(watch.now)
    watch.traffic.break_between(0 * SECOND, HOUR)
    await watch.until(5 * MINUTE)
    status = await shows.status(GOAL, watch.now)
    assert status.state is GoalState.BURNING
    written = sum(minute.total for minute in await watch.ledger())
    assert written <= status.total <= written + 600, "and what the minute that is being written has so far"


async def test_long_windows_are_exact_over_days(watch: Watch) -> None:
    watch.traffic.break_between(6 * HOUR, 7 * HOUR)
    short = replace(watch.goal, name="short", window=DAY)
    watch.declare(watch.goal, short)
    await watch.goals.measure(MONDAY)
    await watch.until(30 * HOUR + 17 * MINUTE, 47 * MINUTE)
    for name, length in ((GOAL, 28 * DAY), ("short", DAY)):
        status = await watch.goals.status(name, watch.now)
        start = max(watch.now - length, MONDAY).replace(second=0)
        minutes = await watch.goals.minutes(name, start, watch.now)
        newest = watch.traffic.counts((watch.now - MONDAY).total_seconds())
        assert status.spent == sum(minute.total - minute.good for minute in minutes)
        assert status.total >= sum(minute.total for minute in minutes)
        assert status.total <= sum(newest)
    again = watch.another_process()
    assert (await again.status("short", watch.now)).spent == status.spent


async def test_a_chart_sums_the_ledger_and_tells_the_budget_left(watch: Watch) -> None:
    watch.traffic.break_between(10 * MINUTE, 12 * MINUTE)
    await watch.until(30 * MINUTE)
    points = await watch.goals.chart(GOAL, watch.now, span=HOUR, points=12)
    assert [point.end - point.start for point in points] == [5 * MINUTE] * 12
    assert points[-1].end == watch.now.replace(second=0)
    minutes = [*await watch.ledger(), *await watch.goals.unwritten(GOAL, watch.now)]
    assert minutes[-1].minute == watch.now - MINUTE, "the newest minutes too, which are not written yet"
    for point in points:
        inside = [minute for minute in minutes if point.start <= minute.minute < point.end]
        assert point.total == sum(minute.total for minute in inside)
        assert point.good == sum(minute.good for minute in inside)
        measured = [minute for minute in inside if minute.state is not MinuteState.UNKNOWN]
        assert point.unknown_minutes == 5 - len(measured)
    assert points[0].left is None
    assert points[-1].left == (await watch.goals.status(GOAL, watch.now)).left


@pytest.mark.parametrize("policy", UnknownPolicy)
async def test_a_chart_and_a_status_take_unknown_minutes_for_the_same(watch: Watch, policy: UnknownPolicy) -> None:
    watch.declare(replace(watch.goal, unknown=policy, window=HOUR))
    watch.traffic.silence_between(5 * MINUTE, 15 * MINUTE)
    watch.traffic.break_between(2 * MINUTE, 3 * MINUTE)
    await watch.until(30 * MINUTE)
    at_thirty = (await watch.goals.status(GOAL, watch.now)).left
    await watch.until(40 * MINUTE)
    points = await watch.goals.chart(GOAL, watch.now, span=20 * MINUTE, points=20)
    (then,) = (point for point in points if point.end == MONDAY + 30 * MINUTE)
    assert then.left == pytest.approx(at_thirty, rel=0.04)
    status = await watch.goals.status(GOAL, watch.now)
    assert (status.spent, points[-1].left) == (180, status.left)
    assert (status.assumed > 0) is (policy is UnknownPolicy.BAD)


async def test_a_chart_ends_now_as_soon_as_something_was_counted_in_the_open_minute(watch: Watch) -> None:
    await watch.until(10 * MINUTE + 30 * SECOND)
    points = await watch.goals.chart(GOAL, watch.now, span=10 * MINUTE, points=10)
    assert [(point.end - point.start, point.total) for point in points[-2:]] == [(MINUTE, 600), (30 * SECOND, 300)]


async def test_a_name_that_is_no_goal_is_met_with_the_nearest_one(watch: Watch) -> None:
    asks: list[Callable[[], object]] = [
        lambda: watch.goals.status("api-availabilty", watch.now),
        lambda: watch.goals.minutes("api-availabilty", MONDAY, watch.now),
        lambda: watch.goals.chart("api-availabilty", watch.now, span=HOUR, points=3),
    ]
    for ask in asks:
        with pytest.raises(NotFound) as refusal:
            await ask()  # type: ignore[misc]
        assert refusal.value.mend == "Did you mean “api-availability”?"


async def test_a_goal_that_was_never_read_is_not_measured(watch: Watch) -> None:
    (status,) = await watch.goals.statuses(watch.now)
    assert (status.state, status.total, status.remaining) == (GoalState.NOT_MEASURED, 0, None)
    assert await watch.goals.minutes(GOAL, MONDAY, MONDAY + HOUR) == []


async def test_a_source_that_stays_away_is_told_of_in_full_once_and_then_at_growing_intervals(watch: Watch) -> None:
    with capture_logs() as lines:
        watch.source.away = True
        await watch.until(HOUR, MINUTE)
        watch.source.away = False
        await watch.until(HOUR + 2 * MINUTE, MINUTE)
    told = [line["event"] for line in lines if "source" in line]
    assert (told[0], told[-1]) == ("source not read", "source read again")
    assert set(told[1:-1]) == {"source still not read"}
    assert len(told) < 10
