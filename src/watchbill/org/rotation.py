"""Who is on watch: a schedule unfolded into half-open shifts by arithmetic on the local wall clock.

Pure: it never reads a clock, a database or the catalog; whoever the documents name, it names. A turn begins at a wall time
of the schedule's zone, stepped from its layer's anchor, before the anchor as after it. A wall time that the zone skips
means the first instant after the gap; one that the zone repeats means its first occurrence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from .charters import Layer, Schedule
from .values import EntityRef

FARTHEST_LOOK = timedelta(weeks=53)


@dataclass(frozen=True)
class Shift:
    """A half-open span [`start`, `end`) of a schedule with the people on watch (empty: a gap), and the layer it comes from."""

    start: datetime
    end: datetime
    people: tuple[EntityRef, ...]
    layer: str | None
    reason: str


@dataclass(frozen=True)
class Turn:
    """One turn [`start`, `end`) of a layer: `index` counts from the anchor (negative before it), `people` may be empty."""

    index: int
    start: datetime
    end: datetime
    people: tuple[EntityRef, ...]


@dataclass(frozen=True)
class _Piece:
    """A span over which the same turn wins (`layer` and `turn` are None in a gap)."""

    start: datetime
    end: datetime
    layer: Layer | None
    turn: Turn | None

    @property
    def key(self) -> tuple[int, int] | None:
        return None if self.turn is None else (id(self.layer), self.turn.index)

    def shift(self) -> Shift:
        if self.layer is None or self.turn is None:
            return Shift(self.start, self.end, (), None, "no layer has anyone")
        place = self.turn.index % len(self.layer.turns) + 1
        reason = f"turn {place} of {len(self.layer.turns)} in layer “{self.layer.name}”"
        return Shift(self.start, self.end, self.turn.people, self.layer.name, reason)


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a wall time (naive) in a zone, in UTC: a skipped time is the first instant after the gap."""
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall(instant, zone) == wall:
        return instant
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _first_with_offset_of(instant, before, zone)


def turn_at(layer: Layer, zone: ZoneInfo, at: datetime) -> Turn:
    """Return the turn of a layer that holds an instant, whether or not the layer covers it yet."""
    step = timedelta(**{layer.unit: layer.count})
    index = (_wall(at, zone) - layer.start) // step
    start, end = (instant_of(layer.start + step * number, zone) for number in (index, index + 1))
    while end <= at:
        index += 1
        start, end = end, instant_of(layer.start + step * (index + 1), zone)
    while start > at:
        index -= 1
        start, end = instant_of(layer.start + step * index, zone), start
    return Turn(index, start, end, layer.turns[index % len(layer.turns)])


def shifts(schedule: Schedule, start: datetime, end: datetime) -> list[Shift]:
    """Return the shifts of [`start`, `end`), in order and without holes: gaps are shifts without people.

    The first and the last are cut at the window's edges. A layer covers from its anchor on; of the layers whose turn has
    someone, the highest wins.
    """
    found = []
    for _, same in groupby(_pieces(schedule, start, end), key=lambda piece: piece.key):
        first, *rest = list(same)
        last = rest[-1] if rest else first
        found.append(_Piece(max(first.start, start), min(last.end, end), first.layer, first.turn).shift())
    return found


def shift_at(schedule: Schedule, at: datetime) -> Shift:
    """Return the whole shift that holds an instant; a gap's ends are looked for no farther than 53 weeks away."""
    piece = _piece_at(schedule, at)
    if piece.turn is not None:
        around = shifts(schedule, piece.turn.start, piece.turn.end)
    else:
        around = shifts(schedule, at - FARTHEST_LOOK, at + FARTHEST_LOOK)
    return next(shift for shift in around if shift.start <= at < shift.end)


def _pieces(schedule: Schedule, start: datetime, end: datetime) -> Iterator[_Piece]:
    at = start
    while at < end:
        piece = _piece_at(schedule, at)
        yield piece
        at = piece.end


def _piece_at(schedule: Schedule, at: datetime) -> _Piece:
    """Return the longest span around `at` over which no layer that could win changes its turn."""
    zone = ZoneInfo(schedule.time_zone)
    start, end = at - FARTHEST_LOOK, at + FARTHEST_LOOK
    for layer in reversed(schedule.layers):
        if not any(layer.turns):
            continue
        begins = instant_of(layer.start, zone)
        if at < begins:
            end = min(end, begins)
            continue
        turn = turn_at(layer, zone, at)
        start, end = max(start, turn.start), min(end, turn.end)
        if turn.people:
            return _Piece(start, end, layer, turn)
    return _Piece(start, end, None, None)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _first_with_offset_of(after: datetime, before: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant in (`before`, `after`] at which the zone takes the offset that it has at `after`."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
