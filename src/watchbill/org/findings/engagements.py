"""Rules about engagements: what both sides wrote down, and whether they look at it again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from watchbill.lib.numbers import several
from watchbill.org.because import day_in_words, listed
from watchbill.org.calendar import months_after
from watchbill.org.charters import Engagement, EngagementState
from watchbill.org.implementations import rules_of
from watchbill.org.organization import Organization
from watchbill.org.values import Duration

from .books import OWN, OWN_LIMIT, TEAMS, policy_appendix, together, workbook
from .finding import Observation, Threshold, Unit, Verdict, rule
from .situation import Situation

_ACTIVE = frozenset({EngagementState.ACTIVE})
_HANDING_BACK = frozenset({EngagementState.HANDING_BACK})
_QUARTER = 3


@rule(
    "engagement-record",
    53,
    Verdict.ERROR,
    asks="An active engagement says its goals, whom to turn to in a dispute, its budget policy, and when it is handed back",
    source=together(workbook(18), policy_appendix()),
    remedy="Agree on it with the partner, and write it into “agreement”.",
)
def engagement_record(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each active engagement that lacks something: an error where its implementation demands it, else it warns."""
    for engagement, team in seen.engagements(_ACTIVE):
        demanded = seen.rules(team).engagement_demands
        is_advice = seen.rules(team).advises_only
        missing = [field for field, is_there in _written(engagement).items() if not is_there]
        asked = [field for field in missing if field in demanded or not is_advice]
        if asked:
            yield Observation(
                f"Engagement {engagement.name}",
                f"{engagement.title} is active and says nothing of {listed([_WORDS[field] for field in asked], len(asked))}.",
                engagement.agreement.place if engagement.agreement is not None else engagement.place,
                team.name,
                {"missing": ", ".join(asked)},
                None if demanded.keys() & asked else Verdict.WARN,
            )


_WORDS = {
    "goals": "its goals",
    "escalateTo": "whom to turn to in a dispute",
    "budgetPolicy": "a budget policy",
    "handBackWhen": "when it is handed back",
}


def _written(engagement: Engagement) -> dict[str, bool]:
    agreed = engagement.agreement
    if agreed is None:
        return dict.fromkeys(_WORDS, False)
    return {
        "goals": bool(agreed.goals),
        "escalateTo": agreed.escalate_to is not None,
        "budgetPolicy": agreed.budget_policy is not None,
        "handBackWhen": bool(agreed.hand_back_when) or engagement.ends is not None,
    }


@rule(
    "engagement-review",
    53,
    Verdict.WARN,
    asks="Both sides look at their engagement together as often as they agreed",
    source=workbook(18),
    remedy="Meet, decide whether it goes on, changes or is handed back, and write the day and the verdict into “reviews”.",
)
def engagement_review(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each active engagement whose next review is past its day."""
    for engagement, team in seen.engagements(_ACTIVE):
        every = _review_every(seen.organization, engagement)
        last = _last_looked_at(engagement, seen.day)
        due = review_due(seen.organization, engagement, seen.day)
        if last is None or due is None or due >= seen.day:
            continue
        yield Observation(
            f"Engagement {engagement.name}",
            f"{engagement.title} was due to be looked at on {day_in_words(due)}, {several((seen.day - due).days, 'day')} ago.",
            engagement.place,
            team.name,
            {"last": day_in_words(last), "every": every.text, "due": day_in_words(due)},
        )


def review_due(organization: Organization, engagement: Engagement, day: date) -> date | None:
    """Return when the two sides look at an active engagement together next, as they agreed; None while it is not active."""
    last = _last_looked_at(engagement, day)
    if last is None or engagement.state_at(day) not in _ACTIVE:
        return None
    return months_after(last, _review_every(organization, engagement))


def _review_every(organization: Organization, engagement: Engagement) -> Duration:
    agreed = engagement.agreement
    if agreed is not None and agreed.review_every is not None:
        return agreed.review_every
    return rules_of(organization.sre_teams[engagement.sre].implementation).terms.review_every


def _last_looked_at(engagement: Engagement, day: date) -> date | None:
    held = [review.on for review in engagement.reviews_held if review.on <= day]
    begun = [move.on for move in engagement.life if move.state is EngagementState.ACTIVE and move.on <= day]
    return max([*held, *begun], default=None)


@rule(
    "shared-goals",
    53,
    Verdict.WARN,
    asks="Who advises has goals with the partner, and the partner's services have goals that both can see",
    source=together(TEAMS, workbook(18, 19)),
    remedy="Write the goals of the engagement together, and a first SLO for what the partner's users do most.",
)
def shared_goals(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each engagement of advisers without goals of its own, or over things of which none has a goal."""
    for engagement, team in seen.engagements(watching="shared-goals"):
        things = [thing.ref for thing in seen.engaged_things(engagement)]
        lacking = (
            []
            if engagement.agreement is not None and engagement.agreement.goals
            else ["its two sides agreed on no goals"]
        )
        if things and not any(ref in seen.goals_of for ref in things):
            few = {1: "its service has no goal", 2: "neither of its 2 services has a goal"}
            lacking.append(few.get(len(things), f"none of its {len(things)} services has a goal"))
        if lacking:
            yield Observation(
                f"Engagement {engagement.name}",
                f"{engagement.title}: {listed(lacking)}.",
                engagement.place,
                team.name,
                {"services": str(len(things))},
            )


@rule(
    "hand-back",
    60,
    Verdict.ADVICE,
    asks="Handing back takes a quarter at most",
    source=together(workbook(18, 20), OWN_LIMIT),
    remedy="Pass on what is known, move the routes, stand the last turns together, and end it.",
    threshold=Threshold(Fraction(3), Unit.MONTHS),
)
def hand_back(seen: Situation, most: Fraction) -> Iterator[Observation]:
    """Yield each engagement that has been handing back for too long."""
    for engagement, team in seen.engagements(_HANDING_BACK):
        move = engagement.move_at(seen.day)
        if move is not None and months_after(move.on, int(most)) < seen.day:
            yield Observation(
                f"Engagement {engagement.name}",
                f"{engagement.title} has been handing back since {day_in_words(move.on)}.",
                move.place,
                team.name,
                {"since": day_in_words(move.on)},
            )


@rule(
    "hand-back-duties",
    62,
    Verdict.BLOCK,
    asks="Before an engagement ends, knowledge is passed on, routes are moved, and both sides have stood the watch together",
    source=together(workbook(20), OWN),
    remedy="Agree on the steps in “handBack”, each with the day on which it was done; let it end after that.",
)
def hand_back_duties(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each engagement that is being handed back whose steps are not done, or not declared, and each that ends without it."""
    yield from _ending_without(seen)
    for engagement, team in seen.engagements(_HANDING_BACK):
        steps = engagement.agreement.hand_back if engagement.agreement is not None else ()
        undone = [step for step in steps if step.done is None or step.done > seen.day]
        if undone or not steps:
            left = [step.step for step in undone]
            yield Observation(
                f"Engagement {engagement.name}",
                f"{engagement.title} {f'still has to do: {listed(left)}' if left else 'names no step of handing back'}.",
                undone[0].place if undone else engagement.place,
                team.name,
                {"done": str(len(steps) - len(undone)), "of": str(len(steps))},
                None if steps else Verdict.NOT_DECLARED,
            )


def _ending_without(seen: Situation) -> Iterator[Observation]:
    """Yield each engagement with a pager of the SREs that ends on its last day within a quarter, or did, and is not handed back."""
    for engagement, team in seen.engagements(_ACTIVE | {EngagementState.ENDED}):
        move, ends = engagement.move_at(seen.day), engagement.ends
        if ends is None or move is None or move.state not in _ACTIVE:
            continue
        is_near = ends <= months_after(seen.day, _QUARTER) and seen.day <= months_after(ends, _QUARTER)
        if is_near and engagement.pager.is_with_sre and not seen.rules(team).host_pager:
            verb, never = ("ends", "is not being") if seen.day <= ends else ("ended", "was never")
            yield Observation(
                f"Engagement {engagement.name}",
                f"{engagement.title} {verb} on {day_in_words(ends)} and {never} handed back: its pager moves by itself.",
                engagement.place,
                team.name,
                {"ends": day_in_words(ends)},
                None if seen.day <= ends else Verdict.WARN,
                "Let it be “handingBack” before its last day, with the steps in “handBack”; or prolong it in “extensions”.",
            )


RULES = (engagement_record, engagement_review, shared_goals, hand_back, hand_back_duties)
