"""Where the filling of goals' past is kept: how far it came, so that it can go on after any end.

The row moves in one unit of work with the blocks of the ledger that it brings; `steps` tells that it moved.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from watchbill.store.columns import Instant, Row, Values, metadata
from watchbill.store.store import Transaction

from . import tables

ledger_backfill = sa.Table(
    "ledger_backfill",
    metadata,
    sa.Column("goal", sa.String(255), primary_key=True),
    sa.Column("definition", sa.String(64), nullable=False),
    sa.Column("first_minute", sa.BigInteger, nullable=False),
    sa.Column("end_minute", sa.BigInteger, nullable=False),
    sa.Column("next_minute", sa.BigInteger, nullable=False),
    sa.Column("measured", sa.BigInteger, nullable=False),
    sa.Column("open_start", sa.BigInteger, nullable=False),
    sa.Column("open_minutes", sa.LargeBinary, nullable=False),
    sa.Column("meter", sa.LargeBinary, nullable=False),
    sa.Column("steps", sa.BigInteger, nullable=False),
    sa.Column("written_at", Instant, nullable=False),
    sa.CheckConstraint("first_minute <= next_minute AND next_minute <= end_minute", name="next_between_its_bounds"),
)


async def found(transaction: Transaction, goal: str) -> Row | None:
    """Return how far the filling of a goal's past came, None where none was begun."""
    query = sa.select(ledger_backfill).where(ledger_backfill.c.goal == goal)
    return (await transaction.execute(query)).mappings().one_or_none()


async def begin(transaction: Transaction, row: Values) -> None:
    """Begin to fill a goal's past, in place of what was filled before."""
    await transaction.execute(ledger_backfill.delete().where(ledger_backfill.c.goal == row["goal"]))
    await transaction.execute(ledger_backfill.insert().values(row))


async def move(transaction: Transaction, before: int, row: Values, blocks: Sequence[Values]) -> bool:
    """Store a step and the blocks that it filled; return False, having done nothing, when it is not at step `before` any more."""
    table = ledger_backfill
    here = sa.and_(table.c.goal == row["goal"], table.c.steps == before)
    moved = await transaction.execute(table.update().where(here).values(row))
    if not moved.rowcount:
        return False
    await tables.add_blocks(transaction, blocks)
    return True


async def steps(transaction: Transaction) -> dict[str, int]:
    """Return how many steps were made for each goal whose past was filled, or is."""
    rows = await transaction.execute(sa.select(ledger_backfill.c.goal, ledger_backfill.c.steps))
    return {row.goal: row.steps for row in rows}


async def done(transaction: Transaction, goals: Collection[str]) -> list[Row]:
    """Return goal, definition, first minute and meter of what is filled to its end, of these goals."""
    table = ledger_backfill.c
    query = sa.select(table.goal, table.definition, table.first_minute, table.meter)
    rows = await transaction.execute(query.where(table.next_minute == table.end_minute))
    return [row for row in rows.mappings() if row["goal"] in goals]


async def begin_of_ledger(transaction: Transaction, goal: str) -> int | None:
    """Return the first minute of the first block of a goal's ledger, None where it has none yet."""
    block, cursor = tables.ledger_block, tables.ledger_cursor
    opened = (await transaction.execute(sa.select(cursor.c.open_start).where(cursor.c.goal == goal))).scalar()
    sealed = (await transaction.execute(sa.select(sa.func.min(block.c.start)).where(block.c.goal == goal))).scalar()
    return None if opened is None else min(opened, opened if sealed is None else sealed)
