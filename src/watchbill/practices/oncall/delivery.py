"""The outbox's worker: leases due notices, sends each outside any unit of work, and writes down what became of it.

At least once: a process that dies between sending and writing leaves a lease that runs out, and the notice goes out again
with the same key. Sends run side by side, each for a bounded time and each channel for a bounded number, so that one that
hangs holds up no other.

A process takes up only what its settings have a way for; another may have the others. What nobody takes up is ended.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from watchbill.org.in_force import OrganizationInForce
from watchbill.practices.record.model import Kind
from watchbill.store.store import Store, Transaction

from . import outbox, tables, words
from .escalation import Escalation, tell_record
from .links import AcknowledgeLinks
from .model import Channel, DeliveryError, Notice, NoticeState, Outcome, Page, PageState, Receipt, Room
from .reach import INBOX
from .tally import Tally

LEASE = timedelta(seconds=20)
SEND_SECONDS = 10.0
PATIENCE_SECONDS = 1.0
DRAIN_SECONDS = 5.0
MOST_AT_ONCE = 32
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)
TRIED_FOR = timedelta(hours=24)
UNCLAIMED_FOR = timedelta(minutes=10)
_MOST_ENDED_AT_ONCE = 100
_LONGEST_DETAIL = 500
_UNWANTED = {PageState.ACKNOWLEDGED: Outcome.PAGE_ACKNOWLEDGED, PageState.RESOLVED: Outcome.PAGE_ENDED}
_log = structlog.get_logger("watchbill.oncall")


def pause_after(failures: int) -> timedelta:
    """Return how long to wait after the failure of a number (from 1): 5 s, 15 s, 45 s … 5 min."""
    return min(FIRST_PAUSE * float(3 ** min(failures - 1, 5)), LONGEST_PAUSE)


class Delivery:
    """The worker. Any number may run on one database."""

    def __init__(
        self,
        store: Store,
        organization: OrganizationInForce,
        channels: Mapping[str, Channel],
        rooms: Mapping[str, Room],
        links: AcknowledgeLinks,
        *,
        escalation: Escalation,
        tally: Tally,
    ) -> None:
        self._store = store
        self._organization = organization
        self._channels = channels
        self._carried = {
            kind: frozenset(name for name, room in rooms.items() if room.kind == kind) for kind in channels
        }
        self._escalation = escalation
        self._begun: datetime | None = None
        self._rooms = rooms
        self._links = links
        self._tally = tally
        self._running: set[asyncio.Task[None]] = set()
        self._busy: Counter[str] = Counter()

    async def deliver_due(self, now: datetime, *, owner: str) -> int:
        """Send the notices that are due; return how many were taken up.

        Waits a second for them at most: a send that takes longer goes on by itself and writes down its own end.
        """
        async with self._store.reading() as transaction:
            due = await outbox.due_channels(transaction, self._carried, now)
            unclaimed = await self._unclaimed(transaction, now)
        for notice in unclaimed:
            await self._end_unclaimed(notice, now)
        ready = {channel for channel in due if self._busy[channel] < MOST_AT_ONCE}
        if not ready:
            return len(unclaimed)
        async with self._store.writing() as transaction:
            wanted = await self._claim(transaction, ready, now, owner)
        sends = [self._start(notice, page, now, owner) for notice, page in wanted]
        if sends:
            await asyncio.wait(sends, timeout=PATIENCE_SECONDS)
        return len(sends) + len(unclaimed)

    async def drain(self) -> None:
        """Let the sends that still run come to their end, five seconds at most; to be called before the store is closed.

        What is broken off then goes out again, with its key, when its lease has run out.
        """
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=DRAIN_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _claim(
        self, transaction: Transaction, channels: set[str], now: datetime, owner: str
    ) -> list[tuple[Notice, Page]]:
        claimed: list[Notice] = []
        for channel in sorted(channels):
            limit = MOST_AT_ONCE - self._busy[channel]
            carried = {channel: self._carried[channel]}
            claimed += await outbox.claim(transaction, carried, now, owner=owner, lease=LEASE, limit=limit)
        wanted = []
        for notice in claimed:
            page = await tables.page_by(transaction, page_id=notice.page)
            if page is None or page.state in _UNWANTED:
                outcome = Outcome.PAGE_ENDED if page is None else _UNWANTED[page.state]
                await outbox.end_attempt(transaction, notice, owner=owner, outcome=outcome, detail="", took_ms=0)
                await outbox.end_waiting(transaction, NoticeState.DROPPED, outcome, notice=notice)
                await tell_record(transaction, Kind.NOTICE_DROPPED, notice, outcome, now, caused_by=notice.caused_by)
                self._tally.ended(notice, outcome, now)
            else:
                wanted.append((notice, page))
        return wanted

    async def _unclaimed(self, transaction: Transaction, now: datetime) -> list[Notice]:
        """Return the notices that this process has seen wait for a way out for ten minutes: nobody has one."""
        self._begun = now if self._begun is None else min(self._begun, now)
        since = now - UNCLAIMED_FOR
        if self._begun > since:
            return []
        return await outbox.unclaimed(transaction, self._carried, now, since=since, limit=_MOST_ENDED_AT_ONCE)

    async def _end_unclaimed(self, notice: Notice, now: datetime) -> None:
        outcome = Outcome.CHANNEL_UNKNOWN
        async with self._store.writing() as transaction:
            page = await tables.lock_page(transaction, page_id=notice.page)
            if not await outbox.end_waiting(transaction, NoticeState.FAILED, outcome, notice=notice):
                return
            entry = await tell_record(transaction, Kind.NOTICE_FAILED, notice, outcome, now, caused_by=notice.caused_by)
            if page is not None:
                await self._escalation.bring_forward(transaction, page, notice, now, entry)
        self._tally.ended(notice, outcome, now)

    def _start(self, notice: Notice, page: Page, now: datetime, owner: str) -> asyncio.Task[None]:
        self._busy[notice.channel] += 1
        task = asyncio.create_task(self._send_and_record(notice, page, now, owner))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _send_and_record(self, notice: Notice, page: Page, now: datetime, owner: str) -> None:
        clock = asyncio.get_running_loop().time
        begun = clock()
        try:
            sent = await self._send(notice, page)
            took = timedelta(seconds=clock() - begun)
            async with self._store.writing() as transaction:
                outcome = await self._record(transaction, notice, page, sent, owner, now=now, took=took)
            if outcome is not None:
                self._tally.ended(notice, outcome, now + took)
        except Exception:  # noqa: BLE001 - the lease runs out and the notice is sent again
            _log.exception("a delivery could not be written down", notice=notice.id, key=notice.key)
        finally:
            self._busy[notice.channel] -= 1

    async def _send(self, notice: Notice, page: Page) -> Receipt | DeliveryError:
        try:
            message = words.message(notice, page, self._organization.organization, self._rooms, self._links)
            async with asyncio.timeout(SEND_SECONDS):
                return await self._channels[notice.channel].send(message)
        except DeliveryError as error:
            return error
        except TimeoutError:
            return DeliveryError(f"no answer within {SEND_SECONDS:g} s", permanent=False)
        except Exception as error:  # noqa: BLE001 - whatever a channel does, the notice is tried again
            _log.exception("a channel failed", channel=notice.channel, notice=notice.id)
            return DeliveryError(f"the channel failed: {type(error).__name__}", permanent=False)

    async def _record(
        self,
        transaction: Transaction,
        notice: Notice,
        page: Page,
        sent: Receipt | DeliveryError,
        owner: str,
        *,
        now: datetime,
        took: timedelta,
    ) -> Outcome | None:
        """Write down how a send ended; return the outcome, None when the lease had passed to another by then."""
        detail, took_ms = sent.detail[:_LONGEST_DETAIL], round(took.total_seconds() * 1000)
        ended_at = now + took
        state, outcome = _verdict(sent, ended_at - notice.created_at)
        values: dict[str, object] = {"state": state.value, "outcome": outcome.value, "detail": detail}
        if state is NoticeState.SENT:
            values["sent_at"] = ended_at
        may_have_told_nobody = state is NoticeState.FAILED or (state is NoticeState.SENT and notice.channel == INBOX)
        # The page before its notices, as everywhere: else two units of work could wait for each other.
        locked = await tables.lock_page(transaction, page_id=page.id) if may_have_told_nobody else None
        await outbox.end_attempt(transaction, notice, owner=owner, outcome=outcome, detail=detail, took_ms=took_ms)
        if state is NoticeState.PENDING:
            values["due_at"] = ended_at + pause_after(await outbox.failures_of(transaction, notice))
        still_ours = await outbox.end_lease(transaction, notice, owner=owner, **values)
        if still_ours and state is not NoticeState.PENDING:
            kind = Kind.NOTICE_SENT if state is NoticeState.SENT else Kind.NOTICE_FAILED
            figures = {"took_ms": took_ms, "after_seconds": int((ended_at - page.opened_at).total_seconds())}
            entry = await tell_record(
                transaction, kind, notice, outcome, now, caused_by=notice.caused_by, detail=detail, **figures
            )
            if locked is not None:
                await self._escalation.bring_forward(transaction, locked, notice, now, entry)
        return outcome if still_ours else None


def _verdict(sent: Receipt | DeliveryError, age: timedelta) -> tuple[NoticeState, Outcome]:
    if isinstance(sent, Receipt):
        return NoticeState.SENT, Outcome.DELIVERED
    if sent.permanent:
        return NoticeState.FAILED, Outcome.REFUSED_BY_CHANNEL
    if age >= TRIED_FOR:
        return NoticeState.FAILED, Outcome.TOO_MANY_ATTEMPTS
    return NoticeState.PENDING, Outcome.RETRY_LATER
