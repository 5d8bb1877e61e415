"""Showing a partner its goals without signing in: by a signed link that somebody who answers for them made, until a day, or revoked.

A partner's goals are those of what its group owns, and of what an engagement with it is about. What is shown follows the
organisation in force: a goal that is agreed later is shown as well, one that moves to somebody else is not any more, nor any that
whoever made the link does not answer for any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from watchbill.lib.errors import Conflict, Invalid, NotFound, Refused
from watchbill.lib.ids import new_id
from watchbill.lib.signing import Signer
from watchbill.org.authority import Action, Decision, decide
from watchbill.org.belonging import is_part_of
from watchbill.org.claims import CLAIMING, day_of
from watchbill.org.course import meant
from watchbill.org.in_force import OrganizationInForce
from watchbill.org.objectives import Goal
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.practices.record import service as record
from watchbill.store.store import Store

from . import share_tables as tables
from .model import Share

LONGEST = timedelta(days=366)
MOST_LISTED = 200
_PURPOSE = "goals of a partner"
_ASK = "Ask who sent you the link for a new one."


class SharesService:
    """Makes, reads and revokes the links by which partners see their goals."""

    def __init__(self, store: Store, organization: OrganizationInForce, signer: Signer, base_url: str) -> None:
        self._store = store
        self._in_force = organization
        self._signer = signer
        self._base_url = base_url.rstrip("/")

    async def share(self, partner: EntityRef, by: EntityRef, now: datetime, ends_at: datetime, reason: str) -> Share:
        """Make a link for a partner. Raises NotFound, Invalid, and Refused to who does not answer for all that it would show."""
        organization = self._in_force.organization
        if partner not in organization.groups:
            raise NotFound(f"There is no group “{partner}”.", "Name a group of the catalog.")
        if not now < ends_at <= now + LONGEST:
            raise Invalid("A link ends after now and within a year.", "Choose an earlier day.", "until")
        if not reason.strip():
            raise Invalid("It is not said why the goals are shown.", "Say who asked for them, and what for.", "reason")
        decision = self._decide(partner, by, now)
        made = Share(new_id(now), partner, by, now, ends_at, reason.strip())
        async with self._store.writing() as transaction:
            await tables.add(transaction, made)
            await record.changed(
                transaction,
                now,
                actor=str(by),
                action="shareGoals",
                subject=str(partner),
                because=decision.ground,
                reason=made.reason,
                details={"id": made.id, "ends_at": ends_at.isoformat(timespec="seconds")},
            )
        return made

    async def revoke(self, share_id: str, by: EntityRef, now: datetime) -> None:
        """End a link at once. Raises NotFound, Conflict, and Refused to who may not share these goals either."""
        async with self._store.reading() as transaction:
            found = await tables.with_id(transaction, share_id)
        if found is None:
            raise NotFound("There is no such link.", "The page of shared goals lists them all.")
        because = "who made it" if found.made_by == by else self._decide(found.partner, by, now).ground
        async with self._store.writing() as transaction:
            if not await tables.revoke(transaction, share_id, by, now):
                raise Conflict("The link is revoked already.", "Nothing is left to do.")
            await record.changed(
                transaction,
                now,
                actor=str(by),
                action="revokeShare",
                subject=str(found.partner),
                because=because,
                details={"id": share_id},
            )

    async def all(self) -> list[Share]:
        """Return the newest links, newest first."""
        async with self._store.reading() as transaction:
            return await tables.newest(transaction, MOST_LISTED)

    def url(self, share: Share) -> str:
        """Return the link itself."""
        return f"{self._base_url}/shared/{self._signer.sign(_PURPOSE, {'share': share.id})}"

    async def opened_by(self, token: str, now: datetime) -> Share:
        """Return what a link shows. Raises Invalid for one that is not ours, NotFound for one that is over."""
        try:
            share_id = str(self._signer.read(_PURPOSE, token, LONGEST).get("share"))
        except Invalid as fault:
            raise Invalid(fault.what, _ASK) from fault
        async with self._store.reading() as transaction:
            found = await tables.with_id(transaction, share_id)
        if found is None or not found.is_open(now):
            raise NotFound("This link is over.", _ASK)
        return found

    def goals_shown(self, share: Share, now: datetime) -> list[Goal]:
        """Return the goals that a link shows at an instant, by name: the partner's, as far as who made it answers for them still."""
        organization = self._in_force.organization
        goals = goals_of_partner(organization, share.partner, now)
        return [goal for goal in goals if _may(organization, share.made_by, goal, now).allowed]

    def may_share(self, partner: EntityRef, person: EntityRef | None, now: datetime) -> bool:
        """Whether somebody answers for all that a link for a partner would show, which is something."""
        organization = self._in_force.organization
        goals = goals_of_partner(organization, partner, now)
        return bool(goals) and all(_may(organization, person, goal, now).allowed for goal in goals)

    def _decide(self, partner: EntityRef, by: EntityRef, now: datetime) -> Decision:
        organization = self._in_force.organization
        decisions = [_may(organization, by, goal, now) for goal in goals_of_partner(organization, partner, now)]
        if not decisions:
            raise Invalid(f"{partner} has no goals.", "Nothing that it owns, or is engaged for, has one.", "partner")
        refused = next((decision for decision in decisions if not decision.allowed), None)
        if refused is not None:
            what = f"Only who answers for all goals of {partner} may show them to it. {refused.because[0].text}"
            raise Refused(what, "; ".join(refused.instead), instead=refused.instead)
        return decisions[0]


def goals_of_partner(organization: Organization, partner: EntityRef, now: datetime) -> list[Goal]:
    """Return a partner's goals, by name: of what its group owns, and of what an engagement in force with it is about."""
    day = day_of(organization, now)
    engaged = {
        thing.ref
        for engagement in organization.engagements.values()
        if engagement.partner == partner and engagement.state_at(day) in CLAIMING
        for thing in meant(organization, engagement.scope)
    }
    owned = {ref for ref, thing in organization.things.items() if is_part_of(organization, thing.owner, partner)}
    shown = engaged | owned
    return [goal for _, goal in sorted(organization.goals.items()) if goal.service in shown]


def _may(organization: Organization, person: EntityRef | None, goal: Goal, now: datetime) -> Decision:
    """Return whether somebody may change a goal: who may not say what is promised does not show it either."""
    return decide(organization, person, Action.EDIT_GOAL, goal.service, now)
