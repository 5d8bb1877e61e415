from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.organizations import small
from watchbill.org.values import EntityRef
from watchbill.practices.oncall.model import Shift
from watchbill.web.show.watch_picture import NAMES, NOBODY, WIDTH, picture

START = datetime(2026, 5, 4, tzinfo=UTC)
ANA = EntityRef("user", "default", "ana")


def test_shifts_and_gaps_fill_the_picture_from_edge_to_edge() -> None:
    half = START + timedelta(days=2)
    shifts = [
        Shift(START - timedelta(days=1), half, (ANA,), "weekly", ""),
        Shift(half, START + timedelta(days=9), (), None, ""),
    ]
    end = START + timedelta(days=4)
    drawn = picture(shifts, START, end, now=half, zone=ZoneInfo("UTC"), organization=small())
    middle = (NAMES + WIDTH) / 2
    assert [(bar.x, bar.width, bar.gap) for bar in drawn.bars] == [
        (NAMES, middle - NAMES, False),
        (middle, WIDTH - middle, True),
    ]
    assert [mark.word for mark in drawn.rows] == ["Ana Ruiz", NOBODY]
    assert [mark.word for mark in drawn.days] == ["Mon 4", "Tue 5", "Wed 6", "Thu 7"]
    assert drawn.now_x == middle


def test_days_are_the_zones_own_when_the_clock_changes() -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 10, 24, tzinfo=zone)
    drawn = picture([], start, start + timedelta(days=3), now=start, zone=zone, organization=small())
    widths = [round(right.x - left.x) for left, right in zip(drawn.days, drawn.days[1:], strict=False)]
    assert widths[1] > widths[0]
