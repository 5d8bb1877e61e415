"""`watchbill up`: run the server and the engine in one process."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .folders import org_argument
from .serving import settings_from, store_options


@click.command()
@org_argument
@click.option("--host", help="Address to listen on; default 127.0.0.1.")
@click.option("--port", type=int, help="Port to listen on; default 8400.")
@store_options
def up(
    org_dir: Path, host: str | None, port: int | None, data: Path | None, database: str | None, config_file: Path | None
) -> None:
    """Run watchbill on the organisation declared in ORG_DIR, until interrupted.

    The first start prints a one-time link for the administrator.
    """
    settings = settings_from(config_file, host=host, port=port, data=data, database=database)

    from watchbill.serve import serve

    sys.exit(serve(org_dir, settings))
