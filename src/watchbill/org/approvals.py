"""Whose approval an act needs beside the right of whoever does it, and whether there is anybody who could give it.

Which act needs which approval stands in the table of `authority.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .belonging import is_or_belongs_to, is_part_of, members_of, people_of
from .charters import Engagement
from .organization import Organization
from .roles import Role, Standing
from .values import EntityRef


class Approval(StrEnum):
    """Which side's yes an act needs."""

    OTHER_SIDE = "otherSide"
    OWNER = "owner"
    PARTNER = "partner"
    OTHER_LEAD = "otherLead"


@dataclass(frozen=True)
class Approvers:
    """Who may approve an act: the person or group whose approval it is, and who may give it in their place.

    `barred` are people of theirs who may not, for they are of the asker's own side. `nobody` says why there is nobody who
    could, and whom to ask to mend that; empty where there is somebody.
    """

    first: EntityRef
    others: tuple[EntityRef, ...] = ()
    nobody: str = ""
    barred: frozenset[EntityRef] = frozenset()

    @property
    def words(self) -> str:
        """Return them inside a sentence."""
        return " or ".join(str(each) for each in (self.first, *self.others))


@dataclass(frozen=True)
class Act:
    """Who acts by which role, and who owns what it is done to."""

    person: EntityRef | None
    role: Role
    owner: EntityRef | None


def approvers_of(
    organization: Organization, approval: Approval | None, act: Act, standing: Standing, *, is_alone: bool
) -> Approvers | None:
    """Return who has to approve an act; None where nobody has to, or where the only side is the person's own.

    `is_alone` says that an engagement lets the person's side act alone.
    """
    if approval is Approval.PARTNER:
        engagement = standing.consulting
        if engagement is None:
            return None
        return partners_of(organization, engagement, act.owner, act.person, standing.day)
    if approval is Approval.OTHER_LEAD:
        return _other_lead(organization, act, standing.led, standing.day)
    covering = standing.winner.source.team.group if standing.winner is not None else None
    if approval is None or act.owner == covering or is_alone:
        return None
    if approval is Approval.OWNER:
        return _named(act.owner if act.role is not Role.APPROVER else None)
    return _named(covering if act.role is Role.OWNER else act.owner)


def partners_of(
    organization: Organization,
    engagement: Engagement,
    owner: EntityRef | None,
    person: EntityRef | None,
    day: date,
) -> Approvers:
    """Return who approves what a consultant asks for: the partner's people, and whoever leads the engagement for it.

    They speak for what is theirs: where the partner does not own the thing, its `owner` approves, and nobody else. Nobody of
    the consultants' own side does: who serves in their team, or leads the engagement for it.
    """
    lead = engagement.agreement.partner_lead if engagement.agreement is not None else None
    speaking: tuple[EntityRef | None, ...] = (engagement.partner, owner, lead)
    if owner is not None and not is_part_of(organization, owner, engagement.partner):
        speaking = (owner,)
    parties = [party for party in dict.fromkeys(speaking) if party is not None]
    own = _own_side(organization, engagement, day)
    able = [party for party in parties if _people(organization, party, day) - own - {person}]
    if not able:
        return Approvers(parties[0], (), _nobody(organization, engagement, parties[0]))
    others = tuple(party for party in able[1:] if not is_or_belongs_to(organization, party, able[0], day))
    barred = own & frozenset[EntityRef]().union(*(_people(organization, party, day) for party in able))
    return Approvers(able[0], others, barred=barred)


def _own_side(organization: Organization, engagement: Engagement, day: date) -> frozenset[EntityRef]:
    lead = engagement.agreement.sre_lead if engagement.agreement is not None else None
    leading = _people(organization, lead, day) if lead is not None else frozenset()
    return leading.union(people_of(organization, organization.sre_teams[engagement.sre], day))


def _nobody(organization: Organization, engagement: Engagement, party: EntityRef) -> str:
    lacking = f"nobody of {party} who could approve it is in the catalog"
    if party != engagement.partner:
        return f"{lacking}; ask an administrator to put its people into it"
    agreement, team = engagement.agreement, organization.sre_teams[engagement.sre]
    ask = (agreement.sre_lead if agreement is not None else None) or team.approved_by or team.group
    return f"{lacking}; ask {ask} to name a partner's lead in Engagement {engagement.name} ({engagement.place})"


def _people(organization: Organization, party: EntityRef, day: date) -> frozenset[EntityRef]:
    return members_of(organization, party, day) | ({party} & organization.users.keys())


def _other_lead(organization: Organization, act: Act, engagement: Engagement | None, day: date) -> Approvers | None:
    """Return who confirms what the lead of one side does: the other side's, or whoever decides a dispute between them.

    Where there is only a charter it is the owner.
    """
    if engagement is None or act.person is None:
        return _named(act.owner)
    agreement = engagement.agreement
    partner_lead = agreement.partner_lead if agreement is not None else None
    judge = (agreement.escalate_to,) if agreement is not None and agreement.escalate_to is not None else ()
    if act.person != partner_lead and not is_or_belongs_to(organization, act.person, engagement.partner, day):
        return Approvers(partner_lead or engagement.partner, judge)
    team = organization.sre_teams[engagement.sre]
    return Approvers((agreement.sre_lead if agreement is not None else None) or team.approved_by or team.group, judge)


def _named(party: EntityRef | None) -> Approvers | None:
    return Approvers(party) if party is not None else None
