"""What Backstage entities say of each other, from either side: members and groups, groups below groups, what depends on what.

References that lead nowhere are warnings: Backstage allows them, and a catalog is often wider than the folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from .faults import Level
from .nodes import Path
from .recognition import Declared, Family
from .register import Register
from .shapes import backstage
from .shapes.fields import Shape
from .values import EntityRef, Place

_EITHER = ("component", "resource")


class Edges(NamedTuple):
    """What one entity says: members of groups, parents of groups by child, and dependencies with where they are said.

    A claim on a child begins with whether the parent makes it, which counts less than what the child says itself.
    """

    members: tuple[tuple[EntityRef, EntityRef], ...] = ()
    parents: tuple[tuple[EntityRef, tuple[bool, EntityRef, Place]], ...] = ()
    dependencies: tuple[tuple[EntityRef, EntityRef, Place], ...] = ()


def read_edges(register: Register) -> Iterator[Edges]:
    """Yield what every entity says of others; faults go to the register's list."""
    linked = register.linker("edges")
    for one, user in register.each(Family.BACKSTAGE, "User", backstage.User):
        yield linked(one, partial(_of_user, register, one, user.spec))
    for one, group in register.each(Family.BACKSTAGE, "Group", backstage.Group):
        yield linked(one, partial(_of_group, register, one, group.spec))
    for one, component in register.each(Family.BACKSTAGE, "Component", backstage.Component):
        yield linked(one, partial(_of_component, register, one, component.spec))
    for one, resource in register.each(Family.BACKSTAGE, "Resource", backstage.Resource):
        yield linked(one, partial(_of_resource, register, one, resource.spec))


def resolve(register: Register, one: Declared[Shape], path: Path, text: str, kinds: Sequence[str]) -> EntityRef | None:
    """Return the entity that the text, which stands at a path, names; None with a warning where there is none."""
    return register.resolve(one, path, kinds, text=text, level=Level.WARNING)


def report_self_dependency(register: Register, ref: EntityRef, place: Place) -> None:
    """Report that a thing is said to depend on itself; nothing follows from it."""
    register.faults.warning("self-dependency", place, f"{ref} depends on itself here.", "Take it out.")


def _of_user(register: Register, one: Declared[Shape], spec: backstage.UserSpec) -> Edges:
    groups = _resolved(register, one, ("spec", "memberOf"), spec.member_of, ("group",))
    return Edges(members=tuple((group, one.ref) for _, group in groups))


def _of_group(register: Register, one: Declared[Shape], spec: backstage.GroupSpec) -> Edges:
    members = _resolved(register, one, ("spec", "members"), spec.members, ("user",))
    parents: list[tuple[EntityRef, tuple[bool, EntityRef, Place]]] = []
    if spec.parent and (parent := resolve(register, one, ("spec", "parent"), spec.parent, ("group",))) is not None:
        parents.append((one.ref, (False, parent, one.document.place("spec", "parent"))))
    for position, child in _resolved(register, one, ("spec", "children"), spec.children, ("group",)):
        parents.append((child, (True, one.ref, one.document.place("spec", "children", position))))
    return Edges(members=tuple((one.ref, member) for _, member in members), parents=tuple(parents))


def _of_component(register: Register, one: Declared[Shape], spec: backstage.ComponentSpec) -> Edges:
    for field, apis in (("providesApis", spec.provides_apis), ("consumesApis", spec.consumes_apis)):
        _resolved(register, one, ("spec", field), apis, ("api",))
    if spec.subcomponent_of:
        resolve(register, one, ("spec", "subcomponentOf"), spec.subcomponent_of, ("component",))
    return _of_resource(register, one, spec)


def _of_resource(
    register: Register, one: Declared[Shape], spec: backstage.ComponentSpec | backstage.ResourceSpec
) -> Edges:
    found: list[tuple[EntityRef, EntityRef, Place]] = []
    for position, on in _resolved(register, one, ("spec", "dependsOn"), spec.depends_on, _EITHER):
        found.append((one.ref, on, one.document.place("spec", "dependsOn", position)))
    for position, dependant in _resolved(register, one, ("spec", "dependencyOf"), spec.dependency_of, _EITHER):
        found.append((dependant, one.ref, one.document.place("spec", "dependencyOf", position)))
    for dependant, on, place in found:
        if dependant == on:
            report_self_dependency(register, on, place)
    return Edges(dependencies=tuple(edge for edge in found if edge[0] != edge[1]))


def _resolved(
    register: Register, one: Declared[Shape], path: Path, texts: Sequence[str], kinds: Sequence[str]
) -> list[tuple[int, EntityRef]]:
    if not texts:
        return []
    found = [(position, resolve(register, one, (*path, position), text, kinds)) for position, text in enumerate(texts)]
    return [(position, ref) for position, ref in found if ref is not None]
