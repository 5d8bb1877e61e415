"""Where it is kept that goals are shown to a partner. It decides nothing; a row is never deleted."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from watchbill.org.values import EntityRef
from watchbill.store.columns import Instant, Row, Words, metadata
from watchbill.store.store import Transaction

from .model import Share

goal_shares = sa.Table(
    "goal_shares",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("partner", Words, nullable=False),
    sa.Column("made_by", Words, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("revoked_by", Words),
    sa.Column("revoked_at", Instant),
    sa.CheckConstraint("ends_at > made_at", name="ends_after_it_was_made"),
    sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_someone"),
)


async def add(transaction: Transaction, share: Share) -> None:
    """Keep a new share."""
    await transaction.execute(
        goal_shares.insert().values(
            id=share.id,
            partner=str(share.partner),
            made_by=str(share.made_by),
            made_at=share.made_at,
            ends_at=share.ends_at,
            reason=share.reason,
        )
    )


async def with_id(transaction: Transaction, share_id: str) -> Share | None:
    """Return a share, None where there is none."""
    found = await transaction.execute(sa.select(goal_shares).where(goal_shares.c.id == share_id))
    row = found.mappings().one_or_none()
    return None if row is None else _share(row)


async def newest(transaction: Transaction, limit: int) -> list[Share]:
    """Return the newest shares, newest first."""
    query = sa.select(goal_shares).order_by(goal_shares.c.made_at.desc(), goal_shares.c.id.desc()).limit(limit)
    return [_share(row) for row in (await transaction.execute(query)).mappings()]


async def revoke(transaction: Transaction, share_id: str, by: EntityRef, now: datetime) -> bool:
    """End a share that was not revoked; return whether there was one."""
    open_one = sa.and_(goal_shares.c.id == share_id, goal_shares.c.revoked_at.is_(None))
    gone = await transaction.execute(goal_shares.update().where(open_one).values(revoked_by=str(by), revoked_at=now))
    return gone.rowcount == 1


def _share(row: Row) -> Share:
    revoked_by = row["revoked_by"]
    return Share(
        id=row["id"],
        partner=EntityRef.parse(row["partner"], kind="group"),
        made_by=EntityRef.parse(row["made_by"], kind="user"),
        made_at=row["made_at"],
        ends_at=row["ends_at"],
        reason=row["reason"],
        revoked_by=None if revoked_by is None else EntityRef.parse(revoked_by, kind="user"),
        revoked_at=row["revoked_at"],
    )
