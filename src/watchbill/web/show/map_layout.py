"""Where everything on the map stands: columns of lanes, each lane a heading over its boxes. Keys in, places out.

All columns but the first follow what they are linked with: at first in the columns before, then on both sides. Every column but
the highest is let down towards what it is linked with, so that lines are short and few cross. A column may be kept as it is.
It knows nothing of teams or things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MARGIN = 12
TOP = 26
BETWEEN_COLUMNS = 110
BETWEEN_LANES = 12
BETWEEN_BOXES = 8
PADDING = 8
_SWEEPS = 2

_Linked = Mapping[str, list[tuple[str, int]]]


@dataclass(frozen=True)
class Lane:
    """Boxes of one height under a heading of its own height (0: none), `across` of them side by side.

    Keys of lanes and boxes are unique on the map. `framed` leaves room for a frame around the boxes.
    """

    key: str
    boxes: tuple[str, ...]
    heading: int
    box_height: int
    across: int = 1
    framed: bool = False


@dataclass(frozen=True)
class Column:
    """Lanes below one another, all of one width. One that `keeps` stands from the top, in the order that it has."""

    lanes: tuple[Lane, ...]
    width: int
    keeps: bool = False


@dataclass(frozen=True)
class Line:
    """That a box or a whole lane of one column belongs near one of another; the more so, the greater the `weight`."""

    start: str
    end: str
    weight: int = 1


@dataclass(frozen=True)
class Placed:
    """A rectangle, in pixels; `x` and `y` are its upper left corner."""

    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        """Half of its height, from the top of the drawing."""
        return self.y + self.height // 2


@dataclass(frozen=True)
class Layout:
    """The whole drawing: its size, the left edge of each column, and every box and lane by its key, in reading order."""

    width: int
    height: int
    columns: tuple[int, ...]
    boxes: Mapping[str, Placed]
    lanes: Mapping[str, Placed]


def layout(columns: Sequence[Column], lines: Sequence[Line]) -> Layout:
    """Return where everything stands. A line to what stands in no column is passed over."""
    linked = _linked(lines)
    lefts = [MARGIN + sum(before.width + BETWEEN_COLUMNS for before in columns[:at]) for at in range(len(columns))]
    standing = _Standing()
    for _ in range(_SWEEPS):
        columns = [
            _packed(column, left, linked, standing) if number and not column.keeps else _stood(column, left, standing)
            for number, (column, left) in enumerate(zip(columns, lefts, strict=True))
        ]
        standing = _let_down(columns, lefts, linked, standing)
    right = lefts[-1] + columns[-1].width if columns else MARGIN
    highest = max((_height(column.lanes) for column in columns), default=0)
    return Layout(right + MARGIN, TOP + highest + MARGIN, tuple(lefts), standing.boxes, standing.lanes)


def _stood(column: Column, left: int, standing: _Standing) -> Column:
    standing.stand(column.lanes, left, column.width, {}, 0)
    return column


def _packed(column: Column, left: int, linked: _Linked, standing: _Standing) -> Column:
    """Put a column in the order of what it is linked with, as far as that stands."""
    return _stood(Column(_ordered(column.lanes, linked, standing), column.width), left, standing)


def _let_down(columns: Sequence[Column], lefts: Sequence[int], linked: _Linked, standing: _Standing) -> _Standing:
    """Let every column down towards what it is linked with, none below the highest one's end."""
    highest = max((_height(column.lanes) for column in columns), default=0)
    settled = _Standing()
    for column, left in zip(columns, lefts, strict=True):
        wanted = {} if column.keeps else _wanted(column.lanes, linked, standing)
        settled.stand(column.lanes, left, column.width, wanted, highest - _height(column.lanes))
    return settled


class _Standing:
    """Boxes and lanes where they stand so far."""

    def __init__(self) -> None:
        self.boxes: dict[str, Placed] = {}
        self.lanes: dict[str, Placed] = {}

    def middle_of(self, key: str) -> int | None:
        placed = self.boxes.get(key) or self.lanes.get(key)
        return placed.middle if placed is not None else None

    def stand(self, lanes: Sequence[Lane], left: int, width: int, wanted: Mapping[str, int], slack: int) -> None:
        """Stand lanes below one another, each as far down as is wanted and `slack` pixels in all allow."""
        y, lowest = TOP, slack
        for lane in lanes:
            down = min(max(wanted.get(lane.key, y) - y, 0), lowest)
            y, lowest = y + down, lowest - down
            self._lane(lane, left, y, width)
            y += _lane_height(lane) + BETWEEN_LANES

    def _lane(self, lane: Lane, left: int, top: int, width: int) -> None:
        self.lanes[lane.key] = Placed(left, top, width, _lane_height(lane))
        inset = PADDING if lane.framed else 0
        box_width = (width - 2 * inset - (lane.across - 1) * BETWEEN_BOXES) // lane.across
        for number, key in enumerate(lane.boxes):
            row, place = divmod(number, lane.across)
            x = left + inset + place * (box_width + BETWEEN_BOXES)
            y = top + lane.heading + row * (lane.box_height + BETWEEN_BOXES)
            self.boxes[key] = Placed(x, y, box_width, lane.box_height)


def _lane_height(lane: Lane) -> int:
    rows = -(-len(lane.boxes) // lane.across)
    boxes = rows * lane.box_height + max(rows - 1, 0) * BETWEEN_BOXES
    return lane.heading + boxes + (PADDING if lane.framed and rows else 0)


def _height(lanes: Sequence[Lane]) -> int:
    return sum(_lane_height(lane) for lane in lanes) + max(len(lanes) - 1, 0) * BETWEEN_LANES


def _linked(lines: Sequence[Line]) -> _Linked:
    found: dict[str, list[tuple[str, int]]] = {}
    for line in lines:
        found.setdefault(line.end, []).append((line.start, line.weight))
        found.setdefault(line.start, []).append((line.end, line.weight))
    return found


def _ordered(lanes: Sequence[Lane], linked: _Linked, before: _Standing) -> tuple[Lane, ...]:
    """Put lanes, and boxes within a lane, in the order of what they are linked with; what is linked with nothing goes last."""

    def rank(keys: Sequence[str]) -> float:
        return _mean([other for key in keys for other in linked.get(key, ())], before)

    within = [
        Lane(
            lane.key,
            tuple(sorted(lane.boxes, key=lambda key: rank([key]))) if lane.across == 1 else lane.boxes,
            lane.heading,
            lane.box_height,
            lane.across,
            lane.framed,
        )
        for lane in lanes
    ]
    return tuple(sorted(within, key=lambda lane: rank([lane.key, *lane.boxes])))


def _wanted(lanes: Sequence[Lane], linked: _Linked, packed: _Standing) -> Mapping[str, int]:
    """Return the tops that lanes would like to have: level with the middle of what they are linked with."""
    wanted = {}
    for lane in lanes:
        mean = _mean([other for key in (lane.key, *lane.boxes) for other in linked.get(key, ())], packed)
        if mean != float("inf"):
            wanted[lane.key] = round(mean) - _lane_height(lane) // 2
    return wanted


def _mean(others: Sequence[tuple[str, int]], standing: _Standing) -> float:
    middles = [(middle, weight) for key, weight in others if (middle := standing.middle_of(key)) is not None]
    weights = sum(weight for _, weight in middles)
    return sum(middle * weight for middle, weight in middles) / weights if weights else float("inf")
