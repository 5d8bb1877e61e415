"""Who holds the pager: claims and their order, the pager's terms, ties, gaps, and the reasons that come with each answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.unit.org import made
from watchbill.org.charters import AlertClass, EngagementState, Hours, Implementation
from watchbill.org.coverage import PagerAnswer, coverage, pager
from watchbill.org.entities import System
from watchbill.org.organization import Organization

KITCHEN_SINK = made.team("core", Implementation.KITCHEN_SINK, made.scope(everything=True))
PRODUCT = made.team("product", Implementation.PRODUCT, made.scope(systems=["checkout"]))
INFRASTRUCTURE = made.team("infra", Implementation.INFRASTRUCTURE, made.scope(owned_by=["infra"]))
TOOLS = made.team("tools", Implementation.TOOLS, made.scope(things=["metrics"]))
EMBEDDED = made.team("embedded", Implementation.EMBEDDED)
CONSULTING = made.team("advisers", Implementation.CONSULTING)
CART = made.thing("cart", system="checkout", domain="retail")
POLICIES = [made.policy(group) for group in ("core", "product", "infra", "tools", "devs", "platform")]
APPLICATION = AlertClass.APPLICATION


def answer(
    organization: Organization, name: str = "cart", alert_class: AlertClass = APPLICATION, at: datetime = made.AT
) -> PagerAnswer:
    return pager(organization, made.ref(name), alert_class, at)


def rules(found: PagerAnswer) -> list[str]:
    return [because.rule for because in found.because]


def holder(found: PagerAnswer) -> str | None:
    return found.holder.name if found.holder else None


def test_an_engagement_in_force_goes_before_a_charter() -> None:
    engaged = made.engagement("e", PRODUCT, made.scope(systems=["checkout"]))
    organization = made.organization(
        things=[CART], teams=[KITCHEN_SINK, PRODUCT], engagements=[engaged], policies=POLICIES
    )
    found = answer(organization)
    assert (holder(found), found.team, found.engagement, found.policy) == ("product", "product", "e", "product")
    assert "engagement-before-charter" in rules(found)
    assert found.gap is None


@pytest.mark.parametrize(
    ("state", "expected", "advisers"),
    [
        (EngagementState.PROPOSED, "core", ("product",)),  # by its charter: it advises on what it is chartered for
        (EngagementState.PREPARING, "core", ("product",)),
        (EngagementState.ACTIVE, "product", ()),
        (EngagementState.HANDING_BACK, "product", ()),
        (EngagementState.ENDED, "core", ("product",)),
        (EngagementState.DECLINED, "core", ("product",)),
    ],
)
def test_the_state_of_an_engagement_decides_whether_it_claims(
    state: EngagementState, expected: str, advisers: tuple[str, ...]
) -> None:
    engaged = made.engagement("e", PRODUCT, made.scope(systems=["checkout"]), state=state)
    organization = made.organization(
        things=[CART], teams=[KITCHEN_SINK, PRODUCT], engagements=[engaged], policies=POLICIES
    )
    found = answer(organization)
    assert (holder(found), found.advisers) == (expected, advisers)


def test_an_engagement_that_is_not_in_force_gives_no_advice_either() -> None:
    uncharted = made.team("product", Implementation.PRODUCT)
    engaged = made.engagement("e", uncharted, made.scope(systems=["checkout"]), state=EngagementState.ENDED)
    found = answer(made.organization(things=[CART], teams=[uncharted], engagements=[engaged], policies=POLICIES))
    assert (holder(found), found.advisers) == ("devs", ())
    assert "engagement-not-in-force" in rules(found)


def test_an_engagement_counts_until_the_end_of_its_last_day_by_the_calendar_of_the_organisation() -> None:
    engaged = made.engagement("e", PRODUCT, made.scope(systems=["checkout"]), ends=date(2026, 5, 31))
    organization = made.organization(things=[CART], teams=[PRODUCT], engagements=[engaged], policies=POLICIES)
    last_minute = datetime(2026, 5, 31, 21, 59, tzinfo=UTC)  # 23:59 in Berlin
    assert holder(answer(organization, at=last_minute)) == "product"
    assert holder(answer(organization, at=last_minute + timedelta(minutes=1))) == "devs"


def test_the_more_specific_scope_goes_first_whatever_the_implementation() -> None:
    domains = [
        System(made.ref("retail", "domain"), "", made.ref("devs", "group"), made.ref("company", "domain"), made.place())
    ]
    scopes = [
        made.scope(things=["cart"]),
        made.scope(systems=["checkout"]),
        made.scope(domains=["retail"]),
        made.scope(domains=["company"]),
        made.scope(owned_by=["devs"]),
    ]
    teams = [made.team(f"t{number}", Implementation.PRODUCT) for number in range(5)]
    engagements = [
        made.engagement(f"e{number}", each, covers)
        for number, (each, covers) in enumerate(zip(teams, scopes, strict=True))
    ]
    for number in range(5):
        organization = made.organization(
            things=[CART],
            teams=teams,
            engagements=engagements[number:],
            domains=domains,
            policies=[made.policy(each.name) for each in teams],
        )
        assert answer(organization).engagement == f"e{number}"


def test_between_equal_scopes_the_order_is_embedded_product_tools_infrastructure_kitchen_sink() -> None:
    teams = [EMBEDDED, PRODUCT, TOOLS, INFRASTRUCTURE, KITCHEN_SINK]
    engagements = [made.engagement(f"with-{each.name}", each, made.scope(things=["cart"])) for each in teams]
    for number, expected in enumerate(teams):
        organization = made.organization(
            things=[CART], teams=teams, engagements=engagements[number:], policies=POLICIES
        )
        found = answer(organization)
        assert found.team == expected.name
        if number < 4:
            assert "implementation-order" in rules(found)


def test_a_charter_of_infrastructure_or_tools_claims_what_its_own_group_owns_and_advises_who_depends_on_it() -> None:
    cluster, metrics = made.thing("cluster", "infra"), made.thing("metrics", "tools", needs=["cluster"])
    cart = made.thing("cart", needs=["cluster"])
    organization = made.organization(
        things=[cluster, metrics, cart], teams=[INFRASTRUCTURE, TOOLS, KITCHEN_SINK], policies=POLICIES
    )
    assert holder(answer(organization, "cluster")) == "infra"
    assert (holder(answer(organization, "metrics")), answer(organization, "metrics").advisers) == ("tools", ("infra",))
    assert (holder(answer(organization, "cart")), answer(organization, "cart").advisers) == ("core", ("infra",))


def test_what_a_scope_excludes_is_not_claimed_and_the_answer_says_so() -> None:
    for excluded in ("cart", "system:checkout", "domain:retail", "group:devs"):
        sink = made.team("core", Implementation.KITCHEN_SINK, made.scope(everything=True, excluded=[excluded]))
        found = answer(made.organization(things=[CART], teams=[sink], policies=POLICIES))
        assert (holder(found), found.team) == ("devs", None)
        assert "scope-except" in rules(found)


def test_a_tools_team_advises_the_adopters_that_its_charter_names_and_infrastructure_only_who_depends_on_it() -> None:
    partners = (made.ref("devs", "group"),)
    tools, infrastructure = (replace(team, partners=partners) for team in (TOOLS, INFRASTRUCTURE))
    things = [CART, made.thing("shop", "others")]
    organization = made.organization(things=things, teams=[tools, infrastructure], policies=POLICIES)
    found = answer(organization)
    assert (found.advisers, "adopter-advised" in rules(found)) == (("tools",), True)
    assert answer(organization, "shop").advisers == ()


def test_consultants_advise_and_hold_no_pager_unless_their_engagement_says_so_and_why() -> None:
    advising = made.engagement("a", CONSULTING, made.scope(things=["cart"]))
    organization = made.organization(things=[CART], teams=[CONSULTING], engagements=[advising], policies=POLICIES)
    assert (holder(answer(organization)), answer(organization).advisers) == ("devs", ("advisers",))
    holding = made.engagement(
        "a", CONSULTING, made.scope(things=["cart"]), primary="sre", reason="their launch", escalation="core"
    )
    found = answer(made.organization(things=[CART], teams=[CONSULTING], engagements=[holding], policies=POLICIES))
    assert (holder(found), found.team, found.policy) == ("advisers", "advisers", "core")


def test_embedded_people_stand_in_the_watch_of_their_host_so_the_policy_of_the_host_is_used() -> None:
    embedded = made.engagement("e", EMBEDDED, made.scope(things=["cart"]))
    organization = made.organization(
        things=[CART], teams=[EMBEDDED, KITCHEN_SINK], engagements=[embedded], policies=POLICIES
    )
    found = answer(organization)
    assert (holder(found), found.team, found.policy) == ("devs", "embedded", "devs")
    assert "host-pager" in rules(found)


def test_an_engagement_may_leave_a_class_of_alerts_or_the_hours_outside_the_office_with_the_partner() -> None:
    office = {"office": (Hours(frozenset(range(5)), time(8), time(18)),)}
    engaged = made.engagement(
        "e", PRODUCT, made.scope(things=["cart"]), hours="office", classes={AlertClass.WORKFLOW: "partner"}
    )
    organization = made.organization(
        things=[CART], teams=[PRODUCT], engagements=[engaged], policies=POLICIES, hours=office
    )
    monday = datetime(2026, 5, 4, tzinfo=UTC)
    assert holder(answer(organization, at=monday + timedelta(hours=6))) == "product"  # 08:00 in Berlin
    assert holder(answer(organization, at=monday + timedelta(hours=16))) == "devs"  # 18:00 in Berlin
    assert holder(answer(organization, at=monday - timedelta(hours=14))) == "devs"  # Sunday noon
    workflow = answer(organization, alert_class=AlertClass.WORKFLOW, at=monday + timedelta(hours=6))
    assert (holder(workflow), workflow.team) == ("devs", "product")
    assert "pager-of-partner" in rules(workflow)


def test_two_equal_claims_are_a_tie_that_counts_for_neither() -> None:
    engagements = [made.engagement(name, PRODUCT, made.scope(systems=["checkout"])) for name in ("one", "two")]
    organization = made.organization(
        things=[CART, made.thing("pay", system="checkout")],
        teams=[PRODUCT, KITCHEN_SINK],
        engagements=engagements,
        policies=POLICIES,
    )
    found = answer(organization)
    assert (holder(found), found.team) == ("devs", None)
    assert rules(found).count("tie") == 2


def test_what_nobody_claims_is_held_by_its_owner_by_the_owners_own_policy_else_by_the_catch_all() -> None:
    own = answer(made.organization(things=[CART], policies=[made.policy("devs")], catch_all="platform"))
    assert (holder(own), own.policy, own.team) == ("devs", "devs", None)
    caught = answer(made.organization(things=[CART], policies=[made.policy("platform")], catch_all="platform"))
    assert (holder(caught), caught.policy) == ("platform", "platform")
    assert rules(caught)[-2:] == ["catch-all", "policy-for-group"]


def test_a_thing_owned_by_a_person_is_held_by_the_one_group_of_theirs_that_has_a_policy() -> None:
    owned = made.thing("cart", "user:ana")
    organization = made.organization(
        things=[owned],
        policies=[made.policy("devs")],
        members={"devs": ["ana"], "chess": ["ana"]},
        catch_all="platform",
    )
    assert holder(answer(organization)) == "devs"


def test_a_thing_that_is_not_in_the_catalog_goes_to_the_catch_all() -> None:
    organization = made.organization(policies=POLICIES, catch_all="platform")
    for unknown in (None, made.ref("nothing-of-ours")):
        found = pager(organization, unknown, APPLICATION, made.AT)
        assert (holder(found), found.policy, rules(found)[0]) == ("platform", "platform", "unknown-thing")


def test_where_the_way_ends_before_a_policy_the_answer_is_a_gap() -> None:
    nobody = answer(made.organization(things=[CART]))
    assert (holder(nobody), nobody.policy, rules(nobody)[-1]) == (None, None, "no-catch-all")
    without_policy = made.organization(things=[CART], teams=[KITCHEN_SINK], catch_all="platform")
    found = answer(without_policy)
    assert (holder(found), found.policy, found.gap) == ("core", None, "no EscalationPolicy is for group:core")


def test_a_platform_alert_goes_to_the_holder_of_the_critical_dependency_and_the_consumer_is_told() -> None:
    cluster, cart = made.thing("cluster", "infra"), made.thing("cart", needs=["cluster"])
    organization = made.organization(things=[cluster, cart], teams=[INFRASTRUCTURE, KITCHEN_SINK], policies=POLICIES)
    found = answer(organization, alert_class=AlertClass.PLATFORM)
    assert (holder(found), found.told, found.policy) == ("infra", (made.ref("core", "group"),), "infra")
    assert rules(found)[:2] == ["critical-dependency", "consumer-is-told"]
    assert holder(answer(organization)) == "core"


def standing_on(**needs: list[str]) -> PagerAnswer:
    """Who is paged for the platform under `cart`: cluster and net are infra, metrics tools, all else devs."""
    owners = {"cluster": "infra", "net": "infra", "metrics": "tools"}
    names = {*needs, *(on for of in needs.values() for on in of)}
    things = [made.thing(name, owners.get(name, "devs"), needs=needs.get(name, [])) for name in sorted(names)]
    policies = [*POLICIES, made.policy("devs")]
    organization = made.organization(things=things, teams=[INFRASTRUCTURE, TOOLS], policies=policies)
    return answer(organization, alert_class=AlertClass.PLATFORM)


def test_a_platform_alert_goes_down_to_the_nearest_that_somebody_else_holds() -> None:
    found = standing_on(cart=["db"], db=["cluster"])
    assert (holder(found), found.told) == ("infra", (made.ref("devs", "group"),))
    assert [reason.text for reason in found.because[:2]] == [
        "component:cart critically depends on component:db, which stands on more.",
        "component:db critically depends on component:cluster: while that fails, its holder is paged.",
    ]
    assert holder(standing_on(cart=["db", "metrics"], db=["cluster"])) == "tools"  # nearer than the cluster
    assert holder(standing_on(cart=["db", "queue"], db=["cluster"], queue=["net"])) == "infra"  # both are infra's
    assert (
        holder(standing_on(cart=["db", "queue"], db=["cluster"], queue=["metrics"])) == "devs"
    )  # which one, cart finds out


def test_a_circle_of_dependencies_ends_with_the_things_own_holder() -> None:
    found = standing_on(cart=["db"], db=["queue"], queue=["cart", "db"])
    assert (holder(found), rules(found)[0]) == ("devs", "no-other-holder")
    assert holder(standing_on(cart=["db"], db=["cart", "cluster"])) == "infra"


def test_a_platform_alert_stays_with_the_things_own_holder_where_several_others_could_be_meant() -> None:
    things = [
        made.thing("cluster", "infra"),
        made.thing("metrics", "tools"),
        made.thing("cart", needs=["cluster", "metrics"]),
    ]
    organization = made.organization(things=things, teams=[INFRASTRUCTURE, TOOLS, KITCHEN_SINK], policies=POLICIES)
    found = answer(organization, alert_class=AlertClass.PLATFORM)
    assert (holder(found), rules(found)[0]) == ("core", "no-other-holder")


def test_coverage_answers_for_every_thing_in_order() -> None:
    things = [made.thing(name) for name in ("b", "a", "c")]
    found = coverage(made.organization(things=things, policies=POLICIES), made.AT)
    assert [each.thing for each in found] == [made.ref(name) for name in ("a", "b", "c")]


def test_every_reason_has_words_and_a_place() -> None:
    engaged = made.engagement("e", PRODUCT, made.scope(systems=["checkout"]))
    organization = made.organization(
        things=[CART], teams=[KITCHEN_SINK, PRODUCT], engagements=[engaged], policies=POLICIES
    )
    for because in answer(organization).because:
        assert because.text.endswith(".")
        assert because.place is not None
        assert because.document


def test_before_its_first_move_there_is_no_engagement_yet() -> None:
    engaged = made.engagement("e", PRODUCT, made.scope(systems=["checkout"]))
    organization = made.organization(
        things=[CART], teams=[KITCHEN_SINK, PRODUCT], engagements=[engaged], policies=POLICIES
    )
    before = datetime(2025, 12, 31, 12, tzinfo=UTC)
    assert engaged.state_at(before.date()) is None
    assert engaged.state_at(engaged.life[0].on) is EngagementState.PROPOSED
    found = answer(organization, at=before)
    assert holder(found) == "core"
    assert [because.text for because in found.because if "engagement e " in because.text] == []
