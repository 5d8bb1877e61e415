"""`watchbill readiness new`: the readiness review of an engagement as a document, with its implementation's questions."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchbill.lib.numbers import several

from .instants import INSTANT, at_or_now

if TYPE_CHECKING:
    from watchbill.org.charters import Engagement
    from watchbill.org.organization import Organization

_HOW = """\
# Go through the questions together. Answer each with a status:
#   yes            with evidence: a link, or a sentence that says what was seen
#   no             with an owner and a day until when, due
#   notApplicable  with a reason
# Then say the outcome: ready, readyWithConditions (what is open is not blocking) or notReady, and the day in date.
"""


@click.group()
def readiness() -> None:
    """Go through whether a service is ready for an engagement to become active."""


@readiness.command()
@click.argument("engagement")
@click.option(
    "--org",
    "folder",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR",
    help="The organisation's folder; default: the folder you are in.",
)
@click.option("--at", type=INSTANT, metavar="TIME", help="The day of the review; default: today.")
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", help="How to write it.")
def new(engagement: str, folder: Path, at: datetime | None, form: str) -> None:
    """Write the readiness review of ENGAGEMENT, to go through: a ReadinessReview with every question of its implementation.

    It goes to standard output; put it into a file of the organisation's folder. The folder may have faults.
    """
    from watchbill.org.claims import day_of
    from watchbill.org.folder import read_anyway
    from watchbill.org.readiness import review_to_go_through

    organization = read_anyway(folder)
    day = day_of(organization, at_or_now(at))
    document = review_to_go_through(organization, _named(organization, engagement, folder), day)
    click.echo(json.dumps(document, indent=2, ensure_ascii=False) if form == "json" else _yaml(document))


def _named(organization: Organization, name: str, folder: Path) -> Engagement:
    from difflib import get_close_matches

    from watchbill.lib.errors import NotFound
    from watchbill.org.folder import read

    found = organization.engagements.get(name.lower())
    if found is None:
        close = get_close_matches(name.lower(), organization.engagements, 1, 0.6)
        known = ", ".join(sorted(organization.engagements)) or "none"
        hint = f"Did you mean “{close[0]}”?" if close else f"The engagements of this folder: {known}."
        errors = read(folder).errors
        files = ", ".join(dict.fromkeys(fault.place.file for fault in errors))
        unread = (
            f" {several(len(errors), 'error')} in {files} may hide it: `watchbill lint` shows what." if errors else ""
        )
        raise NotFound(f"There is no engagement “{name}”.", hint + unread)
    return found


def _yaml(document: dict[str, Any]) -> str:
    import yaml

    return _HOW + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110).rstrip()
