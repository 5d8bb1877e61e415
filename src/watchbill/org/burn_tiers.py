"""The default burn tiers of a goal: the workbook's rows, derived for any window. Pure arithmetic, exact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache

from .objectives import BurnTier, Severity

_MINUTE = timedelta(minutes=1)
_SHORTEST_UNSCALED = timedelta(days=28)


@dataclass(frozen=True)
class _Row:
    name: str
    severity: Severity
    share: Fraction
    long: timedelta
    short: timedelta


_ROWS = (
    _Row("fast", Severity.PAGE, Fraction(2, 100), timedelta(hours=1), timedelta(minutes=5)),
    _Row("slow", Severity.PAGE, Fraction(5, 100), timedelta(hours=6), timedelta(minutes=30)),
    _Row("ticket", Severity.TICKET, Fraction(10, 100), timedelta(days=3), timedelta(hours=6)),
)


@lru_cache(maxsize=256)
def default_tiers(window: timedelta) -> tuple[BurnTier, ...]:
    """Return the tiers of a goal over `window`: page at 2 % of the budget in 1 h (reset by 5 min) and at 5 % in 6 h (30 min),
    ticket at 10 % in 3 d (6 h).

    The factor is share × window / long window: 14.4, 6 and 1 for 30 days, 13.44, 5.6 and 14/15 for 28 days. A window under
    28 days is too short for a long window of three days: the factors of its last tier would ask for tickets about a goal that is
    met. There all windows shrink in proportion to window / 28 days, up to the next whole minute and never below one, and the
    factor follows from the long window that results; over 7 days the fast tier looks at 15 and 2 minutes with 13.44.
    Raises ValueError for a window that is not positive.
    """
    if window <= timedelta(0):
        raise ValueError("a goal's window must be longer than nothing")
    return tuple(_tier(row, window) for row in _ROWS)


def _tier(row: _Row, window: timedelta) -> BurnTier:
    long, short = _scaled(row.long, window), _scaled(row.short, window)
    return BurnTier(row.name, row.severity, row.share * _ratio(window, long), long, short)


def _scaled(span: timedelta, window: timedelta) -> timedelta:
    if window >= _SHORTEST_UNSCALED:
        return span
    minutes = _ratio(span, _MINUTE) * _ratio(window, _SHORTEST_UNSCALED)
    return max(1, -(-minutes.numerator // minutes.denominator)) * _MINUTE


def _ratio(span: timedelta, unit: timedelta) -> Fraction:
    microsecond = timedelta(microseconds=1)
    return Fraction(span // microsecond, unit // microsecond)
