"""The common platform: from the goals of products and the graph of dependencies, what each thing must reach for all on it.

Declared data alone, decided in exact fractions. It measures nothing and holds nobody to a rule: it says what follows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

from .graph import CriticalGraph, Footing
from .promises import Promise, fits, promises
from .report import Carried, Carrier, Carrying, Contribution, Demand, PlatformReport, Verdict
from .shares import failing_together, of_one_copy, parts_of_budget

__all__ = ["Carried", "Carrier", "Carrying", "Contribution", "Demand", "PlatformReport", "Verdict", "platform"]

_NOT_KNOWN = Fraction(-1)


def platform(organization: Organization) -> PlatformReport:
    """Return what carries what, what is required of each thing that others critically depend on, and which goals can hold."""
    return organization.memory.recall("platform", lambda: _Platform(organization).report())


class _Platform:
    """One organisation's graph and goals, while they are worked out."""

    def __init__(self, organization: Organization) -> None:
        self._graph = CriticalGraph(organization.things)
        self._promises = promises(organization.goals.values())
        self._components = frozenset(ref for ref in organization.things if ref.kind == "component")
        self._demands: dict[EntityRef, list[Demand]] = {}
        self._for_others: set[EntityRef] = set()

    def report(self) -> PlatformReport:
        """Return all that follows. Demands come first, from above: what is asked of a thing decides whether it asks itself."""
        graph = self._graph
        with_goal = [ref for ref in graph.footings if ref in self._promises]
        for ref in graph.from_above(with_goal):
            self._ask(ref, self._promises[ref])
        layers = graph.layers()
        return PlatformReport(
            carriers={ref: self._carrier(ref, carries, layers) for ref, carries in graph.standing_on.items()},
            carried={ref: self._carried(ref, self._promises[ref]) for ref in sorted(with_goal)},
            cycles=graph.cycles,
            unlisted=graph.unlisted,
            edges=tuple(edge for edges in graph.edges.values() for edge in edges),
            layers=layers,
        )

    def _ask(self, ref: EntityRef, promise: Promise) -> None:
        """Ask of all that a thing stands on what its goal needs, unless that goal is there for others and asks nothing itself."""
        circle = self._graph.circle_of(ref)
        from_above = [demand.share for demand in self._demands.get(ref, ()) if demand.product not in circle]
        if from_above and promise.asked.target <= max(from_above):
            self._for_others.add(ref)
            return
        footing = self._graph.footings[ref]
        target, parts = promise.asked.target, parts_of_budget(footing.count)
        for on, way in footing.ways.items():
            copies = footing.copies[on]
            self._demands.setdefault(on, []).append(
                Demand(ref, target, parts, of_one_copy((1 - target) / parts, copies), copies, way)
            )

    def _carrier(self, ref: EntityRef, carries: tuple[EntityRef, ...], layers: Mapping[EntityRef, int]) -> Carrier:
        demands = sorted(self._demands.get(ref, ()), key=lambda demand: demand.product)
        demands.sort(key=lambda demand: demand.share, reverse=True)
        others = len(self._components - {ref})
        fan_in = Fraction(sum(each in self._components for each in carries), others) if others else Fraction(0)
        return Carrier(ref, tuple(demands), self._promises.get(ref), carries, fan_in, layers[ref])

    def _carried(self, ref: EntityRef, promise: Promise) -> Carried:
        footing = self._graph.footings[ref]
        found = [*self._known(footing, promise), *_unnamed(footing)]
        found.sort(key=lambda each: each.name)
        found.sort(key=_failing, reverse=True)
        reaches = math.prod((1 - each.failing for each in found if each.failing is not None), start=Fraction(1))
        return Carried(ref, promise, ref in self._for_others, tuple(found), reaches)

    def _known(self, footing: Footing, promise: Promise) -> list[Contribution]:
        """Return the contributions of the things that a footing consists of."""
        found = []
        for on, way in footing.ways.items():
            copies, given = footing.copies[on], self._promises.get(on)
            failing = failing_together(given.given.target, copies) if given is not None else None
            other_window = given is not None and not fits(given.given, into=promise.asked)
            found.append(Contribution(str(on), on, copies, given, failing, other_window, way))
        return found


def _failing(contribution: Contribution) -> Fraction:
    """Return what a rank is given by; what is not known ranks below all that is."""
    return contribution.failing if contribution.failing is not None else _NOT_KNOWN


def _unnamed(footing: Footing) -> list[Contribution]:
    """Return the contributions of shared parts that the catalog does not have: nothing is known of them."""
    return [
        Contribution(
            part.name, None, 1, None, None, other_window=False, way=footing.ways.get(part.of, ()), unnamed=part
        )
        for part in footing.unnamed
    ]
