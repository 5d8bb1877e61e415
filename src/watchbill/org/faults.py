"""A fault: what is wrong with a document, where, and how to mend it. Faults are collected; none hides another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .values import Place


class Level(StrEnum):
    """An `error` keeps the organisation out of force; a `warning` and a `note` do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Fault:
    """What is wrong (`message`), how to mend it (`hint`), where, and which other places belong to it."""

    code: str
    level: Level
    message: str
    hint: str
    place: Place
    related: tuple[Place, ...] = ()


class FaultList:
    """Collects the faults of one reading; `sorted` gives them by place, each once."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(  # noqa: PLR0917 - the parts of a fault, as in the three methods below
        self, level: Level, code: str, place: Place, message: str, hint: str = "", related: Sequence[Place] = ()
    ) -> None:
        """Collect one fault of any level."""
        self._faults.append(Fault(code, level, message, hint, place, tuple(related)))

    def error(self, code: str, place: Place, message: str, hint: str = "", related: Sequence[Place] = ()) -> None:
        """Collect a fault that keeps the organisation out of force."""
        self.add(Level.ERROR, code, place, message, hint, related)

    def warning(self, code: str, place: Place, message: str, hint: str = "", related: Sequence[Place] = ()) -> None:
        """Collect a fault that is probably a mistake, but lets the organisation take force."""
        self.add(Level.WARNING, code, place, message, hint, related)

    def note(self, code: str, place: Place, message: str, hint: str = "", related: Sequence[Place] = ()) -> None:
        """Collect what a person may want to know and need not act on."""
        self.add(Level.NOTE, code, place, message, hint, related)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Collect faults that were found elsewhere."""
        self._faults.extend(faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def __len__(self) -> int:
        return len(self._faults)

    @property
    def has_errors(self) -> bool:
        """Whether any fault collected so far is an error."""
        return any(fault.level is Level.ERROR for fault in self._faults)

    def sorted(self) -> tuple[Fault, ...]:
        """Return the faults by file, line and column; equal faults are given once."""
        return tuple(sorted(dict.fromkeys(self._faults), key=lambda fault: (fault.place, fault.code, fault.message)))
