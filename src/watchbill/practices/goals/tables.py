"""Where the ledger is kept, and the queries on it.

Blocks are added and never changed. A cursor holds what is still moving of a goal: the block being written and the meter's state,
written in one unit of work with the blocks that it seals, so that a restart goes on exactly where the last commit ended.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from watchbill.org.charters import AlertClass
from watchbill.org.objectives import Severity
from watchbill.store.columns import Instant, Json, Row, Values, metadata, one_of
from watchbill.store.store import Transaction

from .burn_moves import BurnKey, BurnState

_AT_ONCE = 1000

ledger_block = sa.Table(
    "ledger_block",
    metadata,
    sa.Column("goal", sa.String(255), primary_key=True),
    sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("bad", sa.BigInteger, nullable=False),
    sa.Column("total", sa.BigInteger, nullable=False),
    sa.Column("measured", sa.Integer, nullable=False),
    sa.Column("lower_bound", sa.Integer, nullable=False),
    sa.Column("minutes", sa.LargeBinary, nullable=False),
    sa.CheckConstraint("bad >= 0 AND bad <= total", name="bad_within_total"),
)

ledger_cursor = sa.Table(
    "ledger_cursor",
    metadata,
    sa.Column("goal", sa.String(255), primary_key=True),
    sa.Column("definition", sa.String(64), nullable=False),
    sa.Column("next_minute", sa.BigInteger, nullable=False),
    sa.Column("open_start", sa.BigInteger, nullable=False),
    sa.Column("open_minutes", sa.LargeBinary, nullable=False),
    sa.Column("meter", sa.LargeBinary, nullable=False),
    sa.Column("written_at", Instant, nullable=False),
)

goal_burn = sa.Table(
    "goal_burn",
    metadata,
    sa.Column("goal", sa.String(255), primary_key=True),
    sa.Column("severity", sa.String(20), primary_key=True),
    sa.Column("since", Instant, nullable=False),
    sa.Column("tiers", Json, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("thing", sa.String(255), nullable=False),
    sa.Column("alert_class", sa.String(20), nullable=False),
    one_of("severity", Severity),
    one_of("alert_class", AlertClass),
)


async def cursors(transaction: Transaction, goals: Collection[str]) -> list[Row]:
    """Return the cursors of these goals, those that exist."""
    rows: list[Row] = []
    for names in _pieces(goals):
        found = await transaction.execute(sa.select(ledger_cursor).where(ledger_cursor.c.goal.in_(names)))
        rows.extend(found.mappings())
    return rows


async def next_minutes(transaction: Transaction, goals: Collection[str], *, to_write: bool = False) -> dict[str, int]:
    """Return the first unwritten minute of each goal; `to_write` keeps the rows from other writers until the end."""
    found: dict[str, int] = {}
    for names in _pieces(goals):
        query = sa.select(ledger_cursor.c.goal, ledger_cursor.c.next_minute).where(ledger_cursor.c.goal.in_(names))
        query = query.order_by(ledger_cursor.c.goal)
        rows = await transaction.execute(query.with_for_update() if to_write else query)
        found.update((row.goal, row.next_minute) for row in rows)
    return found


async def add_cursors(transaction: Transaction, rows: Sequence[Values]) -> None:
    """Begin the ledgers of new goals."""
    if rows:
        await transaction.execute(ledger_cursor.insert(), rows)


async def move_cursors(transaction: Transaction, rows: Sequence[Values]) -> None:
    """Write the cursors' new state; each row names its `goal` and all other columns."""
    if not rows:
        return
    columns = [column.name for column in ledger_cursor.columns if column.name != "goal"]
    statement = (
        ledger_cursor.update()
        .where(ledger_cursor.c.goal == sa.bindparam("of_goal"))
        .values({name: sa.bindparam(f"new_{name}") for name in columns})
    )
    await transaction.execute(
        statement, [{"of_goal": row["goal"]} | {f"new_{name}": row[name] for name in columns} for row in rows]
    )


async def add_blocks(transaction: Transaction, rows: Sequence[Values]) -> None:
    """Seal blocks."""
    if rows:
        await transaction.execute(ledger_block.insert(), rows)


async def block_sums(transaction: Transaction, goals: Collection[str], since: int) -> list[Row]:
    """Return goal, start and sums of these goals' sealed blocks from minute `since` on, oldest first."""
    block = ledger_block.c
    rows: list[Row] = []
    for names in _pieces(goals):
        query = sa.select(block.goal, block.start, block.bad, block.total, block.measured, block.lower_bound)
        query = query.where(block.goal.in_(names), block.start >= since).order_by(block.goal, block.start)
        rows.extend((await transaction.execute(query)).mappings())
    return rows


async def blocks_at(transaction: Transaction, goals: Collection[str], starts: Collection[int]) -> list[Row]:
    """Return goal, start and minutes of the blocks of these goals that begin at these minutes."""
    block = ledger_block.c
    rows: list[Row] = []
    for names in _pieces(goals):
        query = sa.select(block.goal, block.start, block.minutes)
        query = query.where(block.goal.in_(names), block.start.in_(sorted(starts)))
        rows.extend((await transaction.execute(query)).mappings())
    return rows


async def blocks_since(transaction: Transaction, goals: Collection[str], since: int) -> list[Row]:
    """Return goal, start and minutes of these goals' sealed blocks from minute `since` on, oldest first."""
    block = ledger_block.c
    rows: list[Row] = []
    for names in _pieces(goals):
        query = sa.select(block.goal, block.start, block.minutes)
        query = query.where(block.goal.in_(names), block.start >= since).order_by(block.goal, block.start)
        rows.extend((await transaction.execute(query)).mappings())
    return rows


async def blocks_between(transaction: Transaction, goal: str, first: int, end: int) -> list[Row]:
    """Return start and minutes of a goal's sealed blocks that begin in [`first`, `end`), oldest first."""
    block = ledger_block.c
    query = sa.select(block.start, block.minutes)
    query = query.where(block.goal == goal, block.start >= first, block.start < end).order_by(block.start)
    return list((await transaction.execute(query)).mappings())


async def burns(transaction: Transaction) -> dict[BurnKey, BurnState]:
    """Return what burns now, as stored."""
    rows = await transaction.execute(sa.select(goal_burn))
    return {
        BurnKey(row["goal"], Severity(row["severity"])): BurnState(
            row["since"],
            {name: datetime.fromisoformat(since) for name, since in row["tiers"].items()},
            row["title"],
            row["thing"],
            AlertClass(row["alert_class"]),
        )
        for row in rows.mappings()
    }


async def put_burn(transaction: Transaction, key: BurnKey, state: BurnState | None) -> None:
    """Store that a goal burns so, or with None that it no longer does."""
    await transaction.execute(
        goal_burn.delete().where(goal_burn.c.goal == key.goal, goal_burn.c.severity == key.severity.value)
    )
    if state is None:
        return
    await transaction.execute(
        goal_burn.insert().values(
            goal=key.goal,
            severity=key.severity.value,
            since=state.since,
            tiers={name: since.isoformat() for name, since in state.tiers.items()},
            title=state.title,
            thing=state.thing,
            alert_class=state.alert_class.value,
        )
    )


def _pieces(goals: Collection[str]) -> list[list[str]]:
    names = sorted(goals)
    return [names[at : at + _AT_ONCE] for at in range(0, len(names), _AT_ONCE)]
