"""What is worth saying of something that fails again and again: the first time, then at growing intervals, and when it is over."""

from __future__ import annotations

from dataclasses import dataclass

_SAID_AGAIN_AFTER = (10.0, 60.0, 300.0, 900.0)


@dataclass(frozen=True)
class Repeated:
    """How often something failed since that was last said, and for how many seconds it has; `times` is 0 for the first time."""

    times: int
    seconds: int


@dataclass
class _Run:
    kind: str
    began: float
    said: float
    again: int = 0
    count: int = 1
    unsaid: int = 0


class Failures:
    """Counts failures by what failed. Times are seconds of any clock that does not go back."""

    def __init__(self) -> None:
        self._runs: dict[str, _Run] = {}

    def failed(self, what: str, kind: str, at: float) -> Repeated | None:
        """Return what to say of a failure, None while it is too soon to say more; another kind than before is a first time."""
        run = self._runs.get(what)
        if run is None or run.kind != kind:
            self._runs[what] = _Run(kind, at, at)
            return Repeated(0, 0)
        run.count += 1
        run.unsaid += 1
        if at - run.said < _SAID_AGAIN_AFTER[min(run.again, len(_SAID_AGAIN_AFTER) - 1)]:
            return None
        found = Repeated(run.unsaid, round(at - run.began))
        run.said, run.again, run.unsaid = at, run.again + 1, 0
        return found

    def passed(self, what: str, at: float) -> Repeated | None:
        """Return how often something failed that works again, and for how long it did; None if it had not failed."""
        run = self._runs.pop(what, None)
        return Repeated(run.count, round(at - run.began)) if run is not None else None
