"""Shares of availability have as many digits as their nines need, and never look better than they are."""

from __future__ import annotations

from fractions import Fraction

import pytest

from watchbill.lib.shares import at_least, at_most, part


@pytest.mark.parametrize(
    ("share", "least", "most"),
    [
        (Fraction("0.9999"), "99.99", "99.99"),
        (Fraction("0.9999") ** 3, "99.9701", "99.97"),
        (1 - Fraction(1, 14_000), "99.99286", "99.99285"),
        (Fraction("0.999999"), "99.9999", "99.9999"),
        (Fraction(1), "100", "100"),
        (Fraction(2, 3), "66.67", "66.66"),
    ],
)
def test_a_share_is_rounded_to_the_side_that_is_safe(share: Fraction, least: str, most: str) -> None:
    assert at_least(share) == f"{least}\u202f%"
    assert at_most(share) == f"{most}\u202f%"


@pytest.mark.parametrize(
    ("share", "shown"), [(Fraction(1, 10), "10"), (2.0, "200"), (Fraction(1, 3), "33.3"), (0.29, "29")]
)
def test_a_part_of_a_budget_has_a_decimal_only_where_it_needs_one(share: float | Fraction, shown: str) -> None:
    assert part(share) == f"{shown}\u202f%"
