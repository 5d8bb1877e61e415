"""How long somebody who guesses has to wait."""

from datetime import UTC, datetime, timedelta

import pytest

from watchbill.web.refusals import TooManyAttempts
from watchbill.web.throttle import FORGOTTEN_AFTER, FREE_FAILURES, Throttle

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
HERE, THERE = "203.0.113.9", "203.0.113.10"


def _failed(times: int) -> Throttle:
    throttle = Throttle()
    for _ in range(times):
        throttle.failed(HERE, NOW)
    return throttle


def test_the_first_failures_cost_nothing() -> None:
    _failed(FREE_FAILURES - 1).check(HERE, NOW)


@pytest.mark.parametrize(("more", "seconds"), [(0, 1), (1, 2), (3, 8), (30, 60)])
def test_each_failure_after_them_doubles_the_wait_up_to_a_minute(more: int, seconds: int) -> None:
    throttle = _failed(FREE_FAILURES + more)
    with pytest.raises(TooManyAttempts):
        throttle.check(HERE, NOW + timedelta(seconds=seconds - 1))
    throttle.check(HERE, NOW + timedelta(seconds=seconds))


def test_others_do_not_wait() -> None:
    _failed(50).check(THERE, NOW)


def test_success_and_time_wipe_the_slate() -> None:
    throttle = _failed(50)
    throttle.check(HERE, NOW + FORGOTTEN_AFTER)
    throttle.succeeded(HERE)
    throttle.check(HERE, NOW)


def test_the_wait_is_said_in_whole_seconds() -> None:
    with pytest.raises(TooManyAttempts) as refused:
        _failed(FREE_FAILURES + 3).check(HERE, NOW)
    assert 8 <= refused.value.wait_seconds <= 9


def test_it_remembers_a_bounded_number_of_addresses() -> None:
    throttle = _failed(50)
    for number in range(10_000):
        throttle.failed(f"other-{number}", NOW)
    throttle.check(HERE, NOW)
