"""`watchbill budget`: what the goals of a service have left, what follows from it, and how long it lasts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import click

from watchbill.lib.durations import duration, window
from watchbill.lib.numbers import amount, count, left, percent, rate, several, target

from .asking import DEFAULT_SERVER, ask
from .columns import aligned

_COLUMNS = (
    *("goal", "target", "counts", "windowStart", "windowEnd", "good", "bad", "total", "excludedBad", "unknownMinutes"),
    *("coverage", "allowed", "left", "state", "policy", "policyState", "releases", "exhaustedAt"),
    *("by", "subject", "title", "holder", "team", "bookedBad", "bookedMinutes", "bookedStart", "bookedEnd", "spent"),
)
_CAUSES = {
    "incident": "incident",
    "change": "change",
    "dependency": "dependency",
    "maintenance": "maintenance",
    "chaos": "chaos experiment",
    "notAttributed": "not attributed",
}
_RELEASES = {"open": "are open", "approval": "need approval", "blocked": "are blocked"}


@click.command()
@click.argument("service")
@click.option("--toil", type=click.Choice(["low", "high"]), help="How much toil the service makes: narrows the advice.")
@click.option("--satisfaction", type=click.Choice(["low", "high"]), help="How content its users are: likewise.")
@click.option("--server", envvar="WATCHBILL_SERVER", default=DEFAULT_SERVER, show_default=True, metavar="URL")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "json"]),
    default="text",
    help="How to print: text for people, csv for tables, json for programs.",
)
def budget(service: str, toil: str | None, satisfaction: str | None, server: str, form: str) -> None:
    """Say what the goals of SERVICE have left of their budgets, and what follows from it by their budget policies.

    The running server is asked, with the token in WATCHBILL_TOKEN.
    """
    answer = ask(server, f"/api/v1/services/{quote(service, safe=':/')}/budget", {})
    for each in answer["budgets"]:
        each["advice"] = [one for one in each["advice"] if _fits(one, toil, satisfaction)]
    if form == "json":
        click.echo(json.dumps(answer, indent=2, ensure_ascii=False))
    elif form == "csv":
        click.echo(_csv(answer), nl=False)
    else:
        click.echo("\n".join(_text(answer)))


def _fits(advice: Mapping[str, Any], toil: str | None, satisfaction: str | None) -> bool:
    return toil in {None, advice["toil"]} and satisfaction in {None, advice["satisfaction"]}


def _csv(answer: Mapping[str, Any]) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for each in answer["budgets"]:
        writer.writerows({**_figures(each), **_booking(booking)} for booking in each["spentBy"] or [{}])
    return written.getvalue()


def _figures(each: Mapping[str, Any]) -> dict[str, Any]:
    policy, state = each["policy"] or {}, _state(each) or {}
    return {name: each[name] for name in _COLUMNS if name in each} | {
        "windowStart": each["window"]["start"],
        "windowEnd": each["window"]["end"],
        "excludedBad": each["excluded"]["bad"],
        "policy": policy.get("name"),
        "policyState": state.get("name"),
        "releases": state.get("releases"),
    }


def _booking(booking: Mapping[str, Any]) -> dict[str, Any]:
    figures = {name: booking.get(name) for name in ("by", "subject", "title", "holder", "team", "spent")}
    named = {"bookedBad": "bad", "bookedMinutes": "minutes", "bookedStart": "start", "bookedEnd": "end"}
    return figures | {column: booking.get(name) for column, name in named.items()}


def _text(answer: Mapping[str, Any]) -> Iterator[str]:
    yield f"Budgets of {answer['service']} at {_second(answer['at'])}"
    for each in answer["budgets"]:
        yield from ("", f"{each['goal']}: {target(each['target'])} of {each['counts']}", *aligned(list(_facts(each))))
        if each["spentBy"]:
            yield from ("  who spent it", *aligned(list(_booked(each)), indent=4))
    if not answer["budgets"]:
        yield from ("", "It has no goal.")


def _facts(each: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    end = each["window"]["periodEnd"] or each["window"]["end"]
    yield "window", f"{_second(each['window']['start'])} to {_second(end)}"
    yield "counted", f"{count(each['good'])} good of {count(each['total'])}, {amount(each['bad'])} bad"
    yield "measured", f"{percent(each['coverage'], 2)}, {several(each['unknownMinutes'], 'minute')} unknown"
    if each["excluded"]["minutes"]:
        out = each["excluded"]
        yield "excluded", f"{several(out['minutes'], 'minute')} with {amount(out['bad'])} bad of {count(out['total'])}"
    if each["left"] is not None:
        yield "budget", f"{amount(each['allowed'])} may be bad in the whole window, {left(each['left'])} is left"
    yield from _consequences(each)
    for forecast in each["forecasts"]:
        yield (
            f"at {rate(forecast['burn'])}, as in the last {window(timedelta(seconds=forecast['overSeconds']))}",
            _lasts(forecast),
        )
    for one in each["advice"]:
        yield f"if toil is {one['toil']} and satisfaction {one['satisfaction']}", one["action"]
    if each["problem"]:
        yield "problem", each["problem"]


def _booked(each: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for booking in each["spentBy"]:
        share = percent(booking["share"], 1) if booking["spent"] else "not spent"
        account = " ".join(filter(None, (_CAUSES[booking["by"]], booking["subject"], booking["title"])))
        holder = f"held by {booking['team'] or booking['holder']}" if booking["holder"] else ""
        minutes = f"{several(booking['minutes'], 'minute')} from {booking['start']}"
        yield f"{amount(booking['bad'])} bad", share, account, holder, minutes


def _consequences(each: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    policy, state = each["policy"], _state(each)
    if policy is None:
        yield "policy", "none: nothing follows from this budget"
    elif state is None:
        yield "policy", f"{policy['name']}; which state holds is not known: nothing was counted yet"
    else:
        allowed = f", but {' and '.join(state['allow'])} pass" if state["allow"] and state["releases"] != "open" else ""
        yield "policy", f"{policy['name']}, state {state['name']}: releases {_RELEASES[state['releases']]}{allowed}"
        for due in each["postmortems"]:
            when = f"due {_second(due['due'])}" if due["due"] else "due after its end"
            yield (
                "postmortem",
                f"of incident {due['incident']}, {when}: it spent {percent(due['share'], 1)}, more than {percent(due['limit'], 1)}",
            )
        if policy["since"]:
            yield "since", _second(policy["since"])
        if state["approvers"]:
            yield "approvers", ", ".join(state["approvers"])


def _state(each: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return each["policy"]["state"] if each["policy"] else None


def _lasts(forecast: Mapping[str, Any]) -> str:
    if forecast["lastsSeconds"] is None:
        return "it does not run out"
    if not forecast["lastsSeconds"]:
        return "all is spent"
    return f"it lasts {duration(forecast['lastsSeconds'])}, until {forecast['exhaustedAt']}"


def _second(instant: str) -> str:
    """Return an instant of an answer without the parts of its second."""
    return f"{instant[:19]}Z"
