"""The database behind commands of the machine's console, named on stderr: what a command prints can be piped on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click

from watchbill.settings import Settings

if TYPE_CHECKING:
    from watchbill.bootstrap import Console


@asynccontextmanager
async def opened(settings: Settings, *, may_make: bool = False) -> AsyncIterator[Console]:
    """Open the database that the settings name, and say which it is.

    Raises NotFound where there is none, unless it may be made: access may be set up before the first start.
    """
    from watchbill.bootstrap import console_of

    async with console_of(settings, may_make=may_make) as console:
        if console.is_new:
            click.echo(f"watchbill: made the database {console.database}, which no server uses yet", err=True)
            click.echo("  `watchbill up ORG_DIR` with the same --data or --database serves it.", err=True)
        else:
            click.echo(f"watchbill: database {console.database}", err=True)
        yield console
