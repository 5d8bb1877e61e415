"""Who the partners of the SRE teams are on a day: the groups that one works with by an engagement, or by its charter.

An engagement counts while it is prepared, in force or being handed back; a charter from the day that it was approved on, as one
without such a day always does. A group that practises SRE itself may be together with another's team; it counts as an SRE team alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from watchbill.lib.ordering import as_counted
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


def together_on(organization: Organization, day: date) -> Mapping[str, tuple[Together, ...]]:
    """Return with whom each SRE team works on a day, by the names of teams and partners, other SRE teams among them; each once."""
    engaged: dict[str, list[Engagement]] = {}
    for _, engagement in sorted(organization.engagements.items()):
        if engagement.serves(day):
            engaged.setdefault(engagement.sre, []).append(engagement)

    def place(each: Together) -> tuple[object, ...]:
        return as_counted(name_of(organization, each.partner)), each.partner

    return {
        name: tuple(sorted(_together(organization, team, engaged.get(name, ()), day), key=place))
        for name, team in organization.sre_teams.items()
    }


def partners_on(organization: Organization, day: date) -> frozenset[EntityRef]:
    """Return the partners of all SRE teams on a day: groups that practise no SRE themselves."""
    working = frozenset(each.partner for found in together_on(organization, day).values() for each in found)
    return working - practising_groups(organization)


def beside_sre(organization: Organization, day: date) -> frozenset[EntityRef]:
    """Return the groups beside the SRE teams: their partners on a day, the owners of things, and who answers for all the rest."""
    others = {thing.owner for thing in organization.things.values()} | {organization.catch_all}
    return partners_on(organization, day) | (organization.groups.keys() & others) - practising_groups(organization)


def practising_groups(organization: Organization) -> frozenset[EntityRef]:
    """Return the groups that practise SRE."""
    return frozenset(team.group for team in organization.sre_teams.values())


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
    if team.approved_on is None or team.approved_on <= day:
        for partner in team.partners:
            if partner not in agreed:
                yield Together(team, partner, rules.partner_is, None, None)
