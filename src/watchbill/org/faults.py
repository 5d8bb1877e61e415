"""A fault: what is wrong with a document, where, and how to mend it. Faults are collected; none hides another."""

from __future__ import annotations

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
