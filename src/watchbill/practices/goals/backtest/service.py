"""The past of goals as a database holds it: their ledgers and the incidents that were recorded. It only reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from watchbill.org.objectives import Goal
from watchbill.practices.goals import blocks, tables
from watchbill.practices.goals.burn_moves import BurnKey
from watchbill.practices.goals.exclusions import NONE, Excluded
from watchbill.practices.goals.holding import definition_of
from watchbill.practices.goals.ledger import block_of, minute_of, start_of
from watchbill.practices.incidents.courses import courses
from watchbill.practices.incidents.model import Course
from watchbill.store.store import Store

from .past import Past, begin_of


class Ledgers:
    """The ledgers of a database, read for goals as they are to be."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def end(self, goals: Iterable[Goal]) -> datetime | None:
        """Return how far the ledgers of these goals are written, the furthest of them; None where there are none."""
        async with self._store.reading() as transaction:
            written = await tables.next_minutes(transaction, [goal.name for goal in goals])
        return start_of(max(written.values())) if written else None

    async def past(self, goal: Goal, since: datetime, until: datetime, left_out: Excluded = NONE) -> Past | str:
        """Return the minutes by which a goal is judged over [`since`, `until`), or why there are none."""
        first, end = begin_of(goal, since), minute_of(until)
        async with self._store.reading() as transaction:
            cursors = await tables.cursors(transaction, [goal.name])
            rows = await tables.blocks_between(transaction, goal.name, block_of(first), end)
        if not cursors:
            return "it was not measured yet, so there is nothing to replay."
        (cursor,) = cursors
        if cursor["definition"] != definition_of(goal):
            return "it counts something else than its ledger does: other selectors, or another source."
        held = [blocks.from_bytes(row["start"], row["minutes"]) for row in rows]
        held.append(blocks.from_bytes(cursor["open_start"], cursor["open_minutes"]))
        return Past.of(goal, (first, end), held, (), left_out)

    async def incidents(self, goals: Sequence[Goal], since: datetime, until: datetime) -> list[Course]:
        """Return the incidents that went on then and concern the things of these goals, the oldest first."""
        found: dict[str, Course] = {}
        async with self._store.reading() as transaction:
            for thing in sorted({goal.service for goal in goals}):
                own = [goal for goal in goals if goal.service == thing]
                keys = {BurnKey(goal.name, tier.severity).fingerprint for goal in own for tier in goal.tiers}
                for course in await courses(transaction, thing, keys, since, until):
                    found[course.incident.id] = course
        return sorted(found.values(), key=lambda course: course.incident.number)
