"""Who works among a group without being of it: the SREs that are embedded with it on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from watchbill.org.belonging import people_of
from watchbill.org.charters import SRETeam
from watchbill.org.implementations import rules_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef


@dataclass(frozen=True)
class Guest:
    """Somebody embedded with a host: of which SRE team, and until when, None where no end is agreed."""

    ref: EntityRef
    team: SRETeam
    until: date | None


def guests_of(organization: Organization, host: EntityRef, day: date) -> Iterator[Guest]:
    """Yield who is embedded with a host on a day, each once, by the engagements in the order of their names."""
    seen: set[EntityRef] = set()
    for _, engagement in sorted(organization.engagements.items()):
        team = organization.sre_teams[engagement.sre]
        if engagement.partner != host or not rules_of(team.implementation).host_pager or not engagement.serves(day):
            continue
        for person in people_of(organization, team, day):
            if person not in seen:
                seen.add(person)
                yield Guest(person, team, engagement.ends)
