"""`watchbill goals backtest ORG_DIR`: what goals and their alerts would have made of the past, before they are in force."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchbill.lib.durations import closely
from watchbill.lib.errors import Invalid, NotFound
from watchbill.lib.numbers import amount, left, percent, several, target

from .columns import aligned
from .folders import org_argument, organization_in
from .instants import INSTANT
from .naming import named_goals
from .serving import settings_from, store_options

if TYPE_CHECKING:
    from watchbill.org.objectives import Goal
    from watchbill.org.organization import Organization
    from watchbill.settings import Settings

_SPAN = timedelta(days=28)
_LONGEST = timedelta(days=400)
_WHOLE = 0.9995


@click.command("backtest")
@org_argument
@click.option("--goal", "names", multiple=True, metavar="NAME", help="Only this goal; may be given several times.")
@click.option("--since", type=INSTANT, metavar="TIME", help="Where to begin; default: 28 days before the end.")
@click.option("--until", type=INSTANT, metavar="TIME", help="Where to end; default: where the ledger does.")
@click.option(
    "--samples",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Replay the counter samples of this file, as goals test takes it, not a ledger.",
)
@store_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to print: text for people, json for programs.",
)
def backtest(
    org_dir: Path,
    names: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    samples: Path | None,
    data: Path | None,
    database: str | None,
    config_file: Path | None,
    form: str,
) -> None:
    """Judge the past anew by the goals declared in ORG_DIR: targets, windows, alert policies and budget policies as they are there.

    It replays the ledger of the server whose data folder or database is given, minute by minute and by the server's own rules: which
    alerts would have come, from when to when, by which tier and how long after the trouble began; what would be left of each budget;
    how many of the alerts met a recorded incident, and of the incidents an alert. It only reads; the server may be running.

    Exit status: 0 when something was replayed, 2 when there is nothing to replay or it cannot be read.
    """
    from watchbill.bootstrap import now

    organization = organization_in(org_dir, now())
    goals = named_goals(organization, names)
    if samples is not None:
        answer = _of_samples(organization, goals, samples, since, until)
    else:
        settings = settings_from(config_file, data=data, database=database)
        answer = asyncio.run(_of_ledgers(organization, goals, settings, since, until))
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False) if form == "json" else "\n".join(_text(answer)))
    if not answer["goals"]:
        raise SystemExit(2)


async def _of_ledgers(
    organization: Organization, goals: Sequence[Goal], settings: Settings, since: datetime | None, until: datetime | None
) -> dict[str, Any]:  # fmt: skip
    from watchbill.bootstrap import ledgers_of
    from watchbill.practices.goals.agreed import excluded_from
    from watchbill.practices.goals.backtest import answer
    from watchbill.practices.goals.backtest.judging import judged

    async with ledgers_of(settings) as ledgers:
        end = until or await ledgers.end(goals)
        if end is None:
            raise NotFound(
                "None of these goals has a ledger there.", "Name the data folder of the server that measures them."
            )
        span = _span(since, end)
        pasts = {goal.name: await ledgers.past(goal, *span, excluded_from(organization, goal, end)) for goal in goals}
        found = judged(organization, goals, pasts, *span)
        incidents = await ledgers.incidents([one.goal for one in found.goals], *span)
    return answer.whole(found.goals, found.left_out, incidents, span)


def _of_samples(
    organization: Organization, goals: Sequence[Goal], file: Path, since: datetime | None, until: datetime | None
) -> dict[str, Any]:  # fmt: skip
    from watchbill.practices.goals.agreed import excluded_from
    from watchbill.practices.goals.backtest import answer
    from watchbill.practices.goals.backtest.counted import Samples
    from watchbill.practices.goals.backtest.judging import judged
    from watchbill.practices.goals.testing.reading import read

    given, faults = read(file)
    if given is None:
        raise Invalid(f"{file} cannot be read: {faults[0].message}", f"`watchbill goals test {file}` tells all.")
    samples = Samples(given, {goal.name: goal for goal in goals})
    span = _span(since or samples.begin, until or samples.end)
    pasts = {goal.name: samples.past(goal, *span, excluded_from(organization, goal, span[1])) for goal in goals}
    found = judged(organization, goals, pasts, *span)
    return answer.whole(found.goals, found.left_out, None, span)


def _span(since: datetime | None, until: datetime) -> tuple[datetime, datetime]:
    end = until.replace(second=0, microsecond=0)
    begin = (since or end - _SPAN).replace(second=0, microsecond=0)
    if not begin < end <= begin + _LONGEST:
        raise Invalid(
            f"From {begin:%Y-%m-%d %H:%M} UTC to {end:%Y-%m-%d %H:%M} UTC nothing can be replayed.",
            "Let --until be later than --since, by at most 400 days.",
        )
    return begin, end


def _text(answer: Mapping[str, Any]) -> Iterator[str]:
    yield f"Replayed from {_time(answer['since'])} to {_time(answer['until'])} UTC."
    for one in answer["goals"]:
        yield from ("", f"{one['goal']}: {target(one['targetText'])} over {one['over']} ({one['file']}:{one['line']})")
        yield from _goal(one)
    if answer["incidents"]:
        recall = answer["recall"]
        yield from (
            "",
            f"{recall['met']} of {several(recall['of'], 'recorded incident')} would have been found by an alert",
        )
        yield from aligned(list(map(_incident, answer["incidents"])))
    if answer["notReplayed"]:
        yield from ("", "Not replayed:")
        yield from aligned([(f"{each['goal']}:", each["why"]) for each in answer["notReplayed"]])


def _goal(one: Mapping[str, Any]) -> Iterator[str]:
    if one["alerts"]:
        heads = ("began (UTC)", "lasted", "alert", "tier", "found after", f"bad {one['counts']}", "met")
        yield from aligned([heads, *(_alert(alert) for alert in one["alerts"])])
    else:
        yield "  No alert."
    yield from aligned(list(_figures(one)))


def _alert(alert: Mapping[str, Any]) -> tuple[str, ...]:
    ended = alert["ended"]
    span = datetime.fromisoformat(ended) - datetime.fromisoformat(alert["began"]) if ended else None
    return (
        _time(alert["began"]),
        "goes on" if span is None else closely(span),
        alert["severity"],
        alert["tier"],
        closely(timedelta(seconds=alert["detectedInSeconds"])),
        f"{amount(alert['bad'])} of {amount(alert['total'])}",
        ", ".join(f"incident {number}" for number in alert["incidents"]),
    )


def _figures(one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    budget = one["budget"]
    if budget["lowest"] is None:
        yield "budget", "not measured"
    else:
        lowest = f"the lowest was {left(budget['lowest'])} at {_time(budget['lowestAt'])}"
        yield "budget", f"{left(budget['left'])} left at the end; {lowest}"
    spans = {name: seconds for name, seconds in budget["statesSeconds"].items() if seconds}
    yield (
        "states",
        ", ".join(f"{_STATES.get(name, name)} {closely(timedelta(seconds=span))}" for name, span in spans.items()),
    )
    if one["measured"] < _WHOLE:
        yield "measured", f"{percent(one['measured'], 1)} of the time"
    shares = {name: share for name, share in (one["precision"] or {}).items() if share["of"]}
    if shares:
        met = (f"{share['met']} of {several(share['of'], name)} met an incident" for name, share in shares.items())
        yield "precision", ", ".join(met)


_STATES = {"notMeasured": "not measured"}


def _incident(each: Mapping[str, Any]) -> tuple[str, ...]:
    after = each["foundAfterSeconds"]
    if after is None:
        how = "by none"
    else:
        lag = f"{closely(timedelta(seconds=abs(after)))} {'before' if after < 0 else 'after'} it began"
        how = f"by {', '.join(each['foundBy'])}, {lag if after else 'as it began'}"
    return f"incident {each['number']}", _time(each["began"]), each["title"], how


def _time(text: str) -> str:
    return text.removesuffix(":00Z").removesuffix("Z").replace("T", " ")
