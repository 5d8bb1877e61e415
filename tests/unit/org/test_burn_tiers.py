"""The default burn tiers, exact for any window."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchbill.org.burn_tiers import default_tiers
from watchbill.org.objectives import Severity

# a shared machine may be slow at any moment
checked = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_over_thirty_days_the_factors_are_the_workbooks() -> None:
    tiers = default_tiers(30 * DAY)
    assert [(tier.severity, tier.factor, tier.long, tier.short) for tier in tiers] == [
        (Severity.PAGE, Fraction(144, 10), HOUR, 5 * MINUTE),
        (Severity.PAGE, Fraction(6), 6 * HOUR, 30 * MINUTE),
        (Severity.TICKET, Fraction(1), 3 * DAY, 6 * HOUR),
    ]


def test_over_four_weeks_they_are_exact_fractions() -> None:
    assert [tier.factor for tier in default_tiers(28 * DAY)] == [
        Fraction(1344, 100),
        Fraction(56, 10),
        Fraction(14, 15),
    ]


def test_under_four_weeks_the_windows_shrink_in_proportion() -> None:
    assert [(tier.factor, tier.long, tier.short) for tier in default_tiers(7 * DAY)] == [
        (Fraction(1344, 100), 15 * MINUTE, 2 * MINUTE),
        (Fraction(56, 10), 90 * MINUTE, 8 * MINUTE),
        (Fraction(14, 15), 18 * HOUR, 90 * MINUTE),
    ]


def test_a_window_of_nothing_has_no_tiers() -> None:
    with pytest.raises(ValueError, match="longer than nothing"):
        default_tiers(timedelta(0))


@checked
@given(st.integers(min_value=1, max_value=3 * 366 * 24 * 60))
def test_a_tier_at_its_limit_spends_its_share_of_the_budget_in_its_long_window(minutes: int) -> None:
    window = minutes * MINUTE
    for tier, share in zip(default_tiers(window), (2, 5, 10), strict=True):
        assert tier.factor * (tier.long // MINUTE) / minutes == Fraction(share, 100)
        assert MINUTE <= tier.short <= tier.long
        assert tier.long % MINUTE == timedelta(0)
