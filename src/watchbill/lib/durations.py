"""Lengths of time as people read them, in pages, messages and the record alike. It knows nothing of what they are lengths of."""

from __future__ import annotations

from datetime import timedelta

THIN = "\u202f"
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def duration(span: timedelta | float | None) -> str:
    """Return a length of time in its two largest units below two days, in days from there; seconds as a number are taken too."""
    if span is None:
        return "unknown"
    seconds = span.total_seconds() if isinstance(span, timedelta) else float(span)
    if 0 < seconds < 0.1:
        return f"under 0.1{THIN}s"
    if seconds < 60:
        return f"{seconds:.1f}{THIN}s" if 0 < seconds < 1 else f"{int(seconds)}{THIN}s"
    if seconds < 600:
        return _two(int(seconds), 60, "min", 1, "s")
    if seconds < 3600:
        return f"{int(seconds) // 60}{THIN}min"
    return _two(int(seconds), 3600, "h", 60, "min") if seconds < 48 * 3600 else f"{int(seconds) // 86_400}{THIN}days"


def closely(span: timedelta) -> str:
    """Return a length of time as closely as it takes to count with it: in two units also where `duration` is content with one."""
    seconds = int(span.total_seconds())
    if seconds >= 48 * 3600:
        return _two(seconds, 86_400, "days", 3600, "h")
    return _two(seconds, 60, "min", 1, "s") if 60 <= seconds < 3600 else duration(span)


def about(span: timedelta) -> str:
    """Return an estimated length of time in its largest unit: “about 3 min”; “less than a minute” below one."""
    seconds = span.total_seconds()
    if seconds < 60:
        return "less than a minute"
    size, unit = next((size, unit) for size, unit in _UNITS if seconds >= 2 * size or unit == "min")
    return f"about {round(seconds / size)}{THIN}{unit}"


def window(span: timedelta) -> str:
    """Return a window's length in one unit, as goals and tiers are named by it: 28 d, 6 h, 5 min."""
    seconds = int(span.total_seconds())
    for size, unit in _UNITS:
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size}{THIN}{unit}"
    return duration(span)


def _two(seconds: int, large: int, large_unit: str, small: int, small_unit: str) -> str:
    whole, rest = divmod(seconds, large)
    rest //= small
    return f"{whole}{THIN}{large_unit}" + (f" {rest}{THIN}{small_unit}" if rest else "")
