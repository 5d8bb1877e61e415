"""Drawings as coordinates: sparklines and minute strips. Templates only place what is computed here; no colour is chosen here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from watchbill.lib.numbers import count, percent, rate
from watchbill.org.objectives import Goal
from watchbill.practices.goals.model import Amount, MinuteCount, MinuteState

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Spark:
    """A sparkline of 96 by 20: `lines` are polylines, one for each stretch that was measured; `limit_y` is the limit's height.

    `words` say the same for those who cannot see it.
    """

    lines: tuple[str, ...]
    limit_y: float | None
    words: str


@dataclass(frozen=True)
class Run:
    """A stretch of minutes of one look (`shape` calm, warn, bad, out or none), `x` and `width` in minutes from the strip's start."""

    shape: str
    x: int
    width: int
    start: datetime
    end: datetime
    bad: int
    total: int

    @property
    def word(self) -> str:
        """What the look means, with its figures."""
        if self.shape == "none":
            return "not measured"
        if self.shape == "out":
            return f"excluded, does not count: {count(self.bad)} of {count(self.total)} bad"
        meaning = {"calm": "within the budget's rate", "warn": "over the budget's rate", "bad": "over the paging rate"}
        return f"{meaning[self.shape]}: {count(self.bad)} of {count(self.total)} bad"


def burn_of(good: Amount, total: Amount, goal: Goal) -> float | None:
    """Return how fast a span burned the budget; None where nothing was counted in it."""
    return None if total == 0 else float((total - good) / total / (1 - goal.target))


def fastest(goal: Goal) -> float:
    """Return the highest burn rate that a tier of the goal alerts at."""
    return max((float(tier.factor) for tier in goal.tiers), default=14.4)


def spark(rates: Sequence[float | None], goal: Goal) -> Spark:
    """Draw burn rates. The scale reaches at least twice an even spend, so that noise within the budget stays low."""
    limit = fastest(goal)
    known = [each for each in rates if each is not None]
    top = max([2.0, *known])
    step = 96 / max(1, len(rates) - 1)
    placed = [(index * step, burn) for index, burn in enumerate(rates)]
    lines = []
    for is_known, stretch in groupby(placed, key=lambda pair: pair[1] is not None):
        if is_known:
            ends = [f"{x:.1f},{_height(burn or 0.0, top):.1f}" for x, burn in stretch]
            lines.append(" ".join(ends if len(ends) > 1 else ends * 2))
    return Spark(tuple(lines), round(_height(limit, top), 1) if top >= limit else None, _in_words(known, len(rates)))


def _in_words(known: Sequence[float], pieces: int) -> str:
    if not known:
        return "burn rate not measured in the last 24 hours"
    said = f"burn rate of the last 24 hours: at most {rate(max(known))}, newest {rate(known[-1])}"
    return said if len(known) == pieces else f"{said}, {percent(1 - len(known) / pieces, 0)} of the time without events"


def _height(rate: float, top: float) -> float:
    return 19 - 18 * rate / top


def strip(minutes: Iterable[MinuteCount], goal: Goal, start: datetime, end: datetime) -> list[Run]:
    """Return the minutes from `start` to `end` as runs of one look; minutes that the ledger does not have are not measured."""
    known = {minute.minute: minute for minute in minutes}
    length = int((end - start) / MINUTE)
    looks = [(index, known.get(start + index * MINUTE)) for index in range(length)]
    runs = []
    for shape, stretch in groupby(looks, key=lambda pair: _shape(pair[1], goal)):
        members = list(stretch)
        first, last = members[0][0], members[-1][0] + 1
        counted = [minute for _, minute in members if minute is not None]
        total = sum(minute.total for minute in counted)
        bad = total - sum(minute.good for minute in counted)
        runs.append(Run(shape, first, last - first, start + first * MINUTE, start + last * MINUTE, bad, total))
    return runs


def _shape(minute: MinuteCount | None, goal: Goal) -> str:
    if minute is None or minute.state is MinuteState.UNKNOWN:
        return "none"
    if minute.state is MinuteState.EXCLUDED:
        return "out"
    burn = burn_of(minute.good, minute.total, goal) or 0.0
    if burn <= 1:
        return "calm"
    return "bad" if burn >= fastest(goal) else "warn"
