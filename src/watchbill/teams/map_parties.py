"""The parties on the map: SRE teams and the groups beside them, and what each is to the others on a day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from watchbill.lib.ordering import as_counted
from watchbill.org.belonging import people_of
from watchbill.org.charters import SRETeam
from watchbill.org.implementations import rules_of
from watchbill.org.names import name_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

from .partners import Together, practising_groups, together_on


@dataclass(frozen=True)
class Party:
    """An SRE team or another group, what it is called, and with whom it works.

    `guests` are the people of a team that works inside its hosts, for no other.
    """

    name: str
    title: str
    ref: EntityRef
    team: SRETeam | None
    together: tuple[Together, ...]
    guests: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What names it on the map, as it names its sides."""
        return f"team {self.name}" if self.team is not None else str(self.ref)


def parties_of(
    organization: Organization,
    day: date,
    teams: Collection[str],
    groups: Collection[EntityRef],
    with_partners: Collection[str],
) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
    """Return some SRE teams by implementation and title, and groups by title.

    These are the ones named, as far as they practise no SRE themselves, and all partners of the teams `with_partners`.
    """
    shown = sorted((organization.sre_teams[name] for name in teams), key=_place_of)
    together = together_on(organization, day)
    practising = practising_groups(organization)
    with_group: dict[EntityRef, list[Together]] = {ref: [] for ref in groups if ref not in practising}
    for each in (each for team in shown for each in together[team.name] if each.partner not in practising):
        if each.partner in with_group or each.team.name in with_partners:
            with_group.setdefault(each.partner, []).append(each)
    found = [_group(organization, ref, each) for ref, each in with_group.items()]
    return (
        tuple(_team(organization, team, together[team.name], day) for team in shown),
        tuple(sorted(found, key=lambda each: (as_counted(each.title), each.ref))),
    )


def _place_of(team: SRETeam) -> tuple[object, ...]:
    return rules_of(team.implementation).rank, as_counted(team.title or team.name), team.name


def _team(organization: Organization, team: SRETeam, together: tuple[Together, ...], day: date) -> Party:
    guests = _guests(organization, team, day) if any(each.is_agreed for each in together) else ()
    return Party(team.name, team.title or team.name, team.group, team, together, guests)


def _group(organization: Organization, ref: EntityRef, together: list[Together]) -> Party:
    engaged_first = sorted(together, key=lambda each: each.state is None)
    return Party(str(ref), name_of(organization, ref), ref, None, tuple(engaged_first))


def _guests(organization: Organization, team: SRETeam, day: date) -> tuple[str, ...]:
    if not rules_of(team.implementation).host_pager:
        return ()
    return tuple(name_of(organization, person) for person in people_of(organization, team, day))
