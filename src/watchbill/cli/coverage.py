"""`watchbill coverage`: who answers for what, every service, class of alert and practice at once."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from watchbill.lib.instants import rfc3339
from watchbill.org.charters import AlertClass
from watchbill.org.implementations import PRACTICES

from .asking import DEFAULT_SERVER, ask
from .columns import aligned
from .folders import org_argument_or_server, organization_in
from .instants import INSTANT, at_or_now

_CLASSES = [alert_class.value for alert_class in AlertClass]
_CSV_COLUMNS = (
    "service",
    "tier",
    "owner",
    "question",
    "about",
    "answer",
    "how",
    "team",
    "engagement",
    "policy",
    "advisers",
    "gap",
    "state",
    "evidence",
)
_STATES = {"done": "done", "declared": "declared", "notMeasured": "not measured"}


@click.command()
@org_argument_or_server
@click.option("--at", type=INSTANT, help="Another instant than now: 2026-05-03 or 2026-05-03T14:00:00Z.")
@click.option("--class", "alert_class", type=click.Choice(_CLASSES), help="Only the pager for this class of alert.")
@click.option(
    "--practice", type=click.Choice(PRACTICES), help="Only this practice: who is accountable, and whether it is done."
)
@click.option("--gaps", is_flag=True, help="Only services that no SRE team covers, or where the way to somebody ends.")
@click.option("--server", envvar="WATCHBILL_SERVER", default=DEFAULT_SERVER, show_default=True, metavar="URL")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    help="How to print: a table for people, json for programs with the reasons, csv for sheets.",
)
def coverage(
    org_dir: Path | None,
    at: datetime | None,
    alert_class: str | None,
    practice: str | None,
    gaps: bool,
    server: str,
    form: str,
) -> None:
    """Say for every service of ORG_DIR who holds its pager, who is accountable for each practice, and which are done.

    A practice is done where something declared shows it: a goal, an alert, a watch, an answer of a readiness review. Without that
    it is declared where a document hands it to somebody, else not measured.

    Without ORG_DIR the running server is asked, with the token in WATCHBILL_TOKEN. With --class or --practice alone the answer
    is about that class or practice alone.
    """
    if org_dir is not None:
        answer = _from_files(org_dir, at_or_now(at), alert_class, practice, only_gaps=gaps)
    else:
        asked = {"at": rfc3339(at) if at else None, "class": alert_class, "practice": practice, "gaps": gaps or None}
        parameters = {name: str(value).lower() for name, value in asked.items() if value is not None}
        answer = ask(server, "/api/v1/coverage", parameters)
    written = {"table": _table, "json": _json, "csv": _csv}[form](answer)
    click.echo(written, nl=not written.endswith("\n"))


def _from_files(
    folder: Path, at: datetime, alert_class: str | None, practice: str | None, *, only_gaps: bool
) -> Mapping[str, Any]:
    from watchbill.teams.coverage import as_json, covered

    organization = organization_in(folder, at)
    found = covered(organization, at, AlertClass(alert_class) if alert_class else None, practice)
    return as_json(organization, [each for each in found if each.has_gap or not only_gaps], at)


def _json(answer: Mapping[str, Any]) -> str:
    return json.dumps(answer, indent=2, ensure_ascii=False)


def _csv(answer: Mapping[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, _CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for service in answer["services"]:
        writer.writerows(_csv_rows(service))
    return text.getvalue()


def _csv_rows(service: Mapping[str, Any]) -> Iterator[Mapping[str, str | None]]:
    about = {name: service[name] for name in ("service", "tier", "owner")}
    for found in service["pagers"]:
        pager = found["pager"]
        yield {
            **about,
            "question": "pager",
            "about": pager["alertClass"],
            "answer": pager["holder"],
            **{name: pager[name] for name in ("team", "engagement", "policy")},
            "advisers": " ".join(found["advisers"]),
            "gap": found["gap"],
        }
    for duty in service["practices"]:
        names = ("how", "team", "engagement", "gap", "state")
        shown = duty["evidence"]
        yield {
            **about,
            "question": "practice",
            "about": duty["practice"],
            "answer": duty["accountable"],
            **{name: duty[name] for name in names},
            "evidence": f"{shown['file']}:{shown['line']}" if shown["file"] else None,
        }


def _table(answer: Mapping[str, Any]) -> str:
    services = answer["services"]
    asked_at = f"Coverage of {answer['organization']} at {answer['at']}"
    if not services:
        return f"{asked_at}\n\nNothing to show: no service is declared, or with --gaps, each is covered and somebody is called."
    classes = [found["pager"]["alertClass"] for found in services[0]["pagers"]]
    practices = services[0]["practices"]
    head = ("service", "tier", "covered by", *(f"{each} pager" for each in classes))
    rows = [head + _practice_heads(len(practices))]
    rows += [_row(service, has_practices=bool(practices)) for service in services]
    by_sre = sum(service["team"] is not None for service in services)
    total = f"{len(services)} service{'s' if len(services) != 1 else ''}: {by_sre} covered by SRE, {len(services) - by_sre} not."
    told = [_told(services)] if practices else []
    return "\n".join([asked_at, "", *aligned(rows), "", total, *told])


def _practice_heads(asked: int) -> tuple[str, ...]:
    return ("practices", "done" if asked > 1 else "state") if asked else ()


def _told(services: Sequence[Mapping[str, Any]]) -> str:
    counts = Counter(duty["state"] for service in services for duty in service["practices"])
    states = ", ".join(f"{counts[state]} {word}" for state, word in _STATES.items())
    return f"{counts.total()} practice{'s' if counts.total() != 1 else ''} of services: {states}."


def _row(service: Mapping[str, Any], *, has_practices: bool) -> tuple[str, ...]:
    covering = service["engagement"] or (f"charter of {service['team']}" if service["team"] else "no SRE team")
    pagers = tuple(
        f"nobody: {found['gap']}" if found["gap"] else _group(found["pager"]["holder"]) for found in service["pagers"]
    )
    practices = (_practices(service["practices"]), _done(service["practices"])) if has_practices else ()
    return service["service"], service["tier"], covering, *pagers, *practices


def _practices(duties: Sequence[Mapping[str, Any]]) -> str:
    """Return who is accountable for the practices: the group of most of them first, then the others by name."""
    named = [
        (f"{_group(duty['accountable'] or 'nobody')}{' jointly' if duty['how'] == 'joint' else ''}", duty)
        for duty in duties
    ]
    most, _ = Counter(name for name, _ in named).most_common(1)[0]
    others: dict[str, list[str]] = {}
    for name, duty in named:
        if name != most:
            others.setdefault(name, []).append(duty["practice"])
    return "; ".join([most, *(f"{name}: {', '.join(practices)}" for name, practices in others.items())])


def _done(duties: Sequence[Mapping[str, Any]]) -> str:
    """Return the state of the only practice that was asked for, else how many are done."""
    if len(duties) == 1:
        return _STATES[duties[0]["state"]]
    return f"{sum(duty['state'] == 'done' for duty in duties)} of {len(duties)}"


def _group(reference: str) -> str:
    return reference.removeprefix("group:")
