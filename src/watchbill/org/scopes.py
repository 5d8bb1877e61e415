"""Scopes as written → scopes with references that exist. Which things a scope reaches is `claims.py`'s matter."""

from __future__ import annotations

from .charters import Scope
from .nodes import Path
from .recognition import Declared
from .register import Register
from .shapes.charter import ScopeShape
from .shapes.fields import Shape
from .values import EntityRef

_ANYTHING = ("component", "resource", "system", "domain", "group")


def link_scope(register: Register, one: Declared[Shape], path: Path, shape: ScopeShape) -> Scope:
    """Return the scope at `path` of a document; a reference that leads nowhere is a fault and is left out."""

    def resolved(field: str, count: int, *kinds: str) -> frozenset[EntityRef]:
        found = (register.resolve(one, (*path, field, position), kinds) for position in range(count))
        return frozenset(ref for ref in found if ref is not None)

    scope = Scope(
        everything=bool(shape.everything),
        things=resolved("components", len(shape.components), "component")
        | resolved("resources", len(shape.resources), "resource"),
        systems=resolved("systems", len(shape.systems), "system"),
        domains=resolved("domains", len(shape.domains), "domain"),
        owned_by=resolved("ownedBy", len(shape.owned_by), "group", "user"),
        excluded=resolved("except", len(shape.except_), *_ANYTHING),
        place=one.document.key_place(*path),
    )
    if not forms_of(shape):
        register.faults.error(
            "empty-scope",
            one.document.key_place(*path),
            "This scope names nothing.",
            "Name domains, systems, components, resources or ownedBy; or everything: true.",
        )
    return scope


def forms_of(shape: ScopeShape) -> list[str]:
    """Return the forms that a scope uses, in the order in which they are documented."""
    written = {
        "everything": bool(shape.everything),
        "domains": bool(shape.domains),
        "systems": bool(shape.systems),
        "components": bool(shape.components),
        "resources": bool(shape.resources),
        "ownedBy": bool(shape.owned_by),
    }
    return [form for form, is_used in written.items() if is_used]
