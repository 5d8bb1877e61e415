"""`watchbill plan OLD NEW`: what a change of the organisation means before it counts, for people, programs and reviews."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .instants import INSTANT, at_or_now
from .revisions import as_folder, named
from .serving import settings_from, store_options

if TYPE_CHECKING:
    from watchbill.org.in_force import Reading
    from watchbill.org.organization import Organization
    from watchbill.settings import Settings

_REPLAYED = timedelta(days=28)


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--at", type=INSTANT, metavar="TIME", help="Compare from another instant on than now.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    help="How to write it: text for people, json for programs, markdown for a comment in a review.",
)
@store_options
def plan(
    old: str, new: str, at: datetime | None, form: str, data: Path | None, database: str | None, config_file: Path | None
) -> None:  # fmt: skip
    """Say what it means that the organisation OLD becomes NEW.

    Each is a folder, a git revision (of the other's folder, or of the folder you are in) or REV:path/in/repository:

    \b
      watchbill plan HEAD .                 what is not committed yet
      watchbill plan origin/main HEAD       what a pull request brings
      watchbill plan examples/startup examples/acme

    Who covers and is paged for what, which group may do what, who is accountable for which practice, from which day; how much
    of their time people are on call; which faults and which findings of `watchbill check` come and go.

    Where a data folder or database is given, both sides also judge the last 28 days of its ledger: of each goal that is judged
    otherwise, which alerts there would have been, how many of the recorded incidents they would have met, and what would be left.

    Exit status: 0 when nothing harms; 1 when something does: an error that keeps NEW out of force (a tie among them), a
    critical service that loses its SRE team or that nobody can be paged for, a person who comes to be on call for more of
    their time than is sustainable, a finding of level error or fail that was not there before; 2 when the two cannot be
    compared.
    """
    is_replayed = data is not None or database is not None
    settings = settings_from(config_file, data=data, database=database) if is_replayed else None
    answer = _answer(old, new, at_or_now(at), settings)
    click.echo(_written(answer, form), nl=False)
    if answer["harms"]:
        raise SystemExit(1)


def _answer(old: str, new: str, at: datetime, settings: Settings | None) -> dict[str, Any]:
    from watchbill.org.changes import compare
    from watchbill.org.folder import read, read_anyway
    from watchbill.teams.plan import as_json, not_compared

    sides = named(old, beside=new), named(new, beside=old)
    with as_folder(sides[0]) as old_folder, as_folder(sides[1]) as new_folder:
        before, after = read(old_folder), read(new_folder)
        was = before.organization if before.organization is not None else read_anyway(old_folder)
    words = sides[0].words, sides[1].words
    if before.organization is None:
        click.echo(_not_sound(before, words[0]), err=True)
    if after.organization is None:
        return not_compared(after.errors, was, at, words)
    found = compare(was, after.organization, at, old_faults=before.faults, new_faults=after.faults)
    answer = as_json(found, after.organization, words)
    return answer if settings is None else {**answer, "replayed": _replayed(was, after.organization, at, settings)}


def _replayed(before: Organization, after: Organization, at: datetime, settings: Settings) -> dict[str, Any]:
    """Return what both sides would have made of the last four weeks of a ledger; nothing where none of their goals has one."""
    from watchbill.bootstrap import ledgers_of
    from watchbill.practices.goals.backtest.comparing import Sides, compared

    sides = Sides.of(before, after, at)

    async def read() -> dict[str, Any]:
        async with ledgers_of(settings) as ledgers:
            end = await ledgers.end(sides.goals(after))
            until = end or at
            return await compared(sides, ledgers, until - _REPLAYED, until)

    return asyncio.run(read())


def _not_sound(reading: Reading, words: str) -> str:
    first = reading.errors[0]
    return f"watchbill: {words} has errors, the first at {first.place}; it is compared as far as it can be read."


def _written(answer: Mapping[str, Any], form: str) -> str:
    from .plan_formats import as_markdown, as_text

    if form == "json":
        return json.dumps(answer, indent=2, ensure_ascii=False) + "\n"
    return as_markdown(answer) if form == "markdown" else as_text(answer)
