"""What shows a practice to be done: the example organisation by hand, each kind of evidence on a small one, and what always holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.org import made
from tests.unit.org.drawn import PEOPLE, THINGS, checked, instants, organizations
from tests.unit.org.findings import building
from watchbill.org.charters import (
    BudgetPolicy,
    BudgetState,
    Engagement,
    EngagementState,
    ItemStatus,
    ReadinessReview,
    ReviewItem,
    ReviewOutcome,
)
from watchbill.org.duties import Duty, How, State, duties
from watchbill.org.folder import read
from watchbill.org.implementations import PRACTICES
from watchbill.org.organization import Organization

ACME = Path(__file__).parents[3] / "examples" / "acme"


@pytest.fixture(scope="module")
def acme() -> dict[tuple[str, str], Duty]:
    organization = read(ACME).organization
    assert organization is not None
    found = duties(organization, datetime(2026, 11, 25, 10, tzinfo=UTC))
    return {(str(duty.thing), duty.practice): duty for duty in found}


@pytest.mark.parametrize(
    ("thing", "done", "otherwise"),
    [
        # a goal that alerts and is under a policy, Checkout SRE's watch, and a review that asked about design and capacity
        ("component:cart", "goals design observability incidents capacity change", State.DECLARED),
        # its review is of 30 October 2025, more than a year ago; what is left is the watch
        ("component:deploy", "incidents", State.DECLARED),
        # Mei's engagement has no review; the watch is that of her host
        ("component:login", "goals observability incidents change", State.DECLARED),
        # chartered, and called without a watch
        ("component:metrics", "", State.DECLARED),
        # the catch-all is called for it: that is nobody's practice
        ("component:loyalty-points", "", State.NOT_MEASURED),
        ("component:payroll", "", State.NOT_MEASURED),
        ("resource:cart-db", "incidents", State.DECLARED),
        ("resource:cluster-eu", "goals observability incidents change", State.DECLARED),
    ],
)
def test_the_example_organisation(acme: dict[tuple[str, str], Duty], thing: str, done: str, otherwise: State) -> None:
    states = {practice: acme[thing, practice].state for practice in PRACTICES}
    assert states == {practice: State.DONE if practice in done.split() else otherwise for practice in PRACTICES}


@pytest.mark.parametrize(
    ("practice", "rule", "document", "place"),
    [
        ("goals", "goal-declared", "SLO cart-availability", "goals/cart.yaml:9"),
        ("observability", "burn-alerts", "SLO cart-availability", "goals/cart.yaml:9"),
        ("incidents", "watch-called", "Schedule checkout-primary", "watches/checkout.yaml:4"),
        ("change", "releases-held", "BudgetPolicy standard", "goals/budget-policy.yaml:8"),
        ("capacity", "review-answered", "ReadinessReview checkout-2026", "sre/checkout.yaml:117"),
        ("toil", "nothing-shown", "", "None"),
    ],
)
def test_the_reason_names_what_shows_it_and_where(
    acme: dict[tuple[str, str], Duty], practice: str, rule: str, document: str, place: str
) -> None:
    because = acme["component:cart", practice].evidence
    where = f"{because.place.file}:{because.place.line}" if because.place is not None else "None"
    assert (because.rule, because.document, where) == (rule, document, place)


def of(engagement: Engagement | None = None, **parts: Any) -> dict[str, Duty]:
    """Return the duties on `shop`, which SRE is engaged for unless said."""
    organization = building.organization(
        things=[made.thing("shop")], teams=[building.SRE], engagements=[engagement or building.engaged()], **parts
    )
    return {duty.practice: duty for duty in duties(organization, made.AT)}


def done(found: dict[str, Duty]) -> list[str]:
    return [practice for practice in PRACTICES if found[practice].state is State.DONE]


def test_a_promise_shows_nothing() -> None:
    found = of()
    assert {duty.state for duty in found.values()} == {State.DECLARED}
    assert found["goals"].evidence.text == (
        "Nothing shows goals of component:shop: no goal is declared for it, no readiness review of the last 12 months "
        "answers for it."
    )


def test_what_nobody_took_on_is_not_measured_and_what_advisers_share_by_agreement_is_declared() -> None:
    advised = building.engaged(sre=building.ADVISERS, practices={"goals": "joint"})
    organization = building.organization(
        things=[made.thing("shop")], teams=[building.ADVISERS], engagements=[advised], catch_all="devs"
    )
    states = {duty.practice: duty.state for duty in duties(organization, made.AT)}
    assert states == {**dict.fromkeys(PRACTICES, State.NOT_MEASURED), "goals": State.DECLARED}


def test_a_goal_shows_goals_and_only_with_burn_tiers_observability() -> None:
    assert done(of(goals=[building.goal("shop")])) == ["goals", "observability"]
    assert done(of(goals=[building.goal("shop", tiers=())])) == ["goals"]
    assert done(of(goals=[building.goal("another")])) == []


def holding(releases: str) -> dict[str, Any]:
    states = (BudgetState("spent", None, releases, (), made.place()),)
    policy = BudgetPolicy("strict", "strict", made.ref("boss", "user"), states, None, None, made.place())
    return {"budget_policies": {"strict": policy}}


def test_a_budget_policy_that_holds_releases_shows_change_for_what_has_a_goal_under_it() -> None:
    agreed = building.engaged(agreement=building.agreement(budget_policy="strict"))
    own, other = building.goal("shop", policy="strict"), building.goal("shop")
    assert "change" in done(of(goals=[own], more=holding("blocked")))
    assert "change" in done(of(agreed, goals=[other], more=holding("approval")))
    assert "change" not in done(of(goals=[own], more=holding("open")))
    assert "change" not in done(of(agreed, more=holding("blocked")))  # no goal: no budget that could be spent
    assert "change" not in done(of(goals=[replace(own, aspirational=True)], more=holding("blocked")))


def test_a_watch_shows_incidents_where_its_policy_calls_somebody_for_the_thing() -> None:
    policies = [building.policy("sre", "first")]
    assert done(of(policies=policies, watches=[building.watch("first", ["s1"])])) == ["incidents"]
    assert done(of(policies=policies, watches=[building.watch("first", [""])])) == []
    assert done(of(policies=[building.policy("devs", "first")], watches=[building.watch("first", ["dev"])])) == []


def review(
    name: str, day: str, status: ItemStatus, evidence: str = "load test", area: str = "capacity"
) -> ReadinessReview:
    item = ReviewItem(area, "Does it fit?", status, evidence, None, "", False, None, made.place())
    return ReadinessReview(name, "pact", date.fromisoformat(day), (), ReviewOutcome.READY, (item,), made.place())


@pytest.mark.parametrize(
    ("reviews", "expected"),
    [
        ([review("one", "2026-03-01", ItemStatus.YES)], ["capacity"]),
        ([review("one", "2026-03-01", ItemStatus.YES, evidence="")], []),
        ([review("one", "2026-03-01", ItemStatus.NO)], []),
        ([review("one", "2026-03-01", ItemStatus.YES, area="data")], []),  # no practice of SRE
        ([review("one", "2025-05-06", ItemStatus.YES)], ["capacity"]),  # a year ago, to the day
        ([review("one", "2025-05-05", ItemStatus.YES)], []),
        ([review("one", "2026-05-07", ItemStatus.YES)], []),  # tomorrow
        # the last review that asks decides; one that does not apply asks nothing
        ([review("one", "2026-03-01", ItemStatus.YES), review("two", "2026-04-01", ItemStatus.NO)], []),
        (
            [review("one", "2026-03-01", ItemStatus.YES), review("two", "2026-04-01", ItemStatus.NOT_APPLICABLE)],
            ["capacity"],
        ),
    ],
)
def test_the_last_review_of_a_year_shows_what_it_answers_with_evidence(
    reviews: list[ReadinessReview], expected: list[str]
) -> None:
    assert done(of(more={"reviews": {each.name: each for each in reviews}})) == expected


def test_a_review_of_an_engagement_that_is_not_in_force_shows_nothing() -> None:
    preparing = building.engaged(state=EngagementState.PREPARING)
    found = of(preparing, more={"reviews": {"one": review("one", "2026-03-01", ItemStatus.YES)}})
    assert done(found) == []


@st.composite
def evidenced(draw: st.DrawFn) -> Organization:
    """Draw an organisation with goals, watches and reviews here and there."""
    plain = draw(organizations())
    goals = {name: building.goal(name) for name in draw(st.sets(st.sampled_from(THINGS)))}
    groups = sorted(plain.escalation_policies)
    called = draw(st.sets(st.sampled_from(groups))) if groups else set()
    reviews = {
        name: replace(
            review(name, "2026-01-15", ItemStatus.YES, area=draw(st.sampled_from(PRACTICES))), engagement=name
        )
        for name in draw(st.sets(st.sampled_from(sorted(plain.engagements))) if plain.engagements else st.just(set()))
    }
    policies = {**plain.escalation_policies, **{name: building.policy(name, f"of {name}") for name in called}}
    watches = {f"of {name}": building.watch(f"of {name}", draw(st.lists(st.sampled_from(PEOPLE)))) for name in called}
    return replace(
        plain,
        goals={goal.name: goal for goal in goals.values()},
        escalation_policies=policies,
        schedules=watches,
        reviews=reviews,
    )


@checked
@given(evidenced(), instants)
def test_a_practice_is_done_only_with_a_reason_that_names_something_declared(
    organization: Organization, at: datetime
) -> None:
    declared = {
        *(f"SLO {goal.document or goal.name}" for goal in organization.goals.values()),
        *(f"Schedule {name}" for name in organization.schedules),
        *(f"ReadinessReview {name}" for name in organization.reviews),
    }
    for duty in duties(organization, at):
        is_done = duty.state is State.DONE
        assert is_done == (duty.evidence.place is not None) == (duty.evidence.document in declared)
        if not is_done:
            is_handed = duty.accountable is not None and (duty.team is not None or duty.how is not How.PARTNER)
            assert duty.state is (State.DECLARED if is_handed else State.NOT_MEASURED)


@checked
@given(organizations(), instants)
def test_without_a_goal_a_watch_or_a_review_nothing_is_done(organization: Organization, at: datetime) -> None:
    assert State.DONE not in {duty.state for duty in duties(organization, at)}
