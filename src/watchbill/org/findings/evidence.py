"""Which practices of SRE the files show a team to do: not what it is expected to, and not what an agreement hands to it.

What is kept elsewhere, as drills and forecasts are, is not known here; a practice without evidence is not declared.
"""

from __future__ import annotations

from collections.abc import Iterator

from watchbill.org.charters import ItemStatus, SRETeam
from watchbill.org.duties import How
from watchbill.org.implementations import PRACTICES
from watchbill.org.objectives import Goal

from .situation import Situation


def shown(seen: Situation, team: SRETeam) -> list[str]:
    """Return the practices that the files show a team to do, in their order; none that is left to others on most things."""
    found = {*_by_goals(seen, team), *_by_watch(seen, team), *_by_reviews(seen, team)}
    return [practice for practice in PRACTICES if practice in found and not left_to_others(seen, team, practice)]


def left_to_others(seen: Situation, team: SRETeam, practice: str) -> bool:
    """Whether a team has no part in a practice on more than half of its things."""
    things = seen.covered_by.get(team.name, ())
    duties = [duty for thing in things for duty in seen.duties_of[thing.ref] if duty.practice == practice]
    return 2 * sum(duty.how is How.PARTNER for duty in duties) > len(duties)


def _by_goals(seen: Situation, team: SRETeam) -> Iterator[str]:
    """A goal shows goals; what it is measured from and pages by, observability; a policy that holds releases back, change."""
    goals = [goal for thing in seen.covered_by.get(team.name, ()) for goal in seen.goals_of.get(thing.ref, ())]
    if goals:
        yield "goals"
    if any(goal.tiers for goal in goals):
        yield "observability"
    if any(_holds_releases(seen, policy) for policy in (*_of_goals(goals), *_agreed(seen, team))):
        yield "change"


def _of_goals(goals: list[Goal]) -> Iterator[str]:
    return (goal.policy for goal in goals if goal.policy is not None)


def _agreed(seen: Situation, team: SRETeam) -> Iterator[str]:
    for engagement in seen.in_force_of(team):
        agreed = engagement.agreement
        if agreed is not None and agreed.budget_policy is not None:
            yield agreed.budget_policy


def _holds_releases(seen: Situation, name: str) -> bool:
    policy = seen.organization.budget_policies.get(name)
    return policy is not None and any(state.releases != "open" for state in policy.states)


def _by_watch(seen: Situation, team: SRETeam) -> Iterator[str]:
    """A watch that a policy of the team calls shows incidents."""
    if seen.watch_time.called_by(seen.policies(team.group)):
        yield "incidents"


def _by_reviews(seen: Situation, team: SRETeam) -> Iterator[str]:
    """A question of a readiness review that is answered with yes, and by what, shows the practice that it is about."""
    for engagement in seen.in_force_of(team):
        for review in seen.reviews_of.get(engagement.name, ()):
            yield from (item.area for item in review.items if item.status is ItemStatus.YES and item.evidence)
