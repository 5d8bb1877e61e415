"""The past of goals from a file of counter samples, as `watchbill goals test` takes it: counted by the server's own rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from watchbill.org.objectives import Goal
from watchbill.practices.goals.counters import Counted
from watchbill.practices.goals.exclusions import NONE, Excluded
from watchbill.practices.goals.ledger import minute_of
from watchbill.practices.goals.model import MinuteCount, MinuteState
from watchbill.practices.goals.testing.given import Given
from watchbill.practices.goals.testing.running import Outcome, run

from .past import Past, begin_of


class Samples:
    """What the samples of a file come to for some goals; the goals that the file itself declares are left aside."""

    def __init__(self, given: Given, goals: Mapping[str, Goal]) -> None:
        self._readable = {name: goal for name, goal in goals.items() if goal.source in given.sources}
        own = replace(given, goals=self._readable, exclusions=(), questions=(), expectations=())
        self._outcome: Outcome | None = run(own) if self._readable else None
        self.begin = min(arrival.at for arrival in given.arrivals).replace(second=0, microsecond=0)
        self.end = max(arrival.arrived for arrival in given.arrivals)

    def past(self, goal: Goal, since: datetime, until: datetime, left_out: Excluded = NONE) -> Past | str:
        """Return the minutes by which a goal is judged over [`since`, `until`), or why there are none."""
        if self._outcome is None or goal.name not in self._readable:
            return f"its source “{goal.source}” is none of the file's."
        counted = [_counted(minute) for minute in self._outcome.minutes[goal.name] if _is_known(minute)]
        return Past.of(goal, (begin_of(goal, since), minute_of(until)), (), counted, left_out)


def _is_known(minute: MinuteCount) -> bool:
    return minute.state in {MinuteState.MEASURED, MinuteState.NO_TRAFFIC}


def _counted(minute: MinuteCount) -> Counted:
    return Counted(minute_of(minute.minute), minute.good, minute.total, minute.marks)
