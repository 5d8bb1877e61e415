"""Rules about the way to the pager: the readiness review, what it left open, and what is done before the SREs take part fully."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from watchbill.lib.numbers import several
from watchbill.org.because import day_in_words, listed
from watchbill.org.calendar import months_after
from watchbill.org.charters import Engagement, EngagementState, ItemStatus, ReadinessReview, ReviewOutcome
from watchbill.org.implementations import Question
from watchbill.org.open_questions import asked
from watchbill.org.reviews import OPENS_FOR_MONTHS, RULE, opens

from .books import REVIEWS, TAKEOVER, sre, together, workbook
from .finding import Observation, Threshold, Unit, Verdict, rule
from .situation import Situation

_PREPARING = frozenset({EngagementState.PREPARING})
_ACTIVE = frozenset({EngagementState.ACTIVE})


@rule(
    RULE,
    51,
    Verdict.WARN,
    asks="Before SREs take a pager a readiness review finds the service ready; it asks every question of the implementation, "
    "is repeated yearly, and what it left open is done",
    source=together(sre(32), REVIEWS),
    remedy="Do what is open and hold the review again: `watchbill readiness new` writes it, with every question.",
    threshold=Threshold(Fraction(OPENS_FOR_MONTHS), Unit.MONTHS),
)
def readiness_review(seen: Situation, most: Fraction) -> Iterator[Observation]:
    """Yield each engagement that waits for its review, or whose last one is too old or left open or out what it should not."""
    for engagement, team in seen.engagements(_PREPARING | _ACTIVE):
        if not seen.rules(team).needs_review:
            continue
        reviews = seen.reviews_of.get(engagement.name, ())
        is_preparing = engagement.state_at(seen.day) is EngagementState.PREPARING
        found = _waiting(seen, engagement, reviews[-1] if reviews else None, int(most)) if is_preparing else None
        if found is None and reviews:
            found = _kept_up(seen, engagement, reviews[-1], seen.rules(team).checklist, int(most))
        if found is not None:
            yield found


def _waiting(seen: Situation, engagement: Engagement, review: ReadinessReview | None, most: int) -> Observation | None:
    if review is not None and opens(review, seen.day, most):
        return None
    items = review.items if review is not None else ()
    blocking = [item for item in items if item.blocking and item.status is ItemStatus.NO]
    if review is None:
        text = f"{engagement.title} has no readiness review{_ahead(seen, engagement)}: the pager stays where it is."
    elif review.outcome is not ReviewOutcome.NOT_READY:
        text = (
            f"The review of {engagement.title} is of {day_in_words(review.on)}, older than {several(most, 'month')}: "
            "the pager stays where it is."
        )
    else:
        text = (
            f"The review of {day_in_words(review.on)} found {engagement.title} not ready: "
            f"{several(len(blocking), 'blocking question')} open, the pager stays where it is."
        )
    return Observation(
        f"Engagement {engagement.name}",
        text,
        review.place if review is not None else engagement.place,
        engagement.sre,
        {"blocking": ", ".join(item.area for item in blocking) or "none"},
        Verdict.BLOCK,
    )


def _ahead(seen: Situation, engagement: Engagement) -> str:
    days = [each.on for each in seen.organization.reviews.values() if each.engagement == engagement.name]
    return f" yet, it is dated {day_in_words(min(days))}" if days else ""


def _kept_up(
    seen: Situation, engagement: Engagement, review: ReadinessReview, checklist: tuple[Question, ...], most: int
) -> Observation | None:
    open_too_long = [
        item for item in review.items if item.status is ItemStatus.NO and item.due is not None and item.due < seen.day
    ]
    answered = {asked(item) for item in review.items}
    left_out = [question for question in checklist if question.text.casefold() not in answered]
    blocking = [question for question in left_out if question.blocking]
    is_old = months_after(review.on, most) < seen.day
    parts = [f"is of {day_in_words(review.on)}"] if is_old else []
    parts += [f"left “{item.question}” open until {day_in_words(item.due)}" for item in open_too_long if item.due]
    if left_out:
        parts.append(f"left out {_questions(left_out, blocking)}")
    if not parts:
        return None
    return Observation(
        f"Engagement {engagement.name}",
        f"The last readiness review of {engagement.title} {listed(parts)}.",
        open_too_long[0].place if open_too_long else review.place,
        engagement.sre,
        {
            "reviewed": day_in_words(review.on),
            "conditions past their day": str(len(open_too_long)),
            "questions left out": str(len(left_out)),
        },
        Verdict.FAIL if open_too_long or blocking else None,
    )


def _questions(left_out: list[Question], blocking: list[Question]) -> str:
    count = several(len(left_out), "question")
    return f"{count}, {len(blocking)} of them blocking, such as “{blocking[0].text}”" if blocking else count


@rule(
    "onboarding",
    52,
    Verdict.BLOCK,
    asks="Before SREs take a pager they are trained, stand beside the developers, and grade a week of their pages",
    source=together(TAKEOVER, workbook(8)),
    remedy="Agree on the steps in “onboarding”, each with the day on which it was done.",
)
def onboarding(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each engagement that will give a pager and whose steps are not done or not declared; of an active one those overdue."""
    for engagement, team in seen.engagements(_PREPARING | _ACTIVE):
        if engagement.pager.primary != "sre" or not seen.rules(team).needs_review:
            continue
        steps = engagement.agreement.onboarding if engagement.agreement is not None else ()
        is_preparing = engagement.state_at(seen.day) is EngagementState.PREPARING
        undone = [step for step in steps if step.done is None or step.done > seen.day]
        overdue = [step for step in undone if (step.due or step.done or seen.day) < seen.day]
        asked = undone if is_preparing else overdue
        if asked or (is_preparing and not steps):
            what = (
                f"still has to do: {listed([step.step for step in asked])}" if asked else "names no step of onboarding"
            )
            yield Observation(
                f"Engagement {engagement.name}",
                f"{engagement.title} {what}.",
                asked[0].place if asked else engagement.place,
                team.name,
                {"done": str(len(steps) - len(undone)), "of": str(len(steps))},
                Verdict.NOT_DECLARED if not steps else None if is_preparing else Verdict.WARN,
            )


RULES = (readiness_review, onboarding)
