"""The small values of documents: durations, which always can be added to an instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbill.org.values import Duration, TooLong


def test_durations_are_spans_or_months() -> None:
    assert Duration.parse("90 s").span == timedelta(seconds=90)
    assert Duration.parse("0005m").span == timedelta(minutes=5)
    assert (Duration.parse("3M").months, Duration.parse("2Y").months) == (3, 24)
    assert (Duration.parse("10Y").months, Duration.parse("3653d").span) == (120, timedelta(days=3653))


@pytest.mark.parametrize("text", ["11Y", "121M", "3654d", "99999999999d", "9" * 5000 + "s", "999999999999999999Y"])
def test_a_duration_over_ten_years_is_too_long(text: str) -> None:
    with pytest.raises(TooLong, match="too long; the longest duration is 10Y") as refused:
        Duration.parse(text)
    assert len(str(refused.value)) < 100


@given(st.integers(min_value=0), st.sampled_from("smhdwMY"))
def test_whatever_can_be_read_can_be_added_many_times_to_an_instant(count: int, unit: str) -> None:
    try:
        duration = Duration.parse(f"{count}{unit}")
    except TooLong:
        return
    assert datetime(2200, 1, 1, tzinfo=UTC) + 100 * duration.span
