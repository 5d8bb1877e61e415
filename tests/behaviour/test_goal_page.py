"""The page of a goal whose service breaks while little is measured: every figure can be checked by hand against the others."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from tests.behaviour.measured_shop import PATH, Shop, open_shop
from tests.unit.practices.goals.made import MINUTE, SECOND
from tests.website import NOW
from watchbill.lib.durations import THIN
from watchbill.org.calendar_windows import CalendarUnit, CalendarWindow
from watchbill.org.in_force import Reading
from watchbill.org.objectives import Least, Slices


@pytest.fixture
async def shop(database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(database_url, tmp_path) as opened:
        yield opened


def number(text: str) -> float:
    return float(text.replace(" ", ""))


async def test_bad_events_what_is_allowed_and_what_is_left_agree(shop: Shop) -> None:
    shop.traffic.break_between(timedelta(days=1, minutes=1), timedelta(days=2))
    await shop.until(3 * MINUTE)
    page = await shop.page()
    allowed, spent = re.findall(r"bad events · ([\d ]+) allowed in 28 d (\d+)", page)[0]
    left = re.findall(r"of the budget left ([\d.]+) %", page)[0]
    assert int(number(spent)) == pytest.approx(10 * 112 * 0.3, abs=1), "ten a second, 30 % of them for 1 min 52 s"
    assert number(allowed) == pytest.approx(10 * 28 * 86_400 / 1000, abs=10)
    assert number(left) == pytest.approx(100 * (1 - number(spent) / number(allowed)), abs=0.1)
    assert f"1 − {spent} / {allowed} = {left} % is left" in page


async def test_the_chart_ends_with_the_budget_left_that_the_page_names(shop: Shop) -> None:
    shop.traffic.break_between(timedelta(days=1, minutes=1), timedelta(days=2))
    for seconds in (150, 165, 180, 195):
        await shop.until(seconds * SECOND)
        page = await shop.page()
        named = re.findall(r"of the budget left ([\d.]+ %)", page)[0]
        newest_row = re.findall(r"Minutes not measured \S+ ([\d.]+ %)", page)[0]
        assert newest_row == named


async def test_a_young_goal_is_shown_over_the_shortest_span_that_holds_it(shop: Shop) -> None:
    await shop.until(3 * MINUTE)
    assert "Budget left, 15 minutes to now" in await shop.page()
    await shop.until(20 * MINUTE)
    page = await shop.page()
    assert "Budget left, 1 hour to now" in page
    assert "Last 1 h, minute by minute" in page
    assert "Burn, 3 hours to now each 2 min by itself" in await shop.page(f"{PATH}?span=3h")


async def test_before_it_pages_every_place_says_so_and_after_it_one_burn_is_named_everywhere(shop: Shop) -> None:
    shop.traffic.break_between(timedelta(days=1, minutes=2), timedelta(days=2))
    await shop.until(3 * MINUTE + 30 * SECOND)
    for path in (PATH, "/goals", "/", "/services/api"):
        page = await shop.page(path)
        assert re.search(r"over the paging rate pages in about \d min", page), path
    goal = await shop.api()
    assert goal["state"] == "attention"
    assert 0 < float(str(goal["pagesInSeconds"])) < 180
    assert "no goal burns, 1 goal is over the paging rate" in await shop.page("/")

    await shop.until(5 * MINUTE)
    incident = await shop.page("/incidents/1")
    long, short = re.findall(r"burn ([\d.]+)× over 1 h and ([\d.]+)× over 5 min, limit 13.4×", incident)[0]
    assert float(long) == pytest.approx(13.44, abs=1.5)
    found_at = datetime.fromisoformat(str((await shop.api())["burns"][0]["since"]))  # type: ignore[index]
    assert found_at.tzinfo == UTC
    file = await shop.website.watchbill.incidents.incident("1")
    mail = file.alerts[0].annotations["summary"].replace(THIN, " ")
    assert f"a burn of {long}×, and of {short}× in the last 5 min; this rule's limit is 13.4×." in mail
    page = await shop.page()
    (now,) = re.findall(r"burning ([\d.]+)× over 1 h, limit 13.4×", page)
    assert f"1 h / 5 min {now}×" in page
    first = (await shop.api())["burns"][0]  # type: ignore[index]
    assert float(now) == pytest.approx(first["longRate"], abs=0.1)


async def test_a_goal_of_time_slices_on_the_calendar_is_told_in_slices_and_by_its_period(shop: Shop) -> None:
    """Five minutes of 30 % failures among ten: one bad slice of two, and a month of 31 days has 8,928 of them."""
    in_force = shop.website.watchbill.organization
    before = in_force.organization
    (goal,) = before.goals.values()
    month = CalendarWindow(1, CalendarUnit.MONTH, NOW.replace(tzinfo=None, day=1, hour=0, minute=0), "UTC")
    sliced = replace(
        goal,
        slices=Slices(5, Fraction(95, 100)),
        calendar=month,
        aspirational=True,
        owner=goal.service._replace(kind="group", name="sre-core"),
        least=Least(1, 1),
    )
    assert in_force.offer(
        Reading(replace(before, goals={goal.name: sliced}, revision="+"), (), "+"), shop.website.clock.now()
    )
    shop.traffic.break_between(timedelta(days=1, minutes=5), timedelta(days=1, minutes=10))
    await shop.until(11 * MINUTE)
    page = await shop.page()
    assert "99.9 % over the calendar month aspirational" in page
    assert re.search(r"bad time slices · [\d.]+ allowed in the calendar month 1 ", page)
    assert "one is good where at least 95 % of its events are" in page
    assert (
        "A rule begins to alert only where each of its windows holds at least 1 time slices, at least 1 of them bad."
        in page
    )
    answer = await shop.api()
    assert (answer["counts"], answer["timeSlices"], answer["spent"]) == (
        "time slices",
        {"seconds": 300, "target": 0.95},
        1,
    )
    assert (answer["aspirational"], answer["minimumEvents"], answer["owner"]) == (True, 1, "group:sre-core")
    assert answer["allowed"] == month.period(NOW).length / (5 * MINUTE) * 0.001


async def test_the_page_tells_the_alerts_of_the_goal_by_the_figures_that_they_were_found_by(shop: Shop) -> None:
    await shop.until(15 * SECOND)
    assert "Alerts of this goal" in await shop.page()
    assert "No alert so far." in await shop.page()
    shop.traffic.break_between(timedelta(days=1), timedelta(days=2))
    await shop.until(6 * MINUTE)
    page = await shop.page()
    told = re.search(r"Alerts of this goal (.*?) Incidents of", page)
    assert told is not None
    assert re.search(r"goes on page \d[\d ]* of \d[\d ]* events in the last 1 h .* limit is 13.4×", told[1])
    assert '<a href="/incidents/1">1</a>' in (await shop.browser.get(PATH)).text
