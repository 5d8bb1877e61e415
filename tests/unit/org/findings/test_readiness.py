"""Rules 51 and 52: the way to the pager. Each broken, and just kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from tests.unit.org import made
from watchbill.org.agreements import AgreedStep
from watchbill.org.charters import EngagementState, ItemStatus, ReadinessReview, ReviewItem, ReviewOutcome
from watchbill.org.findings import Verdict
from watchbill.org.implementations import rules_of

from . import building

PACT = "Engagement pact"
PREPARING, ACTIVE = EngagementState.PREPARING, EngagementState.ACTIVE


CHECKLIST = tuple(
    ReviewItem(each.area, each.text, ItemStatus.YES, "seen", None, "", each.blocking, None, made.place())
    for each in rules_of(building.SRE.implementation).checklist
)


def review(
    on: str, outcome: ReviewOutcome, *items: ReviewItem, asks: Sequence[ReviewItem] = CHECKLIST
) -> ReadinessReview:
    """Return a review that answers every question of its implementation with yes, or `asks` alone, and `items` beside."""
    return ReadinessReview(f"of-{on}", "pact", date.fromisoformat(on), (), outcome, (*items, *asks), made.place())


def item(status: ItemStatus, *, blocking: bool = False, due: str | None = None) -> ReviewItem:
    day = date.fromisoformat(due) if due else None
    return ReviewItem("capacity", "Does it fit?", status, "", None, "", blocking, day, made.place())


def reviewed(state: EngagementState, *reviews: ReadinessReview) -> list[tuple[Verdict, str]]:
    organization = building.organization(
        things=[made.thing("shop")],
        teams=[building.SRE],
        engagements=[building.engaged(state=state)],
        more={"reviews": {each.name: each for each in reviews}},
    )
    return building.found(organization, "readiness-review")


def test_the_pager_waits_for_a_review_that_finds_the_service_ready() -> None:
    blocking = item(ItemStatus.NO, blocking=True)
    assert reviewed(PREPARING) == [(Verdict.BLOCK, PACT)]
    assert reviewed(PREPARING, review("2026-05-01", ReviewOutcome.NOT_READY, blocking)) == [(Verdict.BLOCK, PACT)]
    assert reviewed(PREPARING, review("2026-05-01", ReviewOutcome.READY_WITH_CONDITIONS)) == []


def test_a_review_of_tomorrow_opens_nothing_today() -> None:
    assert reviewed(PREPARING, review("2026-05-07", ReviewOutcome.READY)) == [(Verdict.BLOCK, PACT)]


def test_a_review_of_more_than_a_year_ago_opens_nothing() -> None:
    assert reviewed(PREPARING, review("2025-05-06", ReviewOutcome.READY)) == []
    assert reviewed(PREPARING, review("2025-05-05", ReviewOutcome.READY)) == [(Verdict.BLOCK, PACT)]


def test_a_review_is_repeated_within_a_year() -> None:
    assert reviewed(ACTIVE, review("2025-05-06", ReviewOutcome.READY)) == []
    assert reviewed(ACTIVE, review("2025-05-05", ReviewOutcome.READY)) == [(Verdict.WARN, PACT)]


def test_a_condition_is_fulfilled_by_its_day_or_a_later_review_says_so() -> None:
    def conditional(due: str) -> ReadinessReview:
        return review("2026-03-01", ReviewOutcome.READY_WITH_CONDITIONS, item(ItemStatus.NO, due=due))

    assert reviewed(ACTIVE, conditional("2026-05-05")) == [(Verdict.FAIL, PACT)]
    assert reviewed(ACTIVE, conditional("2026-05-06")) == []
    again = review("2026-05-06", ReviewOutcome.READY, item(ItemStatus.YES))
    assert reviewed(ACTIVE, conditional("2026-05-05"), again) == []


def test_a_review_asks_what_its_implementation_asks() -> None:
    """One question less is a warning, one that is blocking or an invented question alone a failure; before the move as after it."""
    not_blocking, blocking = (next(each for each in CHECKLIST if each.blocking is wanted) for wanted in (False, True))
    for state in (PREPARING, ACTIVE):

        def asking(*items: ReviewItem, state: EngagementState = state) -> list[tuple[Verdict, str]]:
            return reviewed(state, review("2026-05-01", ReviewOutcome.READY, asks=items))

        assert asking(*CHECKLIST) == []
        assert asking(*(each for each in CHECKLIST if each is not not_blocking)) == [(Verdict.WARN, PACT)]
        assert asking(*(each for each in CHECKLIST if each is not blocking)) == [(Verdict.FAIL, PACT)]
        assert asking(item(ItemStatus.YES)) == [(Verdict.FAIL, PACT)]


def onboarding(state: EngagementState, steps: Iterable[tuple[str | None, str | None]]) -> list[tuple[Verdict, str]]:
    """Each step is the days on which it is due and was done."""
    listed = tuple(AgreedStep("a week beside a developer", _day(due), _day(done), made.place()) for due, done in steps)
    pact = building.engaged(state=state, agreement=building.agreement(onboarding=listed))
    organization = building.organization(things=[made.thing("shop")], teams=[building.SRE], engagements=[pact])
    return building.found(organization, "onboarding")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def test_the_pager_waits_for_every_step_of_onboarding() -> None:
    assert onboarding(PREPARING, [(None, "2026-05-01"), (None, None)]) == [(Verdict.BLOCK, PACT)]
    assert onboarding(PREPARING, [(None, "2026-05-01"), (None, "2026-05-06")]) == []


def test_without_any_step_it_cannot_be_told() -> None:
    assert onboarding(PREPARING, []) == [(Verdict.NOT_DECLARED, PACT)]


def test_under_an_active_engagement_only_a_step_past_its_day_is_a_finding() -> None:
    assert onboarding(ACTIVE, [("2026-05-05", None)]) == [(Verdict.WARN, PACT)]
    assert onboarding(ACTIVE, [("2026-05-06", None)]) == []
    assert onboarding(ACTIVE, []) == []
