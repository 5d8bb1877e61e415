"""What the goals of one SLO are called: the first objective by the name of the SLO, each other by its display name behind it.

So the first one, and what is on record of it, stays what it is when further objectives are added behind it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .slos import WrittenSLO
from .values import Place

_NO_NAME = re.compile(r"[^a-z0-9]+")


class ObjectiveName(NamedTuple):
    """The name and title of an objective's goal, and where it is told to stand."""

    name: str
    title: str
    place: Place


def objective_names(slo: WrittenSLO) -> list[ObjectiveName | None]:
    """Return the names of an SLO's objectives; None with a fault for one whose name another one has already."""
    names: dict[str, ObjectiveName] = {}
    found: list[ObjectiveName | None] = []
    for position in range(len(slo.spec.objectives)):
        name = _name(slo, position)
        first = names.setdefault(name.name, name)
        found.append(name if first is name else None)
        if first is not name:
            slo.faults.error(
                "duplicate-name",
                name.place,
                f"The goal of this objective would be called “{name.name}”, as that of the one in {first.place}.",
                "Give the two objectives different display names.",
                [first.place],
            )
    return found


def _name(slo: WrittenSLO, position: int) -> ObjectiveName:
    title = slo.shape.metadata.display_name or slo.shape.metadata.name
    if len(slo.spec.objectives) == 1:
        return ObjectiveName(slo.one.name, title, slo.one.place)
    said = slo.spec.objectives[position].display_name or ""
    own = _NO_NAME.sub("-", said.lower()).strip("-") or str(position + 1)
    name = slo.one.name if position == 0 else f"{slo.one.name}-{own}"
    return ObjectiveName(
        name, f"{title}: {said}" if said else title, slo.document.place("spec", "objectives", position)
    )
