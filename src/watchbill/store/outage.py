"""Tells a database that does not answer from a mistake of ours: the one passes when tried again, the other does not."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# PostgreSQL's classes: no connection, no such database, no resources, an operator or a shutdown stepped in.
_PASSING_STATES = ("08", "3D", "53", "57")


def is_outage(error: BaseException) -> bool:
    """Whether an error says that the database cannot be reached or is busy, rather than that it was asked wrongly."""
    if isinstance(error, OSError | PoolTimeout | OperationalError | InterfaceError):
        return True
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        return error.connection_invalidated or state.startswith(_PASSING_STATES)
    return False
