"""Instants on the command line: RFC 3339, or a day alone. The present one is read here, for a command that asks about now."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import click


class _Instant(click.ParamType[datetime]):
    """Reads an instant; without an offset it is UTC, a day alone means its noon, which is that day in every time zone."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the instant, timezone-aware. Fails the command where it is none."""
        if isinstance(value, datetime):
            return value
        try:
            return read_instant(str(value))
        except ValueError:
            self.fail(
                f"“{value}” is not a time; write 2026-05-03 (its noon in UTC) or 2026-05-03T14:00:00Z, from 1990 to 2200.",
                param,
                ctx,
            )


def read_instant(text: str) -> datetime:
    """Read `2026-05-03`, `2026-05-03T14:00Z` or `2026-05-03T14:00+02:00`, between 1990 and 2200. Raises ValueError."""
    if len(text) == len("2026-05-03"):
        instant = datetime.combine(date.fromisoformat(text), time(12), UTC)
    else:
        instant = datetime.fromisoformat(text)
    if not 1990 <= instant.year <= 2200:
        raise ValueError(text)
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)


def at_or_now(at: datetime | None) -> datetime:
    """Return the instant asked for, else the machine's present second."""
    from watchbill.lib.clock import SystemClock

    return at if at is not None else SystemClock().now().replace(microsecond=0)


INSTANT = _Instant()
