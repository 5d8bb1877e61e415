from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from watchbill.web.show import times

NOW = datetime(2026, 11, 24, 13, 32, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def test_a_time_of_today_is_a_clock_and_of_another_day_has_its_day() -> None:
    assert times.text(NOW - timedelta(minutes=8), NOW, BERLIN, "clock") == "14:24"
    assert times.text(NOW - timedelta(days=1), NOW, BERLIN, "clock") == "Mon 23 Nov, 14:32"


def test_today_is_the_day_of_the_zone_not_of_utc() -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert times.text(late, late + timedelta(minutes=5), BERLIN, "clock") == "00:30"


@pytest.mark.parametrize(
    ("ahead", "shown"),
    [
        (-3, "just now"), (3, "in a moment"), (-42, "42 s ago"), (-480, "8 min ago"), (300, "in 5 min"),
        (-7200, "2 h ago"), (-3 * 86_400, "3 days ago"),
    ],
)  # fmt: skip
def test_how_long_ago(ahead: int, shown: str) -> None:
    assert times.ago(NOW + timedelta(seconds=ahead), NOW).replace("\u202f", " ") == shown


def test_an_element_carries_the_instant_for_the_browser_and_utc_on_hover() -> None:
    shown = times.element(NOW, NOW, BERLIN, "time")
    assert shown == (
        '<time datetime="2026-11-24T13:32:00.000Z" data-local="time" title="2026-11-24 13:32:00 UTC">14:32</time>'
    )


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Europe/Berlin", "Berlin time, UTC+1"),
        ("America/New_York", "New York time, UTC−5"),
        ("Asia/Kolkata", "Kolkata time, UTC+5:30"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
    ],
)
def test_a_zone_is_named_by_its_city_and_how_far_it_is_from_utc_now(zone: str, name: str) -> None:
    assert times.zone_name(ZoneInfo(zone), NOW) == name


def test_no_instant_is_a_dash() -> None:
    assert times.element(None, NOW, BERLIN, "clock") == "–"
