"""Options that every command shares which opens the database or runs the server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from watchbill.settings import Settings, load, unknown_variables

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--data", type=click.Path(path_type=Path), help="Folder for the database and the last good organisation."
    ),
    click.option("--database", help="URL of the database; default: SQLite in the data folder.", metavar="URL"),
    click.option("--config", "config_file", type=click.Path(path_type=Path), help="A TOML file of settings."),
)


def store_options(command: _Decorated) -> _Decorated:
    """Add --data, --database and --config."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def settings_from(config_file: Path | None, **options: Any) -> Settings:
    """Return the settings in force with this command's options on top; say on stderr which variables set nothing."""
    for name, nearest in unknown_variables().items():
        click.echo(f"watchbill: {name} sets nothing" + (f"; did you mean {nearest}?" if nearest else ""), err=True)
    return load(config_file, options=options)
