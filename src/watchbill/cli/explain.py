"""`watchbill explain`: who would be paged, and the chain of documents and rules that leads there."""

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

_CLASSES = ("application", "platform", "workflow")


@click.group()
def explain() -> None:
    """Say how watchbill comes to an answer, down to document and line."""


@explain.command()
@click.argument("service")
@org_option
@click.option("--at", type=INSTANT, help="Another instant than now: 2026-05-03 or 2026-05-03T14:00:00Z.")
@click.option(
    "--class", "alert_class", type=click.Choice(_CLASSES), help="Class of alert; default: what the service is."
)
@click.option("--server", envvar="WATCHBILL_SERVER", default=DEFAULT_SERVER, show_default=True, metavar="URL")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def page(
    service: str, folder: Path | None, at: datetime | None, alert_class: str | None, server: str, form: str
) -> None:
    """Say who would be paged for SERVICE, and why.

    Without --org the running server is asked, with the token in WATCHBILL_TOKEN.
    """
    if folder is not None:
        answer = _from_files(folder, service, at_or_now(at), alert_class)
    else:
        answer = _from_server(server, service, at, alert_class)
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False) if form == "json" else _text(answer))


def _from_files(folder: Path, service: str, at: datetime, alert_class: str | None) -> dict[str, Any]:
    from watchbill.org.charters import AlertClass
    from watchbill.teams.explain import as_json, explain_page, thing_named, usual_class

    organization = organization_in(folder, at)
    thing = thing_named(organization, service)
    asked = AlertClass(alert_class) if alert_class else usual_class(thing)
    return as_json(explain_page(organization, thing.ref, asked, at))


def _from_server(server: str, service: str, at: datetime | None, alert_class: str | None) -> dict[str, Any]:
    parameters = {"service": service}
    if at is not None:
        parameters["at"] = rfc3339(at)
    if alert_class is not None:
        parameters["class"] = alert_class
    return ask(server, "/api/v1/explain/page", parameters)


def _text(answer: Mapping[str, Any]) -> str:
    pager = answer["pager"]
    lines = [f"A page for {answer['service']} ({pager['alertClass']}) at {answer['at']}", ""]
    lines += _paged(answer)
    lines += ["", "because"]
    rows = [
        (f"{number}.", _place(because), because["rule"], because["text"])
        for number, because in enumerate(answer["because"], 1)
    ]
    return "\n".join([*lines, *aligned(rows)])


def _paged(answer: Mapping[str, Any]) -> list[str]:
    pager = answer["pager"]
    facts = [("holder", pager["holder"] or "nobody")]
    facts += [(name, pager[name]) for name in ("team", "engagement", "policy") if pager[name]]
    if answer["advisers"]:
        facts.append(("advised by", ", ".join(answer["advisers"])))
    if pager["told"]:
        facts.append(("told", ", ".join(pager["told"])))
    if answer["gap"]:
        facts.append(("nobody is paged", answer["gap"]))
    people = [(f"{paged['title']} ({paged['recipient']})", paged["at"], _ways(paged)) for paged in answer["paged"]]
    return [*aligned(people), *([""] if people else []), *aligned(facts)]


def _ways(paged: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{way['channel']} {way['address']}" if way["channel"] == "email" else str(way["channel"])
        for way in paged["ways"]
    )


def _place(because: Mapping[str, Any]) -> str:
    return f"{because['file']}:{because['line']}" if because["file"] else "-"
