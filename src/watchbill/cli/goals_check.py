"""`watchbill goals check ORG_DIR`: goals held against what their servers have seen, before they are in force."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchbill.lib.instants import rfc3339
from watchbill.lib.numbers import several

from .columns import aligned
from .folders import org_argument, organization_in
from .naming import named_goals
from .serving import settings_from

if TYPE_CHECKING:
    from datetime import datetime

    from watchbill.org.objectives import Goal
    from watchbill.org.organization import Organization
    from watchbill.practices.goals.checking import Doubt, Seen
    from watchbill.settings import Settings

SCHEMA = "watchbill/goals-check/v1"


@click.command("check")
@org_argument
@click.option("--goal", "names", multiple=True, metavar="NAME", help="Only this goal; may be given several times.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="A TOML file of settings.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to print: text for people, json for programs.",
)
def check_goals(org_dir: Path, names: tuple[str, ...], config_file: Path | None, form: str) -> None:
    """Hold the goals declared in ORG_DIR against what their Prometheus servers have seen in the last 28 days.

    What the files alone do not tell: a query that matches nothing, a latency threshold that is no bucket of its histogram, a target
    above what was measured, a page that would rest on one failure with this traffic, a window longer than the server keeps samples.
    Each server is asked a few questions for dozens of goals. How it lets watchbill in is read from the settings of the DataSource.

    Exit status: 0 when nothing fails, 1 when a goal would not be measured, 2 when the folder or a server does not answer.
    """
    from watchbill.bootstrap import now

    at = now().replace(second=0, microsecond=0)
    organization = organization_in(org_dir, at)
    goals = named_goals(organization, names)
    answer = _answer(at, goals, *asyncio.run(_seen(organization, goals, at, settings_from(config_file))))
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False) if form == "json" else "\n".join(_text(answer)))
    if answer["failing"]:
        raise SystemExit(1)


async def _seen(
    organization: Organization, goals: Sequence[Goal], at: datetime, settings: Settings
) -> tuple[Mapping[str, Seen | str], int]:
    """Return what was seen of each goal, or why that is not known, and how many questions that took."""
    from watchbill.bootstrap import accesses_of
    from watchbill.lib.http import HttpClient
    from watchbill.org.objectives import SourceKind
    from watchbill.source_settings import source_key
    from watchbill.sources.access import OPEN
    from watchbill.sources.prometheus_api import PrometheusApi
    from watchbill.sources.survey import LONGEST_QUESTION, survey

    accesses, questions = accesses_of(settings), 0
    seen: dict[str, Seen | str] = {}
    for name in sorted({goal.source for goal in goals}):
        source, of_it = organization.sources[name], [goal for goal in goals if goal.source == name]
        if source.kind is not SourceKind.PROMETHEUS:
            seen |= {goal.name: f"“{name}” keeps no past: watchbill scrapes it itself." for goal in of_it}
            continue
        access = accesses.get(source_key(name), OPEN)
        http = HttpClient(tls=access.tls, timeout_seconds=LONGEST_QUESTION)
        try:
            api = PrometheusApi(name, source.url, http, access)
            seen |= await survey(api, of_it, at)
            questions += api.requests
        finally:
            await http.close()
    return seen, questions


def _answer(at: datetime, goals: Sequence[Goal], seen: Mapping[str, Seen | str], questions: int) -> dict[str, Any]:
    from watchbill.practices.goals.checking import doubts

    unknown = {name: why for name, why in seen.items() if isinstance(why, str)}
    found = [doubt for goal in goals if not isinstance(known := seen[goal.name], str) for doubt in doubts(goal, known)]
    found.sort(key=lambda doubt: doubt.level.rank)
    return {
        "schema": SCHEMA,
        "at": rfc3339(at),
        "checked": len(goals) - len(unknown),
        "questions": questions,
        "failing": sum(doubt.level.is_failing for doubt in found),
        "findings": [_finding(doubt) for doubt in found],
        "notChecked": [{"goal": name, "why": why} for name, why in sorted(unknown.items())],
    }


def _finding(doubt: Doubt) -> dict[str, Any]:
    return {
        "level": doubt.level.value,
        "rule": doubt.rule,
        "goal": doubt.goal.name,
        "text": doubt.text,
        "remedy": doubt.remedy,
        "file": doubt.goal.place.file,
        "line": doubt.goal.place.line,
    }


def _text(answer: Mapping[str, Any]) -> Iterator[str]:
    for each in answer["findings"]:
        yield f"{each['file']}:{each['line']}: {each['level']} {each['rule']}: {each['goal']}"
        yield f"  {each['text']}"
        yield f"  {each['remedy']}"
    if answer["notChecked"]:
        yield from aligned([(f"{each['goal']}: not checked.", each["why"]) for each in answer["notChecked"]], indent=0)
    yield (
        f"{several(answer['checked'], 'goal')} checked with {several(answer['questions'], 'question')}: "
        f"{several(len(answer['findings']), 'finding')}."
    )
