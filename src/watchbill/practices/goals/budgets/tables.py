"""Where the moves between states of budget policies are kept. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import sqlalchemy as sa

from watchbill.store.columns import Instant, Row, Words, metadata
from watchbill.store.store import Transaction

from .moves import StateMove

budget_moves = sa.Table(
    "budget_moves",
    metadata,
    sa.Column("goal", sa.String(255), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("policy", Words),
    sa.Column("state", Words),
    sa.Column("left", Words),
    sa.CheckConstraint("number > 0", name="counts_from_1"),
    sa.CheckConstraint("(policy IS NULL) = (state IS NULL)", name="a_state_of_a_policy"),
)


async def newest_moves(transaction: Transaction) -> dict[str, StateMove]:
    """Return the last move of every goal that has ever moved."""
    last = sa.select(budget_moves.c.goal, sa.func.max(budget_moves.c.number).label("number"))
    newest = last.group_by(budget_moves.c.goal).subquery()
    is_newest = sa.and_(budget_moves.c.goal == newest.c.goal, budget_moves.c.number == newest.c.number)
    rows = await transaction.execute(sa.select(budget_moves).join(newest, is_newest))
    return {row["goal"]: _move(row) for row in rows.mappings()}


async def moves_of(transaction: Transaction, goal: str, limit: int) -> list[StateMove]:
    """Return the last moves of a goal, the newest first."""
    query = sa.select(budget_moves).where(budget_moves.c.goal == goal)
    rows = await transaction.execute(query.order_by(budget_moves.c.number.desc()).limit(limit))
    return [_move(row) for row in rows.mappings()]


async def add_moves(transaction: Transaction, moves: Sequence[StateMove]) -> None:
    """Write moves down."""
    await transaction.execute(
        budget_moves.insert(),
        [
            {
                "goal": move.goal,
                "number": move.number,
                "at": move.at,
                "policy": move.policy,
                "state": move.state,
                "left": None if move.left is None else str(move.left),
            }
            for move in moves
        ],
    )


def _move(row: Row) -> StateMove:
    left = None if row["left"] is None else Fraction(row["left"])
    return StateMove(row["goal"], row["number"], row["at"], row["policy"], row["state"], left)
