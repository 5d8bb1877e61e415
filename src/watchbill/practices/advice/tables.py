"""Where recommendations and break-glasses are kept. It decides nothing: a row moves only from the state that the caller saw it in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from watchbill.lib.errors import Conflict
from watchbill.org.values import EntityRef
from watchbill.store.columns import Instant, Row, Words, metadata, one_of
from watchbill.store.store import Transaction

from .model import Glass, GlassState, Recommendation, RecommendationState

recommendations = sa.Table(
    "recommendations",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("thing", Words, nullable=False),
    sa.Column("owner", Words),
    sa.Column("team", Words),
    sa.Column("engagement", Words),
    sa.Column("title", Words, nullable=False),
    sa.Column("rationale", Words, nullable=False),
    sa.Column("patch", Words, nullable=False),
    sa.Column("made_by", Words, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("decided_by", Words),
    sa.Column("decided_at", Instant),
    sa.Column("reason", Words, nullable=False),
    sa.Column("implemented_by", Words),
    sa.Column("implemented_at", Instant),
    one_of("state", RecommendationState),
    sa.CheckConstraint(
        "(state IN ('accepted', 'declined', 'implemented')) = (decided_at IS NOT NULL)", name="decided_has_its_time"
    ),
    sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_someone"),
    sa.CheckConstraint("(state = 'implemented') = (implemented_at IS NOT NULL)", name="implemented_has_its_time"),
    sa.CheckConstraint("state <> 'declined' OR reason <> ''", name="declined_with_a_reason"),
    sa.Index("ix_recommendations_team_made_at", "team", "made_at"),
    sa.Index("ix_recommendations_owner_made_at", "owner", "made_at"),
)

break_glasses = sa.Table(
    "break_glasses",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("holder", Words, nullable=False),
    sa.Column("thing", Words, nullable=False),
    sa.Column("partner", Words, nullable=False),
    sa.Column("team", Words, nullable=False),
    sa.Column("engagement", Words, nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("decided_by", Words),
    sa.Column("decided_at", Instant),
    sa.Column("decision_reason", Words, nullable=False),
    sa.Column("ends_at", Instant),
    sa.Column("closed_at", Instant),
    one_of("state", GlassState),
    sa.CheckConstraint("minutes BETWEEN 1 AND 240", name="four_hours_at_most"),
    sa.CheckConstraint("reason <> ''", name="with_a_reason"),
    sa.CheckConstraint("decided_by IS NULL OR decided_by <> holder", name="approved_by_another"),
    sa.CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided_has_its_time"),
    sa.CheckConstraint(
        "(state IN ('open', 'refused', 'closed')) = (decided_at IS NOT NULL)", name="decided_by_someone"
    ),
    sa.CheckConstraint("(state IN ('open', 'closed')) = (ends_at IS NOT NULL)", name="open_has_an_end"),
    sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_its_time"),
    sa.Index("ix_break_glasses_team_decided_at", "team", "decided_at"),
    sa.Index("ix_break_glasses_state_ends_at", "state", "ends_at"),
)


async def add_recommendation(transaction: Transaction, made: Recommendation) -> None:
    """Store a new recommendation."""
    await transaction.execute(recommendations.insert().values(**_values(made)))


async def move_recommendation(transaction: Transaction, before: Recommendation, after: Recommendation) -> None:
    """Store what a recommendation has become. Raises Conflict when it is no longer in the state of `before`."""
    which = sa.and_(recommendations.c.id == before.id, recommendations.c.state == before.state.value)
    await _move(transaction, recommendations.update().where(which).values(**_values(after)))


async def recommendation_by(transaction: Transaction, id: str) -> Recommendation | None:  # noqa: A002 - the column's word
    """Return a recommendation."""
    row = (await transaction.execute(sa.select(recommendations).where(recommendations.c.id == id))).mappings().first()
    return None if row is None else _recommendation(row)


async def recommendations_of(
    transaction: Transaction, *, team: str | None, owner: EntityRef | None, since: datetime | None, limit: int
) -> list[Recommendation]:
    """Return the recommendations that a team made or that wait for an owner, the newest first; all of both where neither is named."""
    query = sa.select(recommendations).order_by(recommendations.c.made_at.desc(), recommendations.c.id.desc())
    sides = [recommendations.c.team == team] if team is not None else []
    sides += [recommendations.c.owner == str(owner)] if owner is not None else []
    if sides:
        query = query.where(sa.or_(*sides))
    if since is not None:
        query = query.where(recommendations.c.made_at >= since)
    return [_recommendation(row) for row in (await transaction.execute(query.limit(limit))).mappings()]


async def add_glass(transaction: Transaction, asked: Glass) -> None:
    """Store a break-glass that was asked for."""
    await transaction.execute(break_glasses.insert().values(**_values(asked)))


async def move_glass(transaction: Transaction, before: Glass, after: Glass) -> None:
    """Store what a break-glass has become. Raises Conflict when it is no longer in the state of `before`."""
    which = sa.and_(break_glasses.c.id == before.id, break_glasses.c.state == before.state.value)
    await _move(transaction, break_glasses.update().where(which).values(**_values(after)))


async def glass_by(transaction: Transaction, id: str) -> Glass | None:  # noqa: A002 - the column's word
    """Return a break-glass."""
    row = (await transaction.execute(sa.select(break_glasses).where(break_glasses.c.id == id))).mappings().first()
    return None if row is None else _glass(row)


async def open_glasses(transaction: Transaction, now: datetime) -> list[Glass]:
    """Return the break-glasses that are open at an instant."""
    which = sa.and_(break_glasses.c.state == GlassState.OPEN.value, break_glasses.c.ends_at > now)
    rows = await transaction.execute(sa.select(break_glasses).where(which).order_by(break_glasses.c.id))
    return [_glass(row) for row in rows.mappings()]


async def glasses(transaction: Transaction, team: str | None, limit: int) -> list[Glass]:
    """Return break-glasses, of one team where it is named, the newest first."""
    query = sa.select(break_glasses).order_by(break_glasses.c.asked_at.desc(), break_glasses.c.id.desc()).limit(limit)
    if team is not None:
        query = query.where(break_glasses.c.team == team)
    return [_glass(row) for row in (await transaction.execute(query)).mappings()]


async def count_opened(transaction: Transaction, team: str, since: datetime) -> int:
    """Return how many break-glasses of a team were approved since an instant."""
    was_opened = break_glasses.c.state.in_([GlassState.OPEN.value, GlassState.CLOSED.value])
    which = sa.and_(break_glasses.c.team == team, break_glasses.c.decided_at >= since, was_opened)
    return int(await transaction.scalar(sa.select(sa.func.count()).select_from(break_glasses).where(which)) or 0)


async def settle(transaction: Transaction, now: datetime, unanswered_since: datetime) -> int:
    """Write down what time has decided by now: what expired, lapsed and closed. Return how many rows that were."""
    expired = recommendations.update().where(
        recommendations.c.state == RecommendationState.WAITING.value, recommendations.c.expires_at <= now
    )
    lapsed = break_glasses.update().where(
        break_glasses.c.state == GlassState.ASKED.value, break_glasses.c.asked_at <= unanswered_since
    )
    closed = break_glasses.update().where(
        break_glasses.c.state == GlassState.OPEN.value, break_glasses.c.ends_at <= now
    )
    done = [
        await transaction.execute(expired.values(state=RecommendationState.EXPIRED.value)),
        await transaction.execute(lapsed.values(state=GlassState.LAPSED.value)),
        await transaction.execute(closed.values(state=GlassState.CLOSED.value, closed_at=break_glasses.c.ends_at)),
    ]
    return sum(each.rowcount for each in done)


async def _move(transaction: Transaction, update: sa.Update) -> None:
    if not (await transaction.execute(update)).rowcount:
        raise Conflict("Somebody else was first.", "Look at it again.")


def _values(row: Recommendation | Glass) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, EntityRef) else value
        for name, value in ((each, getattr(row, each)) for each in row.__dataclass_fields__)
    } | {"state": row.state.value}


def _user(text: str | None) -> EntityRef | None:
    return EntityRef.parse(text, kind="user") if text else None


def _recommendation(row: Row) -> Recommendation:
    return Recommendation(
        **(
            dict(row)
            | {
                "state": RecommendationState(row["state"]),
                "thing": EntityRef.parse(row["thing"], kind="component"),
                "owner": EntityRef.parse(row["owner"], kind="group") if row["owner"] else None,
                "made_by": EntityRef.parse(row["made_by"], kind="user"),
                "decided_by": _user(row["decided_by"]),
                "implemented_by": _user(row["implemented_by"]),
            }
        )
    )


def _glass(row: Row) -> Glass:
    return Glass(
        **(
            dict(row)
            | {
                "state": GlassState(row["state"]),
                "thing": EntityRef.parse(row["thing"], kind="component"),
                "partner": EntityRef.parse(row["partner"], kind="group"),
                "holder": EntityRef.parse(row["holder"], kind="user"),
                "decided_by": _user(row["decided_by"]),
            }
        )
    )
