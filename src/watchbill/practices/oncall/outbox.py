"""The outbox's queries: notices are put in once per key, leased to one worker at a time, and ended with an outcome.

A lease that has run out may be taken by anybody: its notice is then sent again with the same key, rather than lost.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    transaction: Transaction, channels: Collection[str], now: datetime, *, owner: str, lease: timedelta, limit: int
) -> list[Notice]:
    """Lease due notices of some channels to `owner`, and write down that an attempt begins."""
    due = (
        sa.select(notices.c.id)
        .where(notices.c.channel.in_(channels), _is_due(now))
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
    for notice in found:
        await transaction.execute(
            attempts.insert().values(
                notice=notice.id,
                number=notice.attempt,
                owner=owner,
                begun_at=now,
                took_ms=None,
                outcome=None,
                detail="",
            )
        )
    return sorted(found, key=lambda notice: notice.id)


async def due_channels(transaction: Transaction, now: datetime) -> set[str]:
    """Return the channels that have due notices."""
    rows = await transaction.execute(sa.select(notices.c.channel).where(_is_due(now)).distinct())
    return set(rows.scalars())


async def due_elsewhere(transaction: Transaction, channels: Collection[str], now: datetime) -> list[Notice]:
    """Return due notices whose channel is none of `channels`: the settings no longer have it."""
    rows = await transaction.execute(
        sa.select(notices).where(notices.c.channel.not_in(channels), _is_due(now)).with_for_update(skip_locked=True)
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
    notice: str | None = None,
) -> list[Notice]:
    """End the notices of a page that wait for their turn, or one notice whatever it waits for; return those that it ended."""
    which = notices.c.id == notice if notice is not None else notices.c.page == page
    waiting = _WAITING if notice is not None else (NoticeState.PENDING.value,)
    rows = await transaction.execute(
        notices.update()
        .where(which, notices.c.state.in_(waiting))
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
    """Return the recipients that a step of a policy has taken, in the order in which it last took them."""
    last = sa.func.max(notices.c.id).label("last")
    rows = await transaction.execute(
        sa.select(notices.c.recipient, last)
        .join(pages, pages.c.id == notices.c.page)
        .where(pages.c.policy_name == policy, notices.c.step == step)
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
    return sa.or_(
        sa.and_(notices.c.state == NoticeState.PENDING.value, notices.c.due_at <= now),
        sa.and_(notices.c.state == NoticeState.SENDING.value, notices.c.lease_until <= now),
    )


def _values(notice: Notice) -> dict[str, Any]:
    values = {column.name: getattr(notice, column.name) for column in notices.c if column.name not in _LEASE_COLUMNS}
    outcome = None if notice.outcome is None else notice.outcome.value
    return values | {"state": notice.state.value, "outcome": outcome}


def _notice(row: Row) -> Notice:
    values = {name: value for name, value in row.items() if name not in _LEASE_COLUMNS}
    outcome = Outcome(row["outcome"]) if row["outcome"] else None
    return Notice(**(values | {"state": NoticeState(row["state"]), "outcome": outcome}))
