"""What a thing may take of a budget, exactly: the extra nine, copies beside each other. Fractions in, fractions out, no floats."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

EXTRA_NINE = 10
"""A critical dependency may fail a tenth as often as what stands on it."""

FOR_DEPENDENCIES = Fraction(1, 2)
"""The part of a budget that all critical dependencies together may take; the rest is for faults of one's own."""

MOST_COPIES = 10
"""Copies over this count for nothing more: what they would add is far below what anybody measures."""

_DIGITS_OF_A_ROOT = 1000


def parts_of_budget(dependencies: int) -> int:
    """Return into how many parts a budget is divided, of which each of some critical dependencies may take one.

    Ten (the extra nine) with up to five of them; with more, as many as make their parts half of the budget.
    """
    return max(EXTRA_NINE, math.ceil(dependencies / FOR_DEPENDENCIES))


@lru_cache(maxsize=4096)
def failing_together(share: Fraction, copies: int) -> Fraction:
    """Return how often all of some copies fail at once, where each fails independently of the others: (1 − share)ⁿ."""
    return (1 - share) ** min(copies, MOST_COPIES)


@lru_cache(maxsize=4096)
def of_one_copy(failing: Fraction, copies: int) -> Fraction:
    """Return how available each of some copies has to be, so that all fail at once in at most a share `failing` > 0 of events.

    Where the root is no fraction it is rounded down in its fourth digit: what is returned always suffices.
    """
    counted = min(copies, MOST_COPIES)
    if counted == 1:
        return 1 - failing
    scale = _DIGITS_OF_A_ROOT
    while Fraction(_DIGITS_OF_A_ROOT, scale) ** counted > failing:
        scale *= 10
    return 1 - Fraction(_root(math.floor(failing * scale**counted), counted), scale)


def _root(number: int, degree: int) -> int:
    """Return the largest whole number whose power does not exceed a number."""
    low, high = 0, 1 << -(-number.bit_length() // degree)
    while low < high:
        middle = (low + high + 1) // 2
        if middle**degree <= number:
            low = middle
        else:
            high = middle - 1
    return low
