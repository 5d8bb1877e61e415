"""`watchbill goals backfill`: fills the time before a goal's ledger began with what its server still holds."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watchbill.lib.errors import Invalid
from watchbill.lib.numbers import count
from watchbill.settings import Settings

from .instants import INSTANT
from .naming import named_goals
from .serving import settings_from, store_options

if TYPE_CHECKING:
    from watchbill.org.objectives import DataSource, Goal
    from watchbill.practices.goals.backfilling import Backfilling, Filling


@click.command()
@click.argument("name", metavar="GOAL")
@click.option(
    "--org", "folder", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The organisation."
)
@click.option("--from", "since", type=INSTANT, help="Where to begin; default: the beginning of the goal's window.")
@click.option("--to", "until", type=INSTANT, help="Where to end; default: where the goal's ledger begins.")
@store_options
def backfill(
    name: str, folder: Path, since: datetime | None, until: datetime | None, data: Path | None, database: str | None,
    config_file: Path | None,
) -> None:  # fmt: skip
    """Fill the past of a goal from its server, by the same rules as if it had been measured then.

    Whole blocks of six hours before the goal's ledger are filled, none is changed. The server may be running. What was broken off goes
    on with the same command, without --from and --to. A server that no longer holds a time leaves it unknown.
    """
    settings = settings_from(config_file, data=data, database=database)
    filled = asyncio.run(_fill(settings, folder, name, since, until))
    minutes = (filled.end - filled.first).total_seconds() / 60
    click.echo(
        f"{filled.goal}: filled from {filled.first:%Y-%m-%d %H:%M} UTC to {filled.end:%Y-%m-%d %H:%M} UTC; "
        f"{count(filled.measured)} of {count(int(minutes))} minutes are measured"
    )


async def _fill(settings: Settings, folder: Path, name: str, since: datetime | None, until: datetime | None) -> Filling:
    from watchbill.bootstrap import backfilling_of, now
    from watchbill.org.in_force import OrganizationInForce

    from .folders import read_in_force

    at = now()
    organization, reading = read_in_force(folder, at)
    (goal,) = named_goals(organization, [name])
    data_source = _source_of(goal, organization.sources)
    async with backfilling_of(settings, OrganizationInForce(reading, at)) as backfilling:
        filling = await backfilling.begin(goal, data_source, now(), since=since, until=until)
        return await _with_progress(backfilling, filling, goal, data_source)


def _source_of(goal: Goal, sources: Mapping[str, DataSource]) -> DataSource:
    from watchbill.org.objectives import SourceKind

    source = sources[goal.source]
    if source.kind is not SourceKind.PROMETHEUS:
        raise Invalid(
            f"“{goal.source}”, the source of “{goal.name}”, keeps no past: watchbill scrapes it itself.",
            "Only what a Prometheus-compatible server holds can be filled in.",
        )
    return source


async def _with_progress(backfilling: Backfilling, filling: Filling, goal: Goal, data_source: DataSource) -> Filling:
    from watchbill.bootstrap import now

    total = int((filling.end - filling.first).total_seconds())
    with click.progressbar(length=total, label=goal.name, file=sys.stderr) as bar:
        bar.update(int((filling.reached - filling.first).total_seconds()))
        while not filling.is_done:
            before = filling.reached
            filling = await backfilling.step(goal, data_source, now())
            bar.update(int((filling.reached - before).total_seconds()))
    return filling
