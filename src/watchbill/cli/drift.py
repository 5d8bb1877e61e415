"""`watchbill drift`: what the rulers of the sources recorded of the goals, beside what the running server's ledger says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchbill.lib.instants import rfc3339
from watchbill.lib.numbers import several

from .asking import DEFAULT_SERVER, ask
from .columns import aligned
from .folders import org_argument, organization_in
from .serving import settings_from

if TYPE_CHECKING:
    from watchbill.exports.drift import Drift, Figure, Recorded
    from watchbill.org.organization import Organization
    from watchbill.settings import Settings


@click.command()
@org_argument
@click.option("--ruler", metavar="URL", help="Where the recorded series are; default: the address of each DataSource.")
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 100),
    default=5,
    show_default=True,
    metavar="PERCENT",
    help="How far figures may lie apart: a burn in percent of the factor that alerts, the rest in percent of the budget.",
)
@click.option("--server", envvar="WATCHBILL_SERVER", default=DEFAULT_SERVER, show_default=True, metavar="URL")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="A TOML file of settings.")
@click.option("--all", "is_all", is_flag=True, help="Show all figures, not those alone that lie apart.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to print.")
def drift(
    org_dir: Path,
    ruler: str | None,
    tolerance: float,
    server: str,
    config_file: Path | None,
    is_all: bool,
    form: str,
) -> None:
    """Compare what the rulers of the organisation in ORG_DIR recorded of its goals with the ledger of the running server.

    It reads the series that watchbill compile prometheus makes, at the instant that the server speaks for. How a ruler lets
    watchbill in is read from the settings of the DataSource. Long windows lie apart until the rules have run as long as the ledger
    was kept.

    Exit status: 0 when ledger and rulers agree, 1 when figures lie apart or a goal is missing on one side, 2 when somebody does not
    answer.
    """
    from watchbill.exports.drift import compare
    from watchbill.exports.prometheus import compile_rules

    at, standing = _standing(server)
    organization = organization_in(org_dir, at)
    sources = {file.source: file.goals for file in compile_rules(organization, at).files}
    compiled = {goal for goals in sources.values() for goal in goals}
    recorded = asyncio.run(_recorded(organization, list(sources), ruler, at, settings_from(config_file)))
    goals = [goal for goal in standing if goal["name"] in compiled]
    found = compare(goals, recorded, tolerance / 100)
    if form == "json":
        click.echo(json.dumps(_as_json(found, rfc3339(at)), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_text(found, is_all=is_all)))
    raise SystemExit(1 if found.apart or found.not_recorded or found.not_declared else 0)


def _standing(server: str) -> tuple[datetime, list[dict[str, Any]]]:
    """Return all goals as the server answers for them, and the instant that it began to."""
    answers, first = [], 0
    while first is not None:
        answers.append(ask(server, "/api/v1/goals", {"sort": "name", "limit": "10000", "from": str(first)}))
        first = answers[-1]["nextFrom"]
    return datetime.fromisoformat(answers[0]["at"]), [goal for answer in answers for goal in answer["goals"]]


async def _recorded(
    organization: Organization, sources: list[str], ruler: str | None, at: datetime, settings: Settings
) -> list[Recorded]:
    from watchbill.bootstrap import accesses_of
    from watchbill.exports.drift import RECORDED, Recorded
    from watchbill.lib.http import HttpClient
    from watchbill.source_settings import source_key
    from watchbill.sources.access import OPEN
    from watchbill.sources.recorded import recorded

    accesses, found = accesses_of(settings), {}
    for source in sources:
        access = accesses.get(source_key(source), OPEN)
        http = HttpClient(tls=access.tls)
        try:
            url = ruler or organization.sources[source].url
            for labels, value in await recorded(url, RECORDED, at, http, access):
                found[tuple(sorted(labels.items()))] = Recorded(labels, value)
        finally:
            await http.close()
    return list(found.values())


def _text(found: Drift, *, is_all: bool) -> Iterator[str]:
    shown = found.figures if is_all else found.apart
    if shown:
        yield from aligned([("goal", "figure", "ledger", "ruler", ""), *map(_row, shown)], indent=0)
        yield ""
    for name in found.not_recorded:
        yield f"{name}: the ruler recorded nothing. Load the rules that watchbill compile prometheus writes."
    for name in found.not_declared:
        yield f"{name}: the ruler records it, and no such goal is compiled. Load the rules anew."
    apart = f"{len(found.apart)} of {several(len(found.figures), 'figure')} apart"
    yield f"{several(len({figure.goal for figure in found.figures}), 'goal')} compared: {apart}."


def _row(figure: Figure) -> tuple[str, ...]:
    return figure.goal, figure.about, _number(figure.ledger), _number(figure.ruler), "apart" if figure.apart else ""


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.6g}"


def _as_json(found: Drift, at: str) -> Mapping[str, Any]:
    return {
        "schema": "watchbill/drift/v1",
        "at": at,
        "figures": [
            {
                "goal": figure.goal,
                "about": figure.about,
                "ledger": figure.ledger,
                "ruler": figure.ruler,
                "allowed": figure.allowed,
                "apart": figure.apart,
            }
            for figure in found.figures
        ],
        "notRecorded": list(found.not_recorded),
        "notDeclared": list(found.not_declared),
    }
