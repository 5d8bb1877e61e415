"""Rules about goals: whether they are written down whole, approved and looked at again, and whether their alerts can work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from itertools import takewhile

from watchbill.lib.durations import closely
from watchbill.lib.numbers import rate, target
from watchbill.lib.shares import part
from watchbill.org.because import day_in_words, listed
from watchbill.org.calendar import months_after
from watchbill.org.entities import Tier
from watchbill.org.objectives import BurnTier, Goal, Severity
from watchbill.org.values import EntityRef

from .books import OWN, sre, together, workbook
from .finding import Observation, Rule, Threshold, Unit, Verdict, rule
from .situation import Situation

_CHANNEL = "channel"
_SECOND = timedelta(seconds=1)
_RESPONSE = {Tier.CRITICAL: timedelta(minutes=5)}
_SLOWER_RESPONSE = timedelta(minutes=30)


@rule(
    "goal-document",
    20,
    Verdict.WARN,
    asks="A goal says in words what it promises, has a policy for when its budget is spent, and is looked at again in time",
    source=workbook(2, 3),
    remedy="Write a description and name a budget policy; after each look at it put the day into “watchbill.dev/reviewed”.",
    threshold=Threshold(Fraction(6), Unit.MONTHS),
)
def goal_document(seen: Situation, most: Fraction) -> Iterator[Observation]:
    """Yield each goal that lacks something of its own record."""
    for goal in _goals(seen):
        missing = list(_missing(seen, goal, int(most)))
        if missing:
            yield _of(
                seen, goal, f"The goal {goal.name} {listed(missing, len(missing))}.", {"lacks": ", ".join(missing)}
            )


def _missing(seen: Situation, goal: Goal, most: int) -> Iterator[str]:
    if not goal.description:
        yield "does not say in words what it promises"
    if goal.policy is None and not _agreed_policy(seen, goal):
        yield "has no budget policy"
    if goal.reviewed_on is None:
        yield "does not say when it was last looked at"
    elif months_after(goal.reviewed_on, most) < seen.day:
        yield f"was last looked at on {day_in_words(goal.reviewed_on)}"


def _agreed_policy(seen: Situation, goal: Goal) -> str | None:
    answer = seen.answers.get(goal.service)
    engagement = seen.organization.engagements.get((answer.engagement if answer is not None else None) or "")
    agreed = engagement.agreement if engagement is not None else None
    return agreed.budget_policy if agreed is not None else None


@rule(
    "goal-approval",
    21,
    Verdict.FAIL,
    asks="A goal that pages somebody is approved by those who own the service and by those who are paged",
    source=workbook(2),
    remedy="Let both sides approve it, and name who did in “watchbill.dev/approved-by”; until then let it open tickets only.",
)
def goal_approval(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each paging goal that one side has not approved, or nobody at all."""
    for goal in _goals(seen):
        if not any(tier.severity is Severity.PAGE for tier in goal.tiers):
            continue
        if not goal.approved_by:
            yield _of(seen, goal, f"The goal {goal.name} is approved by nobody, and pages.", {"approved by": "nobody"})
            continue
        lacking = [side for side in _sides(seen, goal) if not _has_approved(seen, goal, side)]
        if lacking:
            by = listed(goal.approved_by, len(goal.approved_by))
            text = f"The goal {goal.name} is approved by {by}, and by nobody of {listed(lacking)}."
            yield _of(seen, goal, text, {"approved by": by, "lacks": listed(lacking)})


def _sides(seen: Situation, goal: Goal) -> list[EntityRef]:
    """Return the groups that a goal binds: who owns its service, and who is paged for it."""
    answer = seen.answers.get(goal.service)
    if answer is None:
        return []
    owner = seen.organization.things[goal.service].owner
    return list(dict.fromkeys([owner, *([answer.holder] if answer.holder is not None else [])]))


def _has_approved(seen: Situation, goal: Goal, side: EntityRef) -> bool:
    group = seen.organization.groups.get(side)
    return any(by == side or (group is not None and by in group.members) for by in goal.approved_by)


MEASURED = Rule(
    "goal-and-history",
    22,
    Verdict.WARN,
    "A goal asks for no more than was measured over four weeks, or is marked as one to aspire to",
    workbook(2),
    "Begin with what is measured, and raise it by what users need.",
    None,
    None,
    needs="four weeks of measurements, which the files do not hold: ask `watchbill goals check`, or look at a goal's page",
)


@rule(
    "alert-tiers",
    25,
    Verdict.WARN,
    asks="A goal's alerts can fire, wake somebody while most of the budget is left, and open a ticket for a slow burn",
    source=workbook(5),
    remedy="Leave out alertPolicies, and the goal has the four windows of the workbook; or write a page and a ticket that can fire.",
    threshold=Threshold(Fraction(10, 100), Unit.SHARE),
)
def alert_tiers(seen: Situation, most: Fraction) -> Iterator[Observation]:
    """Yield each goal with a tier that never fires (an error), that pages too late, or without a page or a ticket."""
    for goal in _goals(seen):
        never = [tier for tier in goal.tiers if tier.factor * (1 - goal.target) >= 1]
        problems = [f"“{tier.name}” can never fire at {target(goal.target_text)}" for tier in never]
        problems += [
            f"“{tier.name}” pages when {part(_consumed(goal, tier))} of the budget is gone"
            for tier in goal.tiers
            if tier.severity is Severity.PAGE and tier not in never and _consumed(goal, tier) > most
        ]
        severities = {tier.severity for tier in goal.tiers}
        problems += [f"nothing opens a {severity.value}" for severity in Severity if severity not in severities]
        if problems:
            text = f"Of the alerts of {goal.name}, {'; '.join(problems)}."
            figures = {tier.name: f"{rate(tier.factor)}, {part(_consumed(goal, tier))}" for tier in goal.tiers}
            yield _of(seen, goal, text, figures, Verdict.ERROR if never else None)


def _consumed(goal: Goal, tier: BurnTier) -> Fraction:
    """Return the share of the budget that is gone when a tier begins to hold."""
    return tier.factor * Fraction(tier.long // _SECOND, goal.window // _SECOND)


@rule(
    "defensible-goal",
    27,
    Verdict.WARN,
    asks="Somebody can respond to a full outage before the whole budget is gone",
    source=together(workbook(5), sre(11), OWN),
    remedy="Limit how much a single fault can take with it, by small steps and separate copies; or lower the goal.",
    threshold=Threshold(Fraction(1), Unit.SHARE),
)
def defensible_goal(seen: Situation, most: Fraction) -> Iterator[Observation]:
    """Yield each paging goal of which a full outage takes too much before anybody is there.

    Until then pass: a sample, the time until the first paging tier holds, the steps of the escalation policy that call nobody, and
    the time in which somebody agreed to respond.
    """
    for goal in _goals(seen):
        paging = [tier for tier in goal.tiers if tier.severity is Severity.PAGE]
        if not paging:
            continue
        budget = goal.window * float(1 - goal.target)
        detection = min(goal.window * float((1 - goal.target) * _consumed(goal, tier)) for tier in paging)
        source = seen.organization.sources.get(goal.source)
        response = _response(seen, goal)
        pages = detection + _until_called(seen, goal) + (source.interval if source is not None else timedelta())
        needed = pages + response
        if needed > budget * float(most):
            text = (
                f"A full outage spends the whole budget of {goal.name} in {closely(budget)}; "
                f"somebody is there after {closely(needed)}."
            )
            figures = {
                "budget": closely(budget),
                "until it pages": closely(pages),
                "until somebody is there": closely(needed),
            }
            yield _of(seen, goal, text, figures)


def _until_called(seen: Situation, goal: Goal) -> timedelta:
    """Return how long the holder's escalation policy waits before its first step that calls anybody: a channel calls nobody."""
    answer = seen.answers.get(goal.service)
    policy = seen.organization.escalation_policies.get((answer.policy if answer is not None else None) or "")
    steps = policy.steps if policy is not None else ()
    before = takewhile(lambda step: all(target.kind == _CHANNEL for target in step.targets), steps)
    return sum((step.wait for step in before), timedelta())


def _response(seen: Situation, goal: Goal) -> timedelta:
    """Return how soon somebody is there: as agreed, else in 5 minutes for a critical thing and 30 for another."""
    answer = seen.answers.get(goal.service)
    engagement = seen.organization.engagements.get((answer.engagement if answer is not None else None) or "")
    if engagement is not None and engagement.pager.respond_within is not None:
        return engagement.pager.respond_within.span
    thing = seen.organization.things.get(goal.service)
    return _RESPONSE.get(thing.tier, _SLOWER_RESPONSE) if thing is not None else _SLOWER_RESPONSE


def _goals(seen: Situation) -> Iterator[Goal]:
    return (goal for _, goal in sorted(seen.organization.goals.items()))


def _of(seen: Situation, goal: Goal, text: str, figures: dict[str, str], level: Verdict | None = None) -> Observation:
    answer = seen.answers.get(goal.service)
    return Observation(
        f"goal {goal.name}", text, goal.place, answer.team if answer is not None else None, figures, level
    )


RULES = (goal_document, goal_approval, MEASURED, alert_tiers, defensible_goal)
