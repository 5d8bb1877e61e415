"""Instants for programs."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from watchbill.lib.instants import rfc3339


def test_an_instant_is_written_in_utc_whatever_its_zone() -> None:
    assert rfc3339(datetime(2026, 5, 3, 14, tzinfo=ZoneInfo("Europe/Lisbon"))) == "2026-05-03T13:00:00Z"
    assert rfc3339(datetime(2026, 5, 3, 14, 0, 0, 250_000, tzinfo=UTC)) == "2026-05-03T14:00:00.250000Z"
