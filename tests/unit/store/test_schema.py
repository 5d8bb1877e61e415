"""The schema: what migrations make is what the tables declare, on both databases; a newer database is not touched."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from watchbill import tables  # noqa: F401
from watchbill.lib.errors import Conflict, Unavailable
from watchbill.store import schema
from watchbill.store.columns import metadata
from watchbill.store.store import open_store


async def test_the_migrated_schema_is_the_declared_one(database_url: str) -> None:
    store = open_store(database_url)
    assert await schema.version(store) is None
    assert await schema.upgrade(store)
    assert await schema.version(store) == schema.newest()
    async with store.reading() as transaction:
        differences = await transaction.run_sync(
            lambda connection: compare_metadata(MigrationContext.configure(connection), metadata)
        )
        checks = await transaction.run_sync(_checks)
    assert differences == []
    assert checks == _declared_checks()
    await store.close()


def _checks(connection: sa.Connection) -> set[str]:
    inspector = sa.inspect(connection)
    return {
        str(check["name"]) for table in inspector.get_table_names() for check in inspector.get_check_constraints(table)
    }


def _declared_checks() -> set[str]:
    return {
        str(constraint.name)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint)
    }


async def test_upgrading_twice_does_nothing(database_url: str) -> None:
    store = open_store(database_url)
    assert await schema.upgrade(store)
    assert not await schema.upgrade(store)
    await store.close()


async def test_a_database_from_a_newer_program_is_refused(database_url: str) -> None:
    store = open_store(database_url)
    await schema.upgrade(store)
    async with store.writing() as transaction:
        await transaction.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Conflict, match="schema 9999"):
        await schema.upgrade(store)
    await store.close()


async def test_a_database_is_found_once_it_is_made(database_url: str) -> None:
    url = sa.make_url(database_url)
    assert not await schema.is_made(url)
    store = open_store(url)
    await schema.upgrade(store)
    assert await schema.is_made(url)
    await store.close()


async def test_a_file_that_is_no_database_and_a_server_without_it_are_told_as_such(
    tmp_path: Path, postgresql_url: str
) -> None:
    file = tmp_path / "watchbill.db"
    file.write_text("To whom it may concern")
    for url, said in ((f"sqlite:///{file}", "file is not a database"), (f"{postgresql_url}x", "does not exist")):
        store = open_store(url)
        with pytest.raises(Unavailable, match=f"The database cannot be opened: .*{said}"):
            await schema.upgrade(store)
        await store.close()
