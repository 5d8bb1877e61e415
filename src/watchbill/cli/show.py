"""`watchbill show`: the organisation of a folder at a glance."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from .columns import aligned
from .instants import INSTANT, at_or_now


@click.command()
@click.argument("org_dir", type=click.Path(path_type=Path, file_okay=False))
@click.option("--at", type=INSTANT, help="Another instant than now: 2026-05-03 or 2026-05-03T14:00:00Z.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def show(org_dir: Path, at: datetime | None, form: str) -> None:
    """Show the teams, services and goals declared in ORG_DIR, and who is on call now and next."""
    from watchbill.teams.show import show as look

    from .folders import organization_in

    instant = at_or_now(at)
    answer = look(organization_in(org_dir, instant), instant)
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False) if form == "json" else _text(answer))


def _text(answer: Mapping[str, Any]) -> str:
    organization = answer["organization"]
    parts = [
        [f"{organization['title']}, {answer['at']}"],
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
    return team["title"], team["implementationTitle"].lower(), f"covers {len(team['covers'])}", people


def _person(person: Mapping[str, Any]) -> str:
    return person["name"] if person["share"] == 1 else f"{person['name']} ({person['share']:.0%})"


def _service(service: Mapping[str, Any]) -> tuple[str, ...]:
    holder = f"pager: {service['holder'] or 'nobody'}"
    advisers = f"advised by {', '.join(service['advisers'])}" if service["advisers"] else ""
    notes = [note for note in (service["team"] or "not covered by SRE", advisers, service["gap"]) if note]
    return service["ref"], service["tier"], f"owner: {service['owner']}", holder, "; ".join(notes)


def _goal(goal: Mapping[str, Any]) -> tuple[str, ...]:
    days = goal["windowSeconds"] / 86400
    return goal["name"], f"{goal['targetText']} % over {days:g} days", goal["service"], goal["title"]


def _schedule(schedule: Mapping[str, Any]) -> list[tuple[str, ...]]:
    zone = ZoneInfo(schedule["timeZone"])
    return [
        (schedule["title"], "now", _people(schedule["now"]), f"until {_local(schedule['now']['end'], zone)}"),
        ("", "next", _people(schedule["next"]), f"until {_local(schedule['next']['end'], zone)}"),
    ]


def _people(shift: Mapping[str, Any]) -> str:
    return " and ".join(person["name"] for person in shift["people"]) or "nobody"


def _local(instant: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(zone):%a %d %b %Y %H:%M} ({zone.key})"


def _engagement(engagement: Mapping[str, Any]) -> tuple[str, ...]:
    since = f" since {engagement['since']}" if engagement["since"] else ""
    ends = f", ends {engagement['ends']}" if engagement["ends"] else ""
    return (
        engagement["name"],
        f"{engagement['state'] or 'not begun'}{since}{ends}",
        f"{engagement['team']} with {engagement['partner']}",
    )
