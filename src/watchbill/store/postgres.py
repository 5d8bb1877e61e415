"""What is particular to PostgreSQL's driver: how long it waits, and what its errors may tell.

A silent connection, one whose server neither answers nor closes, is ended rather than waited for; of an error that names
values of rows or statements, the values are removed before anybody can log them.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine

_VALUES = re.compile(r"\s*DETAIL:.*|(?<=query argument )(\$\d+): .*", re.DOTALL)


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds: for a connection, for a statement's answer, for the server to take leave."""

    connect: float = 5.0
    command: float = 10.0
    close: float = 1.0


DEFAULT_PATIENCE = Patience()
FOR_MIGRATIONS = Patience(command=3600.0)


def engine_options(patience: Patience) -> dict[str, Any]:
    """Return the options with which an engine waits no longer than `patience`."""
    return {
        "pool_pre_ping": True,
        "pool_timeout": patience.command,
        "hide_parameters": True,
        "connect_args": {
            "timeout": patience.connect,
            "command_timeout": patience.command,
            "connection_class": _closing_within(patience.close),
        },
    }


def _closing_within(seconds: float) -> type[Any]:
    import asyncpg

    class Connection(asyncpg.Connection):  # type: ignore[misc]
        """The driver waits without end for a silent server to end a statement that is to be cancelled; this one does not."""

        async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the driver's signature
            """Take leave of the server; one that does not answer is left without."""
            try:
                async with asyncio.timeout(seconds):
                    await super().close(timeout=timeout)
            except TimeoutError:
                self.terminate()

    return Connection


def watch(engine: AsyncEngine) -> None:
    """End an engine's connections that fell silent, and remove values from its errors."""

    @sa.event.listens_for(engine.sync_engine, "handle_error")
    def handle(context: ExceptionContext) -> None:
        if isinstance(context.original_exception, TimeoutError) and context.connection is not None:
            driver = context.connection.connection.driver_connection
            if driver is not None:
                driver.terminate()
            context.is_disconnect = True
        _remove_values(context.sqlalchemy_exception)
        _remove_values(context.original_exception)


def _remove_values(error: BaseException | None) -> None:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        error.args = tuple(_VALUES.sub(r"\1", part) if isinstance(part, str) else part for part in error.args)
        if getattr(error, "detail", None):
            error.detail = None  # type: ignore[attr-defined]
        error = error.__cause__ or error.__context__
