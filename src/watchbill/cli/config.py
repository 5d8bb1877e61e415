"""`watchbill config`: what is in force, secrets hidden."""

from __future__ import annotations

import json
from pathlib import Path

import click

from watchbill.settings import in_force

from .serving import settings_from, store_options


@click.command()
@store_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def config(data: Path | None, database: str | None, config_file: Path | None, form: str) -> None:
    """Print the settings in force: defaults, then the TOML file, then the environment, then options."""
    shown = in_force(settings_from(config_file, data=data, database=database))
    if form == "json":
        click.echo(json.dumps({"schema": "watchbill/config/v1", "settings": shown}, indent=2))
        return
    width = max(map(len, shown))
    for name, value in shown.items():
        click.echo(f"{name:<{width}}  {value if value not in ('', []) else '-'}")
