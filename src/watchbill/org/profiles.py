"""ServiceProfiles → what they say is added to the things they are for; the more specific profile wins, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from .charters import Scope
from .edges import report_self_dependency
from .entities import Dependency, Redundancy, System, Thing, Tier, domains_of
from .nodes import Path
from .recognition import Declared, Family
from .register import Register
from .scopes import link_scope
from .shapes import charter
from .shapes.fields import Shape
from .values import EntityRef, Place

_SINGLE_FIELDS = ("tier", "phase", "runbook")
_THING, _SYSTEM, _DOMAIN, _OWNED_BY, _EVERYTHING = range(5)


@dataclass(frozen=True)
class _Profile:
    """A profile, whom it is for, and the dependencies it names."""

    one: Declared[Shape]
    spec: charter.ServiceProfileSpec
    scope: Scope
    dependencies: tuple[Dependency, ...]

    def place(self, field: str) -> Place:
        """Return where a field of the profile stands."""
        return self.one.document.key_place("spec", field)


def add_profiles(
    register: Register, things: Mapping[EntityRef, Thing], systems: Mapping[EntityRef, System]
) -> dict[EntityRef, Thing]:
    """Return the things with what the profiles say of them; equally specific profiles that differ are a fault."""
    profiles = [
        _link_profile(register, one, shape.spec)
        for one, shape in register.each(Family.WATCHBILL, "ServiceProfile", charter.ServiceProfile)
    ]
    ties: set[tuple[Place, Place]] = set()
    return {ref: _profiled(register, thing, profiles, systems, ties) for ref, thing in things.items()}


def _link_profile(register: Register, one: Declared[Shape], spec: charter.ServiceProfileSpec) -> _Profile:
    path: Path = ("spec", "for")
    if isinstance(spec.for_, charter.ScopeShape):
        itself, scope = None, link_scope(register, one, path, spec.for_)
    else:
        itself = register.resolve(one, path, ("component", "resource", "system", "domain"))
        scope = _scope_of(itself, one, path)
    return _Profile(one, spec, scope, tuple(_dependencies(register, one, spec, itself)))


def _scope_of(ref: EntityRef | None, one: Declared[Shape], path: Path) -> Scope:
    def only(*kinds: str) -> frozenset[EntityRef]:
        return frozenset({ref}) if ref is not None and ref.kind in kinds else frozenset()

    return Scope(
        everything=False,
        things=only("component", "resource"),
        systems=only("system"),
        domains=only("domain"),
        owned_by=frozenset(),
        excluded=frozenset(),
        place=one.document.key_place(*path),
    )


def _dependencies(
    register: Register, one: Declared[Shape], spec: charter.ServiceProfileSpec, itself: EntityRef | None
) -> Iterable[Dependency]:
    for position, dependency in enumerate(spec.dependencies):
        path = ("spec", "dependencies", position, "on")
        on = register.resolve(one, path, ("component", "resource"))
        if on is not None and on == itself:
            report_self_dependency(register, on, one.document.place(*path))
        elif on is not None:
            copies = dependency.redundancy
            redundancy = Redundancy(copies.copies, tuple(copies.shared_fate)) if copies is not None else None
            place = one.document.place(*path)
            yield Dependency(on, dependency.critical, dependency.fallback or "", place, redundancy)


def _profiled(
    register: Register,
    thing: Thing,
    profiles: Sequence[_Profile],
    systems: Mapping[EntityRef, System],
    ties: set[tuple[Place, Place]],
) -> Thing:
    ranked = [(rank, profile) for profile in profiles if (rank := _rank(profile.scope, thing, systems)) is not None]
    if not ranked:
        return thing
    ranked.sort(key=lambda pair: pair[0])
    values = {field: _value(register, thing, field, ranked, ties) for field in _SINGLE_FIELDS}
    edges = {dependency.on: dependency for dependency in thing.dependencies}
    for _, profile in reversed(ranked):
        edges.update((dependency.on, dependency) for dependency in profile.dependencies if dependency.on != thing.ref)
    return replace(
        thing,
        tier=Tier(values["tier"]) if values["tier"] else thing.tier,
        phase=values["phase"] or thing.phase,
        runbook=values["runbook"] or thing.runbook,
        dependencies=tuple(edges[on] for on in sorted(edges)),
        profile_place=ranked[0][1].one.place,
        repositories=next((tuple(p.spec.repositories) for _, p in ranked if p.spec.repositories), ()),
    )


def _value(
    register: Register,
    thing: Thing,
    field: str,
    ranked: Sequence[tuple[tuple[int, int], _Profile]],
    ties: set[tuple[Place, Place]],
) -> str | None:
    """Return what the most specific profile says; `ties` holds the places already reported, one pair for many things."""
    saying = [(rank, profile, getattr(profile.spec, field)) for rank, profile in ranked if getattr(profile.spec, field)]
    if not saying:
        return None
    rank, first, value = saying[0]
    for other_rank, other, other_value in saying[1:]:
        pair = (first.place(field), other.place(field))
        if other_rank == rank and other_value != value and pair not in ties:
            ties.add(pair)
            register.faults.error(
                "profile-tie",
                other.place(field),
                f"Two profiles that are equally specific give {thing.ref} a different “{field}”.",
                "Write a more specific profile, or make them agree.",
                [first.place(field)],
            )
    return str(value)


def _rank(scope: Scope, thing: Thing, systems: Mapping[EntityRef, System]) -> tuple[int, int] | None:
    """Return how specifically a scope reaches a thing (the lowest is the most specific), or None where it does not."""
    domains = domains_of(thing, systems)
    facets = {thing.ref, thing.system, thing.owner, *domains}
    if facets & scope.excluded:
        return None
    if thing.ref in scope.things:
        return _THING, 0
    if thing.system in scope.systems:
        return _SYSTEM, 0
    for distance, domain in enumerate(domains):
        if domain in scope.domains:
            return _DOMAIN, distance
    if thing.owner in scope.owned_by:
        return _OWNED_BY, 0
    return (_EVERYTHING, 0) if scope.everything else None
