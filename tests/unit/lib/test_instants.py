"""Instants for programs, and for people who read them where nothing turns them to their own zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from watchbill.lib.instants import in_zone, offset_from_utc, rfc3339


def test_an_instant_is_written_in_utc_whatever_its_zone() -> None:
    assert rfc3339(datetime(2026, 5, 3, 14, tzinfo=ZoneInfo("Europe/Lisbon"))) == "2026-05-03T13:00:00Z"
    assert rfc3339(datetime(2026, 5, 3, 14, 0, 0, 250_000, tzinfo=UTC)) == "2026-05-03T14:00:00.250000Z"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Lisbon", "Sun 3 May 2026, 23:40 WEST (22:40 UTC)"),
        ("Europe/Berlin", "Mon 4 May 2026, 00:40 CEST (Sun 3 May, 22:40 UTC)"),
        ("America/Sao_Paulo", "Sun 3 May 2026, 19:40 UTC−3 (22:40 UTC)"),
        ("Asia/Kolkata", "Mon 4 May 2026, 04:10 IST (Sun 3 May, 22:40 UTC)"),
        ("UTC", "Sun 3 May 2026, 22:40 UTC"),
    ],
)
def test_an_instant_names_its_zone_and_has_utc_beside_it(zone: str, said: str) -> None:
    assert in_zone(datetime(2026, 5, 3, 22, 40, tzinfo=UTC), ZoneInfo(zone)) == said


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [
        ("Europe/Berlin", "UTC+1", "UTC+2"),
        ("America/St_Johns", "UTC−3:30", "UTC−2:30"),
        ("Asia/Kolkata", "UTC+5:30", "UTC+5:30"),
        ("UTC", "UTC", "UTC"),
    ],
)
def test_how_far_a_zone_is_from_utc_then(zone: str, winter: str, summer: str) -> None:
    january, july = (datetime(2026, month, 1, 12, tzinfo=ZoneInfo(zone)) for month in (1, 7))
    assert [offset_from_utc(january), offset_from_utc(july)] == [winter, summer]
