"""Where recommendations and break-glasses are kept. It decides nothing: a row moves only from the state that the caller saw it in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

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

Noun = TypeVar("Noun", Recommendation, Glass)


class Kept(Generic[Noun]):
    """One table of nouns that are made once and then move from state to state; `made_at` is the column that orders them."""

    def __init__(self, table: sa.Table, made_at: str, read: Callable[[Row], Noun]) -> None:
        self._table = table
        self._read: Callable[[Row], Noun] = read
        self._newest_first = (table.c[made_at].desc(), table.c.id.desc())

    async def add(self, transaction: Transaction, made: Noun) -> None:
        """Store a new one."""
        await transaction.execute(self._table.insert().values(**_values(made)))

    async def move(self, transaction: Transaction, before: Noun, after: Noun) -> None:
        """Store what one has become. Raises Conflict when it is no longer in the state of `before`."""
        which = sa.and_(self._table.c.id == before.id, self._table.c.state == before.state.value)
        moved = await transaction.execute(self._table.update().where(which).values(**_values(after)))
        if not moved.rowcount:
            raise Conflict("Somebody else was first.", "Look at it again.")

    async def by_id(self, transaction: Transaction, id: str) -> Noun | None:  # noqa: A002 - the column's word
        """Return one, None where there is none."""
        found = await transaction.execute(sa.select(self._table).where(self._table.c.id == id))
        row = found.mappings().first()
        return None if row is None else self._read(row)

    async def newest(self, transaction: Transaction, limit: int, *which: sa.ColumnElement[bool]) -> list[Noun]:
        """Return those of which all of `which` is true, the newest first."""
        query = sa.select(self._table).where(*which).order_by(*self._newest_first).limit(limit)
        return [self._read(row) for row in (await transaction.execute(query)).mappings()]


def of_parties(team: str | None, owner: EntityRef | None) -> list[sa.ColumnElement[bool]]:
    """Say that a team made a recommendation or that it waits for an owner; nothing where neither is named."""
    sides = [recommendations.c.team == team] if team is not None else []
    sides += [recommendations.c.owner == str(owner)] if owner is not None else []
    return [sa.or_(*sides)] if sides else []


def about(thing: EntityRef | None) -> list[sa.ColumnElement[bool]]:
    """Say that a recommendation is about a thing; nothing where none is named."""
    return [recommendations.c.thing == str(thing)] if thing is not None else []


def answered_to(person: EntityRef, since: datetime, now: datetime) -> sa.ColumnElement[bool]:
    """Say that a recommendation of a person was decided on, implemented or left to expire after an instant."""
    column = recommendations.c
    expired = sa.and_(column.decided_at.is_(None), column.expires_at > since, column.expires_at <= now)
    return sa.and_(
        column.made_by == str(person), sa.or_(column.decided_at > since, column.implemented_at > since, expired)
    )


def asked_by(person: EntityRef, since: datetime) -> sa.ColumnElement[bool]:
    """Say that a person asked for a break-glass after an instant."""
    return sa.and_(break_glasses.c.holder == str(person), break_glasses.c.asked_at > since)


def made_since(at: datetime) -> sa.ColumnElement[bool]:
    """Say that a recommendation was made after an instant."""
    return recommendations.c.made_at > at


def expired_by(now: datetime) -> sa.ColumnElement[bool]:
    """Say that a recommendation waits, and waited too long."""
    return sa.and_(recommendations.c.state == RecommendationState.WAITING.value, recommendations.c.expires_at <= now)


def glass_of(team: str | None, thing: EntityRef | None) -> list[sa.ColumnElement[bool]]:
    """Say that a break-glass is of a team and for a thing; nothing where neither is named."""
    of_team = [break_glasses.c.team == team] if team is not None else []
    return of_team + ([break_glasses.c.thing == str(thing)] if thing is not None else [])


def is_open(now: datetime) -> sa.ColumnElement[bool]:
    """Say that a break-glass is open at an instant."""
    return sa.and_(break_glasses.c.state == GlassState.OPEN.value, break_glasses.c.ends_at > now)


def waits(now: datetime) -> sa.ColumnElement[bool]:
    """Say that a recommendation waits at an instant."""
    return sa.and_(recommendations.c.state == RecommendationState.WAITING.value, recommendations.c.expires_at > now)


def glass_waits(unanswered_since: datetime) -> sa.ColumnElement[bool]:
    """Say that a break-glass waits, and since when at most."""
    return sa.and_(break_glasses.c.state == GlassState.ASKED.value, break_glasses.c.asked_at > unanswered_since)


def glass_for(holder: EntityRef, thing: EntityRef) -> list[sa.ColumnElement[bool]]:
    """Say that a break-glass is of one holder for one thing."""
    return [break_glasses.c.holder == str(holder), break_glasses.c.thing == str(thing)]


def over_by(now: datetime, unanswered_since: datetime) -> sa.ColumnElement[bool]:
    """Say that a break-glass waits since too long, or that its time is over."""
    lapsed = sa.and_(break_glasses.c.state == GlassState.ASKED.value, break_glasses.c.asked_at <= unanswered_since)
    ended = sa.and_(break_glasses.c.state == GlassState.OPEN.value, break_glasses.c.ends_at <= now)
    return sa.or_(lapsed, ended)


async def count_opened(transaction: Transaction, team: str, since: datetime) -> int:
    """Return how many break-glasses of a team were approved after an instant."""
    was_opened = break_glasses.c.state.in_([GlassState.OPEN.value, GlassState.CLOSED.value])
    which = sa.and_(break_glasses.c.team == team, break_glasses.c.decided_at > since, was_opened)
    return int(await transaction.scalar(sa.select(sa.func.count()).select_from(break_glasses).where(which)) or 0)


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


RECOMMENDATIONS = Kept(recommendations, "made_at", _recommendation)
GLASSES = Kept(break_glasses, "asked_at", _glass)
