"""Backstage entities → people, groups, things and systems, linked to each other.

References that lead nowhere are warnings here: Backstage allows them, and a catalog is often wider than the folder. Profiles
(what Backstage has no field for) are added by `profiles.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from watchbill.lib.records import dataclass

from .entities import Dependency, Group, System, Thing, Tier, User
from .faults import Level
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
        for one, user in self._register.each(Family.BACKSTAGE, "User", backstage.User):
            for _, group in self._resolved(one, ("spec", "memberOf"), len(user.spec.member_of), ("group",)):
                self._put_into(group, one.ref)
        for one, group_shape in self._register.each(Family.BACKSTAGE, "Group", backstage.Group):
            self._group_edges(one, group_shape.spec)
        for one, component in self._register.each(Family.BACKSTAGE, "Component", backstage.Component):
            self._component_edges(one, component.spec)
            self._dependency_edges(one, component.spec)
        for one, resource in self._register.each(Family.BACKSTAGE, "Resource", backstage.Resource):
            self._dependency_edges(one, resource.spec)
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
            within = self._optional(one, ("spec", "domain"), "domain")
            found[one.ref] = System(one.ref, _title(one, system.metadata), self._owner(one), within, one.place)
        for one, domain in self._register.each(Family.BACKSTAGE, "Domain", backstage.Domain):
            within = self._optional(one, ("spec", "subdomainOf"), "domain")
            found[one.ref] = System(one.ref, _title(one, domain.metadata), self._owner(one), within, one.place)
            if within is not None:
                above[one.ref] = (within, one.document.place("spec", "subdomainOf"))
        self._check_cycles(above, "domain-cycle", "is a subdomain of itself")
        return found

    def things(self, systems: Mapping[EntityRef, System]) -> dict[EntityRef, Thing]:
        """Return what can fail: Components, libraries and documentation aside, and Resources."""
        found: dict[EntityRef, Thing] = {}
        for one, component in self._register.each(Family.BACKSTAGE, "Component", backstage.Component):
            if component.spec.type.lower() not in NOT_THINGS:
                found[one.ref] = self._thing(one, component.metadata, component.spec, systems)
        for one, resource in self._register.each(Family.BACKSTAGE, "Resource", backstage.Resource):
            found[one.ref] = self._thing(one, resource.metadata, resource.spec, systems)
        for one, api in self._register.each(Family.BACKSTAGE, "API", backstage.API):
            self._owner(one)
            if api.spec.system:
                self._optional(one, ("spec", "system"), "system")
        return found

    def _thing(
        self,
        one: Declared[Shape],
        metadata: backstage.Metadata,
        spec: backstage.ComponentSpec | backstage.ResourceSpec,
        systems: Mapping[EntityRef, System],
    ) -> Thing:
        system = self._optional(one, ("spec", "system"), "system")
        within = systems[system].within if system is not None and system in systems else None
        edges = self._depends_on.get(one.ref, {})
        return Thing(
            ref=one.ref,
            title=_title(one, metadata),
            description=metadata.description or "",
            type=spec.type,
            lifecycle=spec.lifecycle or "",
            owner=self._owner(one),
            system=system,
            domain=within,
            tier=Tier.NORMAL,
            phase="generalAvailability",
            runbook=None,
            dependencies=tuple(Dependency(on, critical=False, fallback="", place=edges[on]) for on in sorted(edges)),
            place=one.place,
            profile_place=None,
        )

    def _group_edges(self, one: Declared[Shape], spec: backstage.GroupSpec) -> None:
        for _, member in self._resolved(one, ("spec", "members"), len(spec.members), ("user",)):
            self._put_into(one.ref, member)
        if spec.parent:
            parent = self._resolve(one, ("spec", "parent"), ("group",))
            if parent is not None:
                above = (False, parent, one.document.place("spec", "parent"))
                self._claims_on.setdefault(one.ref, []).append(above)
        for position, child in self._resolved(one, ("spec", "children"), len(spec.children), ("group",)):
            above = (True, one.ref, one.document.place("spec", "children", position))
            self._claims_on.setdefault(child, []).append(above)

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

    def _put_into(self, group: EntityRef, member: EntityRef) -> None:
        self._members.setdefault(group, set()).add(member)
        self._groups.setdefault(member, set()).add(group)

    def _component_edges(self, one: Declared[Shape], spec: backstage.ComponentSpec) -> None:
        for field, count in (("providesApis", len(spec.provides_apis)), ("consumesApis", len(spec.consumes_apis))):
            list(self._resolved(one, ("spec", field), count, ("api",)))
        if spec.subcomponent_of:
            self._resolve(one, ("spec", "subcomponentOf"), ("component",))

    def _dependency_edges(self, one: Declared[Shape], spec: backstage.ComponentSpec | backstage.ResourceSpec) -> None:
        either = ("component", "resource")
        for position, on in self._resolved(one, ("spec", "dependsOn"), len(spec.depends_on), either):
            self._put_edge(one.ref, on, one.document.place("spec", "dependsOn", position))
        for position, dependant in self._resolved(one, ("spec", "dependencyOf"), len(spec.dependency_of), either):
            self._put_edge(dependant, one.ref, one.document.place("spec", "dependencyOf", position))

    def _put_edge(self, dependant: EntityRef, on: EntityRef, place: Place) -> None:
        if dependant == on:
            report_self_dependency(self._register, on, place)
        else:
            self._depends_on.setdefault(dependant, {}).setdefault(on, place)

    def _resolved(
        self, one: Declared[Shape], path: Path, count: int, kinds: Sequence[str]
    ) -> list[tuple[int, EntityRef]]:
        found = ((position, self._resolve(one, (*path, position), kinds)) for position in range(count))
        return [(position, ref) for position, ref in found if ref is not None]

    def _resolve(self, one: Declared[Shape], path: Path, kinds: Sequence[str]) -> EntityRef | None:
        return self._register.resolve(one, path, kinds, level=Level.WARNING)

    def _optional(self, one: Declared[Shape], path: Path, kind: str) -> EntityRef | None:
        return (
            self._resolve(one, path, (kind,)) if one.document.text(*path) or one.document.has(*path, "name") else None
        )

    def _owner(self, one: Declared[Shape]) -> EntityRef:
        path = ("spec", "owner")
        known = self._resolve(one, path, ("group", "user"))
        return known or self._register.reference(one, path, "group") or one.ref

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


def report_self_dependency(register: Register, ref: EntityRef, place: Place) -> None:
    """Report that a thing is said to depend on itself; nothing follows from it."""
    register.faults.warning("self-dependency", place, f"{ref} depends on itself here.", "Take it out.")


def _title(one: Declared[Shape], metadata: backstage.Metadata) -> str:
    return metadata.title or metadata.name or one.name
