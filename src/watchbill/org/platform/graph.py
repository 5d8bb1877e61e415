"""The graph of critical dependencies: what stands on what at any depth, each thing once; cycles and layers. Knows no goals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from watchbill.org.entities import Dependency, Thing
from watchbill.org.values import EntityRef, Place


@dataclass(frozen=True)
class Edge:
    """A thing fails when another does: by a critical dependency, or as a `part` that all copies of one have in common."""

    of: EntityRef
    on: EntityRef
    copies: int
    place: Place
    part: bool = False


@dataclass(frozen=True)
class UnnamedPart:
    """A part that all copies of a dependency share and that is no thing of the catalog: nothing is known of how often it fails."""

    of: EntityRef
    on: EntityRef
    name: str
    place: Place


@dataclass(frozen=True)
class Footing:
    """What a thing critically stands on at any depth, by reference: the way there, the shortest, and the fewest copies of it.

    `unnamed` are parts that the catalog does not have, one a name.
    """

    ways: Mapping[EntityRef, tuple[Edge, ...]]
    copies: Mapping[EntityRef, int]
    unnamed: tuple[UnnamedPart, ...]

    @property
    def count(self) -> int:
        """How many unique critical dependencies there are."""
        return len(self.ways) + len(self.unnamed)


class CriticalGraph:
    """The critical dependencies among some things; `footings` has the things that have any."""

    def __init__(self, things: Mapping[EntityRef, Thing]) -> None:
        self.edges: dict[EntityRef, tuple[Edge, ...]] = {}
        self.unnamed: dict[EntityRef, tuple[UnnamedPart, ...]] = {}
        self.unlisted: tuple[Edge, ...] = ()
        for ref, thing in sorted(things.items()):
            self._add(ref, thing, things)
        self.footings = {ref: self._footing(ref) for ref in self.edges}

    def _add(self, ref: EntityRef, thing: Thing, things: Mapping[EntityRef, Thing]) -> None:
        edges: dict[EntityRef, Edge] = {}
        unnamed: list[UnnamedPart] = []
        for dependency in sorted(thing.dependencies, key=lambda each: each.on):
            if not dependency.critical or dependency.on not in things:
                continue
            copies = dependency.redundancy.copies if dependency.redundancy is not None else 1
            edge = Edge(ref, dependency.on, copies, dependency.place)
            _put(edges, edge)
            if copies > 1 and dependency.redundancy is not None and not dependency.redundancy.shared_fate:
                self.unlisted += (edge,)
            for name, part in _shared_parts(dependency, things):
                if part is None:
                    unnamed.append(UnnamedPart(ref, dependency.on, name, dependency.place))
                elif part != ref:
                    _put(edges, Edge(ref, part, 1, dependency.place, part=True))
        if edges:
            self.edges[ref] = tuple(edges[on] for on in sorted(edges))
        if unnamed:
            self.unnamed[ref] = tuple(unnamed)

    def _footing(self, ref: EntityRef) -> Footing:
        """Walk down, the nearest first; what has been met is not walked again, so that a cycle ends."""
        ways: dict[EntityRef, tuple[Edge, ...]] = {}
        copies: dict[EntityRef, int] = {}
        unnamed: dict[str, UnnamedPart] = {}
        walked = [ref]
        for each in walked:
            for edge in self.edges.get(each, ()):
                if edge.on == ref:
                    continue
                copies[edge.on] = min(edge.copies, copies.get(edge.on, edge.copies))
                if edge.on not in ways:
                    ways[edge.on] = (*ways.get(each, ()), edge)
                    walked.append(edge.on)
            for part in self.unnamed.get(each, ()):
                unnamed.setdefault(part.name, part)
        return Footing(ways, copies, tuple(unnamed[name] for name in sorted(unnamed)))

    @cached_property
    def standing_on(self) -> Mapping[EntityRef, tuple[EntityRef, ...]]:
        """Return who stands on each thing that anything stands on, at any depth."""
        found: dict[EntityRef, list[EntityRef]] = {}
        for ref, footing in self.footings.items():
            for on in footing.ways:
                found.setdefault(on, []).append(ref)
        return {on: tuple(found[on]) for on in sorted(found)}

    @cached_property
    def cycles(self) -> tuple[tuple[Edge, ...], ...]:
        """Return for each group of things that stand on one another the dependencies within the group."""
        groups = sorted({group for ref in self.footings if len(group := self.circle_of(ref)) > 1})
        return tuple(tuple(edge for ref in group for edge in self.edges[ref] if edge.on in group) for group in groups)

    def circle_of(self, ref: EntityRef) -> tuple[EntityRef, ...]:
        """Return a thing and all that it stands on and that stand on it as well, by reference."""
        below = self.footings[ref].ways if ref in self.footings else {}
        return tuple(sorted([ref, *(on for on in below if on in self.footings and ref in self.footings[on].ways)]))

    def from_above(self, refs: Iterable[EntityRef]) -> list[EntityRef]:
        """Return things in an order in which each comes before all that it stands on, its own circle aside."""
        return sorted(refs, key=lambda ref: (-len(self._with_itself(ref)), ref))

    def _with_itself(self, ref: EntityRef) -> set[EntityRef]:
        return {ref, *(self.footings[ref].ways if ref in self.footings else ())}

    def layers(self) -> Mapping[EntityRef, int]:
        """Return how deep each thing of the graph lies: 0 where nothing stands on it, else one below the deepest that does."""
        layers = dict.fromkeys([*self.footings, *self.standing_on], 0)
        for ref in self.from_above(layers):
            circle = self.circle_of(ref)
            deepest = max(layers[each] for each in circle)
            layers |= dict.fromkeys(circle, deepest)
            for edge in (edge for each in circle for edge in self.edges.get(each, ()) if edge.on not in circle):
                layers[edge.on] = max(layers[edge.on], deepest + 1)
        return layers


def _put(edges: dict[EntityRef, Edge], edge: Edge) -> None:
    """Keep of two edges to one thing the one with fewer copies, and of equal ones what is declared as a dependency itself."""
    known = edges.get(edge.on)
    if known is None or (edge.copies, edge.part) < (known.copies, known.part):
        edges[edge.on] = edge


def _shared_parts(dependency: Dependency, things: Mapping[EntityRef, Thing]) -> Iterable[tuple[str, EntityRef | None]]:
    """Return the parts that all copies have in common, each with the thing that it is, or None."""
    redundancy = dependency.redundancy
    if redundancy is None or redundancy.copies == 1:
        return
    for name in redundancy.shared_fate:
        yield name, next((ref for ref in _read_as(name) if ref in things), None)


def _read_as(name: str) -> Iterable[EntityRef]:
    """Return the references that a name may mean: of a component, or of a resource."""
    for kind in ("component", "resource"):
        try:
            yield EntityRef.parse(name, kind=kind)
        except ValueError:
            return
