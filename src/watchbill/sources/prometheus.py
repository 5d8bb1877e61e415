"""Counters from any server that speaks Prometheus' HTTP API: what all goals need, read with the fewest questions.

Selectors are asked for in batches. What a batch is refused, or fails with, is asked for in smaller ones, down to single selectors,
so that none takes others with it; the size of a batch that proved too large is remembered for an hour. A selector that fails by
itself is asked for alone and less and less often, so that it neither slows the others down nor burdens the server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from watchbill.lib.errors import Unavailable
from watchbill.lib.http import HttpClient
from watchbill.org.objectives import DataSource, Selector
from watchbill.practices.goals.model import SourceReading

from .access import OPEN, Access
from .answers import Answers
from .batches import Batch, batches
from .covering import covers
from .prometheus_api import LONGEST_QUERY, PrometheusApi, RefusedQueryError

_AT_ONCE = 4
_PATIENCE = 3
_PIECES_OF_SLOW = 8
_MOST_REFUSALS = 500
_LIMIT_HOLDS = timedelta(hours=1)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=16)
_UNLIMITED = float("inf")


class PrometheusSource:
    """One server, and what was learned of it."""

    def __init__(self, data_source: DataSource, http: HttpClient, access: Access = OPEN) -> None:
        self._api = PrometheusApi(data_source.name, data_source.url, http, access)
        self._plan = _Plan((), {}, [])
        self._known = _Known()

    @property
    def requests(self) -> int:
        """How many questions the server was asked so far."""
        return self._api.requests

    async def read(self, selectors: Sequence[Selector], since: datetime, until: datetime) -> list[SourceReading]:
        """Return the raw samples of each selector in (since, until], in the order asked; four questions run at once.

        A selector that the server refuses, or whose answer is not whole, is not answered, with its problem, and the others are. After
        three questions without any usable answer the rest is not asked. Raises Unavailable when nothing was answered.
        """
        pauses = self._known.pauses
        paused = list(dict.fromkeys(one for one in selectors if one in pauses))
        plan = self._planned(tuple(one for one in selectors if one not in pauses))
        answers = Answers(since, until)
        call = _Call(self._api, self._known, answers)
        await call.ask([*plan.batches, *batches(one for one in paused if pauses[one].until <= until)])
        if call.problem and not answers.are_there:
            raise Unavailable(call.problem.text, "What was missed is read when it answers again.")
        self._known.learn(call.failed_alone, [one for one in paused if answers.has(one)], until)
        for selector, pause in self._known.pauses.items():
            answers.fail([selector], pause.problem)
        return [answers.reading(one, plan.asked.get(one, one), self._api.name) for one in selectors]

    def _planned(self, selectors: tuple[Selector, ...]) -> _Plan:
        if self._plan.selectors != selectors:
            asked = covers(selectors)
            self._plan = _Plan(selectors, asked, batches(dict.fromkeys(asked[one] for one in selectors)))
        return self._plan


@dataclass(frozen=True)
class _Plan:
    """How these selectors are read: for each the one to ask for in its place, and the batches to ask."""

    selectors: tuple[Selector, ...]
    asked: Mapping[Selector, Selector]
    batches: Sequence[Batch]


@dataclass(frozen=True)
class _Pause:
    """A selector that failed by itself: why, and until when it is left alone."""

    problem: str
    until: datetime
    length: timedelta


class _Known:
    """What was learned of a server: the selectors that fail by themselves, and how much one question may ask for."""

    def __init__(self) -> None:
        self.pauses: dict[Selector, _Pause] = {}
        self._most = _UNLIMITED
        self._most_until: datetime | None = None

    def most(self, at: datetime) -> float:
        """Return how much one question may ask for, in selectors times seconds."""
        if self._most_until is not None and at >= self._most_until:
            self._most, self._most_until = _UNLIMITED, None
        return self._most

    def works(self, weight: float, at: datetime) -> None:
        """Remember that so much is answered where more was not."""
        if weight < self._most:
            self._most, self._most_until = weight, at + _LIMIT_HOLDS

    def learn(self, failed: Mapping[Selector, str], answered: Iterable[Selector], at: datetime) -> None:
        """Pause what failed by itself, longer each time but the first; forget the pauses of what was answered."""
        for selector in answered:
            del self.pauses[selector]
        for selector, problem in failed.items():
            before = self.pauses.get(selector)
            length = timedelta(0) if before is None else min(max(2 * before.length, _FIRST_PAUSE), _LONGEST_PAUSE)
            self.pauses[selector] = _Pause(problem, at + length, length)


@dataclass(frozen=True)
class _Problem:
    """Why a question was not answered; a refusal is about its content or size, anything else about the server or its speed."""

    text: str
    is_refusal: bool = False


class _Call:
    """The questions of one call: how many run at once, how they get smaller, and when to give up."""

    def __init__(self, api: PrometheusApi, known: _Known, answers: Answers) -> None:
        self._api, self._known, self._answers = api, known, answers
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._failures = self._refusals = 0
        self.problem: _Problem | None = None
        self.failed_alone: dict[Selector, str] = {}

    async def ask(self, planned: Iterable[Batch]) -> None:
        """Ask for all of these; what comes of it stands in the answers."""
        most = self._known.most(self._answers.until)
        await asyncio.gather(*(self._ask(piece) for batch in planned for piece in self._fitting(batch, most)))

    def _fitting(self, batch: Batch, most: float) -> list[Batch]:
        if self._weight(batch) <= most or len(batch.members) == 1:
            return [batch]
        return [fitting for piece in batch.pieces(2) for fitting in self._fitting(piece, most)]

    def _weight(self, batch: Batch) -> float:
        return len(batch.members) * (self._answers.until - self._answers.since).total_seconds()

    async def _ask(self, batch: Batch) -> bool:
        """Ask for a batch, and for smaller ones where it fails; return whether all of it was answered."""
        async with self._turn:
            was_over = self._is_over
            problem = self.problem if was_over else await self._problem_with(batch)
        if problem is None:
            return True
        if was_over or self._is_over or len(batch.members) == 1:
            self._answers.fail(batch.selectors, problem.text)
            self.failed_alone |= {} if was_over or len(batch.members) > 1 else {batch.selectors[0]: problem.text}
            return False
        pieces = batch.pieces(2 if problem.is_refusal else _PIECES_OF_SLOW)
        are_answered = await asyncio.gather(*map(self._ask, pieces))
        if all(are_answered):
            self._known.works(max(map(self._weight, pieces)), self._answers.until)
        return all(are_answered)

    @property
    def _is_over(self) -> bool:
        has_enough = self._failures >= _PATIENCE or self._refusals >= _MOST_REFUSALS
        return has_enough and not self._answers.are_there

    async def _problem_with(self, batch: Batch) -> _Problem | None:
        """Ask for a batch and take its answer; return what was wrong, if anything."""
        name = self._api.name
        try:
            self._answers.take(batch, await self._api.samples(batch.text, self._answers.since, self._answers.until))
        except RefusedQueryError as refusal:
            self._refusals += 1
            self._failures += refusal.is_partial
            what = batch.text if len(batch.members) == 1 else f"{len(batch.members)} selectors at once"
            problem = _Problem(f"“{name}” refused {what}: {refusal.said}", is_refusal=True)
        except TimeoutError:
            self._failures += 1
            problem = _Problem(f"“{name}” did not answer within {LONGEST_QUERY:.0f} s.")
        except Unavailable as error:
            self._failures += 1
            problem = _Problem(f"“{name}” could not be read: {error.what} {error.mend}".rstrip())
        else:
            return None
        self.problem = problem
        return problem
