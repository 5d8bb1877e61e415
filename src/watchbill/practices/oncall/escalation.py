"""Carries out what the rules decide about a page, inside one unit of work: moves it, fills the outbox, writes the record.

It decides nothing itself and sends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from watchbill.lib.ids import new_id
from watchbill.org.in_force import OrganizationInForce
from watchbill.practices.record import service as record
from watchbill.practices.record.model import Kind
from watchbill.store.store import Transaction

from . import outbox, tables
from .frozen_policy import thaw
from .model import Notice, NoticeState, Outcome, Page, Room
from .reach import INBOX, Reach, Recipient, Route, reach_of, routes_to
from .rules import (
    Acknowledged,
    BroughtForward,
    CalledAgain,
    DropNotices,
    Effect,
    Event,
    Expired,
    Happened,
    Move,
    RanOut,
    Resolved,
    StepCame,
    Tell,
    TellAdministrators,
    can_be_brought_forward,
    decide,
    due_move,
    step_of,
)

__all__ = ["Acknowledged", "CalledAgain", "Escalation", "RanOut", "Resolved"]

_ONLY_WAY = frozenset({Outcome.NO_ADDRESS, Outcome.CHANNEL_UNKNOWN})


class Escalation:
    """The verbs on one page. Which channels this process has plays no part: another may carry what is planned here."""

    def __init__(self, organization: OrganizationInForce, rooms: Mapping[str, Room]) -> None:
        self._organization = organization
        self._rooms = rooms

    async def catch_up(self, transaction: Transaction, page: Page, now: datetime) -> tuple[Page, int]:
        """Do what time asks of a page up to `now`; return it with the number of moves made."""
        moves = 0
        while (move := due_move(page, now)) is not None:
            page = await self.apply(transaction, page, await self._event(transaction, page, move, now), now)
            moves += 1
        return page, moves

    async def apply(
        self, transaction: Transaction, page: Page, event: Event, now: datetime, caused_by: str | None = None
    ) -> Page:
        """Carry out one event; return the page after it. Raises Conflict when the page's state does not allow it."""
        decision = decide(page, event, now)
        after = replace(decision.page, last_entry=caused_by or page.last_entry)
        for effect in decision.effects:
            after = await self._carry_out(transaction, after, effect, now)
        await tables.move_page(transaction, page, after)
        return after

    async def bring_forward(
        self, transaction: Transaction, page: Page, failed: Notice, now: datetime, caused_by: str
    ) -> None:
        """Let the next step come at once where the failed notice was the last way by which the newest step told anybody."""
        if failed.step == 0 or not can_be_brought_forward(page, failed.run, failed.round, now):
            return
        told = await outbox.notices_of_run(transaction, page.id, failed.run, failed.round)
        newest = [notice for notice in told if notice.step == max(each.step for each in told)]
        if newest[0].step == failed.step and has_told_nobody(newest):
            await self.apply(transaction, page, BroughtForward(failed.step), now, caused_by)

    async def _event(self, transaction: Transaction, page: Page, move: Move, now: datetime) -> Event:
        if move is Move.EXPIRE:
            return Expired()
        return RanOut() if move is Move.RUN_OUT else StepCame(await self._reach(transaction, page, now))

    async def _reach(self, transaction: Transaction, page: Page, now: datetime) -> Reach:
        frozen, step = thaw(page.policy), step_of(page)
        if frozen is None or step is None:
            return Reach((), ())
        before = await outbox.paged_before(transaction, frozen.policy.name, page.step) if step.round_robin else []
        return reach_of(step, frozen, self._organization.organization, self._rooms, now, paged_before=before)

    async def _carry_out(self, transaction: Transaction, page: Page, effect: Effect, now: datetime) -> Page:
        match effect:
            case Happened():
                entry = await record.happened(
                    transaction,
                    page.incident,
                    effect.kind,
                    now,
                    actor=effect.actor or record.WATCHBILL,
                    caused_by=page.last_entry,
                    page=page.id,
                    **effect.details,
                )
                return replace(page, last_entry=entry)
            case Tell():
                await self._tell(transaction, page, effect, now)
            case TellAdministrators():
                for admin in sorted(self._organization.organization.admins):
                    told = Recipient(str(admin), f"administrator, because {effect.why}")
                    await self._tell(transaction, page, Tell(told, effect.run, 0, 0, now - now), now)
            case DropNotices():
                for notice in await outbox.end_waiting(transaction, NoticeState.DROPPED, effect.outcome, page=page.id):
                    await tell_record(
                        transaction, Kind.NOTICE_DROPPED, notice, effect.outcome, now, caused_by=page.last_entry
                    )
        return page

    async def _tell(self, transaction: Transaction, page: Page, tell: Tell, now: datetime) -> None:
        routes = routes_to(tell.recipient.name, self._organization.organization, self._rooms)
        await outbox.put(transaction, [_notice(page, tell, route, now) for route in routes])


def has_told_nobody(notices: Sequence[Notice]) -> bool:
    """Return whether a step's notices have all come to an end, and none of them reached anybody.

    What stands in the inbox reaches a person only where it is the one way that there is to them: it wakes nobody.
    """
    if any(notice.state in {NoticeState.PENDING, NoticeState.SENDING} for notice in notices):
        return False
    refused = {
        notice.recipient for notice in notices if notice.state is NoticeState.FAILED and notice.outcome not in _ONLY_WAY
    }
    return not any(
        notice.state is NoticeState.SENT and (notice.channel != INBOX or notice.recipient not in refused)
        for notice in notices
    )


async def tell_record(
    transaction: Transaction,
    kind: Kind,
    notice: Notice,
    outcome: Outcome,
    now: datetime,
    *,
    caused_by: str | None,
    **details: Any,
) -> str:
    """Write down what became of a notice; return the entry's id."""
    return await record.happened(
        transaction,
        notice.incident,
        kind,
        now,
        caused_by=caused_by,
        page=notice.page,
        notice=notice.id,
        recipient=notice.recipient,
        channel=notice.channel,
        run=notice.run,
        round=notice.round,
        step=notice.step,
        attempt=notice.attempt,
        outcome=outcome.value,
        **details,
    )


def _notice(page: Page, tell: Tell, route: Route, now: datetime) -> Notice:
    key = f"{page.id}:{tell.run}:{tell.round}:{tell.step}:{tell.recipient.name}:{route.channel}"
    return Notice(
        id=new_id(now),
        key=key,
        page=page.id,
        incident=page.incident,
        round=tell.round,
        step=tell.step,
        channel=route.channel,
        recipient=tell.recipient.name,
        address=route.address,
        state=NoticeState.PENDING if route.unusable is None else NoticeState.FAILED,
        created_at=now,
        due_at=now,
        attempt=0,
        outcome=route.unusable,
        detail="",
        sent_at=None,
        run=tell.run,
        why=tell.recipient.why,
        late_seconds=int(tell.late.total_seconds()),
        caused_by=page.last_entry,
    )
