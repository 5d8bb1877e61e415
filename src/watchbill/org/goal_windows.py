"""The window that an SLO is judged by: one that rolls, or one that follows the calendar. Exactly one, or a fault says why none."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from .calendar_windows import CalendarUnit, CalendarWindow
from .doubts import doubt_minutes
from .nodes import Path
from .shapes import openslo
from .slos import WrittenSLO
from .spans import parse_span
from .values import Duration

_LONGEST_WINDOW = timedelta(days=366)
_SHORTEST_WINDOW = timedelta(hours=1)
_UNITS = {
    "d": CalendarUnit.DAY,
    "w": CalendarUnit.WEEK,
    "M": CalendarUnit.MONTH,
    "Q": CalendarUnit.QUARTER,
    "Y": CalendarUnit.YEAR,
}


class WrittenWindow(NamedTuple):
    """How long a window is, about so where it follows the `calendar`."""

    span: timedelta
    calendar: CalendarWindow | None = None


def link_window(slo: WrittenSLO) -> WrittenWindow | None:
    """Return the window, or None with a fault."""
    windows = slo.spec.time_window
    path: Path = ("spec", "timeWindow")
    if len(windows) != 1:
        what = "it has several time windows" if windows else "it has no time window"
        slo.not_measured(path, what, "Give it exactly one, as in [{duration: 28d, isRolling: true}].")
        return None
    path = (*path, 0, "duration")
    text = windows[0].duration.strip()
    try:
        span = parse_span(text)
    except ValueError as error:
        slo.faults.error("bad-duration", slo.document.place(*path), f"{error}.", "")
        return None
    if text.endswith("m"):
        doubt_minutes(slo.document, path, slo.faults, Duration.parse(text))
    if not _is_one_of_two(slo, windows[0], path[:-1]):
        return None
    if windows[0].calendar is not None:
        return _calendar(slo, windows[0].calendar, text, path)
    if not _SHORTEST_WINDOW <= span <= _LONGEST_WINDOW:
        slo.not_measured(path, "its window is out of range", "Use a window between 1h and 366d; 28d is a good start.")
        return None
    return WrittenWindow(span)


def _is_one_of_two(slo: WrittenSLO, window: openslo.TimeWindow, path: Path) -> bool:
    if window.is_rolling and window.calendar is not None:
        slo.faults.error(
            "bad-window",
            slo.document.key_place(*path, "calendar"),
            "A time window rolls or follows the calendar, never both.",
            "Take “calendar” out, or write isRolling: false.",
        )
        return False
    if not window.is_rolling and window.calendar is None:
        what = "its time window neither rolls nor follows a calendar"
        slo.not_measured(path, what, "Write isRolling: true, or a calendar with startTime and timeZone.")
        return False
    return True


def _calendar(slo: WrittenSLO, written: openslo.Calendar, text: str, path: Path) -> WrittenWindow | None:
    unit = _UNITS.get(text[-1])
    if unit is None:
        what = "its calendar window is shorter than a day"
        slo.not_measured(path, what, "Use days, weeks, months, quarters or years: 1d, 1w, 1M, 1Q or 1Y.")
        return None
    span = parse_span(text)
    if span > _LONGEST_WINDOW:
        slo.not_measured(path, "its window is longer than a year", "Use at most 1Y.")
        return None
    start = written.start_time.replace(second=0)
    return WrittenWindow(span, CalendarWindow(int(text[:-1]), unit, start, written.time_zone))
