"""Numbers as people read them: a thin space in thousands, units, and as many digits of a percentage as carry meaning."""

from __future__ import annotations

import math
from fractions import Fraction

from .durations import THIN

UNKNOWN = "not measured"


def count(number: float | Fraction) -> str:
    """Return a whole number with a thin space in thousands; fractions are rounded down."""
    return f"{math.floor(number):,}".replace(",", THIN)


def amount(number: float | Fraction) -> str:
    """Return a number that need not be whole: without decimals from ten on, with at most two below.

    What is more than nothing never shows as nothing.
    """
    if number >= 10:
        return count(number)
    return "under 0.01" if 0 < number < 0.005 else f"{float(number):.2f}".rstrip("0").rstrip(".")


def several(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun in the right form: “1 page”, “3 pages”."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def percent(share: float | Fraction | None, digits: int = 0) -> str:
    """Return a share (0..1) in percent with `digits` decimals, rounded down: what is not whole never shows as whole."""
    if share is None:
        return UNKNOWN
    scale = 10**digits
    # Binary floats stand a hair beside the decimal they mean: 0.29 * 100 is 28.999…
    floored = math.floor(round(float(share) * 100 * scale, 6)) / scale
    return f"{floored:.{digits}f}{THIN}%"


def left(share: float | Fraction | None) -> str:
    """Return what is left of a budget, below zero when overspent: with one decimal, unless it is nothing or all."""
    if share is not None and share < 0:
        over = percent(-share, 1)
        return f"−{over}" if any(digit in over for digit in "123456789") else f"−0.1{THIN}%"
    return percent(share, 0 if share in (0, 1) else 1)


def digits_of(target_text: str) -> int:
    """Return how many decimals a goal's target is written with: 1 for “99.9”."""
    _, _, decimals = target_text.strip().rstrip("%").strip().partition(".")
    return len(decimals)


def level(share: float | Fraction | None, target_text: str) -> str:
    """Return a measured level with two decimals more than its target has: enough to tell it from the target."""
    return percent(share, digits_of(target_text) + 2)


def target(target_text: str) -> str:
    """Return a goal's target as it was written, with its unit."""
    return f"{target_text.strip().rstrip('%').strip()}{THIN}%"


def rate(burn: float | Fraction | None) -> str:
    """Return a burn rate, rounded down so that what is under a limit never shows as the limit.

    It has two decimals below ten, one below a hundred, none from there on; a whole number has none.
    """
    if burn is None:
        return UNKNOWN
    digits = 2 if burn < 10 else 1 if burn < 100 else 0
    floored = math.floor(round(float(burn) * 10**digits, 6)) / 10**digits
    if floored >= 100 or floored.is_integer():
        return f"{count(floored)}×"
    return f"{floored:.{digits}f}×" if digits == 1 else f"{floored:.2f}".rstrip("0") + "×"
