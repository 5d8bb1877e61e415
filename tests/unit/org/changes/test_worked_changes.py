"""Changes of the example organisation whose meaning can be told by hand, as of Wednesday 25 November 2026, noon in UTC."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from tests.unit.org import made
from watchbill.org.changes import Change, Plan, Span, compare
from watchbill.org.charters import Engagement, EngagementState, Implementation, Move, RuleOverride, Target
from watchbill.org.duties import How
from watchbill.org.findings import Verdict
from watchbill.org.folder import read
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

FOLDER = Path(__file__).parents[4] / "examples" / "acme"
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
NOW = Span(None, None)


@pytest.fixture(scope="module")
def acme() -> Organization:
    organization = read(FOLDER).organization
    assert organization is not None
    return organization


def with_engagement(organization: Organization, changed: Engagement) -> Organization:
    return replace(organization, engagements={**organization.engagements, changed.name: changed})


def without_engagement(organization: Organization, name: str) -> Organization:
    return replace(
        organization, engagements={key: each for key, each in organization.engagements.items() if key != name}
    )


def loyalty_active(organization: Organization, day: date) -> Engagement:
    """Return the engagement of the second product team as active from a day on."""
    engagement = organization.engagements["loyalty-sre-with-growth"]
    by = EntityRef("user", "default", "dana")
    return replace(
        engagement, life=(*engagement.life, Move(EngagementState.ACTIVE, day, by, "passed", engagement.place))
    )


def told(changes: tuple[Change, ...]) -> list[tuple[str, str]]:  # type: ignore[type-arg]
    return [(str(change.whole or change.things[0]), ", ".join(change.of)) for change in changes]


def with_six_on_checkout(organization: Organization) -> Organization:
    """Return the organisation with the first six of ten people on each of the two watches of checkout."""
    schedules = dict(organization.schedules)
    for name in ("checkout-primary", "checkout-secondary"):
        (layer,) = schedules[name].layers
        six = organization.schedules["checkout-primary"].layers[0].turns[:6]
        turns = six if name == "checkout-primary" else (*six[3:], *six[:3])
        schedules[name] = replace(schedules[name], layers=(replace(layer, turns=turns),))
    return replace(organization, schedules=schedules)


def shares(plan: Plan) -> dict[str, tuple[Fraction, Fraction]]:
    return {person.user.name: (person.before, person.after) for person in plan.people}


def test_without_its_engagement_checkout_falls_to_sre_core_at_once_told_once_for_the_system(acme: Organization) -> None:
    plan = compare(acme, without_engagement(acme, "checkout-sre-with-cart"), AT)
    (change,) = plan.pagers
    assert (str(change.whole), [thing.name for thing in change.things]) == (
        "system:checkout",
        ["cart", "catalog", "payments"],
    )
    assert change.of == ("application", "workflow")  # platform alerts stay with Platform SRE
    assert change.before is not None
    assert change.after is not None
    assert (change.before.team, str(change.before.holder), change.before.policy) == (
        "checkout-sre",
        "group:sre-checkout",
        "checkout",
    )
    assert (change.after.team, str(change.after.holder)) == ("sre-core", "group:sre-core")
    assert change.span == NOW


def test_checkout_sre_then_only_advises_and_sre_core_may_change_what_they_could(acme: Organization) -> None:
    plan = compare(acme, without_engagement(acme, "checkout-sre-with-cart"), AT)
    assert told(plan.rights) == [("system:checkout", "group:sre-checkout"), ("system:checkout", "group:sre-core")]
    checkout, core = plan.rights
    assert checkout.before is not None
    assert checkout.before >= {"changeCode", "changeConfig", "silence"}
    assert (checkout.after, core.before) == (frozenset({"recommend"}), None)
    assert core.after is not None
    assert core.after >= {"changeCode", "changeConfig", "silence"}
    (advice,) = plan.advice
    assert (advice.after or frozenset()) - (advice.before or frozenset()) == {"checkout-sre"}


def test_the_practices_that_a_kitchen_sink_shares_go_back_to_each_owner(acme: Organization) -> None:
    plan = compare(acme, without_engagement(acme, "checkout-sre-with-cart"), AT)
    joint = {
        (thing.name, str(change.after.accountable))
        for change in plan.practices
        for thing in change.things
        if change.after is not None and change.after.how is How.JOINT and "chaos" in change.of
    }
    assert joint == {
        ("cart", "group:cart-developers"),
        ("catalog", "group:cart-developers"),
        ("payments", "group:payments-developers"),
    }


def test_nobody_is_called_by_the_watch_of_checkout_any_more(acme: Organization) -> None:
    plan = compare(acme, without_engagement(acme, "checkout-sre-with-cart"), AT)
    people = {person.name for turn in acme.schedules["checkout-primary"].layers[0].turns for person in turn}
    assert shares(plan) == dict.fromkeys(people, (Fraction(2, 10), Fraction(0)))


def test_a_first_and_a_second_watch_of_six_people_overload_each_of_them(acme: Organization) -> None:
    plan = compare(acme, with_six_on_checkout(acme), AT)
    harm = next(harm for harm in plan.harms if harm.rule == "on-call-share")
    assert len(harm.subjects) == 6  # two of six turns each
    assert "33.3\u202f% of the time; at most 25\u202f% is sustainable" in harm.text
    assert Counter(finding.rule for finding in plan.findings.opened) == {"on-call-share": 6, "on-call-exposure": 4}
    assert [each.rule for each in plan.harms] == ["on-call-share"]  # six findings, told as one harm


def test_one_person_in_the_place_of_a_watch_is_on_call_all_the_time_and_that_is_a_harm(acme: Organization) -> None:
    policy = acme.escalation_policies["sre-core"]
    alone = replace(policy, steps=(replace(policy.steps[0], targets=(Target("user", "mei", policy.place),)),))
    plan = compare(acme, replace(acme, escalation_policies={**acme.escalation_policies, "sre-core": alone}), AT)
    assert shares(plan)["mei"][1] == 1
    assert ("on-call-share", ("user:mei",)) in [(harm.rule, harm.subjects) for harm in plan.harms]


def test_the_limit_of_time_on_call_is_the_organisations_own(acme: Organization) -> None:
    agreed = RuleOverride("on-call-share", "40%", False, "until spring", None, date(2026, 11, 1), None, acme.place)
    own = replace(acme, overrides=(*acme.overrides, agreed))
    plan = compare(own, with_six_on_checkout(own), AT)
    assert (plan.limit, plan.harms) == (Fraction(2, 5), ())
    off = replace(acme, overrides=(replace(agreed, value=None, is_off=True),))
    assert compare(off, with_six_on_checkout(off), AT).limit is None


def test_a_finding_that_only_an_override_lets_pass_is_waived_and_not_closed(acme: Organization) -> None:
    off = RuleOverride("uncovered-service", None, True, "it moves in spring", None, date(2026, 11, 1), None, acme.place)
    plan = compare(acme, replace(acme, overrides=(*acme.overrides, off)), AT)
    (waived,) = plan.waived
    assert (waived.rule, waived.subject) == ("uncovered-service", "component:loyalty-points")
    assert plan.findings.closed == ()
    assert not plan.is_empty


def test_without_the_agreement_its_budget_policy_and_its_approvals_are_missed(acme: Organization) -> None:
    plan = compare(acme, without_engagement(acme, "checkout-sre-with-cart"), AT)
    broken = [(harm.rule, harm.subjects) for harm in plan.harms]
    assert broken[:2] == [("critical-service", ("component:cart",)), ("critical-service", ("component:payments",))]
    assert {rule for rule, _ in broken[2:]} == {"goal-approval"}  # by nobody of SRE core, who are paged now
    assert ("readiness-review", "Engagement checkout-sre-with-cart") in {
        (finding.rule, finding.subject) for finding in plan.findings.closed
    }


def test_what_blocks_a_step_of_an_engagement_opens_a_finding_and_harms_nothing(acme: Organization) -> None:
    plan = compare(without_engagement(acme, "loyalty-sre-with-growth"), acme, AT)
    assert [(finding.level, finding.rule) for finding in plan.findings.opened] == [
        (Verdict.BLOCK, "onboarding"),
        (Verdict.BLOCK, "readiness-review"),
    ]
    assert plan.harms == ()


def test_ending_meis_embedding_with_the_year_changes_only_the_quarter_after_it(acme: Organization) -> None:
    engagement = acme.engagements["mei-with-mobile-passkeys"]
    plan = compare(acme, with_engagement(acme, replace(engagement, ends=date(2026, 12, 31))), AT)
    (pager,) = plan.pagers
    assert (told(plan.pagers), pager.span) == (
        [("component:login", "application, workflow")],
        Span(date(2027, 1, 1), date(2027, 3, 31)),
    )
    assert pager.before is not None
    assert pager.after is not None
    assert (pager.before.team, pager.after.team) == ("embedded-sre", "sre-core")
    assert {change.of for change in plan.rights} == {("group:sre-embedded",), ("group:sre-core",)}


def test_mei_stands_one_week_of_four_until_the_day_and_none_after_it(acme: Organization) -> None:
    engagement = acme.engagements["mei-with-mobile-passkeys"]
    plan = compare(acme, with_engagement(acme, replace(engagement, ends=date(2026, 12, 31))), AT)
    (mei,) = (person for person in plan.people if person.user.name == "mei")
    assert (mei.before, mei.after) == (Fraction(1, 4), Fraction(0))
    assert mei.span == Span(date(2027, 1, 1), date(2027, 3, 31))


def test_a_product_team_that_becomes_active_later_takes_the_pager_from_that_day_on(acme: Organization) -> None:
    plan = compare(acme, with_engagement(acme, loyalty_active(acme, date(2027, 1, 11))), AT)
    (pager,) = plan.pagers
    assert (told(plan.pagers), pager.span) == (
        [("component:loyalty-points", "application, platform, workflow")],
        Span(date(2027, 1, 11), None),
    )
    assert pager.before is not None
    assert pager.after is not None
    assert (pager.before.team, str(pager.before.holder)) == (None, "group:platform")  # the catch-all
    assert (pager.after.team, str(pager.after.holder), pager.after.policy) == (
        "loyalty-sre",
        "group:sre-loyalty",
        "loyalty",
    )
    assert plan.harms == ()


def test_the_people_of_a_new_team_are_on_call_from_the_day_that_it_is_active(acme: Organization) -> None:
    plan = compare(acme, with_engagement(acme, loyalty_active(acme, date(2027, 1, 11))), AT)
    six = dict.fromkeys(("ida", "jun", "leo", "nia", "omar", "pia"), (Fraction(0), Fraction(1, 6)))
    assert shares(plan) == six
    assert {person.span for person in plan.people} == {Span(date(2027, 1, 11), None)}


def test_without_the_kitchen_sink_critical_login_has_no_sre_team_once_mei_has_left(acme: Organization) -> None:
    teams = {name: team for name, team in acme.sre_teams.items() if name != "sre-core"}
    plan = compare(acme, replace(acme, sre_teams=teams), AT)
    (harm,) = (harm for harm in plan.harms if harm.rule == "uncovered")
    assert (harm.subjects, harm.since) == (("component:login",), date(2027, 4, 1))
    assert "group:mobile-developers would be left with the pager" in harm.text


def test_a_tie_is_a_harm_that_names_where_it_stands(acme: Organization) -> None:
    twin = replace(acme.engagements["checkout-sre-with-cart"], name="twin")
    plan = compare(acme, with_engagement(acme, twin), AT)
    ties = [harm for harm in plan.harms if harm.rule == "tie"]
    assert [harm.subjects[0].split(":")[0] for harm in ties] == ["sre/checkout.yaml"]
    assert [fault.code for fault in plan.blocking] == ["tie"]


def test_hours_are_compared_whatever_the_time_of_day(acme: Organization) -> None:
    engagement = acme.engagements["platform-sre-with-platform"]
    always = replace(engagement, pager=replace(engagement.pager, hours="always"))
    for hour in (2, 12):
        plan = compare(acme, with_engagement(acme, always), AT.replace(hour=hour))
        (change,) = plan.pagers
        assert change.before is not None
        assert change.after is not None
        assert (str(change.before.outside), change.after.outside) == ("group:platform", None)


def test_who_joins_a_group_is_told_with_their_share(acme: Organization) -> None:
    kofi = EntityRef("user", "default", "kofi")
    group = acme.groups[EntityRef("group", "default", "sre-checkout")]
    joined = replace(acme, groups={**acme.groups, group.ref: replace(group, members=group.members | {kofi})})
    (person,) = compare(acme, joined, AT).people
    assert (person.user, person.joins, person.leaves) == (kofi, (group.ref,), ())
    assert person.before == person.after == Fraction(1, 4)  # one day in four of SRE core


def test_more_days_of_change_than_are_looked_at_are_counted(acme: Organization) -> None:
    first = acme.engagements["mei-with-mobile-passkeys"]
    many = {
        f"after-{number}": replace(first, name=f"after-{number}", ends=date(2028, 1, 1 + number))
        for number in range(30)
    }
    plan = compare(acme, replace(acme, engagements={**acme.engagements, **many}), AT)
    assert plan.days_left_out == 31 - 24  # the thirty ends, and the one of the passkeys in 2027
    assert plan.looked_until == date(2028, 1, 24)


def test_the_alerts_of_a_platform_two_steps_below_move_with_its_pager_on_a_later_day() -> None:
    """The shop stands on the queue, the queue on the cluster: whoever takes the cluster over is paged for the shop too."""
    things = [
        made.thing("shop", "devs", needs=["queue"]),
        made.thing("queue", "devs", needs=["cluster"]),
        made.thing("cluster", "platform"),
    ]
    infra = made.team("infra", Implementation.INFRASTRUCTURE)
    agreed = made.engagement("infra-with-platform", infra, made.scope(things=["cluster"]), partner="platform")
    (before, move) = agreed.life
    later = replace(agreed, life=(before, replace(move, on=date(2026, 7, 1))))
    policies = [made.policy(group) for group in ("devs", "platform", "infra")]
    old = made.organization(things=things, teams=[infra], engagements=[], policies=policies)
    new = made.organization(things=things, teams=[infra], engagements=[later], policies=policies)

    moved = [change for change in compare(old, new, made.AT).pagers if change.of == ("platform",)]
    assert [(set(map(str, change.things)), change.span.since) for change in moved] == [
        ({"component:shop", "component:queue", "component:cluster"}, date(2026, 7, 1))
    ]
