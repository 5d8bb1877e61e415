"""Where a database is, as people may see it. Nothing is opened or made."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from watchbill.lib.errors import Invalid

_KINDS = ("sqlite", "postgresql")
_FORMS = "As in sqlite:///path/to/file.db or postgresql://user@host/name."
_IN_MEMORY = (None, "", ":memory:")


def parsed(url: str) -> sa.URL:
    """Read a database's URL. Raises Invalid for what is none; as it may hold a password, it is not repeated."""
    try:
        read = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise Invalid("The database's URL cannot be read.", _FORMS) from error
    if read.drivername not in _KINDS:
        raise Invalid(f"“{read.drivername}” is no kind of database that watchbill keeps its data in.", _FORMS)
    return read


def file_of(url: sa.URL) -> Path | None:
    """Return the file of an SQLite database, None for one in memory and for a server."""
    is_file = url.get_backend_name() == "sqlite" and url.database not in _IN_MEMORY
    return Path(str(url.database)).resolve() if is_file else None


def named(url: sa.URL) -> str:
    """Return the place of a database without its secrets: the path of the file, or the URL without password and options."""
    if file := file_of(url):
        return str(file)
    if url.get_backend_name() == "sqlite":
        return "sqlite:///:memory:"
    return sa.URL.create(
        url.get_backend_name(), url.username, None, url.host, url.port, url.database
    ).render_as_string()
