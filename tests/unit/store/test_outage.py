"""Telling a database that does not answer from a question that was wrong."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from watchbill.store.outage import is_outage
from watchbill.store.store import Store, open_store


async def _error_of(store: Store, statement: str) -> BaseException:
    with pytest.raises((SQLAlchemyError, OSError)) as raised:
        async with store.reading() as transaction:
            await transaction.execute(sa.text(statement))
    return raised.value


async def test_a_server_that_nobody_listens_for_is_an_outage() -> None:
    store = open_store("postgresql://watchbill@127.0.0.1:9/nothing")
    assert is_outage(await _error_of(store, "SELECT 1"))
    await store.close()


async def test_a_database_that_is_not_there_is_an_outage(postgresql_url: str) -> None:
    store = open_store(f"{postgresql_url}_gone")
    assert is_outage(await _error_of(store, "SELECT 1"))
    await store.close()


def test_a_file_that_cannot_be_opened_is_an_outage(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}")
    with pytest.raises(SQLAlchemyError) as raised:
        engine.connect()
    assert is_outage(raised.value)
    engine.dispose()


async def test_a_wrong_question_is_ours_to_mend(store: Store) -> None:
    assert not is_outage(await _error_of(store, "SELECT * FROM no_such_table"))


def test_other_errors_are_no_outage() -> None:
    assert not is_outage(ZeroDivisionError())
