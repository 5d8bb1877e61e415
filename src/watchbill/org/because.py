"""A reason: one step of the way that led to an answer, with the document and line it stands on; and how references are said.

Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .values import EntityRef, Place

_MOST_NAMED = 3


@dataclass(frozen=True)
class Because:
    """One step of an answer's chain: which rule, in words, and where it is written (`document` is kind and name).

    `place` is None only where the reason is that nothing was written.
    """

    rule: str
    text: str
    place: Place | None
    document: str = ""


def spoken(ref: EntityRef) -> str:
    """Return how a reference is said in a sentence: `System checkout`, `group:platform`."""
    if ref.kind in {"system", "domain"}:
        return f"{ref.kind.capitalize()} {str(ref).partition(':')[2]}"
    return str(ref)


def listed(several: Sequence[EntityRef | str], most: int = _MOST_NAMED) -> str:
    """Return how some references or names are said in a sentence: up to `most` of them, and how many more there are."""
    names = [str(each) for each in several[:most]]
    if (more := len(several) - len(names)) > 0:
        names.append(f"{more} more")
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def day_in_words(day: date) -> str:
    """Return a day as people write it: `1 April 2026`."""
    return f"{day.day} {day:%B %Y}"
