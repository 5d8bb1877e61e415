"""What is said of steps that fail again and again: enough to see it, never a flood."""

from structlog.testing import capture_logs

from watchbill.engine.troubles import Troubles


def test_an_outage_of_an_hour_is_told_in_a_handful_of_lines() -> None:
    troubles = Troubles()
    with capture_logs() as lines:
        for second in range(3600):
            troubles.failed("deliver", OSError("no connection"), float(second))
        troubles.passed("deliver", 3600.0)
    assert [line["event"] for line in lines] == [
        "engine.step_failed",
        *["engine.step_still_fails"] * 6,
        "engine.steps_again",
    ]
    assert [line["times"] for line in lines[1:4]] == [10, 60, 300]
    assert (lines[-1]["failed"], lines[-1]["seconds"]) == (3600, 3600)
    assert [isinstance(line.get("exc_info"), OSError) for line in lines] == [True] + [False] * 7


def test_another_failure_is_told_in_full_and_a_module_does_not_hide_another() -> None:
    troubles = Troubles()
    with capture_logs() as lines:
        troubles.failed("deliver", OSError(), 0)
        troubles.failed("deliver", ValueError(), 1)
        troubles.failed("escalate", ValueError(), 2)
    assert [line["event"] for line in lines] == ["engine.step_failed"] * 3


def test_a_module_that_never_failed_is_not_spoken_of() -> None:
    with capture_logs() as lines:
        Troubles().passed("deliver", 0)
    assert lines == []
