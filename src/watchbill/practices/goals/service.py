"""The verbs of reliability goals: measure, evaluate, and tell how goals stand.

Counters are read by `measuring`, what they mean is decided by `rules` and `burn_moves`; this module joins them to the store and
to the incidents. It never reads a clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Protocol

from watchbill.lib.errors import NotFound
from watchbill.org.in_force import OrganizationInForce
from watchbill.org.objectives import Goal
from watchbill.practices.incidents.model import Signal
from watchbill.store.store import Store, Transaction

from . import backfill_tables, blocks, charting, tables
from .agreed import excluded_from
from .burn_moves import BurnKey, BurnMove, BurnState, after, moves
from .counters import MINUTE, Counted
from .exclusions import Excluded
from .fleet import Fleet
from .holdings import Holdings
from .ledger import Block, block_of, minute_of, unknown
from .measuring import Measuring
from .model import GoalStatus, MinuteCount, Point, SourceFor
from .recents import Pieces, Recents
from .spending import Spending, blocks_that_spent, spending_of
from .standing import status_of

STALE_AFTER = timedelta(seconds=45)
_FEW, _IN_ONE_GO, _PAUSE = 64, 4, 0.001


class TakesSignals(Protocol):
    """Whoever makes alerts of signals, inside the caller's unit of work."""

    async def receive(self, transaction: Transaction, signals: Sequence[Signal], now: datetime) -> object:
        """Take signals in; the same signal again changes nothing."""
        ...


class GoalsService:
    """The goals of the organisation in force, measured and kept. Any number of processes may show goals; one at a time measures.

    Two processes that measure at once do no harm: each minute is written once, and who comes second reads anew.
    """

    def __init__(
        self, store: Store, organization: OrganizationInForce, source_for: SourceFor, incidents: TakesSignals
    ) -> None:
        self._store = store
        self._in_force = organization
        self._incidents = incidents
        self._holdings = Holdings(store, self._excluded)
        self._recents = Recents(store)
        self._fleet: Fleet | None = None
        self._gathering, self._refreshing = asyncio.Lock(), asyncio.Lock()
        self._measuring = Measuring(self._holdings, source_for)
        self._known_at: datetime | None = None
        self._filled: Mapping[str, int] = {}

    async def load(self, now: datetime) -> None:
        """Read the ledgers from the store: at the start, and whenever another process may have measured."""
        await self._holdings.catch_up(self._goals, now)
        self._known_at = now

    async def measure(self, now: datetime, patience: timedelta | None = None) -> None:
        """Read all counters up to `now` and write the minutes that are complete. Faults of sources end up on the goals' statuses.

        With `patience` it returns when that is over; a source that is slower is read on meanwhile, and delays only its own goals.
        """
        await self._drop_filled()
        await self._refresh(now)
        await self._measuring.measure(self._in_force.organization, now, patience)
        self._known_at = now

    def when_read_late(self, listener: Callable[[], None]) -> None:
        """Call `listener` each time a source was read that `measure` had no patience for: `evaluate` may find something."""
        self._measuring.when_read_late(listener)

    async def put_down(self, now: datetime) -> None:
        """Read no more, and store how far was read: before an orderly end. What is not stored is read again, or not known."""
        await self._measuring.end()
        await self._holdings.put_down(now)

    async def evaluate(self, now: datetime) -> int:
        """Raise and end burn alerts by what was measured; return how many signals were given.

        A burn's state is stored in the unit of work in which its signal is received: neither is ever without the other.
        """
        await self._refresh(now)
        while True:
            organization, before = self._in_force.organization, self._holdings.burns
            standing = await self._standing(organization.goals, before, now)
            found = moves(before, standing.values(), organization, now)
            if not found or await self._commit(found, before, now):
                self._fleet = Fleet.of(organization.goals, _by_name(organization.goals, standing, now), now)
                return len(found)

    async def _commit(self, found: Sequence[BurnMove], before: Mapping[BurnKey, BurnState], now: datetime) -> bool:
        """Store the moves and tell their signals; return False, having done nothing, when the store knows of other burns."""
        async with self._store.writing() as transaction:
            stored = await tables.burns(transaction)
            if stored == before:
                for move in found:
                    await tables.put_burn(transaction, move.key, move.state)
                await self._incidents.receive(transaction, [move.signal for move in found if move.signal], now)
        is_ours = stored == before
        self._holdings.burns = after(before, found) if is_ours else stored
        return is_ours

    async def statuses(self, now: datetime) -> list[GoalStatus]:
        """Return how all goals stand at `now`, by name."""
        return await self.statuses_of(self._goals, now)

    async def statuses_of(self, names: Iterable[str], now: datetime) -> list[GoalStatus]:
        """Return how these goals stand at `now`, by name; of those that are not declared, nothing."""
        goals = {name: self._goals[name] for name in names if name in self._goals}
        await self._refresh(now, goals if len(goals) < len(self._goals) else None)
        return _by_name(goals, await self._standing(goals, self._holdings.burns, now), now)

    async def fleet(self, now: datetime) -> Fleet:
        """Return all goals at a glance, as they were evaluated last: anew where that is long ago, or other goals are declared now."""
        async with self._gathering:
            while (known := self._fleet) is None or not known.is_of(self._goals, now):
                goals = self._goals
                await self._refresh(now)
                standing = await self._standing(goals, self._holdings.burns, now)
                self._fleet = Fleet.of(goals, _by_name(goals, standing, now), now)
            return known

    async def recents(self, names: Iterable[str], now: datetime) -> dict[str, Pieces]:
        """Return the last day of these goals in pieces; of those of which nothing was read yet, nothing."""
        goals = [self._goals[name] for name in names if name in self._goals]
        await self._refresh(now, [goal.name for goal in goals])
        return await self._recents.of(goals, self._holdings.by_name, now)

    async def status(self, name: str, now: datetime) -> GoalStatus:
        """Return how a goal stands at `now`. Raises NotFound."""
        goal = self._goal(name)
        await self._refresh(now, [goal.name])
        await self._holdings.bring_details([goal], now)
        return status_of(goal, self._holdings.by_name.get(name), self._holdings.burns, now)

    async def minutes(self, name: str, start: datetime, end: datetime) -> list[MinuteCount]:
        """Return the minutes of [`start`, `end`) up to the last one written, oldest first. Raises NotFound."""
        goal = self._goal(name)
        first, last = minute_of(start), minute_of(end)
        held = await self._blocks(goal, first, last)
        last = min(last, held[-1].end) if held else first
        found = {one.minute: one for block in held for one in block.minutes(first, last)}
        counted = (found.get(empty.minute, empty) for empty in map(unknown, range(first, last)))
        return self._excluded(goal, end).mark(counted)

    async def unwritten(self, name: str, now: datetime) -> list[MinuteCount]:
        """Return the minutes that are measured so far and not written yet, oldest first: they may still grow. Raises NotFound."""
        goal = self._goal(name)
        await self._refresh(now, [goal.name])
        holding = self._holdings.by_name.get(goal.name)
        return [] if holding is None else self._excluded(goal, now).mark(holding.unwritten_minutes(goal))

    async def chart(self, name: str, now: datetime, *, span: timedelta, points: int) -> list[Point]:
        """Return the last `span` in `points` equal pieces of whole minutes; the newest one ends now, and its `left` is the status's.

        The pieces are lengthened to whole minutes where `span` is no multiple. Raises NotFound.
        """
        goal, status = self._goal(name), await self.status(name, now)
        unwritten = self._unwritten(goal)
        frame = charting.Frame.of(charting.end_of(unwritten, now), span, points, goal.slices)
        held = await self._blocks(goal, charting.first_of(goal, frame.start), frame.end)
        found = charting.points(goal, frame, held, unwritten, self._began(goal), excluded=self._excluded(goal, now))
        return [*found[:-1], replace(found[-1], end=now, left=status.left)]

    async def spending(self, name: str, now: datetime) -> tuple[GoalStatus, Spending]:
        """Return how a goal stands, and what each minute of its window spent: of one look, so that they agree. Raises NotFound."""
        goal = self._goal(name)
        await self._refresh(now, [goal.name])
        known: dict[int, Block] = {}
        while True:
            await self._holdings.bring_details([goal], now)
            held = self._holdings.by_name.get(goal.name)
            missing = set() if held is None else blocks_that_spent(goal, held, now) - known.keys()
            if not missing:
                status = status_of(goal, held, self._holdings.burns, now)
                return status, spending_of(goal, held, known.values(), now)
            async with self._store.reading() as transaction:
                rows = await tables.blocks_at(transaction, [goal.name], missing)
            known |= {start: Block(start) for start in missing}
            known |= {row["start"]: blocks.from_bytes(row["start"], row["minutes"]) for row in rows}

    async def spans(self, name: str, now: datetime, edges: Sequence[datetime]) -> list[Point]:
        """Return what was counted from each of these instants to the next, up to now, and what was left then. Raises NotFound."""
        goal = self._goal(name)
        await self._refresh(now, [goal.name])
        unwritten = self._unwritten(goal)
        last = charting.end_of(unwritten, now)
        minutes = sorted({min(minute_of(edge), last) for edge in edges})
        held = await self._blocks(goal, charting.first_of(goal, minutes[0]), minutes[-1])
        return charting.spans(goal, minutes, held, unwritten, self._began(goal), excluded=self._excluded(goal, now))

    def _excluded(self, goal: Goal, now: datetime) -> Excluded:
        return excluded_from(self._in_force.organization, goal, now)

    def _unwritten(self, goal: Goal) -> list[Counted]:
        holding = self._holdings.by_name.get(goal.name)
        return [] if holding is None else holding.unwritten(goal)

    def _began(self, goal: Goal) -> int:
        """Return the minute in which measuring began, 0 where that is not known."""
        holding = self._holdings.by_name.get(goal.name)
        return 0 if holding is None else holding.newest.began // MINUTE

    @property
    def _goals(self) -> Mapping[str, Goal]:
        return self._in_force.organization.goals

    def _goal(self, name: str) -> Goal:
        goal = self._goals.get(name)
        if goal is None:
            near = get_close_matches(name, self._goals, n=1)
            raise NotFound(
                f"There is no goal “{name}”.",
                f"Did you mean “{near[0]}”?" if near else "`watchbill show` lists the goals.",
            )
        return goal

    async def _drop_filled(self) -> None:
        """Let go of the ledgers whose past was filled since they were read, so that they are read anew."""
        async with self._store.reading() as transaction:
            filled = await backfill_tables.steps(transaction)
        for name, steps in filled.items():
            if self._filled.get(name) != steps:
                self._holdings.by_name.pop(name, None)
        self._filled = filled

    async def _refresh(self, now: datetime, few: Collection[str] | None = None) -> None:
        """Read what is not at hand, and what another process may have written, unless this one has measured or looked just now.

        Of many who find so at once, one reads and the others wait for it. Who looks at a few goals asks for these alone.
        """
        if self._is_known(now, few):
            return
        async with self._refreshing:
            if not self._is_known(now, few):
                await self._holdings.catch_up(self._goals, now)
                self._known_at = now

    def _is_known(self, now: datetime, few: Collection[str] | None) -> bool:
        if self._known_at is None or abs(now - self._known_at) > STALE_AFTER:
            return False
        if few is None:
            return self._holdings.holds(self._goals)
        held = self._holdings.by_name
        return all(name in held and held[name].is_budgeted_as(self._goals[name]) for name in few if name in self._goals)

    async def _standing(
        self, goals: Mapping[str, Goal], burns: Mapping[BurnKey, BurnState], now: datetime
    ) -> dict[str, GoalStatus]:
        """Return how those goals stand that have been read; of the others nothing can be said.

        Of many a few are looked at at a time, for about a millisecond, and as long is left to whoever else waits: a page, an alert.
        """
        found: dict[str, GoalStatus] = {}
        names = list(goals)
        length = _FEW if len(names) <= _FEW else _IN_ONE_GO
        for at in range(0, len(names), length):
            if at:
                await asyncio.sleep(_PAUSE)
            few = [goals[name] for name in names[at : at + length]]
            await self._holdings.bring_details(few, now)
            for goal in few:
                holding = self._holdings.by_name.get(goal.name)
                if holding is not None and holding.is_budgeted_as(goal):
                    found[goal.name] = status_of(goal, holding, burns, now)
        return found

    async def _blocks(self, goal: Goal, first: int, end: int) -> list[Block]:
        """Return the blocks that hold minutes of [`first`, `end`), oldest first, and at the end always the one being written."""
        async with self._store.reading() as transaction:
            rows = await tables.blocks_between(transaction, goal.name, block_of(first), end)
            cursors = await tables.cursors(transaction, [goal.name])
        found = [blocks.from_bytes(row["start"], row["minutes"]) for row in rows]
        return found + [blocks.from_bytes(row["open_start"], row["open_minutes"]) for row in cursors]


def _by_name(goals: Mapping[str, Goal], standing: Mapping[str, GoalStatus], now: datetime) -> list[GoalStatus]:
    """Return the statuses of goals by name: those that nothing is known of among them."""
    return [standing.get(name) or status_of(goal, None, {}, now) for name, goal in sorted(goals.items())]
