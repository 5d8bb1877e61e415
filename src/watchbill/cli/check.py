"""`watchbill check`: which rules of good practice an organisation does not keep, with figures, sources and what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from watchbill.lib.numbers import several

from .columns import aligned
from .folders import org_argument_or_server, organization_in
from .instants import INSTANT, at_or_now

_LEVELS = ("error", "block", "fail", "warn", "advice", "notDeclared")
_FAILING = ("error", "block", "fail")
_MOST_PLACES = 3


@click.command()
@org_argument_or_server
@click.option(
    "--at", type=INSTANT, metavar="TIME", help="Another instant than now: 2026-05-03 or 2026-05-03T14:00:00Z."
)
@click.option("--level", type=click.Choice(_LEVELS), help="Only findings of this level and worse.")
@click.option("--team", metavar="NAME", help="Only findings about this SRE team.")
@click.option("--rule", metavar="ID", help="Only findings of this rule.")
@click.option(
    "--rules", "is_list", is_flag=True, help="List the rules with limit and source, and what ORG_DIR changed."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help="How to print: a table for people, json for programs.",
)
def check(
    org_dir: Path | None,
    at: datetime | None,
    level: str | None,
    team: str | None,
    rule: str | None,
    is_list: bool,
    form: str,
) -> None:
    """List what in the organisation of ORG_DIR does not keep the rules of good practice.

    Each finding says of what, by which figures and limit, from which source, and what to do. An organisation changes a limit, or
    switches a rule off, in “rules” of its Organization document, with a reason; that is listed below the findings.

    Exit status: 0 when no finding of those asked for is an error, a block or a fail; 1 when one is; 2 when the organisation
    cannot be read, or the team or rule is not known.
    """
    if is_list:
        answer = _rules(org_dir, at)
        click.echo(_written(answer, form, _rules_text))
        return
    if org_dir is None:
        raise click.UsageError("Missing argument 'ORG_DIR': the folder with the organisation's files.")
    answer = _findings(org_dir, at_or_now(at), level, team, rule)
    click.echo(_written(answer, form, _findings_text))
    if any(answer["counts"][failing] for failing in _FAILING):
        raise SystemExit(1)


def _findings(folder: Path, at: datetime, level: str | None, team: str | None, rule: str | None) -> Mapping[str, Any]:
    from watchbill.org.findings import Verdict
    from watchbill.teams.findings import as_json, findings

    organization = organization_in(folder, at)
    found = findings(organization, at, level=Verdict(level) if level else None, team=team, rule=rule)
    return as_json(organization, found, at)


def _rules(folder: Path | None, at: datetime | None) -> Mapping[str, Any]:
    from watchbill.teams.findings import rules_as_json

    if folder is None:
        return rules_as_json()
    instant = at_or_now(at)
    return rules_as_json(organization_in(folder, instant), instant)


def _written(answer: Mapping[str, Any], form: str, text: Callable[[Mapping[str, Any]], Iterator[str]]) -> str:
    return json.dumps(answer, indent=2, ensure_ascii=False) if form == "json" else "\n".join(text(answer))


def _findings_text(answer: Mapping[str, Any]) -> Iterator[str]:
    yield f"Findings in {answer['organization']} at {answer['at']}"
    if answer["findings"]:
        rows = [(each["level"], each["rule"], each["text"]) for each in answer["findings"]]
        yield from ("", *aligned([("level", "rule", "finding"), *rows]))
    yield from _remedies(answer)
    yield from _overrides(answer)
    for each in answer["notJudged"]:
        yield from ("", f"Not judged: {each['rule']} takes {each['needs']}.")
    counts = [f"{answer['counts'][level]} {level}" for level in _LEVELS if answer["counts"][level]]
    yield from ("", f"{several(len(answer['findings']), 'finding')}{': ' if counts else ''}{', '.join(counts)}.")


def _remedies(answer: Mapping[str, Any]) -> Iterator[str]:
    """Say once for each rule that is not kept what it asks, by which source, and what to do."""
    by_rule = {each["rule"]: each for each in answer["findings"]}
    for rule, each in by_rule.items():
        limit = f" ({each['threshold']})" if each["threshold"] else ""
        written = (f"{one['file']}:{one['line']}" for one in answer["findings"] if one["rule"] == rule)
        places = list(dict.fromkeys(written))
        more = f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
        shown = ", ".join(places[:_MOST_PLACES]) + more
        yield from ("", f"{rule}{limit}: {each['remedy']}", f"  {each['source']}", f"  {shown}")


def _overrides(answer: Mapping[str, Any]) -> Iterator[str]:
    if answer["overrides"]:
        yield from ("", "Changed by this organisation:")
        yield from (f"  {_override(each)}" for each in answer["overrides"])


def _override(each: Mapping[str, Any]) -> str:
    what = "switched off" if each["off"] else f"{each['threshold']} instead of {each['instead']}"
    who = f", {each['by']}" if each["by"] else ""
    when = f" since {each['on']}" if each["on"] else ""
    until = f" until {each['until']}" if each["until"] else ""
    return f"{each['rule']}: {what} (“{each['reason']}”{who}{when}{until}; {each['file']}:{each['line']})"


def _rules_text(answer: Mapping[str, Any]) -> Iterator[str]:
    rows = [(each["rule"], each["level"], each["threshold"] or "", each["asks"]) for each in answer["rules"]]
    yield from aligned([("rule", "level", "limit", "asks"), *rows])
    yield from ("", "Sources")
    for each in answer["rules"]:
        yield f"  {each['rule']}: {each['source']}"
    changed = [each["override"] for each in answer["rules"] if each["override"]]
    yield from _overrides({"overrides": changed})
