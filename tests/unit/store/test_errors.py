"""What the database's errors may tell: what is wrong, never the values of rows or statements, which may be secrets."""

import traceback

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from watchbill.store.store import Store

SECRET = "correct horse battery staple"
_tables = sa.MetaData()
safes = sa.Table(
    "safes",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("secret", sa.String(200), sa.CheckConstraint("length(secret) < 5"), unique=True),
)


@pytest.mark.parametrize("number", [1, "correct horse battery staple"])
async def test_an_insert_that_fails_tells_no_value(store: Store, number: object) -> None:
    async with store.writing() as transaction:
        await transaction.run_sync(_tables.create_all)
    with pytest.raises(SQLAlchemyError) as raised:
        async with store.writing() as transaction:
            await transaction.execute(safes.insert().values(id=number, secret=SECRET))
    told = "".join(traceback.format_exception(raised.value))
    assert "INSERT INTO safes" in told
    assert SECRET not in told
    assert SECRET not in repr(raised.value)


async def test_a_value_that_is_there_twice_is_not_told(store: Store) -> None:
    async with store.writing() as transaction:
        await transaction.run_sync(_tables.create_all)
        await transaction.execute(safes.insert().values(id=1, secret=SECRET[:4]))
    with pytest.raises(SQLAlchemyError) as raised:
        async with store.writing() as transaction:
            await transaction.execute(safes.insert().values(id=2, secret=SECRET[:4]))
    assert SECRET[:4] not in str(raised.value) + str(raised.value.__cause__)
