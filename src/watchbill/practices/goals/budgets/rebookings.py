"""The verbs of re-booking: say what bad events were spent by, and approve or refuse it. Each is one unit of work, and audited."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from watchbill.lib.errors import Conflict, Invalid, NotFound
from watchbill.lib.ids import new_id
from watchbill.org.authority import Action, Decision, decide, decide_approval
from watchbill.org.in_force import OrganizationInForce
from watchbill.org.objectives import Goal
from watchbill.org.values import EntityRef
from watchbill.practices.goals.ledger import minute_of, start_of
from watchbill.practices.incidents.service import IncidentsService
from watchbill.practices.record import service as record
from watchbill.store.store import Store, Transaction

from . import rebooking_tables as tables
from .attribution import account_of, dependency_account
from .books import Account, Cause
from .rebooking import Rebooking, RebookingState

LONGEST_SUBJECT = 200
_MOST_LISTED = 200
_MINUTE = timedelta(minutes=1)


class RebookingsService:
    """The door to re-bookings."""

    def __init__(self, store: Store, organization: OrganizationInForce, incidents: IncidentsService) -> None:
        self._store = store
        self._in_force = organization
        self._incidents = incidents

    async def rebook(
        self,
        goal: Goal,
        account: Account,
        actor: EntityRef,
        now: datetime,
        *,
        start: datetime,
        end: datetime,
        reason: str,
    ) -> Rebooking:
        """Book the bad events of the minutes of [start, end) to an account; it counts once approved, where it has to be.

        Raises Refused, and Invalid for no minutes, minutes to come, or no reason.
        """
        if not reason.strip():
            raise Invalid("Events are re-booked with a reason.", "Say why they belong elsewhere.")
        if not start < end or end > now + _MINUTE:
            raise Invalid("There are no such minutes: they begin before they end, and are over.", "Correct the times.")
        decision = decide(self._in_force.organization, actor, Action.REBOOK, goal.service, now)
        if not decision.allowed:
            raise decision.refusal(goal.service)
        made = Rebooking(
            id=new_id(now),
            goal=goal.name,
            thing=goal.service,
            start=start_of(minute_of(start)),
            end=start_of(minute_of(end - timedelta(microseconds=1)) + 1),
            account=account,
            reason=reason.strip(),
            author=actor,
            asked_at=now,
            state=RebookingState.IN_FORCE if decision.approver is None else RebookingState.ASKED,
            approver=decision.approver,
        )
        async with self._store.writing() as transaction:
            await tables.add(transaction, made)
            await _audit(transaction, made, now, Action.REBOOK.value, decision)
        return made

    async def answer(
        self,
        id: str,  # noqa: A002 - the word of the address
        actor: EntityRef,
        now: datetime,
        *,
        approved: bool,
        reason: str = "",
    ) -> Rebooking:
        """Approve or refuse a re-booking; refusing needs a reason. Raises NotFound, Refused, Conflict, Invalid."""
        if not approved and not reason.strip():
            raise Invalid("A re-booking is refused with a reason.", "Say why the events do not belong there.")
        async with self._store.writing() as transaction:
            before = await tables.by_id(transaction, id)
            if before is None:
                raise NotFound(f"There is no re-booking “{id[:40]}”.", "The page of a goal lists its own.")
            act = decide(self._in_force.organization, before.author, Action.REBOOK, before.thing, now)
            decision = decide_approval(self._in_force.organization, actor, act, now, of=before.author)
            if not decision.allowed:
                raise decision.refusal(before.thing)
            after = replace(
                before,
                state=RebookingState.IN_FORCE if approved else RebookingState.REFUSED,
                decided_by=actor,
                decided_at=now,
                decision_reason=reason.strip(),
            )
            if not await tables.answer(transaction, after):
                raise Conflict("This re-booking has its answer already.", "Look at it again.")
            action = "approveRebooking" if approved else "refuseRebooking"
            await _audit(transaction, after, now, action, decision)
        return after

    async def of_goal(self, goal: str) -> list[Rebooking]:
        """Return the newest 200 re-bookings of a goal, the newest first."""
        async with self._store.reading() as transaction:
            return await tables.of_goal(transaction, goal, _MOST_LISTED)

    async def account(self, goal: Goal, cause: Cause, subject: str, now: datetime) -> Account:
        """Return the account that somebody means: an incident by its number, a thing by its reference, else words.

        Raises NotFound, and Invalid where nothing is named.
        """
        subject = subject.strip()
        if cause is Cause.NOT_ATTRIBUTED:
            return Account(cause)
        if cause is Cause.INCIDENT:
            return account_of((await self._incidents.incident(subject)).incident)
        if cause is Cause.DEPENDENCY:
            return dependency_account(self._in_force.organization, self._thing(goal, subject), now)
        if not subject or len(subject) > LONGEST_SUBJECT:
            raise Invalid(f"Name what it was, in at most {LONGEST_SUBJECT} characters.", "As in: release 41.")
        return Account(cause, subject)

    def _thing(self, goal: Goal, subject: str) -> EntityRef:
        things = self._in_force.organization.things
        try:
            found = [EntityRef.parse(subject, kind=kind) for kind in ("component", "resource")]
        except ValueError as error:
            raise Invalid(f"{error}.", "As in cart or resource:cart-db.") from error
        known = next((ref for ref in found if ref in things), None)
        if known is None:
            raise NotFound(
                f"There is no service, workflow or resource “{subject[:80]}”.", "The list of services has all."
            )
        if known == goal.service:
            raise Invalid(f"{known} is no dependency of itself.", "Name another thing, or an incident.")
        return known


async def _audit(transaction: Transaction, made: Rebooking, at: datetime, action: str, decision: Decision) -> None:
    """Write down what was said, or the answer to it, in the unit of work that keeps it."""
    await record.changed(
        transaction,
        at,
        actor=str(made.decided_by or made.author),
        action=action,
        subject=made.goal,
        because=decision.ground,
        reason=made.decision_reason if made.decided_by else made.reason,
        details={
            "rebooking": made.id,
            "service": str(made.thing),
            "start": made.start.isoformat(),
            "end": made.end.isoformat(),
            "by": made.account.cause.value,
            "subject": made.account.subject,
            "state": made.state.value,
        },
    )
