"""The outbox's queries: notices are put in once per key, leased to one worker at a time, and ended with an outcome.

A lease that has run out may be taken by anybody: its notice is then sent again with the same key, rather than lost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from watchbill.store.columns import Row
from watchbill.store.store import Transaction

from .model import Attempt, Notice, NoticeState, Outcome
from .tables import attempts, notices, pages

_LEASE_COLUMNS = {"lease_owner": None, "lease_until": None}
_WAITING = (NoticeState.PENDING.value, NoticeState.SENDING.value)
_ROOMS = "channel:%"
_PAGES_LOOKED_BACK = 200

Carried = Mapping[str, Collection[str]]
"""The channels that a process can send through, each with the names of the rooms that it reaches by it."""


async def put(transaction: Transaction, new: Sequence[Notice]) -> list[Notice]:
    """Put notices into the outbox; return those that were not there before."""
    put_in = []
    insert = postgresql.insert if transaction.dialect.name == "postgresql" else sqlite.insert
    for notice in new:
        statement = insert(notices).values(**_values(notice)).on_conflict_do_nothing(index_elements=["key"])
        if (await transaction.execute(statement)).rowcount:
            put_in.append(notice)
    return put_in


async def claim(
    transaction: Transaction, carried: Carried, now: datetime, *, owner: str, lease: timedelta, limit: int
) -> list[Notice]:
    """Lease due notices that the process can carry to `owner`, and write down that an attempt begins."""
    due = (
        sa.select(notices.c.id)
        .where(_is_carried(carried), _is_due(now))
        .order_by(notices.c.due_at, notices.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = await transaction.execute(
        notices.update()
        .where(notices.c.id.in_(due))
        .values(
            state=NoticeState.SENDING.value,
            lease_owner=owner,
            lease_until=now + lease,
            attempt=notices.c.attempt + 1,
        )
        .returning(*notices.c)
    )
    found = [_notice(row) for row in claimed.mappings()]
    begun = {"owner": owner, "begun_at": now, "took_ms": None, "outcome": None, "detail": ""}
    if found:
        await transaction.execute(
            attempts.insert(), [begun | {"notice": notice.id, "number": notice.attempt} for notice in found]
        )
    return sorted(found, key=lambda notice: notice.id)


async def free_leases(transaction: Transaction, owner: str) -> int:
    """Let whoever comes first take the notices that are leased to `owner`; return how many there were."""
    freed = await transaction.execute(
        notices.update()
        .where(notices.c.state == NoticeState.SENDING.value, notices.c.lease_owner == owner)
        .values(state=NoticeState.PENDING.value, **_LEASE_COLUMNS)
    )
    return freed.rowcount


async def due_channels(transaction: Transaction, carried: Carried, now: datetime) -> set[str]:
    """Return the channels that have due notices which the process can carry."""
    rows = await transaction.execute(sa.select(notices.c.channel).where(_is_carried(carried), _is_due(now)).distinct())
    return set(rows.scalars())


async def unclaimed(
    transaction: Transaction, carried: Carried, now: datetime, *, since: datetime, limit: int
) -> list[Notice]:
    """Return notices that this process cannot carry, and that nobody else has taken up either since they were due."""
    rows = await transaction.execute(
        sa.select(notices)
        .where(sa.not_(_is_carried(carried)), _is_due(now), notices.c.due_at <= since)
        .order_by(notices.c.due_at, notices.c.id)
        .limit(limit)
    )
    return [_notice(row) for row in rows.mappings()]


async def end_attempt(
    transaction: Transaction, notice: Notice, *, owner: str, outcome: Outcome, detail: str, took_ms: int
) -> None:
    """Write down how an attempt ended, whoever has the lease by now."""
    await transaction.execute(
        attempts.update()
        .where(attempts.c.notice == notice.id, attempts.c.number == notice.attempt, attempts.c.owner == owner)
        .values(outcome=outcome.value, detail=detail, took_ms=took_ms)
    )


async def failures_of(transaction: Transaction, notice: Notice) -> int:
    """Return how many attempts of a notice came to an end without a delivery; what was broken off with its process is none."""
    ended = sa.select(sa.func.count()).where(attempts.c.notice == notice.id, attempts.c.outcome.is_not(None))
    return int((await transaction.execute(ended)).scalar_one())


async def end_lease(transaction: Transaction, notice: Notice, *, owner: str, **values: Any) -> bool:
    """Change a leased notice and give its lease back; return False when the lease was no longer the owner's."""
    ended = await transaction.execute(
        notices.update()
        .where(
            notices.c.id == notice.id,
            notices.c.state == NoticeState.SENDING.value,
            notices.c.lease_owner == owner,
            notices.c.attempt == notice.attempt,
        )
        .values(**(values | _LEASE_COLUMNS))
    )
    return bool(ended.rowcount)


async def end_waiting(
    transaction: Transaction,
    state: NoticeState,
    outcome: Outcome,
    *,
    page: str | None = None,
    notice: Notice | None = None,
) -> list[Notice]:
    """End the notices of a page that wait for their turn, or one notice whatever it waits for; return those that it ended.

    One notice is left alone where another process has taken it up since it was read.
    """
    if notice is None:
        which = sa.and_(notices.c.page == page, notices.c.state == NoticeState.PENDING.value)
    else:
        still = notices.c.attempt == notice.attempt
        which = sa.and_(notices.c.id == notice.id, still, notices.c.state.in_(_WAITING))
    rows = await transaction.execute(
        notices.update()
        .where(which)
        .values(state=state.value, outcome=outcome.value, **_LEASE_COLUMNS)
        .returning(*notices.c)
    )
    return sorted((_notice(row) for row in rows.mappings()), key=lambda ended: ended.id)


async def notices_of(transaction: Transaction, page_ids: Collection[str], recipient: str | None = None) -> list[Notice]:
    """Return the notices of pages, oldest first; with `recipient` only theirs."""
    query = sa.select(notices).where(notices.c.page.in_(page_ids)).order_by(notices.c.id)
    if recipient is not None:
        query = query.where(notices.c.recipient == recipient)
    return [_notice(row) for row in (await transaction.execute(query)).mappings()]


async def has_reached(transaction: Transaction, page_id: str, recipient: str) -> bool:
    """Return whether a page has a notice to a recipient."""
    found = sa.select(notices.c.id).where(notices.c.page == page_id, notices.c.recipient == recipient).limit(1)
    return (await transaction.execute(found)).first() is not None


async def notices_of_run(transaction: Transaction, page_id: str, run: int, round: int) -> list[Notice]:  # noqa: A002 - the page's word
    """Return what a page's steps have put into the outbox in a round of a run, oldest first."""
    rows = await transaction.execute(
        sa.select(notices)
        .where(notices.c.page == page_id, notices.c.run == run, notices.c.round == round, notices.c.step > 0)
        .order_by(notices.c.id)
    )
    return [_notice(row) for row in rows.mappings()]


async def attempts_of(transaction: Transaction, page_id: str) -> list[Attempt]:
    """Return the attempts to deliver a page's notices, in order of notice and number."""
    rows = await transaction.execute(
        sa.select(attempts)
        .join(notices, notices.c.id == attempts.c.notice)
        .where(notices.c.page == page_id)
        .order_by(attempts.c.notice, attempts.c.number)
    )
    return [
        Attempt(**(dict(row) | {"outcome": Outcome(row["outcome"]) if row["outcome"] else None}))
        for row in rows.mappings()
    ]


async def paged_before(transaction: Transaction, policy: str, step: int) -> list[str]:
    """Return the recipients that a step of a policy took for its newest pages, in the order in which it last took them."""
    last = sa.func.max(notices.c.id).label("last")
    newest = (
        sa.select(pages.c.id)
        .where(pages.c.policy_name == policy)
        .order_by(pages.c.opened_at.desc())
        .limit(_PAGES_LOOKED_BACK)
    )
    rows = await transaction.execute(
        sa.select(notices.c.recipient, last)
        .where(notices.c.page.in_(newest), notices.c.step == step)
        .group_by(notices.c.recipient)
        .order_by(last)
    )
    return [str(row["recipient"]) for row in rows.mappings()]


async def next_notice_due(transaction: Transaction) -> datetime | None:
    """Return when a notice next wants a worker: its time comes or its lease runs out."""
    pending = sa.select(sa.func.min(notices.c.due_at)).where(notices.c.state == NoticeState.PENDING.value)
    leases = sa.select(sa.func.min(notices.c.lease_until)).where(notices.c.state == NoticeState.SENDING.value)
    found = [(await transaction.execute(query)).scalar() for query in (pending, leases)]
    return min((instant for instant in found if instant is not None), default=None)


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    """A notice that was never tried is due whatever the clock says: it may have stepped back."""
    its_time = sa.or_(notices.c.attempt == 0, notices.c.due_at <= now)
    return sa.or_(
        sa.and_(notices.c.state == NoticeState.PENDING.value, its_time),
        sa.and_(notices.c.state == NoticeState.SENDING.value, notices.c.lease_until <= now),
    )


def _is_carried(carried: Carried) -> sa.ColumnElement[bool]:
    ways = (
        sa.and_(
            notices.c.channel == channel,
            sa.or_(notices.c.recipient.not_like(_ROOMS), notices.c.address.in_(sorted(rooms))),
        )
        for channel, rooms in carried.items()
    )
    return sa.or_(sa.false(), *ways)


def _values(notice: Notice) -> dict[str, Any]:
    values = {column.name: getattr(notice, column.name) for column in notices.c if column.name not in _LEASE_COLUMNS}
    outcome = None if notice.outcome is None else notice.outcome.value
    return values | {"state": notice.state.value, "outcome": outcome}


def _notice(row: Row) -> Notice:
    values = {name: value for name, value in row.items() if name not in _LEASE_COLUMNS}
    outcome = Outcome(row["outcome"]) if row["outcome"] else None
    return Notice(**(values | {"state": NoticeState(row["state"]), "outcome": outcome}))
