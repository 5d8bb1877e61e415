"""Explaining a page: the chain from the thing to a person, or to the document where the way ends."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from watchbill.lib.errors import NotFound
from watchbill.org.charters import AlertClass, EscalationPolicy, Hours
from watchbill.org.folder import read
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.teams.explain import Explanation, as_json, explain_page, thing_named, usual_class

FOLDER = Path(__file__).parents[3] / "examples" / "acme"
MAY_3 = datetime(2026, 5, 3, 12, tzinfo=UTC)  # a Sunday
CART = EntityRef.parse("cart", kind="component")


@pytest.fixture(scope="module")
def acme() -> Organization:
    organization = read(FOLDER).organization
    assert organization is not None
    return organization


def explained(acme: Organization, at: datetime = MAY_3) -> Explanation:
    return explain_page(acme, CART, AlertClass.APPLICATION, at)


def with_checkout(acme: Organization, **changes: object) -> Organization:
    """Return acme with its policy “checkout” changed."""
    policy: EscalationPolicy = replace(acme.escalation_policies["checkout"], **changes)  # type: ignore[arg-type]
    return replace(acme, escalation_policies={**acme.escalation_policies, "checkout": policy})


def test_a_page_for_cart_on_3_may_reaches_ana_at_once_by_inbox_and_mail(acme: Organization) -> None:
    (paged,) = explained(acme).paged
    assert (paged.recipient, paged.title, paged.at, paged.step) == ("user:ana", "Ana Ferreira", MAY_3, 1)
    assert paged.ways == (("inbox", "user:ana"), ("email", "ana@acme.example"))


def test_the_chain_leads_from_the_thing_through_engagement_policy_step_and_watch_to_the_person(
    acme: Organization,
) -> None:
    chain = explained(acme).because
    rules = [because.rule for because in chain]
    assert rules[0] == "thing"
    assert rules[-4:] == ["policy-of-engagement", "escalation-step", "on-watch", "person"]
    assert chain[-2].document == "Schedule checkout-primary"
    assert "27 Apr 2026, 09:00 CEST (07:00 UTC) to Mon 4 May 2026, 09:00 CEST (07:00 UTC)" in chain[-2].text


def test_every_step_of_the_chain_stands_on_a_line_that_says_it(acme: Organization) -> None:
    for because in explained(acme).because:
        assert because.place is not None
        lines = (FOLDER / because.place.file).read_text(encoding="utf-8").splitlines()
        assert lines[because.place.line - 1].strip()
    state = next(because for because in explained(acme).because if because.rule == "engagement-state")
    assert state.place is not None
    line = (FOLDER / state.place.file).read_text(encoding="utf-8").splitlines()[state.place.line - 1]
    assert "state: active" in line


def test_a_step_outside_its_hours_is_passed_over_and_the_next_one_taken(acme: Organization) -> None:
    policy = acme.escalation_policies["checkout"]
    office = replace(policy.steps[0], when=(Hours(frozenset(range(5)), time(8), time(18)),))
    found = explained(with_checkout(acme, steps=(office, *policy.steps[1:])))
    assert [(paged.recipient, paged.step) for paged in found.paged] == [("user:yuki", 2)]
    assert "reached-nobody" in [because.rule for because in found.because]


def test_a_watch_with_nobody_on_it_ends_the_way_where_the_policy_holds(acme: Organization) -> None:
    primary = acme.schedules["checkout-primary"]
    empty = replace(primary, layers=(replace(primary.layers[0], turns=((),)),))
    without = replace(acme, schedules={**acme.schedules, "checkout-primary": empty})
    goes_on = explained(without)
    assert [(paged.recipient, paged.step) for paged in goes_on.paged] == [("user:yuki", 2)]
    holds = explained(with_checkout(without, hold_on_nobody=True))
    assert holds.paged == ()
    assert holds.gap == "step 1 of checkout reaches nobody, and the policy holds there"
    assert holds.because[-1].place == acme.escalation_policies["checkout"].steps[0].place


def test_without_a_policy_the_way_ends_at_the_group_that_has_none(acme: Organization) -> None:
    policies = {name: policy for name, policy in acme.escalation_policies.items() if name != "sre-core"}
    found = explain_page(
        replace(acme, escalation_policies=policies), CART, AlertClass.APPLICATION, MAY_3 - timedelta(days=60)
    )
    assert (found.paged, found.gap) == ((), "no EscalationPolicy is for group:sre-core")
    assert found.because[-1].document == "Group sre-core"


def test_a_group_target_pages_everyone_in_it(acme: Organization) -> None:
    policy = acme.escalation_policies["checkout"]
    found = explained(with_checkout(acme, steps=policy.steps[2:]))
    assert len(found.paged) == 10
    assert [because.rule for because in found.because].count("person") == 10


def test_the_answer_for_programs_is_plain_json_with_utc_times(acme: Organization) -> None:
    answer = json.loads(json.dumps(as_json(explained(acme))))
    assert answer["schema"] == "watchbill/explain/v1"
    assert answer["at"] == "2026-05-03T12:00:00Z"
    assert answer["pager"]["holder"] == "group:sre-checkout"
    assert answer["paged"][0]["ways"][1] == {"channel": "email", "address": "ana@acme.example"}
    assert {"rule", "text", "document", "file", "line"} == set(answer["because"][0])


def test_a_thing_is_found_by_name_or_reference_and_a_near_miss_is_offered(acme: Organization) -> None:
    assert thing_named(acme, "cart").ref == CART
    assert thing_named(acme, "cluster-eu").ref == EntityRef.parse("resource:cluster-eu", kind="component")
    assert thing_named(acme, "component:default/cart").ref == CART
    with pytest.raises(NotFound, match="There is no service") as refused:
        thing_named(acme, "paymnts")
    assert refused.value.mend == "Did you mean “payments”?"


def test_a_workflow_is_asked_about_as_a_workflow(acme: Organization) -> None:
    assert usual_class(thing_named(acme, "settlement")) is AlertClass.WORKFLOW
    assert usual_class(thing_named(acme, "cart")) is AlertClass.APPLICATION
