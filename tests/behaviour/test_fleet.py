"""The list of all goals: chosen, ordered and turned over in the same way on the page and by programs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.behaviour.goals_watch import GOAL, Watch
from tests.desk import MONDAY
from tests.unit.practices.goals.made import HOUR, MINUTE, SECOND
from tests.website import Website, text_of
from watchbill.org.objectives import Slices
from watchbill.practices.goals.ledger import minute_of
from watchbill.practices.goals.model import MinuteState
from watchbill.store.store import Store

CHECKOUT = ["cart-availability", "catalog-availability", "payments-availability", "payments-latency"]


async def named_by_api(website: Website, query: str) -> list[str]:
    program = await website.program("read")
    answer = await program.get(f"/api/v1/goals?{query}")
    assert answer.status_code == 200, answer.text
    return [goal["name"] for goal in answer.json()["goals"]]


async def named_on_page(website: Website, query: str) -> list[str]:
    browser, _ = await website.person("ana")
    page = (await browser.get(f"/goals?{query}")).text
    return re.findall(r'class="strong row name" href="/goals/([^"]+)"', page)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("team=checkout-sre", CHECKOUT),
        ("team=checkout-sre&tier=high", ["catalog-availability"]),
        ("platform=cart-db", ["cart-availability"]),
        (
            "platform=component:payments&tier=critical",
            ["cart-availability", "payments-availability", "payments-latency"],
        ),
        ("q=latency", ["payments-latency"]),
        ("q=Payments+avail", ["payments-availability"]),
        ("team=none", []),
        ("state=healthy", []),
        ("state=notMeasured&tier=high&sort=name", ["catalog-availability", "settlement-success"]),
    ],
)
async def test_goals_are_chosen_alike_on_the_page_and_by_programs(acme: Website, query: str, names: list[str]) -> None:
    assert await named_by_api(acme, query) == names
    assert await named_on_page(acme, query) == names


async def test_programs_turn_over_the_list_until_its_end(acme: Website) -> None:
    program = await acme.program("read")
    first = (await program.get("/api/v1/goals?sort=name&limit=4")).json()
    rest = (await program.get(f"/api/v1/goals?sort=name&limit=4&from={first['nextFrom']}")).json()
    assert (first["total"], first["nextFrom"], rest["nextFrom"]) == (7, 4, None)
    assert len({goal["name"] for goal in first["goals"] + rest["goals"]}) == 7
    assert first["byState"] == {"burning": 0, "spent": 0, "attention": 0, "notMeasured": 7, "healthy": 0}


async def test_a_team_or_platform_that_does_not_exist_is_said_with_the_nearest_name(acme: Website) -> None:
    program = await acme.program("read")
    answer = await program.get("/api/v1/goals?team=checkout-sr")
    assert (answer.status_code, answer.json()["mend"]) == (404, "Did you mean “checkout-sre”?")
    assert (await program.get("/api/v1/goals?platform=moon:base::1")).status_code == 404
    assert (await program.get("/api/v1/goals?tier=huge")).status_code == 422


async def test_the_page_keeps_what_was_chosen_in_its_links_and_fields(acme: Website) -> None:
    browser, _ = await acme.person("ana")
    page = (await browser.get("/goals?team=checkout-sre&state=notMeasured&sort=burn")).text
    assert 'href="/goals?state=healthy&amp;team=checkout-sre&amp;sort=burn"' in page
    assert '<input type="hidden" name="state" value="notMeasured">' in page
    assert '<option value="checkout-sre" selected>' in page
    assert '<option value="burn" selected>' in page
    assert "4 goals of 7, 0 burning or spent, 4 not measured" in text_of(page)


async def test_a_place_behind_the_end_shows_that_nothing_is_there(acme: Website) -> None:
    browser, _ = await acme.person("ana")
    page = await browser.get("/goals?from=900000")
    assert page.status_code == 200
    assert "No goal is like this." in page.text


@pytest.fixture
def watch(store: Store) -> Watch:
    return Watch(store)


async def test_pieces_of_the_last_day_are_the_sums_of_its_minutes_whether_blocks_are_new_kept_or_read(
    watch: Watch,
) -> None:
    watch.traffic.break_between(3 * HOUR, 4 * HOUR)
    await watch.goals.measure(watch.now)
    await watch.until(26 * HOUR, 20 * MINUTE)
    for goals in (watch.goals, watch.goals, watch.another_process()):
        pieces = (await goals.recents([GOAL], watch.now))[GOAL]
        last = minute_of(watch.now) // 30 * 30 + 30
        minutes = [*await goals.minutes(GOAL, MONDAY, watch.now), *await goals.unwritten(GOAL, watch.now)]
        sums = [[0, 0] for _ in range(48)]
        for each in minutes:
            place = 48 - (last - minute_of(each.minute) + 29) // 30
            if place >= 0 and each.state is MinuteState.MEASURED:
                sums[place][0] += each.total - each.good
                sums[place][1] += each.total
        assert list(zip(pieces.bad, pieces.total, strict=True)) == [tuple(each) for each in sums]
        assert max(burn or 0 for burn in pieces.burns(watch.goal)) > 200


async def test_pieces_of_a_goal_of_time_slices_count_slices(watch: Watch) -> None:
    from dataclasses import replace
    from fractions import Fraction

    watch.declare(replace(watch.goal, slices=Slices(5, Fraction(9, 10))))
    await watch.goals.measure(watch.now)
    watch.traffic.break_between(1 * HOUR, 1 * HOUR + 10 * MINUTE)
    await watch.until(8 * HOUR + 10 * SECOND, 10 * MINUTE)
    pieces = (await watch.goals.recents([GOAL], watch.now))[GOAL]
    assert pieces.minutes == 30
    assert sum(pieces.bad) == 2
    assert set(pieces.total[-15:-1]) == {6}


async def test_a_glance_is_that_of_the_last_evaluation_until_that_is_long_ago(watch: Watch) -> None:
    await watch.goals.measure(watch.now)
    await watch.until(5 * MINUTE)
    evaluated = await watch.goals.fleet(watch.now)
    watch.desk.clock.set(watch.now + timedelta(seconds=60))
    assert await watch.goals.fleet(watch.now) is evaluated
    watch.desk.clock.set(watch.now + timedelta(seconds=60))
    assert (await watch.goals.fleet(watch.now)).at == watch.now


async def test_days_are_the_sums_of_their_minutes_and_end_with_what_is_left_now(watch: Watch) -> None:
    watch.traffic.break_between(20 * HOUR, 20 * HOUR + 3 * MINUTE)
    await watch.goals.measure(watch.now)
    await watch.until(30 * HOUR, 20 * MINUTE)
    edges = [MONDAY.replace(hour=0, minute=0) + number * 24 * HOUR for number in range(5)]
    days = await watch.goals.spans(GOAL, watch.now, edges)
    assert [day.start for day in days] == edges[:3] if watch.now > edges[2] else edges[:2]
    minutes = [*await watch.goals.minutes(GOAL, edges[0], watch.now), *await watch.goals.unwritten(GOAL, watch.now)]
    for day in days:
        inside = [each for each in minutes if day.start <= each.minute < day.end]
        assert (day.good, day.total) == (sum(each.good for each in inside), sum(each.total for each in inside))
    assert days[-1].left == pytest.approx((await watch.goals.status(GOAL, watch.now)).left, abs=1e-3)
