"""The picture of the common platform: a row a thing, what nothing else stands on above, and a wire for each dependency.

Rows are of one height and stand beside the wires, so that their words fit every window. Coordinates only, in pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from watchbill.lib.ordering import as_counted
from watchbill.org.platform import PlatformReport
from watchbill.org.platform.graph import Edge
from watchbill.org.values import EntityRef

ROW, HEADING = 52, 28
_LANE, _MARGIN, _CORNER = 12, 16, 5
_APART = 8


@dataclass(frozen=True)
class Wire:
    """A dependency as a path from the thing that has it to the thing that it is on; `limits` marks what a goal depends on most."""

    path: str
    dot_x: int
    dot_y: int
    limits: bool
    says: str


@dataclass(frozen=True)
class Arrow:
    """Where wires come in at a thing: the tip of an arrow."""

    points: str
    limits: bool


@dataclass(frozen=True)
class Layer:
    """The things of one depth, from the top."""

    depth: int
    things: tuple[EntityRef, ...]


@dataclass(frozen=True)
class Picture:
    """All rows by layer, and the wires beside them, `width` by `height` pixels."""

    width: int
    height: int
    layers: tuple[Layer, ...]
    wires: tuple[Wire, ...]
    arrows: tuple[Arrow, ...]


def picture(report: PlatformReport, titled: Callable[[EntityRef], str]) -> Picture:
    """Return the picture of a report: things by depth and title, wires in as few lanes as hold them apart."""
    layers = _layers(report.layers, titled)
    middle = _middles(layers)
    lanes = _lanes(report.edges, middle)
    width = _MARGIN + _LANE * len(set(lanes.values()) or {0})
    limiting = limiting_edges(report)
    wires = [
        _wire(edge, middle, width, width - _MARGIN - _LANE * lanes[edge.on], limiting, titled=titled)
        for edge in report.edges
    ]
    arrows = [_arrow(on, middle[on] - _APART, width, limiting) for on in sorted({edge.on for edge in report.edges})]
    return Picture(
        width=width,
        height=sum(HEADING + ROW * len(layer.things) for layer in layers),
        layers=layers,
        wires=tuple(sorted(wires, key=lambda wire: wire.limits)),
        arrows=tuple(arrows),
    )


def limiting_edges(report: PlatformReport) -> frozenset[Edge]:
    """Return the last dependency on the way from each product that limits a thing to that thing."""
    return frozenset(demand.way[-1] for carrier in report.carriers.values() for demand in carrier.limited_by)


def _layers(depths: Mapping[EntityRef, int], titled: Callable[[EntityRef], str]) -> tuple[Layer, ...]:
    ordered = sorted(depths, key=lambda ref: (depths[ref], as_counted(titled(ref)), ref))
    return tuple(Layer(depth, tuple(things)) for depth, things in groupby(ordered, key=lambda ref: depths[ref]))


def _middles(layers: Iterable[Layer]) -> Mapping[EntityRef, int]:
    middles, y = {}, 0
    for layer in layers:
        y += HEADING
        for ref in layer.things:
            middles[ref] = y + ROW // 2
            y += ROW
    return middles


def _lanes(edges: Sequence[Edge], middle: Mapping[EntityRef, int]) -> Mapping[EntityRef, int]:
    """Give each thing that is stood on a lane for its wires: the shortest stretch the nearest, no two that meet in one lane."""
    stretches: dict[EntityRef, tuple[int, int]] = {}
    for edge in edges:
        low, high = stretches.get(edge.on, (middle[edge.on], middle[edge.on]))
        stretches[edge.on] = (min(low, middle[edge.of]), max(high, middle[edge.of]))
    taken: list[list[tuple[int, int]]] = []
    lanes = {}
    for on, stretch in sorted(stretches.items(), key=lambda pair: (pair[1][1] - pair[1][0], pair[0])):
        lane = next((index for index, others in enumerate(taken) if _is_free(stretch, others)), len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append(stretch)
        lanes[on] = lane
    return lanes


def _is_free(stretch: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return all(stretch[1] + _APART < low - _APART or high + _APART < stretch[0] - _APART for low, high in others)


def _wire(
    edge: Edge,
    middle: Mapping[EntityRef, int],
    width: int,
    x: int,
    limiting: Collection[Edge],
    *,
    titled: Callable[[EntityRef], str],
) -> Wire:
    """Draw a wire out of the lower half of a row, along its lane, into the upper half of another."""
    start, end = middle[edge.of] + _APART, middle[edge.on] - _APART
    turn = _CORNER if end > start else -_CORNER
    path = (
        f"M{width} {start}H{x + _CORNER}Q{x} {start} {x} {start + turn}"
        f"V{end - turn}Q{x} {end} {x + _CORNER} {end}H{width - 4}"
    )
    return Wire(path, x, start + turn, edge in limiting, f"{titled(edge.of)} stands on {titled(edge.on)}")


def _arrow(on: EntityRef, y: int, width: int, limiting: Iterable[Edge]) -> Arrow:
    return Arrow(f"{width - 7},{y - 4} {width},{y} {width - 7},{y + 4}", any(edge.on == on for edge in limiting))
