"""`watchbill lint ORG_DIR`: every fault of an organisation's folder at once, for people, programs and code review."""

from __future__ import annotations

import gc
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .folders import org_argument
from .instants import INSTANT, at_or_now
from .leaving import leave

if TYPE_CHECKING:
    from watchbill.org.in_force import Reading


@click.command()
@org_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    help="How to write the faults: text for people, json for programs, github for annotations, sarif for code scanning.",
)
@click.option("--at", type=INSTANT, metavar="TIME", help="Check who holds which pager from then on; default: now.")
@click.option("--strict", is_flag=True, help="Refuse what the official SDK of OpenSLO refuses; else it is noted.")
def lint(org_dir: Path, form: str, at: datetime | None, *, strict: bool) -> None:
    """List all faults of the organisation declared in ORG_DIR.

    Each fault says where it is (file, line, column), what is wrong and how to mend it. Exit status: 0 when the organisation
    can take force, 1 when a fault forbids it, 2 when the folder cannot be read.
    """
    gc.disable()  # it ends in a moment: collecting garbage would take a tenth of its time
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # plugins of others are looked for at a cost
    from watchbill.org.folder import read, read_strictly

    instant = at_or_now(at)
    reading = read_strictly(org_dir, instant) if strict else read(org_dir, instant)
    click.echo(_written(reading, org_dir, form, instant), nl=False, color=False if os.environ.get("NO_COLOR") else None)
    leave(1 if reading.errors else 0)


def _written(reading: Reading, org_dir: Path, form: str, at: datetime) -> str:
    from . import fault_formats

    if form == "json":
        return fault_formats.as_json(reading, at)
    if form == "github":
        return fault_formats.as_github(reading, org_dir)
    if form == "sarif":
        return fault_formats.as_sarif(reading, org_dir)
    return fault_formats.as_text(reading, org_dir)
