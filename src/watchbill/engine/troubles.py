"""What is said of steps that fail again and again: the first time everything, then one line at growing intervals."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog

_log = structlog.get_logger("watchbill.engine")
_SAID_AGAIN_AFTER = (10.0, 60.0, 300.0, 900.0)


@dataclass
class _Trouble:
    kind: str
    began: float
    said: float
    again: int = 0
    count: int = 1
    unsaid: int = 0


class Troubles:
    """Tells the log of failures by module. Times are seconds of any clock that does not go back. It never raises."""

    def __init__(self) -> None:
        self._open: dict[str, _Trouble] = {}

    def failed(self, module: str, error: BaseException, at: float) -> None:
        """Tell of a step that failed: with its traceback when the module has not failed in this way before."""
        kind = type(error).__qualname__
        trouble = self._open.get(module)
        if trouble is None or trouble.kind != kind:
            self._open[module] = _Trouble(kind, at, at)
            _tell(_log.error, "engine.step_failed", module=module, exc_info=error)
            return
        trouble.count += 1
        trouble.unsaid += 1
        if at - trouble.said >= _SAID_AGAIN_AFTER[min(trouble.again, len(_SAID_AGAIN_AFTER) - 1)]:
            times, lasting = trouble.unsaid, round(at - trouble.began)
            trouble.said, trouble.again, trouble.unsaid = at, trouble.again + 1, 0
            _tell(_log.error, "engine.step_still_fails", module=module, error=kind, times=times, seconds=lasting)

    def passed(self, module: str, at: float) -> None:
        """Tell of a module that steps again."""
        trouble = self._open.pop(module, None)
        if trouble is not None:
            lasted = round(at - trouble.began)
            _tell(_log.info, "engine.steps_again", module=module, failed=trouble.count, seconds=lasted)


def _tell(say: Callable[..., Any], event: str, **facts: Any) -> None:
    with suppress(Exception):  # a log that cannot be written must not stop the pager
        say(event, **facts)
