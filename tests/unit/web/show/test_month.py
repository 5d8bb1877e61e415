from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from tests.organizations import small
from watchbill.lib.durations import THIN
from watchbill.practices.goals.model import Point
from watchbill.web.show.month import edges_of, month_named, month_of

GOAL = small().goals["api-availability"]
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 30, 10, 0, tzinfo=UTC)
MARCH = date(2026, 3, 1)


def points(bad: dict[int, int]) -> list[Point]:
    """Return the days of March up to the 30th: 100,000 events in each, of those named so many bad; none on the 5th."""
    edges = edges_of(MARCH, BERLIN)
    return [
        Point(edges[day - 1], min(edges[day], NOW), total - bad.get(day, 0), total, 0 if total else 1440, 0.5)
        for day in range(1, 31)
        for total in [0 if day == 5 else 100_000]
    ]


def test_a_month_begins_on_its_weekday_and_ends_with_days_to_come() -> None:
    month = month_of(GOAL, MARCH, BERLIN, points({}), NOW)
    assert [len(week) for week in month.weeks] == [7] * 6
    assert [day.date.day for day in month.weeks[0] if day] == [1]
    assert [(day.date.day, day.shape) for day in month.weeks[5] if day] == [(30, "calm"), (31, "ahead")]
    assert (month.before, month.after, len(month.days)) == ("2026-02", None, 30)


def test_a_day_says_how_fast_it_burned_what_was_bad_and_what_was_left() -> None:
    days = {day.date.day: day for day in month_of(GOAL, MARCH, BERLIN, points({2: 90, 3: 150, 4: 900}), NOW).days}
    assert [days[number].shape for number in (1, 2, 3, 4, 5)] == ["calm", "calm", "warn", "bad", "none"]
    assert days[3].says.replace(THIN, " ") == (
        "over the budget's rate: burn 1.5×, 150 of 100 000 bad, 50.0 % left at its end"
    )
    assert days[5].says == "not measured"
    assert (days[4].share, round(days[2].share, 2)) == (1.0, round(0.9 / 5.6, 2))


def test_the_limit_of_a_day_is_that_of_the_longest_rule_up_to_a_day() -> None:
    assert month_of(GOAL, MARCH, BERLIN, [], NOW).limit == 5.6
    assert month_of(replace(GOAL, tiers=()), MARCH, BERLIN, [], NOW).limit == 14.4


def test_days_follow_the_clocks_of_their_zone() -> None:
    edges = edges_of(MARCH, BERLIN)
    lengths = [end - start for start, end in pairwise(edges)]
    assert {number: length for number, length in enumerate(lengths, 1) if length != timedelta(days=1)} == {
        29: timedelta(hours=23)
    }


def test_a_month_that_is_not_one_or_still_to_come_is_the_present_one() -> None:
    assert month_named("2026-02", NOW, BERLIN) == date(2026, 2, 1)
    for text in ("", "2026-13", "2027-01", "0001-01", "2026-02-01"):
        assert month_named(text, NOW, BERLIN) == MARCH
    assert month_named("", datetime(2026, 3, 31, 23, 0, tzinfo=UTC), BERLIN) == date(2026, 4, 1)
