"""The small values that documents are made of: references, places, durations, shares.

Durations are written `30s 5m 2h 7d 4w 3M 1Y` (minute `m`, month `M`); months and years have no fixed length, so they are
kept apart from spans of seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache, total_ordering
from typing import NamedTuple

_REFERENCE = re.compile(r"^(?:(?P<kind>[^:/\s]+):)?(?:(?P<namespace>[^:/\s]+)/)?(?P<name>[^:/\s]+)$")
_DURATION = re.compile(r"^([0-9]+)\s*([smhdwMY])$")
_MOST_DIGITS = 12
_LONGEST_MONTHS = 120
_LONGEST_SPAN = timedelta(days=3653)
_SPANS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


class EntityRef(NamedTuple):
    """A reference to a Backstage entity; all parts are lower case, `kind` is never empty.

    Everything is found by its reference: as a tuple it is compared and hashed many times as fast as a dataclass.
    """

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """Return the short form: the namespace is left out where it is `default`."""
        return (
            f"{self.kind}:{self.name}" if self.namespace == "default" else f"{self.kind}:{self.namespace}/{self.name}"
        )

    @classmethod
    def parse(cls, text: str, *, kind: str, namespace: str = "default") -> EntityRef:
        """Read `[kind:][namespace/]name`; what is left out takes the defaults given. Raises ValueError."""
        return _parse(text, kind, namespace)


@lru_cache(maxsize=65_536)
def _parse(text: str, kind: str, namespace: str) -> EntityRef:
    """Read a reference; those of an organisation are few, and read again and again."""
    match = _REFERENCE.match(text.strip())
    if match is None:
        raise ValueError(f"“{text}” is not a reference of the form [kind:][namespace/]name")
    return EntityRef((match["kind"] or kind).lower(), (match["namespace"] or namespace).lower(), match["name"].lower())


@total_ordering
class Place:
    """Where something stands in the organisation's files; lines and columns count from 1. Never changes."""

    __slots__ = ("_position", "file")

    def __init__(self, file: str, line: int, column: int = 1) -> None:
        self.file = file
        self._position = (line, column)

    @property
    def line(self) -> int:
        """The line."""
        return self.position()[0]

    @property
    def column(self) -> int:
        """The column."""
        return self.position()[1]

    def position(self) -> tuple[int, int]:
        """Return line and column."""
        return self._position

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Place):
            return NotImplemented
        return self.file == other.file and self.position() == other.position()

    def __lt__(self, other: Place) -> bool:
        return (self.file, self.position()) < (other.file, other.position())

    def __hash__(self) -> int:
        return hash((self.file, self.position()))

    def __repr__(self) -> str:
        return f"Place(file={self.file!r}, line={self.line}, column={self.column})"

    def __str__(self) -> str:
        """Return `file:line`."""
        return f"{self.file}:{self.line}"


class TooLong(ValueError):
    """A duration over the longest that is read, 10 years: it could not be added to an instant."""

    def __init__(self, text: str) -> None:
        shown = text if len(text) <= 24 else f"{text[:24]}…"
        super().__init__(f"“{shown}” is too long; the longest duration is 10Y, ten years")


@dataclass(frozen=True)
class Duration:
    """A length of time as written; `months` is set for `M` and `Y`, else `span` is exact."""

    text: str
    span: timedelta
    months: int = 0

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read a duration such as `5m` (minutes) or `3M` (months), up to ten years. Raises ValueError, TooLong among them."""
        match = _DURATION.match(text.strip())
        if match is None:
            raise ValueError(
                f"“{text}” is not a duration; write a number and one of s m h d w M Y, as in 30s, 5m or 4w"
            )
        if len(match[1].lstrip("0")) > _MOST_DIGITS:
            raise TooLong(text)
        count, unit = int(match[1][-_MOST_DIGITS:]), match[2]
        if unit in "MY":
            months = count * (12 if unit == "Y" else 1)
            if months > _LONGEST_MONTHS:
                raise TooLong(text)
            return cls(text, timedelta(days=30 * months), months)
        if count > _LONGEST_SPAN // _SPANS[unit]:
            raise TooLong(text)
        return cls(text, count * _SPANS[unit])


def parse_share(text: str) -> Fraction:
    """Read a share such as `20%` or `99.95 %` as an exact fraction. Raises ValueError."""
    match = re.match(r"^(\d+(?:\.\d+)?)\s*%$", text.strip())
    if match is None:
        raise ValueError(f"“{text}” is not a share in percent, as in 20%")
    return Fraction(match[1]) / 100
