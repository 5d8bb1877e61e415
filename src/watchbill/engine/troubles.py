"""What the log is told of steps that fail again and again: the first time everything, then one line at growing intervals."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog

from watchbill.lib.repeated import Failures

_log = structlog.get_logger("watchbill.engine")


class Troubles:
    """Tells the log of failures by module. Times are seconds of any clock that does not go back. It never raises."""

    def __init__(self) -> None:
        self._failures = Failures()

    def failed(self, module: str, error: BaseException, at: float) -> None:
        """Tell of a step that failed: with its traceback when the module has not failed in this way before."""
        kind = type(error).__qualname__
        told = self._failures.failed(module, kind, at)
        if told is not None and told.times == 0:
            _tell(_log.error, "engine.step_failed", module=module, exc_info=error)
        elif told is not None:
            times, lasting = told.times, told.seconds
            _tell(_log.error, "engine.step_still_fails", module=module, error=kind, times=times, seconds=lasting)

    def passed(self, module: str, at: float) -> None:
        """Tell of a module that steps again."""
        if (told := self._failures.passed(module, at)) is not None:
            _tell(_log.info, "engine.steps_again", module=module, failed=told.times, seconds=told.seconds)


def _tell(say: Callable[..., Any], event: str, **facts: Any) -> None:
    with suppress(Exception):  # a log that cannot be written must not stop the pager
        say(event, **facts)
