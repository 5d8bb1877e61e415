"""The organisation at a glance as plain data: teams, services, goals, who is on call now and next, engagements.

What `watchbill show` prints and programs read. Declared data and the clock's instant alone; nothing that happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from watchbill.lib.instants import rfc3339
from watchbill.org.belonging import people_of
from watchbill.org.charters import Engagement, Schedule, SRETeam
from watchbill.org.claims import day_of
from watchbill.org.coverage import PagerAnswer, coverage
from watchbill.org.entities import Thing
from watchbill.org.implementations import rules_of
from watchbill.org.names import called_beside_sre, name_of
from watchbill.org.objectives import Goal
from watchbill.org.organization import Organization
from watchbill.org.rotation import Shift, shift_at
from watchbill.org.values import EntityRef, Place

SCHEMA = "watchbill/show/v1"


def show(organization: Organization, at: datetime) -> dict[str, Any]:
    """Return what there is at `at`, as JSON values: times RFC 3339 in UTC, spans in seconds, shares as fractions."""
    day = day_of(organization, at)
    answers = coverage(organization, at)
    goals = _goals_by_service(organization)
    return {
        "schema": SCHEMA,
        "at": rfc3339(at),
        "organization": {
            "name": organization.name,
            "title": organization.title,
            "timeZone": organization.time_zone,
            "revision": organization.revision,
        },
        "teams": [_team(organization, team, answers, day) for _, team in sorted(organization.sre_teams.items())],
        "services": [
            _service(organization.things[answer.thing], answer, goals.get(answer.thing, []))
            for answer in answers
            if answer.thing is not None
        ],
        "goals": [_goal(goal) for _, goal in sorted(organization.goals.items())],
        "schedules": [_schedule(organization, each, at) for _, each in sorted(organization.schedules.items())],
        "engagements": [_engagement(each, day) for _, each in sorted(organization.engagements.items())],
    }


def _team(organization: Organization, team: SRETeam, answers: tuple[PagerAnswer, ...], day: date) -> dict[str, Any]:
    shares = {membership.user: membership.share for membership in team.members}
    return {
        "name": team.name,
        "title": team.title,
        "group": str(team.group),
        "implementation": team.implementation.value,
        "implementationTitle": rules_of(team.implementation).title,
        "called": called_beside_sre(organization, team, day) or None,
        "mission": team.mission,
        "people": [
            {"user": str(user), "name": name_of(organization, user), "share": float(shares.get(user, 1))}
            for user in people_of(organization, team, day)
        ],
        "covers": [str(answer.thing) for answer in answers if answer.team == team.name],
        "advises": [str(answer.thing) for answer in answers if team.name in answer.advisers],
        **_place(team.place),
    }


def _goals_by_service(organization: Organization) -> Mapping[EntityRef, list[str]]:
    goals: dict[EntityRef, list[str]] = {}
    for name, goal in sorted(organization.goals.items()):
        goals.setdefault(goal.service, []).append(name)
    return goals


def _service(thing: Thing, answer: PagerAnswer, goals: list[str]) -> dict[str, Any]:
    return {
        "ref": str(thing.ref),
        "title": thing.title,
        "type": thing.type,
        "owner": str(thing.owner),
        "system": str(thing.system) if thing.system is not None else None,
        "tier": thing.tier.value,
        "phase": thing.phase,
        "holder": str(answer.holder) if answer.holder is not None else None,
        "team": answer.team,
        "engagement": answer.engagement,
        "policy": answer.policy,
        "advisers": list(answer.advisers),
        "gap": answer.gap,
        "goals": goals,
        **_place(thing.place),
    }


def _goal(goal: Goal) -> dict[str, Any]:
    return {
        "name": goal.name,
        "title": goal.title,
        "service": str(goal.service),
        "target": float(goal.target),
        "targetRatio": {"num": goal.target.numerator, "den": goal.target.denominator},
        "targetText": goal.target_text,
        "windowSeconds": int(goal.window.total_seconds()),
        "calendar": None if goal.calendar is None else goal.calendar.words,
        "counts": goal.counts,
        "source": goal.source,
        **_place(goal.place),
    }


def _schedule(organization: Organization, schedule: Schedule, at: datetime) -> dict[str, Any]:
    now = shift_at(schedule, at)
    return {
        "name": schedule.name,
        "title": schedule.title,
        "timeZone": schedule.time_zone,
        "now": _shift(organization, now),
        "next": _shift(organization, shift_at(schedule, now.end)),
        **_place(schedule.place),
    }


def _shift(organization: Organization, shift: Shift) -> dict[str, Any]:
    return {
        "start": rfc3339(shift.start),
        "end": rfc3339(shift.end),
        "people": [{"user": str(person), "name": name_of(organization, person)} for person in shift.people],
        "layer": shift.layer,
        "reason": shift.reason,
    }


def _engagement(engagement: Engagement, day: date) -> dict[str, Any]:
    move = engagement.move_at(day)
    since = move.on if move is not None else None
    if engagement.has_lapsed(day) and engagement.ends is not None:
        since = engagement.ends + timedelta(days=1)
    state = engagement.state_at(day)
    return {
        "name": engagement.name,
        "title": engagement.title,
        "team": engagement.sre,
        "partner": str(engagement.partner),
        "state": state.value if state is not None else None,
        "since": since.isoformat() if since is not None else None,
        "ends": engagement.ends.isoformat() if engagement.ends is not None else None,
        **_place(engagement.place),
    }


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line}
