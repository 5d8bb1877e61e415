"""Alerts that would have been beside the incidents that were: which belong together, and what share of each met one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from watchbill.org.objectives import Severity
from watchbill.practices.incidents.model import Course

from .replay import Alert, Replayed


@dataclass(frozen=True)
class Share:
    """How many of some met what they were to meet."""

    met: int
    of: int


@dataclass(frozen=True)
class Found:
    """A recorded incident, the goals whose alerts would have met it, and how long after it began the first one would have."""

    course: Course
    goals: tuple[str, ...]
    after: timedelta | None


def meets(alert: Alert, course: Course, until: datetime) -> bool:
    """Tell whether an alert and an incident went on at one time; what goes on still does so until the end."""
    is_before_its_end = alert.began < (course.incident.resolved_at or until)
    return is_before_its_end and (alert.ended or until) > course.began


def met_by(alert: Alert, courses: Iterable[Course], until: datetime) -> list[Course]:
    """Return the incidents that an alert meets."""
    return [course for course in courses if meets(alert, course, until)]


def precision(replayed: Replayed, courses: Sequence[Course], severity: Severity) -> Share:
    """Return how many of a goal's alerts of a severity met an incident."""
    alerts = [alert for alert in replayed.alerts if alert.severity is severity]
    return Share(sum(bool(met_by(alert, courses, replayed.until)) for alert in alerts), len(alerts))


def found(goals: Sequence[Replayed], courses: Iterable[Course]) -> list[Found]:
    """Return what would have come of each incident: it is found where an alert of a goal of the same thing meets it."""
    return [_found(goals, course) for course in courses]


def recall(incidents: Sequence[Found]) -> Share:
    """Return how many incidents would have been found."""
    return Share(sum(bool(each.goals) for each in incidents), len(incidents))


def concerns(replayed: Replayed, course: Course) -> bool:
    """Tell whether an incident is about a goal's thing, or about nothing that is known."""
    return course.incident.thing in (None, replayed.goal.service)


def _found(goals: Sequence[Replayed], course: Course) -> Found:
    met = [
        (alert.began, one.goal.name)
        for one in goals
        if concerns(one, course)
        for alert in one.alerts
        if meets(alert, course, one.until)
    ]
    first = min((began for began, _ in met), default=None)
    names = tuple(sorted({name for _, name in met}))
    return Found(course, names, None if first is None else first - course.began)
