"""Who holds an office: leads an engagement or a charter, approves by a budget policy, administers.

What an office may do is the authority's matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from .because import Because
from .belonging import is_or_belongs_to
from .charters import AlertClass, BudgetPolicy, Engagement, SRETeam
from .claims import Claim, Standing, day_of
from .coverage import pager
from .entities import Thing
from .organization import Organization
from .values import EntityRef

_Around = tuple[Sequence[SRETeam], Sequence[Engagement]]
BY_ACCOUNT = Because("admin-account", "The account was made an administrator's at the machine's console.", None)


def leads(organization: Organization, person: EntityRef, documents: Standing, day: date) -> tuple[Because, ...]:
    """Return why a person leads where a thing is covered or agreed about: by a charter's approval or an engagement's agreement."""
    return tuple(
        dict.fromkeys(
            because
            for team, engagement in _agreed(documents)
            for because in (
                *_by_charter(organization, person, team, day),
                *_by_agreement(organization, person, engagement, day),
            )
        )
    )


def led_by(organization: Organization, person: EntityRef, documents: Standing, day: date) -> Engagement | None:
    """Return the engagement about a thing that a person leads, for either side; None where they lead none."""
    for team, engagement in _agreed(documents):
        reasons = (*_by_charter(organization, person, team, day), *_by_agreement(organization, person, engagement, day))
        if engagement is not None and reasons:
            return engagement
    return None


def watch_of(organization: Organization, thing: Thing | None, at: datetime) -> EntityRef | None:
    """Return the group that stands the watch of a thing: whoever holds its pager."""
    return pager(organization, thing.ref if thing is not None else None, AlertClass.APPLICATION, at).holder


def leads_watch(
    organization: Organization, person: EntityRef, holder: EntityRef | None, at: datetime
) -> tuple[Because, ...]:
    """Return why a person leads a group that stands a watch: by its charter, or for it in an engagement."""
    if holder is None:
        return ()
    teams, engagements = _around(organization).get(holder, ((), ()))
    day = day_of(organization, at)
    found = [because for team in teams for because in _by_charter(organization, person, team, day)]
    for engagement in engagements:
        lead = engagement.agreement.partner_lead if engagement.agreement is not None else None
        if engagement.serves(day) and is_or_belongs_to(organization, person, lead, day):
            found += _by_agreement(organization, person, engagement, day)
    return tuple(found)


def _around(organization: Organization) -> Mapping[EntityRef, _Around]:
    """Return for each group the SRE teams that it is, and the engagements whose partner it is."""
    return organization.memory.recall("teams and engagements by group", lambda: _found_around(organization))


def _found_around(organization: Organization) -> Mapping[EntityRef, _Around]:
    found: dict[EntityRef, tuple[list[SRETeam], list[Engagement]]] = {}
    for team in organization.sre_teams.values():
        found.setdefault(team.group, ([], []))[0].append(team)
    for engagement in organization.engagements.values():
        found.setdefault(engagement.partner, ([], []))[1].append(engagement)
    return found


def approves_budget(
    organization: Organization, person: EntityRef, thing: Thing | None, winner: Claim | None, day: date
) -> tuple[Because, ...]:
    """Return why a person approves exceptions to a thing's budgets: the policies of its goals and of its engagement name them."""
    if thing is None:
        return ()
    names = set(_policies_by_thing(organization).get(thing.ref, ()))
    agreement = winner.source.engagement.agreement if winner is not None and winner.source.engagement else None
    if agreement is not None and agreement.budget_policy is not None:
        names.add(agreement.budget_policy)
    policies = (organization.budget_policies[name] for name in sorted(names & organization.budget_policies.keys()))
    return tuple(_approving(person, policy) for policy in policies if _is_approver(organization, person, policy, day))


def administers(organization: Organization, person: EntityRef, *, by_account: bool) -> Because | None:
    """Return why a person administers, None where they do not."""
    if person in organization.admins:
        document = f"Organization {organization.name}"
        return Because("admin", f"{person} is an administrator.", organization.place, document)
    return BY_ACCOUNT if by_account else None


def _agreed(documents: Standing) -> Iterator[tuple[SRETeam, Engagement | None]]:
    if documents.winner is not None:
        yield documents.winner.source.team, documents.winner.source.engagement
    for source in documents.agreed:
        yield source.team, source.engagement


def _by_charter(organization: Organization, person: EntityRef, team: SRETeam, day: date) -> Iterator[Because]:
    if is_or_belongs_to(organization, person, team.approved_by, day):
        text = f"{person} approved the charter of {team.title or team.name}."
        yield Because("lead", text, team.place, f"SRETeam {team.name}")


def _by_agreement(
    organization: Organization, person: EntityRef, engagement: Engagement | None, day: date
) -> Iterator[Because]:
    agreement = engagement.agreement if engagement is not None else None
    if engagement is None or agreement is None:
        return
    for side, lead in (("SREs", agreement.sre_lead), ("partner", agreement.partner_lead)):
        if is_or_belongs_to(organization, person, lead, day):
            text = f"{person} leads the engagement {engagement.name} for the {side}."
            yield Because("lead", text, agreement.place, f"Engagement {engagement.name}")


def _policies_by_thing(organization: Organization) -> Mapping[EntityRef, frozenset[str]]:
    return organization.memory.recall("budget policies by thing", lambda: _found_policies(organization))


def _found_policies(organization: Organization) -> Mapping[EntityRef, frozenset[str]]:
    found: dict[EntityRef, frozenset[str]] = {}
    for goal in organization.goals.values():
        if goal.policy is not None:
            found[goal.service] = found.get(goal.service, frozenset()) | {goal.policy}
    return found


def _is_approver(organization: Organization, person: EntityRef, policy: BudgetPolicy, day: date) -> bool:
    named = (approver for state in policy.states for approver in state.approvers)
    return any(is_or_belongs_to(organization, person, approver, day) for approver in named)


def _approving(person: EntityRef, policy: BudgetPolicy) -> Because:
    text = f"{person} is an approver of the budget policy {policy.name}."
    return Because("approver", text, policy.place, f"BudgetPolicy {policy.name}")
