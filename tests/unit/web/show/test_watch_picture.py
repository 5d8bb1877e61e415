from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.organizations import small
from watchbill.org.rotation import Shift
from watchbill.org.values import EntityRef
from watchbill.web.show.watch_picture import NOBODY, ROW, picture

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
    assert [(bar.x, bar.width, bar.word, bar.gap) for bar in drawn.bars] == [
        (0, 50, "weekly", False),
        (50, 50, "gap", True),
    ]
    assert drawn.bars[1].y - drawn.bars[0].y == ROW
    assert drawn.bars[0].says == "Ana Ruiz, Sun 3 May, 00:00 to Wed 6 May, 00:00"
    assert drawn.names == ("Ana Ruiz", NOBODY)
    assert [(day.x, day.weekday, day.number) for day in drawn.days] == [
        (0, "Mon", 4), (25, "Tue", 5), (50, "Wed", 6), (75, "Thu", 7),
    ]  # fmt: skip
    assert drawn.now_x == 50


def test_a_shift_that_is_short_for_its_word_goes_without() -> None:
    shifts = [Shift(START, START + timedelta(hours=12), (ANA,), "weekly", "")]
    end = START + timedelta(days=14)
    drawn = picture(shifts, START, end, now=START, zone=ZoneInfo("UTC"), organization=small())
    assert [bar.word for bar in drawn.bars] == [""]


def test_days_are_the_zones_own_when_the_clock_changes() -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 10, 24, tzinfo=zone)
    drawn = picture([], start, start + timedelta(days=3), now=start, zone=zone, organization=small())
    first, second, third = drawn.days
    assert second.x - first.x < third.x - second.x
