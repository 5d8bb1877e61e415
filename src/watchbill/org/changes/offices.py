"""Which offices come to be held by others: who administers, leads, decides disputes, or lets exceptions to budgets pass.

Told for what both sides have: with a document that comes or goes its offices do, and that is told of the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from watchbill.org.charters import BudgetPolicy, Engagement
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

from .model import OfficeChange

_Holders = frozenset[EntityRef]
_EXCEPTIONS = "lets exceptions to budgets pass"


def office_changes(old: Organization, new: Organization) -> tuple[OfficeChange, ...]:
    """Return the offices that others hold on the new side, by what they are of."""
    before, after = dict(_offices(old)), dict(_offices(new))
    return tuple(
        OfficeChange(office, of, tuple(sorted(before[of, office])), tuple(sorted(after[of, office])))
        for of, office in sorted(before.keys() & after.keys())
        if before[of, office] != after[of, office]
    )


def _offices(organization: Organization) -> Iterator[tuple[tuple[str, str], _Holders]]:
    """Yield who holds each office, by what it is of and what it does; nobody where it is vacant."""
    yield ("Organization", "administers"), organization.admins
    for team in organization.sre_teams.values():
        yield (f"SRETeam {team.name}", "leads by its charter"), _one(team.approved_by)
    for engagement in organization.engagements.values():
        for office, holders in _of_engagement(organization, engagement).items():
            yield (f"Engagement {engagement.name}", office), holders
    by_thing: dict[EntityRef, set[str]] = {ref: set() for ref in organization.things}
    for goal in organization.goals.values():
        if goal.policy is not None and goal.service in by_thing:
            by_thing[goal.service].add(goal.policy)
    for ref, names in by_thing.items():
        yield (str(ref), _EXCEPTIONS), _approvers(organization.budget_policies, names)


def _of_engagement(organization: Organization, engagement: Engagement) -> Mapping[str, _Holders]:
    agreed = engagement.agreement
    policies = {agreed.budget_policy} if agreed is not None and agreed.budget_policy is not None else set[str]()
    return {
        "leads for the SREs": _one(agreed.sre_lead if agreed is not None else None),
        "leads for the partner": _one(agreed.partner_lead if agreed is not None else None),
        "decides disputes": _one(agreed.escalate_to if agreed is not None else None),
        _EXCEPTIONS: _approvers(organization.budget_policies, policies),
    }


def _one(holder: EntityRef | None) -> _Holders:
    return frozenset({holder} if holder is not None else ())


def _approvers(policies: Mapping[str, BudgetPolicy], names: set[str]) -> _Holders:
    known = (policies[name] for name in names & policies.keys())
    return frozenset(approver for policy in known for state in policy.states for approver in state.approvers)
