"""Rules 54 to 56: SREs embedded with a host, and advisers. Each broken, and just kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tests.unit.org import made
from watchbill.org.agreements import Extension, Selection
from watchbill.org.charters import AlertClass, Implementation, Schedule
from watchbill.org.coverage import pager
from watchbill.org.findings import Verdict
from watchbill.org.organization import Organization

from . import building

PACT = "Engagement pact"
END = date(2027, 3, 31)


def embedded(at: datetime = made.AT, **fields: Any) -> list[tuple[Verdict, str]]:
    stay = building.engaged(sre=building.GUESTS, **fields)
    organization = building.organization(things=[made.thing("shop")], teams=[building.GUESTS], engagements=[stay])
    return building.found(organization, "embedded-no-end", at)


def prolonged(times: int) -> tuple[Extension, ...]:
    return tuple(
        Extension(date(2026, 4, 2 + each), END, made.ref("boss", "user"), "", made.place()) for each in range(times)
    )


def test_an_embedded_engagement_has_an_end() -> None:
    assert embedded(ends=None) == [(Verdict.FAIL, PACT)]
    assert embedded(ends=END) == []


def test_it_is_prolonged_twice_at_most() -> None:
    assert embedded(ends=END, extensions=prolonged(2)) == []
    assert embedded(ends=END, extensions=prolonged(3)) == [(Verdict.FAIL, PACT)]


def test_it_is_approved_again_after_a_year() -> None:
    in_two_years = {"ends": date(2028, 3, 31)}
    assert embedded(datetime(2027, 4, 1, 12, tzinfo=UTC), **in_two_years) == []
    assert embedded(datetime(2027, 4, 2, 12, tzinfo=UTC), **in_two_years) == [(Verdict.FAIL, PACT)]
    assert embedded(datetime(2027, 4, 2, 12, tzinfo=UTC), extensions=prolonged(1), **in_two_years) == []


def hosted(*watches: Schedule) -> list[tuple[Verdict, str]]:
    stay = building.engaged(sre=building.GUESTS, ends=END)
    organization = building.organization(
        things=[made.thing("shop")],
        teams=[building.GUESTS],
        engagements=[stay],
        policies=[building.policy("devs", *(watch.name for watch in watches))],
        watches=watches,
    )
    return building.found(organization, "fair-share")


def test_a_guest_stands_at_most_half_as_much_again_as_the_hosts() -> None:
    # of ten turns three, beside hosts with two, two and three: 3/10 against 7/30 is 1.29; four of ten is 2 against 2
    fair = building.watch("host", ["gus", "a", "b", "c"] * 2 + ["gus", "c"])
    unfair = building.watch("host", ["gus", "a", "b", "c"] * 2 + ["gus", "gus"])
    assert hosted(fair) == []
    assert hosted(unfair) == [(Verdict.FAIL, "user:gus")]


def test_a_guest_who_stands_no_turn_learns_little() -> None:
    assert hosted(building.watch("host", ["a", "b"])) == [(Verdict.WARN, "user:gus")]


def advising(**fields: Any) -> list[tuple[Verdict, str]]:
    organization = building.organization(
        things=[made.thing("shop")],
        teams=[building.ADVISERS],
        engagements=[building.engaged(sre=building.ADVISERS, **fields)],
    )
    return building.found(organization, "consulting-boundary")


def test_advisers_hold_no_pager_and_change_nothing() -> None:
    assert advising() == []
    assert advising(primary="sre") == [(Verdict.FAIL, PACT)]
    assert advising(authority=["changeConfig"]) == [(Verdict.FAIL, PACT)]
    assert advising(authority=["silence"]) == []
    by_repository = building.agreement(repositories={"acme/shop": frozenset({"changeCode"})})
    assert advising(agreement=by_repository) == [(Verdict.FAIL, PACT)]


def choosing(*rules: Selection) -> Organization:
    engagements = [
        building.engaged(
            f"with-{number}",
            sre=building.ADVISERS,
            covers=made.scope(things=[f"shop{number}"]),
            agreement=building.agreement(selected_by=rule),
        )
        for number, rule in enumerate(rules)
    ]
    return building.organization(teams=[building.ADVISERS], engagements=engagements)


def test_customers_are_chosen_by_one_rule() -> None:
    mixed = choosing(Selection.REVENUE, Selection.FEATURES)
    assert building.found(mixed, "consulting-selection") == [(Verdict.WARN, "SRETeam advisers")]
    assert building.found(choosing(Selection.REVENUE, Selection.REVENUE), "consulting-selection") == []


def test_advisers_who_get_one_class_of_alerts_hold_its_pager_and_are_over_their_boundary() -> None:
    advisers = made.team("advisers", Implementation.CONSULTING)
    classes = {AlertClass.APPLICATION: "sre"}
    agreed = made.engagement("e", advisers, made.scope(things=["shop"]), classes=classes, reason="their launch")
    organization = made.organization(
        things=[made.thing("shop")],
        teams=[advisers],
        engagements=[agreed],
        policies=[made.policy("advisers"), made.policy("devs")],
        members={"advisers": ["con"], "devs": ["olu"]},
    )
    holders = {each: pager(organization, made.ref("shop"), each, made.AT).holder for each in AlertClass}
    assert {str(holder) for each, holder in holders.items() if each in classes} == {"group:advisers"}
    assert str(holders[AlertClass.WORKFLOW]) == "group:devs"
    (finding,) = building.findings(organization, "consulting-boundary")
    assert finding.figures == {"given": "the pager"}
