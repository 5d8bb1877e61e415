"""Where a database is, as people may see it. Nothing is opened or made."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from watchbill.lib.errors import Invalid


def parsed(url: str) -> sa.URL:
    """Read a database's URL. Raises Invalid for what is none; as it may hold a password, it is not repeated."""
    try:
        return sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise Invalid("The database's URL cannot be read.", "As in postgresql://user@host/name.") from error


def file_of(url: sa.URL) -> Path | None:
    """Return the file of an SQLite database, None for one in memory and for a server."""
    return Path(url.database).resolve() if url.get_backend_name() == "sqlite" and url.database else None


def named(url: sa.URL) -> str:
    """Return the place of a database without its secrets: the path of the file, or the URL without password and options."""
    if file := file_of(url):
        return str(file)
    return sa.URL.create(
        url.get_backend_name(), url.username, None, url.host, url.port, url.database
    ).render_as_string()
