"""Who claims which minutes of a goal's budget: incidents that went on, and critical dependencies that burned. Pure.

Changes and experiments are not recorded yet: what they spent is claimed by nobody until people re-book it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from watchbill.org.charters import AlertClass
from watchbill.org.coverage import pager
from watchbill.org.objectives import Goal
from watchbill.org.organization import Organization
from watchbill.org.platform.graph import CriticalGraph, Edge
from watchbill.org.values import EntityRef
from watchbill.practices.goals.burn_moves import BurnKey
from watchbill.practices.goals.exclusions import Span
from watchbill.practices.goals.ledger import minute_of
from watchbill.practices.goals.spending import Spending
from watchbill.practices.incidents.model import Course, Incident

from .books import Account, Cause, Claim

_MOMENT = timedelta(microseconds=1)


def fingerprints_of(goal: Goal) -> list[str]:
    """Return the keys of the alerts that a goal may give."""
    return sorted({BurnKey(goal.name, tier.severity).fingerprint for tier in goal.tiers})


def excluded_claim(spending: Spending) -> Claim:
    """Return the claim of what was agreed not to count."""
    return Claim(Account(Cause.MAINTENANCE, "excluded"), spending.excluded, excluded=True)


def incident_claims(goal: Goal, courses: Iterable[Course], now: datetime) -> Iterator[Claim]:
    """Yield the claims of incidents, from when each began until it was resolved.

    One that the goal's own burn opened began with what its rule looked at: its shortest window before the alert.
    """
    for course in courses:
        incident, began = course.incident, course.began
        if course.asked_for is not None:
            looked_at = [tier.short for tier in goal.tiers if tier.severity is incident.severity]
            began = min(began, course.asked_for - min(looked_at, default=timedelta()))
        until = (incident.resolved_at or now) - _MOMENT
        yield Claim(account_of(incident), ((minute_of(began), minute_of(until) + 1),))


def account_of(incident: Incident) -> Account:
    """Return the account of an incident, held by whoever held its pager."""
    return Account(Cause.INCIDENT, str(incident.number), incident.title, incident.holder, incident.team)


def dependencies_of(organization: Organization, thing: EntityRef) -> Mapping[EntityRef, tuple[Edge, ...]]:
    """Return what a thing critically stands on at any depth, and the shortest way there."""
    graph = organization.memory.recall("critical graph", lambda: CriticalGraph(organization.things))
    footing = graph.footings.get(thing)
    return {} if footing is None else footing.ways


def dependency_claim(
    organization: Organization, on: EntityRef, spent: Iterable[tuple[Goal, Spending]], now: datetime
) -> Claim:
    """Return the claim of a dependency: the minutes in which one of its goals spent faster than its budget lasts."""
    spans: list[Span] = [span for goal, spending in spent for span in spending.faster_than(goal.target)]
    return Claim(dependency_account(organization, on, now), tuple(spans))


def dependency_account(organization: Organization, on: EntityRef, now: datetime) -> Account:
    """Return the account of a thing, held by whoever holds its pager."""
    thing = organization.things[on]
    held = pager(organization, on, AlertClass.WORKFLOW if thing.is_workflow else AlertClass.APPLICATION, now)
    return Account(Cause.DEPENDENCY, str(on), thing.title, held.holder, held.team)
