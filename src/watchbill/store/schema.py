"""The schema's version: whether the database is ready for this program, and how it gets there.

Migrations go forward only, all in one transaction. On PostgreSQL they wait for each other under an advisory lock and give
up rather than queue behind a long reader; on SQLite `BEGIN IMMEDIATE` does the same.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from watchbill.lib.errors import Conflict, Unavailable

from . import place
from .postgres import FOR_MIGRATIONS
from .store import Store, Transaction, open_store

FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x77617463


def newest() -> str:
    """Return the version that this program needs: the last of its migrations."""
    return max(file.stem.split("_")[0] for file in (FOLDER / "versions").glob("[0-9]*.py"))


async def version(store: Store) -> str | None:
    """Return the database's version, None where nothing has been made yet."""
    async with store.reading() as transaction:
        return await _version(transaction)


async def _version(transaction: Transaction) -> str | None:
    if not await transaction.run_sync(lambda connection: sa.inspect(connection).has_table("alembic_version")):
        return None
    found = (await transaction.execute(sa.text("SELECT version_num FROM alembic_version"))).scalar()
    return str(found) if found else None


async def is_made(url: sa.URL) -> bool:
    """Return whether watchbill's database is at a place; a file that is not there is not made. Raises Unavailable."""
    if url.get_backend_name() == "sqlite" and not ((file := place.file_of(url)) and file.is_file()):
        return False
    store = open_store(url)
    try:
        return await _first_look(store) is not None
    finally:
        await store.close()


async def _first_look(store: Store) -> str | None:
    try:
        return await version(store)
    except (SQLAlchemyError, OSError) as error:
        said = str(getattr(error, "orig", error)) or type(error).__name__
        raise Unavailable(
            f"The database cannot be opened: {said.splitlines()[0]}.",
            "Check that it runs, or name another with --database or --data.",
            place.named(store.url),
        ) from error


async def upgrade(store: Store) -> bool:
    """Bring the database to the newest schema; return whether there was anything to do.

    A migration may take its time, an hour at most. Raises Conflict when the database is newer than this program, and
    Unavailable when it cannot be asked.
    """
    at = await _first_look(store)
    if at == newest():
        return False
    if at is not None and at > newest():
        raise Conflict(
            f"The database has schema {at}, this watchbill knows {newest()}.", "Start the newer watchbill that made it."
        )
    patient = store if store.is_sqlite else open_store(store.url, FOR_MIGRATIONS)
    try:
        await _upgrade(patient)
    finally:
        if patient is not store:
            await patient.close()
    return True


async def _upgrade(store: Store) -> None:
    async with store.writing() as transaction:
        if not store.is_sqlite:
            await transaction.execute(sa.text("SET LOCAL lock_timeout = '5s'"))
            await transaction.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        if await _version(transaction) != newest():
            await transaction.run_sync(_migrate)


def _migrate(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(FOLDER))
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")
