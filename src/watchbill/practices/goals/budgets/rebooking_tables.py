"""Where re-bookings are kept. Rows are added; a row changes once, by the answer of whoever approves or refuses it."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from watchbill.org.values import EntityRef
from watchbill.practices.goals.ledger import minute_of, start_of
from watchbill.store.columns import Instant, Row, Values, Words, metadata, one_of
from watchbill.store.store import Transaction

from .books import Account, Cause
from .rebooking import Rebooking, RebookingState

budget_rebookings = sa.Table(
    "budget_rebookings",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("goal", sa.String(255), nullable=False),
    sa.Column("thing", Words, nullable=False),
    sa.Column("first_minute", sa.BigInteger, nullable=False),
    sa.Column("end_minute", sa.BigInteger, nullable=False),
    sa.Column("cause", sa.String(20), nullable=False),
    sa.Column("subject", Words, nullable=False),
    sa.Column("title", Words, nullable=False),
    sa.Column("holder", Words),
    sa.Column("team", Words),
    sa.Column("reason", Words, nullable=False),
    sa.Column("author", Words, nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("approver", Words),
    sa.Column("decided_by", Words),
    sa.Column("decided_at", Instant),
    sa.Column("decision_reason", Words, nullable=False),
    one_of("cause", Cause),
    one_of("state", RebookingState),
    sa.CheckConstraint("first_minute < end_minute", name="has_minutes"),
    sa.CheckConstraint("reason <> ''", name="with_a_reason"),
    sa.CheckConstraint("decided_by IS NULL OR decided_by <> author", name="approved_by_another"),
    sa.CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided_has_its_time"),
    sa.CheckConstraint("(state = 'asked') = (approver IS NOT NULL AND decided_at IS NULL)", name="asked_of_somebody"),
    sa.Index("ix_budget_rebookings_goal_asked_at", "goal", "asked_at"),
)


async def add(transaction: Transaction, made: Rebooking) -> None:
    """Keep a new re-booking."""
    await transaction.execute(budget_rebookings.insert().values(**_values(made)))


async def answer(transaction: Transaction, after: Rebooking) -> bool:
    """Store the answer to a re-booking that waits for one; return False where it does not any more."""
    answered = await transaction.execute(
        budget_rebookings.update()
        .where(budget_rebookings.c.id == after.id, budget_rebookings.c.state == RebookingState.ASKED.value)
        .values(
            state=after.state.value,
            decided_by=str(after.decided_by),
            decided_at=after.decided_at,
            decision_reason=after.decision_reason,
        )
    )
    return bool(answered.rowcount)


async def by_id(transaction: Transaction, id: str) -> Rebooking | None:  # noqa: A002 - the column's word
    """Return a re-booking, None where there is none."""
    rows = await transaction.execute(sa.select(budget_rebookings).where(budget_rebookings.c.id == id))
    row = rows.mappings().first()
    return None if row is None else _rebooking(row)


async def of_goal(
    transaction: Transaction, goal: str, limit: int, *, since_minute: int | None = None
) -> list[Rebooking]:
    """Return the newest re-bookings of a goal, the newest first: of minutes from `since_minute` on, where that is said."""
    query = sa.select(budget_rebookings).where(budget_rebookings.c.goal == goal)
    if since_minute is not None:
        query = query.where(budget_rebookings.c.end_minute > since_minute)
    newest_first = query.order_by(budget_rebookings.c.asked_at.desc(), budget_rebookings.c.id.desc())
    return [_rebooking(row) for row in (await transaction.execute(newest_first.limit(limit))).mappings()]


def _values(made: Rebooking) -> Values:
    return {
        "id": made.id,
        "goal": made.goal,
        "thing": str(made.thing),
        "first_minute": minute_of(made.start),
        "end_minute": minute_of(made.end),
        "cause": made.account.cause.value,
        "subject": made.account.subject,
        "title": made.account.title,
        "holder": _text(made.account.holder),
        "team": made.account.team,
        "reason": made.reason,
        "author": str(made.author),
        "asked_at": made.asked_at,
        "state": made.state.value,
        "approver": _text(made.approver),
        "decided_by": _text(made.decided_by),
        "decided_at": made.decided_at,
        "decision_reason": made.decision_reason,
    }


def _rebooking(row: Row) -> Rebooking:
    account = Account(Cause(row["cause"]), row["subject"], row["title"], _reference(row["holder"]), row["team"])
    made = Rebooking(
        id=row["id"],
        goal=row["goal"],
        thing=EntityRef.parse(row["thing"], kind="component"),
        start=start_of(row["first_minute"]),
        end=start_of(row["end_minute"]),
        account=account,
        reason=row["reason"],
        author=EntityRef.parse(row["author"], kind="user"),
        asked_at=row["asked_at"],
        state=RebookingState(row["state"]),
    )
    return replace(
        made,
        approver=_reference(row["approver"]),
        decided_by=_reference(row["decided_by"]),
        decided_at=row["decided_at"],
        decision_reason=row["decision_reason"],
    )


def _text(ref: EntityRef | None) -> str | None:
    return None if ref is None else str(ref)


def _reference(text: str | None) -> EntityRef | None:
    return None if text is None else EntityRef.parse(text, kind="group")
