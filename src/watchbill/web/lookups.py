"""Finds what people name: teams, products and goals of the organisation in force. What is not found is said with the nearest name."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from watchbill.lib.errors import Invalid, NotFound
from watchbill.org.charters import SRETeam
from watchbill.org.objectives import Goal
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.teams.map import Side


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


def side_named(organization: Organization, text: str) -> Side:
    """Return an SRE team by its name, or a group or person of the catalog. Raises NotFound, and Invalid for no name at all."""
    team = organization.sre_teams.get(text) or organization.sre_teams.get(text.lower())
    if team is not None:
        return Side(team.name, team.group)
    ref = reference_to(text, kind="group")
    if ref not in organization.groups and ref not in organization.users:
        raise _not_found("team", text, [*organization.sre_teams, *(group.name for group in organization.groups)])
    own = next((team for _, team in sorted(organization.sre_teams.items()) if team.group == ref), None)
    return Side(own.name if own is not None else None, ref)


def product_named(organization: Organization, text: str) -> EntityRef:
    """Return a System, or else a Domain, by its name. Raises NotFound, and Invalid for no name at all."""
    for kind in ("system", "domain"):
        ref = reference_to(text, kind=kind)
        if ref in organization.systems:
            return ref
    names = (ref.name for ref in organization.systems)
    raise _not_found("product", text, names, "A product is a System or a Domain of the catalog.")


def _not_found(what: str, text: str, names: Iterable[str], where: str = "") -> NotFound:
    near = get_close_matches(text[:100].lower(), list(names), n=1)
    return NotFound(
        f"There is no {what} “{text[:100]}”.",
        f"Did you mean “{near[0]}”?" if near else where or f"The list of {what}s has them all.",
    )
