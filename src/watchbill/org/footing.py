"""What a thing critically stands on, at any depth: one walk down the dependencies, the nearest first, for whoever asks.

It names things and edges; who holds them, and whether they fail, is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .entities import Dependency, Thing
from .values import EntityRef


@dataclass(frozen=True)
class Step:
    """One step down: a thing and the critical dependency of it; `above` is the step by which that thing was reached."""

    of: Thing
    edge: Dependency
    above: Step | None

    @property
    def way(self) -> tuple[Step, ...]:
        """The steps from the thing that was asked about to this one."""
        steps = [self]
        while steps[-1].above is not None:
            steps.append(steps[-1].above)
        return tuple(reversed(steps))


def levels_below(things: Mapping[EntityRef, Thing], thing: Thing) -> Iterator[tuple[Step, ...]]:
    """Yield what a thing critically stands on directly, then what that stands on, and so on.

    Each thing comes once, by the shortest way, so that a circle ends. What is not in the catalog is named, and not walked.
    """
    met = {thing.ref}
    level: list[tuple[Thing, Step | None]] = [(thing, None)]
    while level:
        below: list[Step] = []
        for of, above in level:
            for edge in of.dependencies:
                if edge.critical and edge.on not in met:
                    met.add(edge.on)
                    below.append(Step(of, edge, above))
        if below:
            yield tuple(below)
        level = [(things[step.edge.on], step) for step in below if step.edge.on in things]
