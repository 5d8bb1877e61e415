"""ReadinessReview documents → readiness reviews, linked: the engagement and the people exist, outcome and items agree.

An engagement that gives SREs a pager becomes active once a review has found it ready, and not so long ago that it speaks of another
service: that is checked here too. Where the implementation demands it, nothing opens without.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from watchbill.lib.numbers import several

from .because import day_in_words
from .calendar import months_after
from .charters import Engagement, EngagementState, ItemStatus, Move, ReadinessReview, ReviewItem, ReviewOutcome
from .faults import Fault, Level
from .implementations import rules_of
from .organization import Organization
from .recognition import Declared, Family
from .register import Register
from .shapes import charter as shapes
from .shapes.fields import Shape

RULE = "readiness-review"
OPENS_FOR_MONTHS = 12


def link_reviews(register: Register) -> dict[str, ReadinessReview]:
    """Return the readiness reviews by name. One of an engagement that does not exist is a fault and is left out."""
    reviews: dict[str, ReadinessReview] = {}
    for one, shape in register.each(Family.WATCHBILL, "ReadinessReview", shapes.ReadinessReview):
        spec = shape.spec
        engagement = register.resolve_name(one, ("spec", "engagement"), Family.WATCHBILL, "Engagement")
        people = [
            register.resolve(one, ("spec", "reviewers", position), ("user", "group"))
            for position in range(len(spec.reviewers))
        ]
        items = tuple(_item(register, one, spec, position, item) for position, item in enumerate(spec.items))
        if engagement is not None:
            reviewers = tuple(person for person in people if person is not None)
            outcome = ReviewOutcome(spec.outcome)
            reviews[one.name] = ReadinessReview(one.name, engagement, spec.date, reviewers, outcome, items, one.place)
    return reviews


def check_openings(register: Register, organization: Organization) -> None:
    """Report every engagement that became active before a readiness review opened it.

    It is an error where its implementation demands one, and a warning where it gives a pager away without it.
    """
    if not register.has_read(Family.WATCHBILL, "ReadinessReview"):
        return
    held: dict[str, list[ReadinessReview]] = {}
    for review in sorted(organization.reviews.values(), key=lambda review: review.on):
        held.setdefault(review.engagement, []).append(review)
    for engagement in organization.engagements.values():
        rules = rules_of(organization.sre_teams[engagement.sre].implementation)
        opening = _opening(engagement)
        takes_the_pager = engagement.pager.is_with_sre and not rules.host_pager
        if opening is not None and (rules.needs_review or takes_the_pager):
            level = rules.engagement_demands.get("review", Level.WARNING)
            months = _opens_for(organization, opening.on)
            _check_opening(register, engagement, opening, held.get(engagement.name, []), level, months=months)


def reviews_ahead(organization: Organization, today: date) -> Iterator[Fault]:
    """Yield a warning for each review that is dated after today and already says what it found."""
    for review in organization.reviews.values():
        if review.on > today and review.outcome is not ReviewOutcome.NOT_READY:
            yield Fault(
                "review-dated-ahead",
                Level.WARNING,
                f"The review is dated ahead, {day_in_words(review.on)}, and already finds {review.engagement} ready: from that "
                "day on it counts, whether or not it was held.",
                "Write what a review found on the day when it is held; until then let the engagement be “preparing”.",
                review.place,
            )


def opens(review: ReadinessReview, day: date, months: int | None) -> bool:
    """Whether a review lets SREs take the pager on a day: it found the service ready, and is not older than some months."""
    is_ready = review.outcome is not ReviewOutcome.NOT_READY
    return is_ready and (months is None or day <= months_after(review.on, months))


def _opens_for(organization: Organization, day: date) -> int | None:
    """Return for how many months a review opens an engagement, as the organisation limits it on a day; None for no limit."""
    if not any(override.rule == RULE for override in organization.overrides):
        return OPENS_FOR_MONTHS
    from .findings import RULES, in_force  # only a folder that overrides the rule waits for the rules to be imported

    override = next((each for each in in_force(organization, day) if each.rule == RULE), None)
    if override is not None and override.is_off:
        return None
    is_sound = override is None or override.value is None or not RULES[RULE].problem_with(override.value)
    return int(RULES[RULE].limit(override)) if is_sound else OPENS_FOR_MONTHS


def _opening(engagement: Engagement) -> Move | None:
    """Return the move from preparing to active, None before it and once the engagement's life is over."""
    life = engagement.life
    if not life or life[-1].state is EngagementState.ENDED:
        return None
    opening = (EngagementState.PREPARING, EngagementState.ACTIVE)
    return next((after for before, after in pairwise(life) if (before.state, after.state) == opening), None)


def _check_opening(
    register: Register,
    engagement: Engagement,
    opening: Move,
    reviews: list[ReadinessReview],
    level: Level,
    *,
    months: int | None,
) -> None:
    before = [review for review in reviews if review.on <= opening.on]
    if before and opens(before[-1], opening.on, months):
        return
    if before:
        is_old = before[-1].outcome is not ReviewOutcome.NOT_READY
        was = f"was older than {several(months or 0, 'month')} by then" if is_old else "found it not ready"
        what = f"the last readiness review before, of {day_in_words(before[-1].on)}, {was}"
    elif reviews:
        what = f"its readiness review is of a later day, {day_in_words(reviews[0].on)}"
    else:
        what = "it has no readiness review"
    mend = f"Let it stay “preparing”; `watchbill readiness new {engagement.name}` writes the review to go through."
    if reviews and not before:
        mend = "Move “active” to the day of the review or a later one; what was held earlier is dated when it was held."
    related = before[-1:] or reviews[:1]
    register.faults.add(
        level,
        "not-reviewed",
        opening.place,
        f"The engagement {engagement.name} {'cannot' if level is Level.ERROR else 'should not'} be active from "
        f"{day_in_words(opening.on)} on: {what}.",
        mend,
        [review.place for review in related] or [engagement.place],
    )


def _item(
    register: Register, one: Declared[Shape], spec: shapes.ReadinessReviewSpec, position: int, item: shapes.ReviewItem
) -> ReviewItem:
    path = ("spec", "items", position)
    owner = register.resolve(one, (*path, "owner"), ("user", "group")) if item.owner else None
    _check_item(register, one, spec, position, item)
    return ReviewItem(
        area=item.area,
        question=item.question,
        status=ItemStatus(item.status),
        evidence=item.evidence or "",
        owner=owner,
        reason=item.reason or "",
        blocking=item.blocking,
        due=item.due,
        place=one.document.place(*path),
    )


def _check_item(
    register: Register, one: Declared[Shape], spec: shapes.ReadinessReviewSpec, position: int, item: shapes.ReviewItem
) -> None:
    faults, place = register.faults, one.document.place("spec", "items", position, "status")
    status, outcome = ItemStatus(item.status), ReviewOutcome(spec.outcome)
    where = [one.document.place("spec", "outcome")]
    is_ready = outcome is not ReviewOutcome.NOT_READY
    if status is ItemStatus.NOT_APPLICABLE and not item.reason:
        faults.error("missing-reason", place, "An item that is not applicable needs a reason.", "Add “reason”.")
    if status is ItemStatus.YES and not item.evidence and is_ready:
        faults.error(
            "missing-evidence",
            place,
            "A yes needs something that shows it.",
            "Add “evidence”: a link, or a sentence.",
            where,
        )
    if status is not ItemStatus.NO or not is_ready:
        return
    if item.blocking or outcome is ReviewOutcome.READY:
        faults.error(
            "review-contradiction",
            place,
            f"This item is {'blocking and ' if item.blocking else ''}not fulfilled, yet the outcome is “{outcome}”.",
            "Change the outcome, or the item.",
            where,
        )
    elif not item.owner or item.due is None:
        faults.error(
            "missing-owner",
            place,
            "A condition needs a person who fulfils it, and a day until when.",
            "Add “owner” and “due”.",
            where,
        )
