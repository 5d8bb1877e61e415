"""`watchbill show`: the organisation of a folder at a glance."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from watchbill.lib.durations import window
from watchbill.lib.instants import in_zone
from watchbill.lib.numbers import percent, target

from .columns import aligned
from .folders import org_argument, organization_in
from .instants import INSTANT, at_or_now


@click.command()
@org_argument
@click.option("--at", type=INSTANT, help="Another instant than now: 2026-05-03 or 2026-05-03T14:00:00Z.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def show(org_dir: Path, at: datetime | None, form: str) -> None:
    """Show the teams, services and goals declared in ORG_DIR, and who is on call now and next."""
    from watchbill.teams.show import show as look

    instant = at_or_now(at)
    answer = look(organization_in(org_dir, instant), instant)
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False) if form == "json" else _text(answer))


def _text(answer: Mapping[str, Any]) -> str:
    organization = answer["organization"]
    parts = [
        [f"{organization['title']}, {_local(answer['at'], ZoneInfo(organization['timeZone']))}"],
        _section("Teams", [_team(team) for team in answer["teams"]]),
        _section("Services", [_service(service) for service in answer["services"]]),
        _section("Goals", [_goal(goal) for goal in answer["goals"]]),
        _section("On call", [row for schedule in answer["schedules"] for row in _schedule(schedule)]),
        _section("Engagements", [_engagement(engagement) for engagement in answer["engagements"]]),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _section(title: str, rows: Sequence[Sequence[str]]) -> list[str]:
    return [title, *aligned(rows)] if rows else [title, "  none"]


def _team(team: Mapping[str, Any]) -> tuple[str, ...]:
    people = ", ".join(_person(person) for person in team["people"])
    kind = ", ".join(part for part in (team["implementationTitle"].lower(), team["called"]) if part)
    return team["title"], kind, f"covers {len(team['covers'])}", people


def _person(person: Mapping[str, Any]) -> str:
    return person["name"] if person["share"] == 1 else f"{person['name']} ({percent(person['share'])})"


def _service(service: Mapping[str, Any]) -> tuple[str, ...]:
    holder = f"pager: {service['holder'] or 'nobody'}"
    advisers = f"advised by {', '.join(service['advisers'])}" if service["advisers"] else ""
    notes = [note for note in (service["team"] or "not covered by SRE", advisers, service["gap"]) if note]
    return service["ref"], service["tier"], f"owner: {service['owner']}", holder, "; ".join(notes)


def _goal(goal: Mapping[str, Any]) -> tuple[str, ...]:
    span = f"the {goal['calendar']}" if goal["calendar"] else window(timedelta(seconds=goal["windowSeconds"]))
    return goal["name"], f"{target(goal['targetText'])} over {span}", goal["service"], goal["title"]


def _schedule(schedule: Mapping[str, Any]) -> list[tuple[str, ...]]:
    zone = ZoneInfo(schedule["timeZone"])
    return [
        (schedule["title"], "now", _people(schedule["now"]), f"until {_local(schedule['now']['end'], zone)}"),
        ("", "next", _people(schedule["next"]), f"until {_local(schedule['next']['end'], zone)}"),
    ]


def _people(shift: Mapping[str, Any]) -> str:
    return " and ".join(person["name"] for person in shift["people"]) or "nobody"


def _local(instant: str, zone: ZoneInfo) -> str:
    return in_zone(datetime.fromisoformat(instant), zone)


def _engagement(engagement: Mapping[str, Any]) -> tuple[str, ...]:
    return engagement["name"], _state(engagement), f"{engagement['team']} with {engagement['partner']}"


def _state(engagement: Mapping[str, Any]) -> str:
    state, since, ends = engagement["state"], engagement["since"], engagement["ends"]
    if state == "ended":
        return f"ended {min(ends or since, since)}"
    if state == "declined":
        return f"declined {since}"
    begun = f"{state} since {since}" if state else "not begun"
    return f"{begun}, ends {ends}" if ends else begun
