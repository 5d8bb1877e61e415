"""Backstage entities → people, groups, things and systems, linked to each other.

References that lead nowhere are warnings here: Backstage allows them, and a catalog is often wider than the folder. Profiles
(what Backstage has no field for) are added by `profiles.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from .edges import read_edges, resolve
from .entities import Dependency, Group, System, Thing, Tier, User
from .nodes import Path
from .recognition import Declared, Family
from .register import Register
from .shapes import backstage
from .shapes.fields import Shape
from .values import EntityRef, Place

NOT_THINGS = frozenset({"library", "documentation"})


@dataclass(frozen=True)
class Catalog:
    """The entities of the folder by reference."""

    users: Mapping[EntityRef, User]
    groups: Mapping[EntityRef, Group]
    things: Mapping[EntityRef, Thing]
    systems: Mapping[EntityRef, System]


def link_catalog(register: Register) -> Catalog:
    """Return the catalog of everything declared; faults go to the register's list."""
    linker = _Linker(register)
    linker.read_edges()
    systems = linker.systems()
    return Catalog(linker.users(), linker.groups(), linker.things(systems), systems)


class _Linker:
    """Reads edges from either side first, then makes the entities that carry them."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._members: dict[EntityRef, set[EntityRef]] = {}
        self._groups: dict[EntityRef, set[EntityRef]] = {}
        self._claims_on: dict[EntityRef, list[tuple[bool, EntityRef, Place]]] = {}
        self._parents: dict[EntityRef, tuple[EntityRef, Place]] = {}
        self._depends_on: dict[EntityRef, dict[EntityRef, Place]] = {}

    def read_edges(self) -> None:
        """Read who is in which group, which group is under which, and what depends on what."""
        for edges in read_edges(self._register):
            for group, member in edges.members:
                self._members.setdefault(group, set()).add(member)
                self._groups.setdefault(member, set()).add(group)
            for child, claim in edges.parents:
                self._claims_on.setdefault(child, []).append(claim)
            for dependant, on, place in edges.dependencies:
                self._depends_on.setdefault(dependant, {}).setdefault(on, place)
        self._settle_parents()
        self._check_cycles(self._parents, "group-cycle", "is above itself in the tree of groups")

    def users(self) -> dict[EntityRef, User]:
        """Return the people, with the groups they are direct members of."""
        found: dict[EntityRef, User] = {}
        for one, user in self._register.each(Family.BACKSTAGE, "User", backstage.User):
            groups = frozenset(self._groups.get(one.ref, ()))
            profile = user.spec.profile or backstage.Profile()
            title = user.metadata.title or profile.display_name or user.metadata.name
            found[one.ref] = User(one.ref, title, profile.email, groups, one.place)
        return found

    def groups(self) -> dict[EntityRef, Group]:
        """Return the groups, with direct members, the group above and the groups below."""
        found: dict[EntityRef, Group] = {}
        below: dict[EntityRef, set[EntityRef]] = {}
        for child, (above, _) in self._parents.items():
            below.setdefault(above, set()).add(child)
        for one, group in self._register.each(Family.BACKSTAGE, "Group", backstage.Group):
            profile = group.spec.profile or backstage.Profile()
            parent = self._parents.get(one.ref)
            found[one.ref] = Group(
                ref=one.ref,
                title=group.metadata.title or profile.display_name or group.metadata.name,
                type=group.spec.type,
                email=profile.email,
                parent=parent[0] if parent else None,
                children=frozenset(below.get(one.ref, ())),
                members=frozenset(self._members.get(one.ref, ())),
                place=one.place,
            )
        return found

    def systems(self) -> dict[EntityRef, System]:
        """Return the Systems and Domains, each with the Domain above it."""
        found: dict[EntityRef, System] = {}
        above: dict[EntityRef, tuple[EntityRef, Place]] = {}
        for one, system in self._register.each(Family.BACKSTAGE, "System", backstage.System):
            within = self._optional(one, ("spec", "domain"), system.spec.domain, "domain")
            found[one.ref] = System(
                one.ref, _title(one, system.metadata), self._owner(one, system.spec.owner), within, one.place
            )
        for one, domain in self._register.each(Family.BACKSTAGE, "Domain", backstage.Domain):
            within = self._optional(one, ("spec", "subdomainOf"), domain.spec.subdomain_of, "domain")
            found[one.ref] = System(
                one.ref, _title(one, domain.metadata), self._owner(one, domain.spec.owner), within, one.place
            )
            if within is not None:
                above[one.ref] = (within, one.document.place("spec", "subdomainOf"))
        self._check_cycles(above, "domain-cycle", "is a subdomain of itself")
        return found

    def things(self, systems: Mapping[EntityRef, System]) -> dict[EntityRef, Thing]:
        """Return what can fail: Components, libraries and documentation aside, and Resources."""
        found: dict[EntityRef, Thing] = {}
        linked = self._register.linker("thing", systems)
        for one, component in self._register.each(Family.BACKSTAGE, "Component", backstage.Component):
            if component.spec.type.lower() not in NOT_THINGS:
                edges = self._depends_on.get(one.ref)
                found[one.ref] = linked(one, partial(self._thing, one, component, edges or {}, systems), edges)
        for one, resource in self._register.each(Family.BACKSTAGE, "Resource", backstage.Resource):
            edges = self._depends_on.get(one.ref)
            found[one.ref] = linked(one, partial(self._thing, one, resource, edges or {}, systems), edges)
        for one, api in self._register.each(Family.BACKSTAGE, "API", backstage.API):
            self._owner(one, api.spec.owner)
            self._optional(one, ("spec", "system"), api.spec.system, "system")
        return found

    def _thing(
        self,
        one: Declared[Shape],
        shape: backstage.Component | backstage.Resource,
        edges: Mapping[EntityRef, Place],
        systems: Mapping[EntityRef, System],
    ) -> Thing:
        metadata, spec = shape.metadata, shape.spec
        system = self._optional(one, ("spec", "system"), spec.system, "system")
        return Thing(
            ref=one.ref,
            title=_title(one, metadata),
            description=metadata.description or "",
            type=spec.type,
            lifecycle=spec.lifecycle or "",
            owner=self._owner(one, spec.owner),
            system=system,
            domain=systems[system].within if system is not None and system in systems else None,
            tier=Tier.NORMAL,
            phase="generalAvailability",
            runbook=None,
            dependencies=tuple(Dependency(on, critical=False, fallback="", place=edges[on]) for on in sorted(edges)),
            place=one.place,
            profile_place=None,
        )

    def _settle_parents(self) -> None:
        """Put each group under the parent that it names itself, else under the first by name that names it a child."""
        for child, claims in self._claims_on.items():
            (_, parent, place), *others = sorted(claims)
            self._parents[child] = parent, place
            for _, other, other_place in others:
                if other != parent:
                    self._register.faults.warning(
                        "two-parents",
                        other_place,
                        f"{child} is under {parent} by {place}; {other} calls it a child of its own.",
                        "A group has one parent here: correct one of the two.",
                        [place],
                    )

    def _optional(self, one: Declared[Shape], path: Path, written: str | None, kind: str) -> EntityRef | None:
        return resolve(self._register, one, path, written, (kind,)) if written else None

    def _owner(self, one: Declared[Shape], written: str) -> EntityRef:
        path = ("spec", "owner")
        known = resolve(self._register, one, path, written, ("group", "user"))
        return known or self._register.reference(one, path, "group", written) or one.ref

    def _check_cycles(self, above: Mapping[EntityRef, tuple[EntityRef, Place]], code: str, what: str) -> None:
        settled: set[EntityRef] = set()
        for start in sorted(above):
            trail: list[EntityRef] = []
            current: EntityRef | None = start
            while current is not None and current not in settled and current not in trail:
                trail.append(current)
                current = above[current][0] if current in above else None
            if current in trail:
                cycle = trail[trail.index(current) :]
                places = [above[member][1] for member in cycle]
                way = " → ".join(str(member) for member in [*cycle, cycle[0]])
                self._register.faults.error(
                    code, places[0], f"{cycle[0]} {what}: {way}.", "Take one of these steps out.", places[1:]
                )
            settled.update(trail)


def _title(one: Declared[Shape], metadata: backstage.Metadata) -> str:
    return metadata.title or metadata.name or one.name
