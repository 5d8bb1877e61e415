"""Lengths of time in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from watchbill.lib.durations import THIN, about, closely, duration, window


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"), (0.03, "under 0.1 s"), (0.4, "0.4 s"), (42, "42 s"), (114, "1 min 54 s"), (120, "2 min"), (2460, "41 min"),
        (11_400, "3 h 10 min"), (7200, "2 h"), (432_000, "5 days"),
    ],
)  # fmt: skip
def test_a_length_of_time_is_shown_in_its_largest_units(seconds: float, shown: str) -> None:
    assert duration(seconds).replace(THIN, " ") == shown
    assert duration(timedelta(seconds=seconds)).replace(THIN, " ") == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (42, "42 s"), (114, "1 min 54 s"), (692, "11 min 32 s"), (2460, "41 min"), (11_400, "3 h 10 min"),
        (241_300, "2 days 19 h"),
    ],
)  # fmt: skip
def test_a_length_of_time_to_count_with_has_two_units(seconds: float, shown: str) -> None:
    assert closely(timedelta(seconds=seconds)).replace(THIN, " ") == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (5, "less than a minute"), (60, "about 1 min"), (100, "about 2 min"), (5400, "about 90 min"),
        (9000, "about 2 h"), (200_000, "about 2 d"),
    ],
)  # fmt: skip
def test_an_estimate_is_told_in_one_unit(seconds: float, shown: str) -> None:
    assert about(timedelta(seconds=seconds)).replace(THIN, " ") == shown


def test_a_window_is_named_by_one_unit() -> None:
    spans = [timedelta(days=28), timedelta(hours=6), timedelta(minutes=30), timedelta(seconds=90)]
    assert [window(span).replace(THIN, " ") for span in spans] == ["28 d", "6 h", "30 min", "1 min 30 s"]
