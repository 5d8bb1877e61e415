"""A reason: one step of the way that led to an answer, with the document and line it stands on; and how references are said.

Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import overload

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


class Chain(Sequence[Because]):
    """Reasons in their order, put into words when somebody reads them: most answers are never asked why."""

    __slots__ = ("_tell", "_told")

    def __init__(self, tell: Callable[[], Iterable[Because]]) -> None:
        self._tell: Callable[[], Iterable[Because]] | None = tell
        self._told: tuple[Because, ...] = ()

    def _read(self) -> tuple[Because, ...]:
        if (tell := self._tell) is not None:
            self._told = tuple(tell())
            self._tell = None
        return self._told

    @overload
    def __getitem__(self, position: int) -> Because: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[Because, ...]: ...
    def __getitem__(self, position: int | slice) -> Because | tuple[Because, ...]:
        """Return a reason, or some of them."""
        return self._read()[position]

    def __len__(self) -> int:
        """Return how many reasons there are."""
        return len(self._read())

    def __eq__(self, other: object) -> bool:
        """Whether the reasons are the same, wherever they are kept."""
        return isinstance(other, Chain | tuple) and self._read() == tuple(other)

    def __hash__(self) -> int:
        """Return the hash of the reasons."""
        return hash(self._read())


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
