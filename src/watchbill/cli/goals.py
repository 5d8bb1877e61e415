"""`watchbill goals`: reliability goals tried out on samples, and their past filled in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchbill.lib.numbers import count, left, rate, several

from . import fault_formats
from .backfill import backfill
from .columns import aligned
from .goals_backtest import backtest
from .goals_check import check_goals

if TYPE_CHECKING:
    from watchbill.org.faults import Fault

SAME, DIFFERENT, UNREADABLE = 0, 1, 2
_MOST_UNKNOWN = 3
_LONGEST_SHOWN = 120
_REASONS = {
    "reset": "a counter began anew",
    "startUnknown": "a start is not known",
    "gap": "a gap",
    "overTotal": "more good or bad than all",
    "unstated": "not said why",
}


@click.group()
def goals() -> None:
    """Reliability goals: check them before they count, try them out on samples, fill in their past."""


goals.add_command(backfill)
goals.add_command(check_goals)
goals.add_command(backtest)


@goals.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to print: tables for people, json for programs.",
)
def test(file: Path, form: str) -> None:
    """Say what goals make of counter samples that stand in FILE: minutes, budgets, burn and alerts.

    FILE is YAML: OpenSLO documents or their paths under “documents”, what was scraped in the order of arrival under “scrapes”, what
    to answer under “ask”, and what has to come out under “expect”. The samples are counted and judged as the server does it.

    Exit status: 0 when all that is expected holds, 1 when something differs, 2 when the file cannot be read or has faults.
    """
    from watchbill.practices.goals.testing.reading import read

    given, faults = read(file)
    if given is None:
        click.echo(_faulty(faults, file, form))
        raise SystemExit(UNREADABLE)
    from watchbill.practices.goals.testing import answer, expecting, running

    outcome = answer.whole(given, running.run(given))
    found = expecting.differences(given.expectations, outcome)
    outcome["expected"] = len(given.expectations)
    outcome["differences"] = [answer.difference(one) for one in found]
    outcome["faults"] = [fault_formats.fault_answer(fault) for fault in faults]
    if form == "json":
        click.echo(json.dumps(outcome, indent=2, ensure_ascii=False))
    else:
        for line in fault_formats.fault_lines(faults, file.parent):
            click.echo(line, err=True)
        click.echo("\n".join(_text(outcome)))
    raise SystemExit(DIFFERENT if found else SAME)


def _faulty(faults: tuple[Fault, ...], file: Path, form: str) -> str:
    if form == "json":
        from watchbill.practices.goals.testing.answer import SCHEMA

        answer = {"schema": SCHEMA, "faults": [fault_formats.fault_answer(fault) for fault in faults]}
        return json.dumps(answer, indent=2, ensure_ascii=False)
    lines = fault_formats.fault_lines(faults, file.parent)
    return "\n".join([*lines, f"{several(len(faults), 'fault')}. The test cannot be run."])


def _text(answer: Mapping[str, Any]) -> Iterator[str]:
    for goal in answer["goals"]:
        yield from ("", f"Minutes of {goal['goal']}")
        yield from aligned([("minute (UTC)", "good", "total", "state", ""), *_minutes(goal["minutes"])])
        for alert in goal["alerts"]:
            ended = f"until {_time(alert['ended'])}" if alert["ended"] else "and goes on"
            yield f"  A {alert['severity']} began at {_time(alert['began'])} {ended}."
    for one in answer["answers"]:
        yield from ("", f"{one['goal']} at {_time(one['at'])}")
        yield from aligned(list(_answered(one)))
    yield ""
    yield from _differences(answer)


def _minutes(minutes: list[dict[str, Any]]) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield a row for each minute; of a long run of unknown ones only how many there are."""
    run: list[dict[str, Any]] = []
    for each in [*minutes, None]:
        if each is not None and each["state"] == "unknown":
            run.append(each)
            continue
        yield from (_minute(one) for one in run[:_MOST_UNKNOWN])
        if len(run) > _MOST_UNKNOWN:
            more = several(len(run) - _MOST_UNKNOWN, "more such minute")
            yield ("…", "", "", "unknown", more)
        run = []
        if each is not None:
            yield _minute(each)


def _minute(each: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    is_known = each["state"] != "unknown"
    good, total = (count(each["good"]), count(each["total"])) if is_known else ("", "")
    marks = [
        *([f"lower bound ({', '.join(_REASONS[why] for why in each['because'])})"] if each["lowerBound"] else []),
        *(["may still grow"] if each["open"] and is_known else []),
    ]
    return _time(each["minute"]), good, total, each["state"], ", ".join(marks)


def _answered(one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "state", one["state"]
    yield "counted", f"{count(one['good'])} good of {count(one['total'])} {one['counts']}, {count(one['bad'])} bad"
    if one["total"]:
        yield "budget", f"{one['budget']:.10g} may be bad, {left(one['remaining'])} of it is left"
    if one["allowed"] is not None and one["unknownMinutes"]:
        yield "whole window", f"{one['allowed']:.10g} may be bad{_unknown(one)}, {left(one['left'])} of it is left"
    yield "measured", f"{one['coverage'] * 100:.4g} % of the window, {count(one['unknownMinutes'])} minutes are unknown"
    if one["uncorrected"]:
        out, uncorrected = one["excluded"], one["uncorrected"]
        yield "excluded", f"{several(out['minutes'], 'minute')} with {count(out['bad'])} bad of {count(out['total'])}"
        yield (
            "uncorrected",
            f"{count(uncorrected['bad'])} bad of {count(uncorrected['total'])}, {left(uncorrected['remaining'])} left",
        )
    yield "burn", ", ".join(f"{window} {rate(burn)}" for window, burn in one["burn"].items())
    for alert in one["alerts"]:
        events = f"{count(alert['events']['bad'])} bad of {count(alert['events']['total'])}"
        yield "alert", f"{alert['tier']} ({alert['severity']}) since {_time(alert['since'])}: {events}"
    if one["exhaustedAt"]:
        yield "exhausted at", _time(one["exhaustedAt"])
    if one["problem"]:
        yield "problem", one["problem"]


def _unknown(one: Mapping[str, Any]) -> str:
    """Say what unknown minutes do to the budget."""
    if one["unknown"] == "ignore":
        return " where unknown minutes are ignored"
    return " at this traffic" + (
        f", {one['assumedBad']:.10g} more are taken for bad" if one["unknown"] == "bad" else ""
    )


def _differences(answer: Mapping[str, Any]) -> Iterator[str]:
    for each in answer["differences"]:
        yield (
            f"{each['file']}:{each['line']}: {each['goal']}, {each['of']} {_time(each['at'])}: {each['field']} is "
            f"{_shown(each['found'])}, expected {_shown(each['expected'])}"
        )
    if answer["differences"]:
        yield f"{several(len(answer['differences']), 'difference')}."
    elif answer["expected"]:
        yield f"As expected ({several(answer['expected'], 'expectation')})."
    else:
        yield "Nothing was expected: add “expect” to make this a test."


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _time(text: str) -> str:
    return text.removesuffix(":00Z").removesuffix("Z").replace("T", " ")
