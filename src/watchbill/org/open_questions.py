"""What a readiness review takes over from those before it: a blocking question that was answered with no stays open.

A review that opens an engagement answers each of them. What it asks beside is `findings/readiness.py`'s matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .because import day_in_words
from .charters import ItemStatus, ReadinessReview, ReviewItem, ReviewOutcome
from .organization import Organization
from .recognition import Family
from .register import Register


def check_open_questions(register: Register, organization: Organization) -> None:
    """Report each blocking question that was found open and that the next review to find the service ready passes over."""
    if not register.has_read(Family.WATCHBILL, "ReadinessReview"):
        return
    of_engagement: dict[str, list[ReadinessReview]] = {}
    for review in sorted(organization.reviews.values(), key=lambda each: (each.on, each.name)):
        of_engagement.setdefault(review.engagement, []).append(review)
    for reviews in of_engagement.values():
        for review, since, item in _passed_over(reviews):
            register.faults.error(
                "open-question",
                review.place,
                f"This review finds {review.engagement} ready, and does not answer with yes what the review of "
                f"{day_in_words(since.on)} left open and blocking: “{item.question}”.",
                "Answer it here with yes and its evidence, or with notApplicable and the reason; or set the outcome to “notReady”.",
                [item.place],
            )


def _passed_over(
    reviews: Sequence[ReadinessReview],
) -> Iterator[tuple[ReadinessReview, ReadinessReview, ReviewItem]]:
    """Yield a review that opens, the earlier one and its open item, from an engagement's reviews in their order."""
    open_since: dict[str, tuple[ReadinessReview, ReviewItem]] = {}
    for review in reviews:
        blocking = {asked(item): item for item in review.items if item.status is ItemStatus.NO and item.blocking}
        for item in review.items:
            if item.status is not ItemStatus.NO:
                open_since.pop(asked(item), None)
        if review.outcome is not ReviewOutcome.NOT_READY:
            yield from ((review, *open_since.pop(question)) for question in list(open_since.keys() - blocking.keys()))
        open_since |= {question: (review, item) for question, item in blocking.items()}


def asked(item: ReviewItem) -> str:
    """Return the question of an item, as two reviews that ask the same are recognised by."""
    return " ".join(item.question.split()).casefold()
