"""Exact shares of availability as people read them: as many digits as their nines need, rounded to the side that is safe."""

from __future__ import annotations

import math
from fractions import Fraction

from .durations import THIN
from .numbers import percent

_MOST_DIGITS = 12
_DIGITS_OF_WHAT_FAILS = 3


def at_least(share: Fraction) -> str:
    """Return a share in percent, rounded up: who reaches what is shown reaches the share."""
    digits = _digits(share)
    return _written(math.ceil(share * 100 * 10**digits), digits)


def at_most(share: Fraction) -> str:
    """Return a share in percent, rounded down: what is shown is never more than the share."""
    digits = _digits(share)
    return _written(math.floor(share * 100 * 10**digits), digits)


def part(share: float | Fraction) -> str:
    """Return a part of a budget in percent, with one decimal where it is not whole."""
    return percent(share, 0 if round(float(share) * 100, 6).is_integer() else 1)


def _digits(share: Fraction) -> int:
    """Return how many decimals of a percentage tell what fails, 1 − share, in three digits."""
    failing = abs(1 - share) * 100
    digits = _DIGITS_OF_WHAT_FAILS - 1
    while failing and failing * 10**digits < 10 ** (_DIGITS_OF_WHAT_FAILS - 1) and digits < _MOST_DIGITS:
        digits += 1
    return digits


def _written(number: int, digits: int) -> str:
    whole, decimals = divmod(number, 10**digits)
    shown = f"{whole}.{decimals:0{digits}d}".rstrip("0").rstrip(".")
    return f"{shown}{THIN}%"
