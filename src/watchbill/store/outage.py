"""Tells a database that does not answer from a mistake of ours: the one passes when tried again, the other does not."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# PostgreSQL's classes: no connection, no such database, no resources, an operator or a shutdown stepped in.
_PASSING_STATES = ("08", "3D", "53", "57")
_PASSING_NAMES = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_FULL", "SQLITE_CANTOPEN", "SQLITE_PROTOCOL")

_PLAIN_WORDS = {
    "53100": "its disk is full",
    "SQLITE_FULL": "its disk is full",
    "SQLITE_IOERR_WRITE": "its disk cannot be written",
    "25006": "it is read-only",
    "SQLITE_READONLY": "it is read-only",
}


def is_outage(error: BaseException) -> bool:
    """Whether an error says that the database cannot be reached or is busy, rather than that it was asked wrongly."""
    if isinstance(error, OSError | PoolTimeout | InterfaceError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None) or ""
    name = getattr(error.orig, "sqlite_errorname", None) or ""
    return error.connection_invalidated or state.startswith(_PASSING_STATES) or name.startswith(_PASSING_NAMES)


def said_plainly(error: BaseException) -> str:
    """Return what keeps the database from doing its work, in words that are safe to show to anybody."""
    code = getattr(getattr(error, "orig", None), "sqlstate", None) or getattr(
        getattr(error, "orig", None), "sqlite_errorname", None
    )
    return _PLAIN_WORDS.get(code or "", f"it does not answer ({type(error).__name__})")
