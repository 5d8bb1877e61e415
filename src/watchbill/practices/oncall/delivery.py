"""The outbox's worker: leases due notices, sends each outside any unit of work, and writes down what became of it.

At least once: a process that dies between sending and writing leaves a lease that runs out, and the notice goes out again
with the same key. Sends run side by side, each for a bounded time and each channel for a bounded number, so that one that
hangs holds up no other.
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
from .escalation import tell_record
from .links import AcknowledgeLinks
from .model import Channel, DeliveryError, Notice, NoticeState, Outcome, Page, PageState, Receipt, Room
from .tally import Tally

LEASE = timedelta(seconds=60)
SEND_SECONDS = 10.0
PATIENCE_SECONDS = 1.0
DRAIN_SECONDS = 5.0
MOST_AT_ONCE = 32
MOST_ATTEMPTS = 20
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)
_LONGEST_DETAIL = 500
_UNWANTED = {PageState.ACKNOWLEDGED: Outcome.PAGE_ACKNOWLEDGED, PageState.RESOLVED: Outcome.PAGE_ENDED}
_log = structlog.get_logger("watchbill.oncall")


def pause_after(attempt: int) -> timedelta | None:
    """Return how long to wait after the failed attempt of a number (from 1): 5 s, 15 s, 45 s … 5 min; None: give up."""
    return None if attempt >= MOST_ATTEMPTS else min(FIRST_PAUSE * 3 ** (attempt - 1), LONGEST_PAUSE)


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
        tally: Tally,
    ) -> None:
        self._store = store
        self._organization = organization
        self._channels = channels
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
            due = await outbox.due_channels(transaction, now)
        ready = {channel for channel in due if self._busy[channel] < MOST_AT_ONCE}
        if not ready:
            return 0
        async with self._store.writing() as transaction:
            await self._end_those_without_channel(transaction, now)
            wanted = await self._claim(transaction, ready & set(self._channels), now, owner)
        sends = [self._start(notice, page, now, owner) for notice, page in wanted]
        if sends:
            await asyncio.wait(sends, timeout=PATIENCE_SECONDS)
        return len(sends)

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
            claimed += await outbox.claim(transaction, [channel], now, owner=owner, lease=LEASE, limit=limit)
        wanted = []
        for notice in claimed:
            page = await tables.page_by(transaction, page_id=notice.page)
            if page is None or page.state in _UNWANTED:
                outcome = Outcome.PAGE_ENDED if page is None else _UNWANTED[page.state]
                await outbox.end_attempt(transaction, notice, owner=owner, outcome=outcome, detail="", took_ms=0)
                await self._end(transaction, notice, NoticeState.DROPPED, outcome, now)
            else:
                wanted.append((notice, page))
        return wanted

    async def _end_those_without_channel(self, transaction: Transaction, now: datetime) -> None:
        for notice in await outbox.due_elsewhere(transaction, set(self._channels), now):
            await self._end(transaction, notice, NoticeState.FAILED, Outcome.CHANNEL_UNKNOWN, now)

    async def _end(
        self, transaction: Transaction, notice: Notice, state: NoticeState, outcome: Outcome, now: datetime
    ) -> None:
        await outbox.end_waiting(transaction, state, outcome, notice=notice.id)
        kind = Kind.NOTICE_DROPPED if state is NoticeState.DROPPED else Kind.NOTICE_FAILED
        await tell_record(transaction, kind, notice, outcome, now, caused_by=notice.caused_by)
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
                outcome = await self._record(
                    transaction, notice, sent, owner, now=now, took=took, opened_at=page.opened_at
                )
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
            return DeliveryError(f"no answer within {SEND_SECONDS:.0f} s", permanent=False)
        except Exception as error:  # noqa: BLE001 - whatever a channel does, the notice is tried again
            _log.exception("a channel failed", channel=notice.channel, notice=notice.id)
            return DeliveryError(f"the channel failed: {type(error).__name__}", permanent=False)

    async def _record(
        self,
        transaction: Transaction,
        notice: Notice,
        sent: Receipt | DeliveryError,
        owner: str,
        *,
        now: datetime,
        took: timedelta,
        opened_at: datetime,
    ) -> Outcome | None:
        """Write down how a send ended; return the outcome, None when the lease had passed to another by then."""
        detail, took_ms = sent.detail[:_LONGEST_DETAIL], round(took.total_seconds() * 1000)
        pause = pause_after(notice.attempt)
        state, outcome = _verdict(sent, pause)
        values: dict[str, object] = {"state": state.value, "outcome": outcome.value, "detail": detail}
        if state is NoticeState.SENT:
            values["sent_at"] = now + took
        elif state is NoticeState.PENDING and pause is not None:
            values["due_at"] = now + took + pause
        await outbox.end_attempt(transaction, notice, owner=owner, outcome=outcome, detail=detail, took_ms=took_ms)
        still_ours = await outbox.end_lease(transaction, notice, owner=owner, **values)
        if still_ours and state is not NoticeState.PENDING:
            kind = Kind.NOTICE_SENT if state is NoticeState.SENT else Kind.NOTICE_FAILED
            figures = {"took_ms": took_ms, "after_seconds": int((now + took - opened_at).total_seconds())}
            await tell_record(
                transaction, kind, notice, outcome, now, caused_by=notice.caused_by, detail=detail, **figures
            )
        return outcome if still_ours else None


def _verdict(sent: Receipt | DeliveryError, pause: timedelta | None) -> tuple[NoticeState, Outcome]:
    if isinstance(sent, Receipt):
        return NoticeState.SENT, Outcome.DELIVERED
    if sent.permanent:
        return NoticeState.FAILED, Outcome.REFUSED_BY_CHANNEL
    return (
        (NoticeState.FAILED, Outcome.TOO_MANY_ATTEMPTS) if pause is None else (NoticeState.PENDING, Outcome.RETRY_LATER)
    )
