"""Units of work: whole or not at all, no lost update between writers, and readers that cannot write."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, StatementError

from watchbill.store.columns import Instant
from watchbill.store.store import Store

_tables = sa.MetaData()
counters = sa.Table(
    "counters",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("value", sa.Integer),
    sa.Column("at", Instant),
)


@pytest.fixture
async def counting(store: Store) -> Store:
    async with store.writing() as transaction:
        await transaction.run_sync(_tables.create_all)
        await transaction.execute(counters.insert().values(id=1, value=0))
    return store


async def _value(store: Store) -> int:
    async with store.reading() as transaction:
        return int((await transaction.execute(sa.select(counters.c.value))).scalar_one())


async def test_read_then_write_by_many_loses_no_update(counting: Store) -> None:
    async def add() -> None:
        async with counting.writing() as transaction:
            row = await transaction.execute(sa.select(counters.c.value).where(counters.c.id == 1).with_for_update())
            await transaction.execute(counters.update().values(value=int(row.scalar_one()) + 1))

    await asyncio.gather(*(add() for _ in range(50)))
    assert await _value(counting) == 50


async def _write_and_fail(store: Store) -> None:
    async with store.writing() as transaction:
        await transaction.execute(counters.update().values(value=7))
        raise RuntimeError


async def test_a_unit_of_work_that_raises_leaves_nothing(counting: Store) -> None:
    rung: list[int] = []
    counting.when_committed(lambda: rung.append(1))
    with pytest.raises(RuntimeError):
        await _write_and_fail(counting)
    assert await _value(counting) == 0
    assert rung == []


async def test_a_reader_cannot_write(counting: Store) -> None:
    with pytest.raises(DBAPIError):
        async with counting.reading() as transaction:
            await transaction.execute(counters.update().values(value=7))
    assert await _value(counting) == 0


async def test_instants_come_back_aware_and_in_utc_and_naive_ones_are_refused(counting: Store) -> None:
    berlin = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    async with counting.writing() as transaction:
        await transaction.execute(counters.update().values(at=berlin))
        kept = (await transaction.execute(sa.select(counters.c.at))).scalar_one()
    assert kept == berlin
    assert kept.tzinfo is UTC
    with pytest.raises(StatementError, match="without a time zone"):
        async with counting.writing() as transaction:
            await transaction.execute(counters.update().values(at=datetime(2026, 7, 1)))  # noqa: DTZ001
