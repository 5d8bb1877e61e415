"""ReadinessReview documents → readiness reviews, linked: the engagement and the people exist, outcome and items agree."""

from __future__ import annotations

from .charters import ItemStatus, ReadinessReview, ReviewItem, ReviewOutcome
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


def _item(
    register: Register, one: Declared[Shape], spec: shapes.ReadinessReviewSpec, position: int, item: shapes.ReviewItem
) -> ReviewItem:
    path = ("spec", "items", position)
    owner = register.resolve(one, (*path, "owner"), ("user", "group")) if item.owner else None
    status = one.document.place(*path, "status")
    if item.status == "notApplicable" and not item.reason:
        register.faults.error(
            "missing-reason", status, "An item that is not applicable needs a reason.", "Add “reason”."
        )
    if item.status == "no" and item.blocking and spec.outcome == "ready":
        register.faults.error(
            "review-contradiction",
            status,
            "This item is blocking and not fulfilled, yet the outcome is “ready”.",
            "Change the outcome, or the item.",
            [one.document.place("spec", "outcome")],
        )
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
