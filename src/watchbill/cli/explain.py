"""`watchbill explain`: who is paged, accountable or allowed, and the chain of documents and rules that leads there."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from watchbill.lib.instants import rfc3339
from watchbill.org.implementations import PRACTICES

from .asking import DEFAULT_SERVER, ask
from .columns import aligned
from .folders import org_option, organization_in
from .instants import INSTANT, at_or_now

_CLASSES = ("application", "platform", "workflow")
_STATES = {
    "done": "done: something shows it",
    "declared": "declared: a document hands it to somebody, and nothing shows it",
    "notMeasured": "not measured: no document hands it to anybody, and nothing shows it",
}
_DONE_BY = {"sre": "the SRE team", "partner": "the partner", "joint": "both sides together"}


@click.group()
def explain() -> None:
    """Say how watchbill comes to an answer, down to document and line."""


def _asked(command: Callable[..., None]) -> Callable[..., None]:
    """Add what every question takes: the folder or the server, the instant, and how to print."""
    options = (
        org_option,
        click.option("--at", type=INSTANT, help="Another instant than now: 2026-05-03 or 2026-05-03T14:00:00Z."),
        click.option("--server", envvar="WATCHBILL_SERVER", default=DEFAULT_SERVER, show_default=True, metavar="URL"),
        click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@explain.command()
@click.argument("service")
@click.option(
    "--class", "alert_class", type=click.Choice(_CLASSES), help="Class of alert; default: what the service is."
)
@_asked
def page(
    service: str, folder: Path | None, at: datetime | None, alert_class: str | None, server: str, form: str
) -> None:
    """Say who would be paged for SERVICE, and why.

    Without --org the running server is asked, with the token in WATCHBILL_TOKEN.
    """
    if folder is not None:
        answer = _from_files(folder, service, at_or_now(at), alert_class)
    else:
        answer = _from_server(server, "page", at, {"service": service, "class": alert_class})
    click.echo(_json(answer) if form == "json" else _page(answer))


@explain.command()
@click.argument("service")
@click.argument("practice", type=click.Choice(PRACTICES), metavar="PRACTICE")
@_asked
def practice(service: str, practice: str, folder: Path | None, at: datetime | None, server: str, form: str) -> None:
    """Say who is accountable for PRACTICE on SERVICE, and why, and what shows that it is done.

    PRACTICE is one of toil, goals, design, observability, incidents, capacity, change and chaos. Without --org the running
    server is asked, with the token in WATCHBILL_TOKEN.
    """
    if folder is not None:
        from watchbill.org.duties import duty
        from watchbill.teams.explain import thing_named
        from watchbill.teams.explain_practice import practice_as_json

        instant = at_or_now(at)
        organization = organization_in(folder, instant)
        found = duty(organization, thing_named(organization, service), practice, instant)
        answer = practice_as_json(found, instant)
    else:
        answer = _from_server(server, "practice", at, {"service": service, "practice": practice})
    click.echo(_json(answer) if form == "json" else _practice(answer))


@explain.command()
@click.argument("service")
@click.option("--person", metavar="PERSON", help="Ask of one person alone, as in user:ana.")
@_asked
def change(service: str, person: str | None, folder: Path | None, at: datetime | None, server: str, form: str) -> None:
    """Say who may change the code and the configuration of SERVICE, and by which document.

    Without --org the running server is asked, with the token in WATCHBILL_TOKEN.
    """
    if folder is not None:
        from watchbill.teams.explain import thing_named
        from watchbill.teams.explain_change import change_as_json, explain_change, person_named

        instant = at_or_now(at)
        organization = organization_in(folder, instant)
        who = person_named(organization, person) if person else None
        explained = explain_change(organization, thing_named(organization, service), instant, who)
        answer = change_as_json(organization, explained)
    else:
        answer = _from_server(server, "change", at, {"service": service, "person": person})
    click.echo(_json(answer) if form == "json" else _change(answer))


def _from_files(folder: Path, service: str, at: datetime, alert_class: str | None) -> dict[str, Any]:
    from watchbill.org.charters import AlertClass
    from watchbill.teams.explain import as_json, explain_page, thing_named, usual_class

    organization = organization_in(folder, at)
    thing = thing_named(organization, service)
    asked = AlertClass(alert_class) if alert_class else usual_class(thing)
    return as_json(explain_page(organization, thing.ref, asked, at))


def _from_server(server: str, question: str, at: datetime | None, asked: Mapping[str, str | None]) -> dict[str, Any]:
    given = {"at": rfc3339(at) if at is not None else None, **asked}
    return ask(
        server, f"/api/v1/explain/{question}", {name: value for name, value in given.items() if value is not None}
    )


def _json(answer: Mapping[str, Any]) -> str:
    return json.dumps(answer, indent=2, ensure_ascii=False)


def _page(answer: Mapping[str, Any]) -> str:
    pager = answer["pager"]
    lines = [f"A page for {answer['service']} ({pager['alertClass']}) at {answer['at']}", ""]
    return "\n".join([*lines, *_paged(answer), *_because(answer["because"])])


def _practice(answer: Mapping[str, Any]) -> str:
    title = f"{answer['practice'].capitalize()} of {answer['service']} at {answer['at']}"
    facts = [("accountable", answer["accountable"] or "nobody"), ("done by", _DONE_BY[answer["how"]])]
    facts += [(name, answer[name]) for name in ("team", "engagement", "gap") if answer[name]]
    facts.append(("state", _STATES[answer["state"]]))
    shown = answer["evidence"]
    evidence = aligned([(_place(shown), shown["rule"], shown["text"])])
    return "\n".join([title, "", *aligned(facts), *_because(answer["because"]), "", "evidence", *evidence])


def _change(answer: Mapping[str, Any]) -> str:
    lines = [f"Changes to {answer['service']} at {answer['at']}"]
    for each in answer["people"]:
        names = ", ".join(f"{user['name']} ({user['user']})" for user in each["users"])
        facts = [("code", each["code"]), ("config", each["config"])]
        rows = [(what, f"yes, as {role}" if role else "no") for what, role in facts]
        rows += [("requires", what) for what in each["requires"]]
        rows += [("instead", way) for way in each["instead"]]
        lines += ["", names, *aligned(rows), *_because(each["because"])]
    if not answer["people"]:
        lines += ["", "Nobody of the catalog has a tie to it."]
    return "\n".join(lines)


def _because(chain: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [
        (f"{number}.", _place(because), because["rule"], because["text"]) for number, because in enumerate(chain, 1)
    ]
    return ["", "because", *aligned(rows)]


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
