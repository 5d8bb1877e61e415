"""The annotations that watchbill reads in OpenSLO documents: one of ours that is not known is told with the nearest that is."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

from .recognition import Declared, Family
from .register import Register
from .shapes import openslo
from .shapes.fields import Shape

OURS: Final = "watchbill.dev/"
_OF_GOALS = (
    "entity",
    "budget-policy",
    "approved-by",
    "reviewed",
    "unknown",
    "owner",
    "rationale",
    "aspirational",
    "minimum-events",
    "minimum-failures",
)
_KNOWN = {"SLO": _OF_GOALS, "Service": ("entity",)}


def check_annotations(register: Register) -> None:
    """Warn of every annotation of ours that says nothing where it stands."""
    for kind, shape in openslo.KINDS.items():
        for one, document in register.each(Family.OPENSLO, kind, shape):
            for name in document.metadata.annotations:
                if name.startswith(OURS) and name.removeprefix(OURS) not in _KNOWN.get(kind, ()):
                    _unknown(register, one, name)


def _unknown(register: Register, one: Declared[Shape], name: str) -> None:
    known = _KNOWN.get(one.kind, ())
    near = get_close_matches(name.removeprefix(OURS), known, 1, 0.6)
    hint = f"Did you mean “{OURS}{near[0]}”?" if near else _hint(known)
    register.faults.warning(
        "unknown-annotation",
        one.document.key_place("metadata", "annotations", name),
        f"An OpenSLO {one.kind} has no annotation “{name}”: it says nothing.",
        hint,
    )


def _hint(known: tuple[str, ...]) -> str:
    return f"Known ones: {', '.join(OURS + name for name in known)}." if known else "Leave it out."
