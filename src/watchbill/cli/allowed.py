"""`watchbill allowed`: whether a person may do something to a service, and what they can do instead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from watchbill.lib.instants import rfc3339

from .asking import DEFAULT_SERVER, ask
from .columns import aligned
from .folders import org_option, organization_in
from .instants import INSTANT, at_or_now


@click.command()
@click.argument("person")
@click.argument("action")
@click.argument("service")
@org_option
@click.option("--at", type=INSTANT, help="Another instant than now: 2026-05-03 or 2026-05-03T14:00:00Z.")
@click.option("--server", envvar="WATCHBILL_SERVER", default=DEFAULT_SERVER, show_default=True, metavar="URL")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def allowed(
    person: str, action: str, service: str, folder: Path | None, at: datetime | None, server: str, form: str
) -> None:
    """Say whether PERSON may do ACTION to SERVICE, by which document, and what they can do instead.

    ACTION is one of acknowledge, resolve, handOver, silence, planMaintenance, overrideShift, swap, editGoal, editPolicy,
    excludeBudget, rebook, overrideGate, declareIncident, leadIncident, recommend, acceptRecommendation, breakGlass, changeCode,
    changeConfig, manageEngagement and administer. Who is on watch, or reached by a page, is not asked. Without --org the running
    server is asked, with the token in WATCHBILL_TOKEN: it knows the glass that was broken. Ends with status 1 where they may not.
    """
    answer = (
        _from_files(folder, person, action, service, at_or_now(at))
        if folder is not None
        else _from_server(server, person, action, service, at)
    )
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False) if form == "json" else _told(answer))
    raise SystemExit(0 if answer["allowed"] else 1)


def _from_files(folder: Path, person: str, action: str, service: str, at: datetime) -> dict[str, Any]:
    from watchbill.teams.allowed import Asked, action_named, allowed_as_json
    from watchbill.teams.allowed import allowed as decided
    from watchbill.teams.explain import thing_named
    from watchbill.teams.explain_change import person_named

    organization = organization_in(folder, at)
    asked = Asked(person_named(organization, person), action_named(action), thing_named(organization, service).ref, at)
    return allowed_as_json(asked, decided(organization, asked))


def _from_server(server: str, person: str, action: str, service: str, at: datetime | None) -> dict[str, Any]:
    given = {"person": person, "action": action, "service": service}
    return ask(server, "/api/v1/allowed", given | ({"at": rfc3339(at)} if at is not None else {}))


def _told(answer: Mapping[str, Any]) -> str:
    verb = "may" if answer["allowed"] else "may not"
    lines = [f"{answer['person']} {verb} {answer['action']} {answer['service']} at {answer['at']}", ""]
    facts = [("by", answer["by"])] if answer["by"] else []
    facts += [("requires", each) for each in answer["requires"]]
    facts += [("instead", each) for each in answer["instead"]]
    chain = [
        (f"{number}.", f"{each['file']}:{each['line']}" if each["file"] else "-", each["rule"], each["text"])
        for number, each in enumerate(answer["because"], 1)
    ]
    return "\n".join([*lines, *aligned(facts), "", "because", *aligned(chain)])
