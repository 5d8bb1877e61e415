"""`watchbill platform`: what each thing that others stand on must reach, and where declared goals cannot hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from watchbill.lib.numbers import percent, several
from watchbill.lib.shares import part
from watchbill.teams.platform_words import CARRYING, VERDICTS

from .asking import DEFAULT_SERVER, ask
from .columns import aligned
from .folders import org_argument_or_server, organization_in
from .instants import at_or_now

_MOST_NAMED = 2


@click.command()
@org_argument_or_server
@click.option("--product", metavar="NAME", help="Only this service, and what it stands on, with every reason.")
@click.option("--server", envvar="WATCHBILL_SERVER", default=DEFAULT_SERVER, show_default=True, metavar="URL")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help="How to print: a table for people, json for programs with the reasons.",
)
def platform(org_dir: Path | None, product: str | None, server: str, form: str) -> None:
    """Say what each thing that others critically depend on must reach, so that every product on it can meet its goal.

    Without ORG_DIR the running server is asked, with the token in WATCHBILL_TOKEN; it adds what was measured.

    Exit status: 0 when no goal is known not to hold (one may be tight, or not known); 1 when a product's goal cannot hold on
    what it critically depends on; 2 when the organisation cannot be read, or the product is not known.
    """
    answer = _from_files(org_dir, product) if org_dir is not None else _from_server(server, product)
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False) if form == "json" else "\n".join(_text(answer)))
    if answer["summary"]["cannotHold"]:
        raise SystemExit(1)


def _from_files(folder: Path, product: str | None) -> Mapping[str, Any]:
    from watchbill.teams.platform import as_json

    return as_json(organization_in(folder, at_or_now(None)), product)


def _from_server(server: str, product: str | None) -> Mapping[str, Any]:
    return ask(server, "/api/v1/platform", {"product": product} if product else {})


def _text(answer: Mapping[str, Any]) -> Iterator[str]:
    about = f"What {answer['product']} stands on in" if answer["product"] else "The common platform of"
    yield f"{about} {answer['organization']}"
    if not answer["things"]:
        yield from (
            "",
            "Nothing depends critically on anything here: a dependsOn alone is none; say critical: true in a ServiceProfile.",
        )
        return
    yield from ("", "What others critically depend on", "", *aligned(list(_rows_of_things(answer))))
    if answer["products"]:
        yield from ("", "Whether goals can hold on it", "", *aligned(list(_rows_of_products(answer))))
    yield from ("", *_doubts(answer), _summary(answer["summary"]))
    yield from _reasons(answer)


def _rows_of_things(answer: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    was_asked = any(each["measured"] for each in answer["things"])
    yield "thing", "required", "by", "promised", *(["measured"] if was_asked else []), "state", "carries"
    for each in answer["things"]:
        promise, measured = each["promise"], each["measured"]
        yield (
            each["thing"],
            each["required"]["text"] if each["required"] else "–",
            _few(each["limitedBy"]) or "–",
            promise["given"]["target"]["text"] if promise else "–",
            *([percent(measured["sli"], 3) if measured else "–"] if was_asked else []),
            CARRYING[each["state"]],
            f"{percent(each['fanIn'])} of components",
        )


def _rows_of_products(answer: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    yield "product", "goal", "carried at", "budget left", "verdict", "most is taken by"
    for each in answer["products"]:
        takes = [_taken(taking) for taking in each["dependencies"] if taking["ofBudget"] is not None]
        yield (
            each["product"],
            each["target"]["text"],
            _carried_at(each),
            _left(each),
            VERDICTS[each["verdict"]],
            _few(takes) or "–",
        )


def _carried_at(each: Mapping[str, Any]) -> str:
    """Return what its dependencies promise together: an upper bound while one has no goal, nothing while none has."""
    known = [taking["ofBudget"] is not None for taking in each["dependencies"]]
    if all(known):
        return str(each["reaches"]["text"])
    return f"at most {each['reaches']['text']}" if any(known) else "–"


def _left(each: Mapping[str, Any]) -> str:
    if each["leftOfBudget"] < 0:
        return "none"
    return "–" if each["verdict"] == "notKnown" else part(each["leftOfBudget"])


def _taken(taking: Mapping[str, Any]) -> str:
    return f"{taking['name']} ({part(taking['ofBudget'])})"


def _few(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _doubts(answer: Mapping[str, Any]) -> Iterator[str]:
    """Say what cannot be taken as it is declared."""
    for cycle in answer["cycles"]:
        edges = [f"{edge['of']} on {edge['on']} ({_place(edge)})" for edge in cycle]
        yield f"These stand on one another: {', '.join(edges)}."
    for edge in answer["unlistedCopies"]:
        yield (
            f"{edge['copies']} copies of {edge['on']} are taken to fail independently: {_place(edge)} does not say what they share."
        )
    for each in answer["products"]:
        other = [taking["name"] for taking in each["dependencies"] if taking["otherWindow"]]
        if other:
            yield f"{each['product']} is compared with goals over another window: {_few(other)}."


def _summary(summary: Mapping[str, int]) -> str:
    return (
        f"{several(summary['cannotHold'], 'goal')} cannot hold, {summary['tight']} tight; "
        f"{several(summary['withoutGoal'], 'thing')} without a goal that is asked for."
    )


def _reasons(answer: Mapping[str, Any]) -> Iterator[str]:
    """Say why: of what does not hold, or of everything where one product was asked about."""
    is_one = answer["product"] is not None
    for each in answer["things"]:
        if is_one or each["state"] in {"tooLittle", "noGoal"}:
            yield from ("", f"{each['thing']}: {CARRYING[each['state']]}", *_indented(_reasons_of_thing(each)))
    for each in answer["products"]:
        if is_one or each["verdict"] != "holds":
            yield from ("", f"{each['product']}: {VERDICTS[each['verdict']]}", *_indented(_reasons_of_product(each)))
    if answer["summary"]["cannotHold"]:
        yield from ("", f"What to do: {answer['mend']}")


def _reasons_of_thing(each: Mapping[str, Any]) -> Iterator[str]:
    yield each["why"]
    yield from _goals_of(each["promise"], "given")
    for demand in each["demands"][:_MOST_NAMED]:
        yield f"{demand['required']['text']} for {demand['product']} = {demand['formula']}."
        yield from (f"  {_step(edge)}" for edge in demand["way"])


def _reasons_of_product(each: Mapping[str, Any]) -> Iterator[str]:
    yield each["why"]
    yield from _goals_of(each["promise"], "asked")
    for taking in each["dependencies"]:
        taken = "has no goal" if taking["ofBudget"] is None else f"may take {part(taking['ofBudget'])} of the budget"
        yield f"{taking['name']} {taken} ({_place(taking)})."


def _goals_of(promise: Mapping[str, Any] | None, which: str) -> Iterator[str]:
    if promise is not None:
        yield f"Its goal {promise[which]['name']} is {promise[which]['target']['text']} ({_place(promise[which])})."
        if promise["why"]:
            yield promise["why"]


def _step(edge: Mapping[str, Any]) -> str:
    how = "shares with all copies" if edge["isSharedPart"] else "critically depends on"
    copies = f"{edge['copies']} copies of " if edge["copies"] > 1 else ""
    return f"{edge['of']} {how} {copies}{edge['on']} ({_place(edge)})."


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _place(written: Mapping[str, Any]) -> str:
    return f"{written['file']}:{written['line']}"
