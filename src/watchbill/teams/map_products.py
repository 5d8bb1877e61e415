"""The things of the map together as their products: by System, else by owner; and these together as their Domains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from watchbill.lib.ordering import as_counted
from watchbill.org.entities import Tier, domains_of
from watchbill.org.names import name_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

from .map import Fact, Role, Side


@dataclass
class Product:
    """Things that stand together: `ref` is a System, a Domain or the owner of what lies in none; None is what is left over."""

    ref: EntityRef | None
    title: str
    within: EntityRef | None = None
    things: int = 0
    critical: int = 0
    nobody: int = 0
    bare: int = 0
    grave: int = 0
    without_sre: int = 0
    sides: dict[Role, Counter[Side]] = field(default_factory=lambda: {role: Counter() for role in Role})

    @property
    def key(self) -> str:
        """What names it on the map, and nothing else there."""
        return f"all of {self.ref or self.title}"

    @property
    def is_bare(self) -> bool:
        """Whether somebody is missing who must be in plain sight."""
        return self.bare > 0

    @property
    def is_grave(self) -> bool:
        """Whether that is as bad as it can be."""
        return self.grave > 0

    def take(self, fact: Fact) -> None:
        """Count a fact in."""
        self.things += 1
        self.critical += fact.thing.tier is Tier.CRITICAL
        self.nobody += fact.gap is not None
        self.bare += fact.is_bare
        self.grave += fact.is_grave
        self.without_sre += fact.team is None
        for side, role in fact.ties:
            self.sides[role][side] += 1

    def join(self, other: Product) -> None:
        """Count all in that another product has counted."""
        self.things += other.things
        self.critical += other.critical
        self.nobody += other.nobody
        self.bare += other.bare
        self.grave += other.grave
        self.without_sre += other.without_sre
        for role, counts in other.sides.items():
            self.sides[role].update(counts)


def products(organization: Organization, facts: Iterable[Fact]) -> list[Product]:
    """Return facts by System or owner, the barest first and then by title; each knows the nearest Domain that it lies in."""
    found: dict[EntityRef, Product] = {}
    for fact in facts:
        thing = fact.thing
        ref = thing.system or thing.owner
        if (product := found.get(ref)) is None:
            within = next(iter(domains_of(thing, organization.systems)), None) if thing.system is not None else None
            product = found[ref] = Product(ref, title_of(organization, ref), within)
        product.take(fact)
    return sorted(
        found.values(), key=lambda each: (-each.nobody, -each.grave, -each.bare, as_counted(each.title), each.key)
    )


def domains(organization: Organization, found: Iterable[Product], most: int) -> list[tuple[Product, list[Product]]]:
    """Return products by their Domains, the barest first and `most` at most: beyond, the last one is what is left over."""
    together: dict[EntityRef | None, tuple[Product, list[Product]]] = {}
    for product in found:
        title = title_of(organization, product.within) if product.within is not None else "In no Domain"
        whole, parts = together.setdefault(product.within, (Product(product.within, title), []))
        whole.join(product)
        parts.append(product)
    ordered = sorted(
        together.values(),
        key=lambda each: (
            -each[0].nobody,
            -each[0].grave,
            -each[0].bare,
            -each[0].things,
            as_counted(each[0].title),
            each[0].key,
        ),
    )
    if len(ordered) <= most:
        return ordered
    rest = Product(None, f"{len(ordered) - most + 1} more")
    for whole, _ in ordered[most - 1 :]:
        rest.join(whole)
    return [*ordered[: most - 1], (rest, [product for _, parts in ordered[most - 1 :] for product in parts])]


def title_of(organization: Organization, ref: EntityRef) -> str:
    """Return what a thing, System, Domain, group or person is called."""
    entity = organization.things.get(ref) or organization.systems.get(ref)
    return (entity.title or ref.name) if entity is not None else name_of(organization, ref)
