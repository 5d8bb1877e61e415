"""What is wrong with who holds which pager, now and on the days on which an engagement changes: each fault once, with its words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from tests.unit.org import made
from tests.unit.org.test_folder import organisation
from watchbill.org.charters import AlertClass, Hours, Implementation
from watchbill.org.faults import Fault, Level
from watchbill.org.folder import read
from watchbill.org.organization import Organization
from watchbill.org.standing import check_standing

KITCHEN_SINK = made.team("core", Implementation.KITCHEN_SINK, made.scope(everything=True))
PRODUCT = made.team("product", Implementation.PRODUCT, made.scope(systems=["checkout"]))
CART, PAY = made.thing("cart", system="checkout"), made.thing("pay", system="checkout")
POLICIES = [made.policy(group) for group in ("core", "product", "devs")]
MEMBERS = {"core": ["ana"], "product": ["raj"]}


def faults(organization: Organization, at: datetime = made.AT) -> list[Fault]:
    return list(check_standing(organization, at))


def test_two_equal_claims_are_one_tie_that_names_both_documents_and_one_thing() -> None:
    engagements = [made.engagement(name, PRODUCT, made.scope(systems=["checkout"])) for name in ("one", "two")]
    organization = made.organization(
        things=[CART, PAY],
        teams=[PRODUCT, KITCHEN_SINK],
        engagements=engagements,
        policies=POLICIES,
        members=MEMBERS,
    )
    (fault,) = faults(organization)
    assert (fault.code, fault.level) == ("tie", Level.ERROR)
    assert {fault.place, *fault.related} == {each.scope.place for each in engagements}
    assert "Engagement one and Engagement two claim component:cart equally" in fault.message


def test_what_comes_to_be_wrong_on_a_day_of_change_is_found_before_it() -> None:
    engagements = [made.engagement(name, PRODUCT, made.scope(systems=["checkout"])) for name in ("one", "two")]
    organization = made.organization(
        things=[CART], teams=[PRODUCT], engagements=engagements, policies=POLICIES, members=MEMBERS
    )
    assert [fault.code for fault in faults(organization, datetime(2026, 3, 1, tzinfo=UTC))] == ["tie"]


@pytest.mark.parametrize(
    ("names", "listed"),
    [
        ("a", "component:a"),
        ("ab", "component:a and component:b"),
        ("abc", "component:a, component:b and component:c"),
        ("abcde", "component:a, component:b, component:c and 2 more"),
    ],
)
def test_a_holder_without_a_policy_is_one_error_that_names_what_it_holds(names: str, listed: str) -> None:
    things = [made.thing(name) for name in names]
    (fault,) = faults(made.organization(things=things, teams=[KITCHEN_SINK], members=MEMBERS))
    assert (fault.code, fault.level) == ("holder-without-policy", Level.ERROR)
    assert fault.message == f"Nobody can be paged for {listed}: no EscalationPolicy is for group:core."
    assert fault.hint == "Write an EscalationPolicy that is for group:core."


OFFICE = (Hours(frozenset(range(5)), time(9), time(17)),)
ALWAYS_OPEN = (Hours(frozenset(range(7)), time(8), time(20)), Hours(frozenset(range(7)), time(20), time(8)))
NOON, NIGHT = datetime(2026, 5, 6, 10, tzinfo=UTC), datetime(2026, 5, 6, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("terms", "when"),
    [
        ({"hours": "office"}, " (outside the hours “office”)"),
        ({"classes": {AlertClass.WORKFLOW: "partner"}}, " (workflow alerts)"),
        (
            {"hours": "office", "classes": {AlertClass.WORKFLOW: "partner"}},
            " (application and platform alerts outside the hours “office” and workflow alerts)",
        ),
        ({"primary": "partner"}, ""),
        ({"primary": "partner", "hours": "office", "classes": {AlertClass.APPLICATION: "sre"}}, None),
        ({"hours": "open"}, None),
    ],
)
def test_a_partner_without_a_policy_is_found_by_day_and_by_night_for_every_class(
    terms: dict[str, Any], when: str | None
) -> None:
    organization = made.organization(
        things=[CART],
        teams=[PRODUCT],
        engagements=[made.engagement("e", PRODUCT, made.scope(systems=["checkout"]), **terms)],
        policies=[made.policy("product")],
        members=MEMBERS,
        hours={"office": OFFICE, "open": ALWAYS_OPEN},
    )
    by_day = faults(organization, NOON)
    assert faults(organization, NIGHT) == by_day
    found = [fault.message for fault in by_day if fault.code == "holder-without-policy"]
    if terms.get("hours") == "open":
        assert found == []
    elif when is not None:
        assert found == [f"Nobody can be paged for component:cart{when}: no EscalationPolicy is for group:devs."]
    else:
        (message,) = found
        assert "(application alerts outside the hours “office” and platform and workflow alerts)" in message


def test_what_a_holder_without_a_policy_gets_later_joins_what_it_has_now() -> None:
    engaged = made.engagement("e", PRODUCT, made.scope(things=["cart"]))
    first = made.engagement("f", PRODUCT, made.scope(things=["pay"]), ends=date(2026, 5, 31))
    organization = made.organization(
        things=[CART, PAY], teams=[PRODUCT], engagements=[engaged, first], members=MEMBERS, policies=[POLICIES[2]]
    )
    (fault,) = faults(organization)
    assert fault.message.startswith("Nobody can be paged for component:cart and component:pay: ")


def test_a_thing_that_nobody_answers_for_is_named_at_its_own_line_each_by_itself() -> None:
    things = [made.thing("cart", "orphans"), made.thing("search", "orphans")]
    for catch_all in (None, "nowhere"):
        found = faults(made.organization(things=things, catch_all=catch_all))
        assert [(fault.code, fault.level) for fault in found] == [("nobody-answers", Level.WARNING)] * 2
        assert [fault.place for fault in found] == [thing.place for thing in things]


def test_a_team_in_which_nobody_serves_is_named_with_what_it_answers_for() -> None:
    organization = made.organization(things=[CART, PAY], teams=[KITCHEN_SINK, PRODUCT], policies=POLICIES)
    (fault,) = faults(organization)
    assert (fault.code, fault.level, fault.place) == ("team-of-nobody", Level.WARNING, KITCHEN_SINK.place)
    assert fault.message == "Nobody serves in core, which answers for component:cart and component:pay."
    assert "group:core" in fault.hint


def test_a_team_whose_last_member_leaves_before_its_engagement_ends_is_named_with_the_day() -> None:
    leaving = made.team("product", Implementation.PRODUCT, until={"raj": date(2026, 6, 30)})
    organization = made.organization(
        things=[CART, PAY],
        teams=[leaving],
        engagements=[
            made.engagement("pays", leaving, made.scope(things=["pay"])),
            made.engagement("carts", leaving, made.scope(things=["cart"]), ends=date(2026, 8, 31)),
        ],
        policies=POLICIES,
    )
    (fault,) = faults(organization)
    assert fault.message == "Nobody serves on 1 September 2026 in product, which answers for component:pay."


def watch(tmp_path: Path, start: str, target: str = "schedule:later") -> Path:
    return organisation(
        tmp_path,
        more=f"""
apiVersion: watchbill/v1
kind: Schedule
metadata: {{name: later}}
spec:
  timeZone: America/New_York
  layers:
    - {{name: nobody, start: "2020-01-05T09:00", turn: 1 week, people: [nobody]}}
    - {{name: weekly, start: "{start}", turn: 1 week, people: [ana]}}
---
apiVersion: watchbill/v1
kind: EscalationPolicy
metadata: {{name: guests}}
spec:
  for: [group:guests]
  steps: [{{notify: ["{target}"]}}]
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {{name: lamp}}
spec: {{type: service, lifecycle: production, owner: guests}}
""",
    )


def watched(root: Path, at: datetime) -> list[str]:
    """The messages of a folder in which the kitchen sink leaves the lamp to its owners."""
    file = root / "organisation.yaml"
    file.write_text(file.read_text().replace("{everything: true}", "{everything: true, except: [component:lamp]}"))
    return [fault.message for fault in read(root, at).faults if fault.code == "watch-not-begun"]


def test_a_watch_that_begins_later_is_a_warning_while_something_is_paged_through_it(tmp_path: Path) -> None:
    root = watch(tmp_path, "2026-06-01T09:00")
    before, begun = datetime(2026, 6, 1, 12, 59, tzinfo=UTC), datetime(2026, 6, 1, 13, 0, tzinfo=UTC)
    (message,) = watched(root, before)
    assert message.startswith("Nobody stands the watch “later” before Mon 1 Jun 2026, 09:00 EDT (13:00 UTC), ")
    assert message.endswith("pages for component:lamp go through it now.")
    assert watched(root, begun) == []


def test_a_watch_that_begins_later_and_that_nothing_is_paged_through_is_no_fault(tmp_path: Path) -> None:
    root = watch(tmp_path, "2026-06-01T09:00", target="user:ana")
    assert watched(root, datetime(2026, 5, 1, tzinfo=UTC)) == []
