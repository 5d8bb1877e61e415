"""`watchbill plan OLD NEW`: what a change of the organisation means before it counts, for people, programs and reviews."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from .instants import INSTANT, at_or_now
from .revisions import as_folder, named

if TYPE_CHECKING:
    from watchbill.org.in_force import Reading


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
def plan(old: str, new: str, at: datetime | None, form: str) -> None:
    """Say what it means that the organisation OLD becomes NEW.

    Each is a folder, a git revision (of the other's folder, or of the folder you are in) or REV:path/in/repository:

    \b
      watchbill plan HEAD .                 what is not committed yet
      watchbill plan origin/main HEAD       what a pull request brings
      watchbill plan examples/startup examples/acme

    Who covers and is paged for what, which group may do what, who is accountable for which practice, from which day; how much
    of their time people are on call; which faults and which findings of `watchbill check` come and go.

    Exit status: 0 when nothing harms; 1 when something does: an error that keeps NEW out of force (a tie among them), a
    critical service that loses its SRE team or that nobody can be paged for, a person who comes to be on call for more of
    their time than is sustainable, a finding of level error or fail that was not there before; 2 when the two cannot be
    compared.
    """
    answer = _answer(old, new, at_or_now(at))
    click.echo(_written(answer, form), nl=False)
    if answer["harms"]:
        raise SystemExit(1)


def _answer(old: str, new: str, at: datetime) -> dict[str, Any]:
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
    return as_json(found, after.organization, words)


def _not_sound(reading: Reading, words: str) -> str:
    first = reading.errors[0]
    return f"watchbill: {words} has errors, the first at {first.place}; it is compared as far as it can be read."


def _written(answer: Mapping[str, Any], form: str) -> str:
    from .plan_formats import as_markdown, as_text

    if form == "json":
        return json.dumps(answer, indent=2, ensure_ascii=False) + "\n"
    return as_markdown(answer) if form == "markdown" else as_text(answer)
