"""`watchbill goals check ORG_DIR`: goals held against what their servers have seen, before they are in force."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchbill.lib.errors import Unavailable
from watchbill.lib.instants import rfc3339
from watchbill.lib.numbers import several

from .columns import aligned
from .folders import org_argument, organization_in
from .naming import named_goals
from .serving import settings_from, store_options

if TYPE_CHECKING:
    from datetime import datetime

    from watchbill.org.objectives import DataSource, Goal
    from watchbill.org.organization import Organization
    from watchbill.practices.goals.checking import Doubt, Seen
    from watchbill.settings import Settings

SCHEMA = "watchbill/goals-check/v1"


@click.command("check")
@org_argument
@click.option("--goal", "names", multiple=True, metavar="NAME", help="Only this goal; may be given several times.")
@store_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to print: text for people, json for programs.",
)
def check_goals(
    org_dir: Path, names: tuple[str, ...], data: Path | None, database: str | None, config_file: Path | None, form: str
) -> None:  # fmt: skip
    """Hold the goals declared in ORG_DIR against what their Prometheus servers have seen in the last 28 days.

    What the files alone do not tell: a query that matches nothing, a latency threshold that is no bucket of its histogram, a target
    above what was measured, a page that would rest on one failure with this traffic, a window longer than the server keeps samples.
    Each server is asked a few questions for dozens of goals. How it lets watchbill in is read from the settings of the DataSource.
    What watchbill scrapes itself is read from its ledger, where a data folder or database is given.

    Exit status: 0 when nothing fails, 1 when a goal would not be measured, 2 when a server does not answer or nothing can be checked.
    """
    from watchbill.bootstrap import now

    at = now().replace(second=0, microsecond=0)
    organization = organization_in(org_dir, at)
    goals = named_goals(organization, names)
    settings = settings_from(config_file, data=data, database=database)
    seen = asyncio.run(_look(organization, goals, at, settings, in_ledger=data is not None or database is not None))
    answer = _answer(at, goals, seen)
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False) if form == "json" else "\n".join(_text(answer)))
    if answer["failing"]:
        raise SystemExit(1)
    if seen.away or not answer["checked"]:
        raise SystemExit(2)


@dataclass
class _Seen:
    """What was seen of each goal, or why that is not known; how many questions that took, and whether a server was away."""

    goals: dict[str, Seen | str] = field(default_factory=dict)
    questions: int = 0
    away: bool = False


async def _look(
    organization: Organization, goals: Sequence[Goal], at: datetime, settings: Settings, *, in_ledger: bool
) -> _Seen:  # fmt: skip
    from watchbill.org.objectives import SourceKind

    seen = _Seen()
    for name in sorted({goal.source for goal in goals}):
        of_it = [goal for goal in goals if goal.source == name]
        if organization.sources[name].kind is SourceKind.PROMETHEUS:
            await _ask(organization.sources[name], of_it, at, settings, seen)
        elif in_ledger:
            seen.goals |= await _of_ledgers(of_it, at, settings)
        else:
            why = f"“{name}” keeps no past: watchbill scrapes it itself. Name its ledger, with --data."
            seen.goals |= {goal.name: why for goal in of_it}
    return seen


async def _ask(source: DataSource, goals: Sequence[Goal], at: datetime, settings: Settings, seen: _Seen) -> None:
    from watchbill.bootstrap import accesses_of
    from watchbill.lib.http import HttpClient
    from watchbill.source_settings import source_key
    from watchbill.sources.access import OPEN
    from watchbill.sources.prometheus_api import PrometheusApi
    from watchbill.sources.survey import LONGEST_QUESTION, survey

    access = accesses_of(settings).get(source_key(source.name), OPEN)
    http = HttpClient(tls=access.tls, timeout_seconds=LONGEST_QUESTION)
    api = PrometheusApi(source.name, source.url, http, access)
    try:
        seen.goals |= await survey(api, goals, at)
    except Unavailable as error:
        seen.away = True
        seen.goals |= {goal.name: f"{error.what} {error.mend}".strip() for goal in goals}
    finally:
        seen.questions += api.requests
        await http.close()


async def _of_ledgers(goals: Sequence[Goal], at: datetime, settings: Settings) -> dict[str, Seen | str]:
    from watchbill.bootstrap import ledgers_of
    from watchbill.practices.goals.backtest.hours import SPAN, seen_in

    async with ledgers_of(settings) as ledgers:
        until = await ledgers.end(goals) or at
        plain = {goal.name: replace(goal, slices=None) for goal in goals}
        pasts = {name: await ledgers.past(goal, until - SPAN, until) for name, goal in plain.items()}
    return {name: past if isinstance(past, str) else seen_in(past, plain[name], until) for name, past in pasts.items()}


def _answer(at: datetime, goals: Sequence[Goal], seen: _Seen) -> dict[str, Any]:
    from watchbill.practices.goals.checking import doubts

    unknown = {name: why for name, why in seen.goals.items() if isinstance(why, str)}
    found = [
        doubt for goal in goals if not isinstance(known := seen.goals[goal.name], str) for doubt in doubts(goal, known)
    ]
    found.sort(key=lambda doubt: doubt.level.rank)
    return {
        "schema": SCHEMA,
        "at": rfc3339(at),
        "checked": len(goals) - len(unknown),
        "questions": seen.questions,
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
