"""Weekly openings on the wall clock."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from watchbill.org.charters import Hours
from watchbill.org.hours import is_within

OFFICE = Hours(frozenset({0, 1, 2, 3, 4}), time(8), time(18))
NIGHT = Hours(frozenset({4}), time(22), time(6))  # Friday into Saturday
ALL_DAY = Hours(frozenset({6}), time(0), time(0))


@pytest.mark.parametrize(
    ("opening", "local", "expected"),
    [
        (OFFICE, "2026-05-04T08:00:00", True),
        (OFFICE, "2026-05-04T17:59:59", True),
        (OFFICE, "2026-05-04T18:00:00", False),
        (OFFICE, "2026-05-09T12:00:00", False),
        (NIGHT, "2026-05-08T21:59:00", False),
        (NIGHT, "2026-05-08T22:00:00", True),
        (NIGHT, "2026-05-09T05:59:00", True),
        (NIGHT, "2026-05-09T06:00:00", False),
        (NIGHT, "2026-05-08T05:00:00", False),
        (ALL_DAY, "2026-05-10T00:00:00", True),
        (ALL_DAY, "2026-05-10T23:59:00", True),
        (ALL_DAY, "2026-05-11T00:00:00", False),
    ],
)
def test_an_opening_is_half_open_and_may_pass_midnight(opening: Hours, local: str, expected: bool) -> None:
    assert is_within([opening], datetime.fromisoformat(local)) is expected


def test_without_openings_nothing_is_open() -> None:
    assert not is_within([], datetime.fromisoformat("2026-05-04T12:00:00"))
