"""The nouns of the common platform: what carries others, the products that it carries, and where declared goals do not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from watchbill.org.values import EntityRef

from .graph import Edge, UnnamedPart
from .promises import Promise
from .shares import FOR_DEPENDENCIES


class Carrying(StrEnum):
    """Whether a thing promises what those that stand on it need of it; `notAsked` where nothing above it has a goal."""

    ENOUGH = "enough"
    TOO_LITTLE = "tooLittle"
    NO_GOAL = "noGoal"
    NOT_ASKED = "notAsked"


class Verdict(StrEnum):
    """Whether a goal can hold on what it stands on.

    `holds`: at least half of its budget is left for its own faults. `tight`: less than that. `cannotHold`: what it stands on may
    fail more often than it may itself. `notKnown`: something that it stands on has no goal. `ownFaultsOnly`: what it stands on may
    fail more often, and the goal is there for others: it holds for faults of its own alone.
    """

    HOLDS = "holds"
    TIGHT = "tight"
    CANNOT_HOLD = "cannotHold"
    NOT_KNOWN = "notKnown"
    OWN_FAULTS_ONLY = "ownFaultsOnly"


@dataclass(frozen=True)
class Demand:
    """What a product's goal needs of a thing that it stands on: how available it has to be, each of its copies; and the way there.

    `parts` is how many parts the product's budget is divided into, of which the thing may take one.
    """

    product: EntityRef
    target: Fraction
    parts: int
    share: Fraction
    copies: int
    way: tuple[Edge, ...]


@dataclass(frozen=True)
class Carrier:
    """A thing that others critically depend on.

    `demands` are those of the products, the strictest first; `carries` is who stands on it at any depth; `fan_in` is the share
    of all other components among them; `layer` is how deep it lies.
    """

    thing: EntityRef
    demands: tuple[Demand, ...]
    promise: Promise | None
    carries: tuple[EntityRef, ...]
    fan_in: Fraction
    layer: int

    @property
    def required(self) -> Fraction | None:
        """How available it has to be for all products on it; None where none of them has a goal."""
        return self.demands[0].share if self.demands else None

    @property
    def limited_by(self) -> tuple[Demand, ...]:
        """The demands that are the strictest: of one product, or of several that ask the same."""
        return tuple(demand for demand in self.demands if demand.share == self.required)

    @property
    def state(self) -> Carrying:
        """Whether it promises what is required of it."""
        if self.required is None:
            return Carrying.NOT_ASKED
        if self.promise is None:
            return Carrying.NO_GOAL
        return Carrying.ENOUGH if self.promise.given.target >= self.required else Carrying.TOO_LITTLE


@dataclass(frozen=True)
class Contribution:
    """What one critical dependency may take of a product's budget.

    `failing` is the share of events that it may fail by its goal, all copies at once; None where it has no goal. `thing` is None
    for a shared part that the catalog does not have. `other_window` marks a goal over a window that says less than the product's.
    """

    name: str
    thing: EntityRef | None
    copies: int
    promise: Promise | None
    failing: Fraction | None
    other_window: bool
    way: tuple[Edge, ...]
    unnamed: UnnamedPart | None = None


@dataclass(frozen=True)
class Carried:
    """A thing with a goal that critically depends on others.

    `for_others` is set where its goal is no stricter than what those that stand on it need: it then asks for no further nine.
    `contributions` are ranked, what takes most of the budget first, what is not known last. `reaches` is the product of what its
    dependencies promise, those without a goal counted as perfect: an upper bound while some are.
    """

    thing: EntityRef
    promise: Promise
    for_others: bool
    contributions: tuple[Contribution, ...]
    reaches: Fraction

    @property
    def target(self) -> Fraction:
        """The share of good events that it is held to."""
        return self.promise.asked.target

    @property
    def left(self) -> Fraction:
        """The share of events that is left for its own faults; below zero where its goal cannot hold."""
        return self.reaches - self.target

    @property
    def with_own(self) -> Fraction:
        """What its users see at worst if its own goal counts nothing but its own faults: its target times what carries it."""
        return self.reaches * self.target

    @property
    def unknown(self) -> tuple[Contribution, ...]:
        """The dependencies of which no goal says how often they may fail."""
        return tuple(each for each in self.contributions if each.failing is None)

    @property
    def verdict(self) -> Verdict:
        """Whether its goal can hold."""
        if self.left < 0:
            return Verdict.OWN_FAULTS_ONLY if self.for_others else Verdict.CANNOT_HOLD
        if self.unknown:
            return Verdict.NOT_KNOWN
        return Verdict.HOLDS if self.left >= (1 - self.target) * (1 - FOR_DEPENDENCIES) else Verdict.TIGHT

    def of_budget(self, contribution: Contribution) -> Fraction | None:
        """Return the share of its budget that a dependency may take."""
        return None if contribution.failing is None else contribution.failing / (1 - self.target)


@dataclass(frozen=True)
class PlatformReport:
    """The common platform of an organisation: carriers and what is carried by reference, and what cannot be taken as it is.

    `cycles` are the dependencies by which things stand on one another; `unlisted` claim copies without saying what they share;
    `edges` are all critical dependencies, `layers` how deep each thing lies.
    """

    carriers: Mapping[EntityRef, Carrier]
    carried: Mapping[EntityRef, Carried]
    cycles: tuple[tuple[Edge, ...], ...]
    unlisted: tuple[Edge, ...]
    edges: tuple[Edge, ...]
    layers: Mapping[EntityRef, int]

    @property
    def broken(self) -> tuple[Carried, ...]:
        """The products whose goals cannot hold."""
        return tuple(each for each in self.carried.values() if each.verdict is Verdict.CANNOT_HOLD)

    @property
    def without_goal(self) -> tuple[Carrier, ...]:
        """The things that products with goals stand on and that have none."""
        return tuple(each for each in self.carriers.values() if each.state is Carrying.NO_GOAL)

    def of(self, product: EntityRef) -> PlatformReport:
        """Return what concerns one thing: itself, and all that it stands on."""
        around = {product, *(ref for ref, carrier in self.carriers.items() if product in carrier.carries)}
        return PlatformReport(
            carriers={ref: each for ref, each in self.carriers.items() if ref in around},
            carried={ref: each for ref, each in self.carried.items() if ref in around},
            cycles=tuple(cycle for cycle in self.cycles if any(edge.of in around for edge in cycle)),
            unlisted=tuple(edge for edge in self.unlisted if edge.of in around),
            edges=tuple(edge for edge in self.edges if edge.of in around and edge.on in around),
            layers={ref: layer for ref, layer in self.layers.items() if ref in around},
        )
