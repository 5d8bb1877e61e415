"""What a back-test comes to, as the answer `watchbill/goals-backtest/v1`: plain JSON values, units in the names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from watchbill.lib.instants import rfc3339
from watchbill.org.objectives import Severity
from watchbill.practices.goals.model import plain
from watchbill.practices.incidents.model import Course

from . import scoring
from .replay import Alert, Replayed
from .scoring import Found, Share

SCHEMA = "watchbill/goals-backtest/v1"


def whole(
    goals: Sequence[Replayed], left_out: Mapping[str, str], courses: Sequence[Course] | None, span: tuple[datetime, datetime]
) -> dict[str, Any]:  # fmt: skip
    """Return the whole answer; `left_out` says why a goal was not replayed. Without `courses` no incidents are known of."""
    incidents = None if courses is None else scoring.found(goals, courses)
    return {
        "schema": SCHEMA,
        "since": rfc3339(span[0]),
        "until": rfc3339(span[1]),
        "goals": [_goal(one, courses) for one in goals],
        "incidents": None if incidents is None else [_incident(each) for each in incidents],
        "recall": None if incidents is None else _share(scoring.recall(incidents)),
        "notReplayed": [{"goal": name, "why": why} for name, why in sorted(left_out.items())],
    }


def _goal(one: Replayed, courses: Sequence[Course] | None) -> dict[str, Any]:
    goal, own = one.goal, [course for course in courses or () if scoring.concerns(one, course)]
    return {
        "goal": goal.name,
        "file": goal.place.file,
        "line": goal.place.line,
        "target": float(goal.target),
        "targetText": goal.target_text,
        "over": goal.over,
        "counts": goal.counts,
        "measured": one.measured,
        "alerts": [_alert(alert, one, own) for alert in one.alerts],
        "budget": _budget(one),
        "precision": None
        if courses is None
        else {severity.value: _share(scoring.precision(one, own, severity)) for severity in Severity},
    }


def _alert(alert: Alert, one: Replayed, courses: Sequence[Course]) -> dict[str, Any]:
    return {
        "severity": alert.severity.value,
        "tier": alert.tier,
        "tiers": {name: rfc3339(since) for name, since in alert.tiers.items()},
        "began": rfc3339(alert.began),
        "ended": None if alert.ended is None else rfc3339(alert.ended),
        "troubledSince": rfc3339(alert.troubled_since),
        "detectedInSeconds": _seconds(alert.detected_in),
        "bad": plain(alert.bad),
        "total": plain(alert.total),
        "incidents": [course.incident.number for course in scoring.met_by(alert, courses, one.until)],
    }


def _budget(one: Replayed) -> dict[str, Any]:
    budget = one.budget
    return {
        "left": budget.left,
        "bad": plain(budget.bad),
        "total": plain(budget.total),
        "lowest": budget.lowest,
        "lowestAt": None if budget.lowest_at is None else rfc3339(budget.lowest_at),
        "statesSeconds": {name: _seconds(span) for name, span in budget.states.items()},
        "changes": [{"at": rfc3339(at), "state": name} for at, name in budget.changes],
    }


def _incident(each: Found) -> dict[str, Any]:
    incident = each.course.incident
    return {
        "number": incident.number,
        "title": incident.title,
        "thing": None if incident.thing is None else str(incident.thing),
        "began": rfc3339(each.course.began),
        "resolved": None if incident.resolved_at is None else rfc3339(incident.resolved_at),
        "foundBy": list(each.goals),
        "foundAfterSeconds": None if each.after is None else _seconds(each.after),
    }


def _share(share: Share) -> dict[str, int]:
    return {"met": share.met, "of": share.of}


def _seconds(span: timedelta) -> int:
    return round(span.total_seconds())
