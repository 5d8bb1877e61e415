"""Rules 20, 21, 25 and 27: goals. Each broken, and just kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from tests.unit.org import made
from watchbill.org.charters import EscalationStep, Target
from watchbill.org.entities import Tier
from watchbill.org.findings import RULES, Verdict
from watchbill.org.objectives import BurnTier, Goal, Severity
from watchbill.org.organization import Organization

from . import building

GOAL = "goal shop-availability"


def with_goal(goal: Goal, tier: Tier = Tier.NORMAL) -> Organization:
    return building.organization(
        things=[made.thing("shop", tier=tier)],
        teams=[building.SRE],
        engagements=[building.engaged()],
        policies=[made.policy("sre")],
        goals=[goal],
    )


def test_a_goal_says_what_it_promises_has_a_policy_and_is_looked_at_every_half_year() -> None:
    kept = building.goal("shop", policy="standard", reviewed_on=date(2025, 11, 6))
    assert building.found(with_goal(kept), "goal-document") == []
    assert building.found(with_goal(replace(kept, reviewed_on=date(2025, 11, 5))), "goal-document") == [
        (Verdict.WARN, GOAL)
    ]
    (finding,) = building.findings(with_goal(building.goal("shop", description="")), "goal-document")
    assert finding.text == (
        "The goal shop-availability does not say in words what it promises, has no budget policy and does not say when it "
        "was last looked at."
    )


def test_a_goal_that_pages_is_approved_by_those_who_own_the_service_and_those_who_are_paged() -> None:
    def approved_by(*refs: str) -> list[tuple[Verdict, str]]:
        by = tuple(made.ref(text) for text in refs)
        return building.found(with_goal(building.goal("shop", approved_by=by)), "goal-approval")

    assert approved_by("user:dev", "group:sre") == []
    assert approved_by("user:dev", "user:s1") == []
    assert approved_by("user:dev") == [(Verdict.FAIL, GOAL)]
    assert approved_by() == [(Verdict.FAIL, GOAL)]


def test_a_goal_that_only_opens_tickets_needs_no_approval() -> None:
    tickets = tuple(tier for tier in building.goal("shop").tiers if tier.severity is Severity.TICKET)
    assert building.found(with_goal(building.goal("shop", tiers=tickets)), "goal-approval") == []


def test_the_default_alerts_keep_the_rule_of_alerts() -> None:
    assert building.found(with_goal(building.goal("shop")), "alert-tiers") == []


def tier(name: str, severity: Severity, factor: str, hours: int) -> BurnTier:
    return BurnTier(name, severity, Fraction(factor), timedelta(hours=hours), timedelta(hours=hours) / 12)


def test_alerts_that_cannot_fire_are_an_error() -> None:
    # at 90 % the budget is 10 %: everything failing burns it 10 times as fast
    tiers = (tier("fast", Severity.PAGE, "10", 1), tier("slow", Severity.TICKET, "1", 72))
    unreachable = building.goal("shop", "90", tiers=tiers)
    assert building.found(with_goal(unreachable), "alert-tiers") == [(Verdict.ERROR, GOAL)]
    assert building.found(with_goal(building.goal("shop", "90.1", tiers=tiers)), "alert-tiers") == []


def test_a_page_comes_before_more_than_a_tenth_of_the_budget_is_gone_and_a_slow_burn_opens_a_ticket() -> None:
    # 28 days are 672 hours: a burn of 5.6 for 12 hours takes a tenth
    ticket = tier("slow", Severity.TICKET, "1", 72)
    tenth = building.goal("shop", tiers=(tier("page", Severity.PAGE, "5.6", 12), ticket))
    late = building.goal("shop", tiers=(tier("page", Severity.PAGE, "5.7", 12), ticket))
    without = building.goal("shop", tiers=(tier("page", Severity.PAGE, "5.6", 12),))
    assert building.found(with_goal(tenth), "alert-tiers") == []
    assert building.found(with_goal(late), "alert-tiers") == [(Verdict.WARN, GOAL)]
    (finding,) = building.findings(with_goal(without), "alert-tiers")
    assert finding.text == "Of the alerts of shop-availability, nothing opens a ticket."


def test_somebody_can_be_there_before_a_full_outage_has_taken_all() -> None:
    # 28 days at 99.99 % allow 4 min 1 s, at 99.9 % 40 min 19 s; a critical service is answered in 5 minutes, another in 30
    assert building.found(with_goal(building.goal("shop", "99.99"), Tier.CRITICAL), "defensible-goal") == [
        (Verdict.WARN, GOAL)
    ]
    assert building.found(with_goal(building.goal("shop", "99.9"), Tier.CRITICAL), "defensible-goal") == []
    assert building.found(with_goal(building.goal("shop", "99.95")), "defensible-goal") == [(Verdict.WARN, GOAL)]
    (finding,) = building.findings(with_goal(building.goal("shop", "99.95")), "defensible-goal")
    # the fast tier holds after 2 % of 20 min 9 s, which are 24 s
    assert {name: value.replace("\u202f", " ") for name, value in finding.figures.items()} == {
        "budget": "20 min 9 s",
        "until it pages": "24 s",
        "until somebody is there": "30 min 24 s",
    }


def test_a_policy_that_first_tells_a_channel_takes_that_long_to_call_somebody() -> None:
    # 28 days at 99.9 % allow 40 min 19 s; the fast tier holds after 48 s, a response takes 30 min: 10 min of waiting are too many
    calls = made.policy("sre")
    tells = EscalationStep((Target("channel", "room", made.place()),), timedelta(minutes=10), False, (), made.place())
    whole = with_goal(building.goal("shop", "99.9"))
    slow = replace(whole, escalation_policies={calls.name: replace(calls, steps=(tells, *calls.steps))})
    assert building.found(whole, "defensible-goal") == []
    (finding,) = building.findings(slow, "defensible-goal")
    assert finding.figures["until it pages"].replace("\u202f", " ") == "10 min 48 s"


def test_what_needs_measurements_is_not_judged_and_says_so() -> None:
    assert RULES["goal-and-history"].find is None
    assert "four weeks of measurements" in RULES["goal-and-history"].needs
