"""ReadinessReview documents → readiness reviews, linked: the engagement and the people exist, outcome and items agree.

An engagement of an implementation that demands it becomes active only once a review has found it ready: that is checked here too.
"""

from __future__ import annotations

from itertools import pairwise

from .because import day_in_words
from .charters import Engagement, EngagementState, ItemStatus, Move, ReadinessReview, ReviewItem, ReviewOutcome
from .faults import Level
from .implementations import rules_of
from .organization import Organization
from .recognition import Declared, Family
from .register import Register
from .shapes import charter as shapes
from .shapes.fields import Shape


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
    """Report every engagement that became active before a readiness review opened it, where its implementation demands one."""
    if not register.has_read(Family.WATCHBILL, "ReadinessReview"):
        return
    held: dict[str, list[ReadinessReview]] = {}
    for review in sorted(organization.reviews.values(), key=lambda review: review.on):
        held.setdefault(review.engagement, []).append(review)
    for engagement in organization.engagements.values():
        rules = rules_of(organization.sre_teams[engagement.sre].implementation)
        opening = _opening(engagement)
        if rules.needs_review and opening is not None:
            level = rules.engagement_demands["review"]
            _check_opening(register, engagement, opening, held.get(engagement.name, []), level)


def _opening(engagement: Engagement) -> Move | None:
    """Return the move from preparing to active, None before it and once the engagement's life is over."""
    life = engagement.life
    if not life or life[-1].state is EngagementState.ENDED:
        return None
    opening = (EngagementState.PREPARING, EngagementState.ACTIVE)
    return next((after for before, after in pairwise(life) if (before.state, after.state) == opening), None)


def _check_opening(
    register: Register, engagement: Engagement, opening: Move, reviews: list[ReadinessReview], level: Level
) -> None:
    before = [review for review in reviews if review.on <= opening.on]
    if before and before[-1].outcome is not ReviewOutcome.NOT_READY:
        return
    if before:
        what = f"the last readiness review before, of {day_in_words(before[-1].on)}, found it not ready"
    elif reviews:
        what = f"its readiness review is of a later day, {day_in_words(reviews[0].on)}"
    else:
        what = "it has no readiness review"
    related = before[-1:] or reviews[:1]
    register.faults.add(
        level,
        "not-reviewed",
        opening.place,
        f"The engagement {engagement.name} cannot be active from {day_in_words(opening.on)} on: {what}.",
        f"Let it stay “preparing”; `watchbill readiness new {engagement.name}` writes the review to go through.",
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
