"""What of the declared organisation shows that a practice of SRE is done on a thing: a goal, an alert, a watch, an answer.

A promise shows nothing: neither what is expected of a team of its kind, nor what an agreement hands to somebody. What files do
not keep, as drills and forecasts, they show only where a readiness review of the last year answers for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial

from .because import Because, listed
from .calendar import months_after
from .charters import (
    AlertClass,
    BudgetPolicy,
    BudgetState,
    Engagement,
    ItemStatus,
    ReadinessReview,
    ReviewItem,
    Schedule,
)
from .claims import CLAIMING, Standing, day_of
from .coverage import all_hours_open
from .entities import Thing
from .implementations import PRACTICES
from .objectives import Goal
from .organization import Organization
from .values import EntityRef

ANSWERS_HOLD_FOR_MONTHS = 12

Proofs = Mapping[str, Callable[[], Because]]
"""What shows practices to be done: by practice, one reason, put into words when it is asked for."""

_LACKING = {
    "goals": "no goal is declared for it, ",
    "observability": "no goal of it alerts while its budget burns, ",
    "incidents": "no watch is called for it, ",
    "change": "no budget policy of a goal holds its releases back, ",
}


class Evidence:
    """What shows practices to be done in one organisation on the day of an instant."""

    def __init__(self, organization: Organization, at: datetime) -> None:
        self._organization = organization
        self._day = day_of(organization, at)
        self._called = all_hours_open(organization, at)
        self._goals = _goals_of(organization)
        self._reviews = _reviews_until(organization, self._day)
        self._answered: dict[tuple[str, ...], Proofs] = {}
        self._watched: dict[str | None, Proofs] = {}
        self._holding = {name: _holding(policy) for name, policy in organization.budget_policies.items()}

    def proofs(self, thing: Thing, standing: Standing) -> Proofs:
        """Return what shows practices to be done on a thing; `standing` is what documents make of it."""
        engaged = [
            source.engagement
            for source in standing.agreed
            if source.engagement is not None and source.state in CLAIMING
        ]
        winner = standing.winner
        found = {**self._by_answers(engaged), **self._by_watch(thing)}
        if (goals := self._goals.get(thing.ref)) is not None:
            found |= self._by_goals(goals, winner.source.engagement if winner else None)
        return found

    def told(self, thing: Thing, standing: Standing) -> Iterator[Because]:
        """Yield one reason for each of PRACTICES in its order: what shows it, or that nothing does."""
        proofs = self.proofs(thing, standing)
        return (proofs[each]() if each in proofs else _silent(thing, each) for each in PRACTICES)

    def _by_goals(self, goals: Sequence[Goal], engagement: Engagement | None) -> Proofs:
        proofs: dict[str, Callable[[], Because]] = {"goals": partial(_promised, goals[0])}
        for goal in goals:
            if goal.tiers and "observability" not in proofs:
                proofs["observability"] = partial(_alerting, goal)
            if "change" not in proofs and (name := _policy_of(goal, engagement)) is not None:
                policy = self._organization.budget_policies.get(name)
                if policy is not None and (state := self._holding[name]) is not None:
                    proofs["change"] = partial(_releases_held, goal, policy, state)
        return proofs

    def _by_watch(self, thing: Thing) -> Proofs:
        """A watch shows incidents where a policy calls it for the thing; the catch-all is called for what nobody took on."""
        answer = self._called(thing, AlertClass.WORKFLOW if thing.is_workflow else AlertClass.APPLICATION)
        if answer.team is None and answer.holder == self._organization.catch_all != thing.owner:
            return {}
        if (found := self._watched.get(answer.policy)) is None:
            found = self._watched[answer.policy] = self._watch_of(answer.policy)
        return found

    def _watch_of(self, name: str | None) -> Proofs:
        policy = self._organization.escalation_policies.get(name or "")
        for schedule in sorted(policy.schedules) if policy is not None else ():
            watch = self._organization.schedules.get(schedule)
            if policy is not None and watch is not None and any(any(layer.turns) for layer in watch.layers):
                return {"incidents": partial(_watch_called, policy.title or policy.name, watch)}
        return {}

    def _by_answers(self, engaged: Sequence[Engagement]) -> Proofs:
        key = tuple(engagement.name for engagement in engaged)
        if (found := self._answered.get(key)) is None:
            found = self._answered[key] = dict(self._answers(engaged))
        return found

    def _answers(self, engaged: Sequence[Engagement]) -> Iterator[tuple[str, Callable[[], Because]]]:
        for engagement in engaged:
            reviews = self._reviews.get(engagement.name, ())
            for practice in PRACTICES:
                if (found := self._answer(reviews, practice)) is not None:
                    yield practice, partial(_answered, *found)

    def _answer(self, reviews: Sequence[ReadinessReview], practice: str) -> tuple[ReadinessReview, ReviewItem] | None:
        """Return the first yes with evidence, of the last review that asks about a practice; None where that is too old."""
        for review in reversed(reviews):
            asked = [item for item in review.items if item.area == practice]
            if any(item.status is not ItemStatus.NOT_APPLICABLE for item in asked):
                is_young = self._day <= months_after(review.on, ANSWERS_HOLD_FOR_MONTHS)
                shown = (item for item in asked if item.status is ItemStatus.YES and item.evidence)
                item = next(shown, None) if is_young else None
                return (review, item) if item is not None else None
        return None


def _goals_of(organization: Organization) -> Mapping[EntityRef, Sequence[Goal]]:
    found: dict[EntityRef, list[Goal]] = {}
    for goal in organization.goals.values():
        found.setdefault(goal.service, []).append(goal)
    for goals in found.values():
        goals.sort(key=lambda goal: (goal.aspirational, goal.name))
    return found


def _reviews_until(organization: Organization, day: date) -> Mapping[str, Sequence[ReadinessReview]]:
    """Return the readiness reviews of each engagement that were held by a day, oldest first."""
    found: dict[str, list[ReadinessReview]] = {}
    for review in sorted(organization.reviews.values(), key=lambda each: (each.on, each.name)):
        if review.on <= day:
            found.setdefault(review.engagement, []).append(review)
    return found


def _policy_of(goal: Goal, engagement: Engagement | None) -> str | None:
    """Return the budget policy that a goal is under: its own, else the one agreed; an aspirational goal has no consequences."""
    if goal.aspirational or goal.policy is not None:
        return None if goal.aspirational else goal.policy
    agreement = engagement.agreement if engagement is not None else None
    return agreement.budget_policy if agreement is not None else None


def _holding(policy: BudgetPolicy) -> BudgetState | None:
    return next((state for state in policy.states if state.releases != "open"), None)


def _promised(goal: Goal) -> Because:
    aim = "aims at" if goal.aspirational else "promises"
    return Because("goal-declared", f"The goal {goal.name} {aim} {goal.target_text} %.", goal.place, _slo(goal))


def _alerting(goal: Goal) -> Because:
    tiers = listed([tier.name for tier in goal.tiers])
    text = f"The goal {goal.name} alerts while its budget burns: {tiers}."
    return Because("burn-alerts", text, goal.place, _slo(goal))


def _releases_held(goal: Goal, policy: BudgetPolicy, state: BudgetState) -> Because:
    says = "lets no release through" if state.releases == "blocked" else "lets releases through by approval alone"
    text = f"The budget policy {policy.name}, under which the goal {goal.name} is, {says} while its state is “{state.name}”."
    return Because("releases-held", text, state.place, f"BudgetPolicy {policy.name}")


def _watch_called(policy: str, watch: Schedule) -> Because:
    text = f"The policy {policy}, by which it is paged, calls the watch {watch.title or watch.name}."
    return Because("watch-called", text, watch.place, f"Schedule {watch.name}")


def _answered(review: ReadinessReview, item: ReviewItem) -> Because:
    text = f"“{item.question}” has the answer yes in the readiness review {review.name}: {item.evidence}."
    return Because("review-answered", text, item.place, f"ReadinessReview {review.name}")


def _silent(thing: Thing, practice: str) -> Because:
    lacking = (
        f"{_LACKING.get(practice, '')}no readiness review of the last {ANSWERS_HOLD_FOR_MONTHS} months answers for it"
    )
    return Because("nothing-shown", f"Nothing shows {practice} of {thing.ref}: {lacking}.", None)


def _slo(goal: Goal) -> str:
    return f"SLO {goal.document or goal.name}"
