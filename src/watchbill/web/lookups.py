"""Finds what people name: teams and goals of the organisation in force. What is not found is said with the nearest name."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from watchbill.lib.errors import Invalid, NotFound
from watchbill.org.charters import SRETeam
from watchbill.org.objectives import Goal
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef


def reference_to(text: str, *, kind: str) -> EntityRef:
    """Read a reference that somebody typed. Raises Invalid."""
    try:
        return EntityRef.parse(text, kind=kind)
    except ValueError as error:
        raise Invalid(f"{error}.", "As in cart, component:cart or component:default/cart.") from error


def team_named(organization: Organization, name: str) -> SRETeam:
    """Return an SRE team. Raises NotFound."""
    team = organization.sre_teams.get(name) or organization.sre_teams.get(name.lower())
    if team is None:
        raise _not_found("SRE team", name, organization.sre_teams)
    return team


def goal_named(organization: Organization, name: str) -> Goal:
    """Return a goal. Raises NotFound."""
    goal = organization.goals.get(name) or organization.goals.get(name.lower())
    if goal is None:
        raise _not_found("goal", name, organization.goals)
    return goal


def _not_found(what: str, text: str, names: Iterable[str]) -> NotFound:
    near = get_close_matches(text[:100].lower(), list(names), n=1)
    return NotFound(
        f"There is no {what} “{text[:100]}”.",
        f"Did you mean “{near[0]}”?" if near else f"The list of {what}s has them all.",
    )
