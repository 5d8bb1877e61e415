"""The parties on the map: SRE teams and the groups beside them, and what each is to the others on a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from watchbill.org.belonging import people_of
from watchbill.org.charters import Engagement, EngagementState, SRETeam
from watchbill.org.claims import CLAIMING
from watchbill.org.demands import CUSTOMER
from watchbill.org.implementations import rules_of
from watchbill.org.names import name_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef


@dataclass(frozen=True)
class Together:
    """That a partner works with an SRE team, and what it is to it (`words`, as in “host of”).

    By an engagement in `state` that ends after the day `until`, if ever, or by the team's charter alone (`state` is None).
    """

    team: SRETeam
    partner: EntityRef
    words: str
    state: EngagementState | None
    until: date | None

    @property
    def is_agreed(self) -> bool:
        """Whether an engagement of theirs is in force."""
        return self.state in CLAIMING


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
    """Return some SRE teams by implementation and title, and groups: those named, and all partners of the teams `with_partners`."""
    practising = {team.group for team in organization.sre_teams.values()}
    shown = [organization.sre_teams[name] for name in teams]
    engaged = _engaged(organization, day)
    together = {team.name: tuple(_together(organization, team, engaged.get(team.name, ()), day)) for team in shown}
    with_group: dict[EntityRef, list[Together]] = {ref: [] for ref in groups}
    for each in (each for found in together.values() for each in found if each.partner not in practising):
        if each.partner in with_group or each.team.name in with_partners:
            with_group.setdefault(each.partner, []).append(each)
    return (
        tuple(
            Party(
                team.name,
                team.title or team.name,
                team.group,
                team,
                together[team.name],
                _guests(organization, team, day) if any(each.is_agreed for each in together[team.name]) else (),
            )
            for team in sorted(shown, key=lambda each: (rules_of(each.implementation).rank, each.title, each.name))
        ),
        tuple(
            Party(
                str(ref),
                name_of(organization, ref),
                ref,
                None,
                tuple(sorted(found, key=lambda each: each.state is None)),
            )
            for ref, found in sorted(with_group.items(), key=lambda pair: (name_of(organization, pair[0]), pair[0]))
        ),
    )


def _engaged(organization: Organization, day: date) -> Mapping[str, list[Engagement]]:
    found: dict[str, list[Engagement]] = {}
    for _, engagement in sorted(organization.engagements.items()):
        if engagement.serves(day):
            found.setdefault(engagement.sre, []).append(engagement)
    return found


def _together(
    organization: Organization, team: SRETeam, engaged: Iterable[Engagement], day: date
) -> Iterator[Together]:
    """Yield each partner of a team once: by what is in force, else what is being prepared, else what the charter names."""
    rules = rules_of(team.implementation)
    agreed: dict[EntityRef, Together] = {}
    for engagement in engaged:
        group = organization.groups.get(engagement.partner)
        words = "customer of" if group is not None and group.type == CUSTOMER else rules.partner_is
        found = Together(team, engagement.partner, words, engagement.state_at(day), engagement.ends)
        if engagement.partner not in agreed or found.is_agreed:
            agreed[engagement.partner] = found
    yield from agreed.values()
    for partner in team.partners:
        if partner not in agreed:
            yield Together(team, partner, rules.partner_is, None, None)


def _guests(organization: Organization, team: SRETeam, day: date) -> tuple[str, ...]:
    if not rules_of(team.implementation).host_pager:
        return ()
    return tuple(name_of(organization, person) for person in people_of(organization, team, day))
