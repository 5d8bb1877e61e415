from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbill.lib import numbers
from watchbill.lib.durations import THIN


def plain(text: str) -> str:
    return text.replace(THIN, " ")


@pytest.mark.parametrize(
    ("share", "digits", "shown"),
    [
        (0.31, 0, "31 %"),
        (0.29, 0, "29 %"),
        (Fraction(999, 1000), 1, "99.9 %"),
        (1, 0, "100 %"),
        (None, 0, "not measured"),
    ],
)
def test_a_share_is_shown_in_percent(share: float | None, digits: int, shown: str) -> None:
    assert plain(numbers.percent(share, digits)) == shown


def test_what_is_not_whole_never_shows_as_whole() -> None:
    assert plain(numbers.percent(0.99999, 2)) == "99.99 %"
    assert plain(numbers.level(0.9999999, "99.9")) == "99.999 %"


def test_a_level_has_two_decimals_more_than_its_target() -> None:
    assert plain(numbers.level(0.99931, "99.9")) == "99.931 %"
    assert plain(numbers.level(0.99931, "99.95 %")) == "99.9310 %"
    assert plain(numbers.level(0.99931, "99")) == "99.93 %"


@pytest.mark.parametrize(
    ("burn", "shown"),
    [
        (22.44, "22.4×"), (14.4, "14.4×"), (14.39, "14.3×"), (13.96, "13.9×"), (99.97, "99.9×"), (6, "6×"), (0.933, "0.93×"),
        (1.0, "1×"), (0.2, "0.2×"), (1234.6, "1 234×"), (0, "0×"), (None, "not measured"),
    ],
)  # fmt: skip
def test_a_burn_below_its_limit_never_shows_as_the_limit(burn: float | None, shown: str) -> None:
    assert plain(numbers.rate(burn)) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (1, "100 %"),
        (0.9999, "99.9 %"),
        (0.3, "30.0 %"),
        (0, "0 %"),
        (-0.125, "−12.5 %"),
        (-0.1299, "−12.9 %"),
        (-0.0001, "−0.1 %"),
        (None, "not measured"),
    ],
)
def test_what_is_left_of_a_budget_is_whole_only_when_it_is(share: float | None, shown: str) -> None:
    assert plain(numbers.left(share)) == shown


def test_an_amount_that_is_small_has_decimals() -> None:
    amounts = [Fraction(41_882_113, 1000), Fraction(23, 10), Fraction(1, 20), 0.004, Fraction(0)]
    assert [plain(numbers.amount(number)) for number in amounts] == ["41 882", "2.3", "0.05", "under 0.01", "0"]


@given(st.integers(min_value=0, max_value=10**15))
def test_thousands_are_parted_and_nothing_is_lost(number: int) -> None:
    shown = numbers.count(number)
    assert int(shown.replace(THIN, "")) == number
    assert all(len(group) == 3 for group in shown.split(THIN)[1:])
