"""The store: opens SQLite or PostgreSQL and hands out units of work. It never knows what is stored.

SQLite runs in WAL mode with one writer; a writing unit of work begins with `BEGIN IMMEDIATE`, because the driver's
deferred default loses updates silently between a read and the write that depends on it.

A PostgreSQL that falls silent without closing its connections is given up on after a time (`Patience`): the unit of work
raises TimeoutError, and the next one gets a fresh connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from watchbill.lib.errors import Unavailable

from . import place
from .postgres import DEFAULT_PATIENCE, Patience, engine_options
from .postgres import watch as watch_postgresql

Transaction = AsyncConnection


class Store:
    """One database. `writing()` is a unit of work that commits at its end or leaves nothing; `reading()` sees one state."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine, url: sa.URL) -> None:
        self._writer = writer
        self._reader = reader
        self._one_writer = asyncio.Lock() if url.get_backend_name() == "sqlite" else None
        self.url = url
        self._generation = 0
        for engine in (writer, reader):
            self._end_those_of_old(engine)
        self._committed: list[Callable[[], None]] = []

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database: one process, one writer."""
        return self._one_writer is not None

    def when_committed(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each writing unit of work that committed: whoever waits for due work may look again."""
        self._committed.append(listener)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Transaction]:
        """Begin a writing unit of work: committed when the block ends, rolled back when it raises."""
        async with self._fresh_after_silence(), self._one_writer or nullcontext(), self._writer.begin() as transaction:
            yield transaction
        for listener in self._committed:
            listener()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """Begin a reading unit of work; writes are refused on SQLite and rolled back on PostgreSQL."""
        async with self._fresh_after_silence(), self._reader.connect() as transaction:
            yield transaction

    @asynccontextmanager
    async def _fresh_after_silence(self) -> AsyncIterator[None]:
        try:
            yield
        except TimeoutError:
            await self.reset()
            raise

    async def reset(self) -> None:
        """Drop all connections, those in use when their unit of work ends: whoever comes next gets a fresh one."""
        self._generation += 1
        await asyncio.gather(self._writer.dispose(), self._reader.dispose())

    def _end_those_of_old(self, engine: AsyncEngine) -> None:
        @sa.event.listens_for(engine.sync_engine, "do_connect")
        def connect(_dialect: Any, record: Any, _arguments: Any, _options: Any) -> None:
            record.info["generation"] = self._generation

        @sa.event.listens_for(engine.sync_engine, "checkin")
        def check_in(connection: Any, record: Any) -> None:
            if connection is not None and record.info.get("generation") != self._generation:
                record.invalidate()

    async def close(self) -> None:
        """Close all connections."""
        await self._writer.dispose()
        await self._reader.dispose()


def open_store(url: str | sa.URL, patience: Patience = DEFAULT_PATIENCE) -> Store:
    """Open `sqlite:///path`, `sqlite:////abs/path` or `postgresql://user@host/name`; no connection is made yet.

    `patience` is how long a PostgreSQL is waited for. Values of statements never show in errors: they may be secrets.
    Raises Invalid for what is no URL, and Unavailable where the folder of a file cannot be made.
    """
    parsed = place.parsed(url) if isinstance(url, str) else url
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed.set(drivername="sqlite+aiosqlite"))
    return _open_postgresql(parsed.set(drivername="postgresql+asyncpg"), patience)


def _open_sqlite(url: sa.URL) -> Store:
    file = place.file_of(url)
    if file:
        _make_folder(file.parent)
    writer = create_async_engine(url, pool_size=1, max_overflow=0, hide_parameters=True)
    reader = create_async_engine(url, pool_size=4, hide_parameters=True)
    _tune_sqlite(writer, begin="BEGIN IMMEDIATE", query_only=False)
    _tune_sqlite(reader, begin="BEGIN", query_only=True)
    return Store(writer, reader, url)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"The folder of the database cannot be made: {error.strerror}.", "Name another with --data.", str(folder)
        ) from error


def _tune_sqlite(engine: AsyncEngine, *, begin: str, query_only: bool) -> None:
    @sa.event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("busy_timeout = 10000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            cursor.execute(f"PRAGMA {pragma}")
        if query_only:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @sa.event.listens_for(engine.sync_engine, "begin")
    def begin_transaction(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)


def _open_postgresql(url: sa.URL, patience: Patience) -> Store:
    options = engine_options(patience)
    writer = create_async_engine(url, pool_size=5, max_overflow=5, **options)
    reader = create_async_engine(
        url, pool_size=4, max_overflow=6, isolation_level="REPEATABLE READ", **options
    ).execution_options(postgresql_readonly=True)
    for engine in (writer, reader):
        watch_postgresql(engine)
    return Store(writer, reader, url)
