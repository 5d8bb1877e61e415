"""What a sketch of the map is made of before anything has a place: words for boxes and headings, ties between them, addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from watchbill.org.values import EntityRef
from watchbill.teams.map import Role
from watchbill.teams.map_parties import Party

from .map_layout import Column
from .names import path_of

HELD = {Role.HOLDS: 0, Role.TAKES_PART: 1, Role.ADVISES: 2}


@dataclass(frozen=True)
class Words:
    """A box or a heading in words, the name first: where it leads (None: nowhere) and how it looks.

    `shape` is `team`, `group` or `thing`; `alarm` is `bad` or `warn` where somebody is missing, else empty.
    `brief` is what a small box has room for, where that is less.
    """

    lines: tuple[str, ...]
    href: str | None
    shape: str
    alarm: str = ""
    brief: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tie:
    """A line from a box or lane to another, by what the one is to the other."""

    start: str
    end: str
    role: Role
    says: str


@dataclass(frozen=True)
class Sketch:
    """All that is to be drawn: columns with their titles, the words of boxes and of lanes by their keys, the ties.

    `beside` are boxes that belong near one another without a line. `near` are the ties from box to box where the lines that
    are drawn stand for many of them.
    """

    titles: tuple[str, ...]
    columns: tuple[Column, ...]
    boxes: Mapping[str, Words]
    headings: Mapping[str, Words]
    ties: tuple[Tie, ...]
    beside: tuple[tuple[str, str], ...] = ()
    near: tuple[Tie, ...] = ()


@dataclass(frozen=True)
class Addresses:
    """Where what is on the map leads to. `kept` are the filters that stay when the map is shown for something else."""

    kept: Mapping[str, str]

    def page_of(self, party: Party) -> str:
        """Return where the page of a team or group is."""
        return f"/teams/{quote(party.name if party.team is not None else party.ref.name, safe='')}"

    def page_of_thing(self, ref: EntityRef) -> str:
        """Return where the page of a thing is."""
        return path_of(ref)

    def map_of_team(self, name: str) -> str:
        """Return the map of what a team, group or person has to do with."""
        return self._map(team=name)

    def map_of_product(self, ref: EntityRef) -> str:
        """Return the map of a System or Domain, or of what somebody owns where it lies in none."""
        if ref.kind in {"system", "domain"}:
            return self._map(product=str(ref))
        return self._map(team=str(ref))

    @property
    def whole_map(self) -> str:
        """The map of all, seen in the same way."""
        return self._map()

    def _map(self, **filters: str) -> str:
        asked = urlencode({**filters, **self.kept})
        return f"/map?{asked}" if asked else "/map"
