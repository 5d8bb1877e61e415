"""Rules 5, 6, 63 and 66: charters, and whether a team is what it says. Each broken, and just kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from tests.unit.org import made
from watchbill.org.charters import (
    Experience,
    Implementation,
    ItemStatus,
    Membership,
    ReadinessReview,
    ReviewItem,
    ReviewOutcome,
    SRETeam,
)
from watchbill.org.findings import Verdict
from watchbill.org.implementations import PRACTICES
from watchbill.org.organization import Organization
from watchbill.org.values import Duration

from . import building


def charter(team: SRETeam, at: datetime = made.AT) -> list[tuple[Verdict, str]]:
    return building.found(building.organization(teams=[team]), "charter", at)


def test_a_charter_is_looked_at_again_within_a_year() -> None:
    a_year_later = datetime(2027, 1, 1, 12, tzinfo=UTC)
    assert charter(building.SRE, a_year_later) == []
    assert charter(building.SRE, datetime(2027, 1, 2, 12, tzinfo=UTC)) == [(Verdict.WARN, "SRETeam sre")]


def test_a_charter_that_says_how_often_is_due_as_it_says() -> None:
    each_quarter = replace(building.SRE, review_every=Duration.parse("3M"))
    assert charter(each_quarter, datetime(2026, 4, 1, 12, tzinfo=UTC)) == []
    assert charter(each_quarter, datetime(2026, 4, 2, 12, tzinfo=UTC)) == [(Verdict.WARN, "SRETeam sre")]


def test_a_charter_without_bound_or_mission_is_a_warning() -> None:
    unbounded = replace(building.CORE, scope=made.scope(everything=True), mission="")
    (finding,) = building.findings(building.organization(teams=[unbounded]), "charter")
    assert finding.level is Verdict.WARN
    assert finding.text == "The charter of core says no mission and has no bound."
    assert charter(building.CORE) == []


@pytest.mark.parametrize(
    ("team", "rule", "level"),
    [(building.TOOLS, "charter-approval", Verdict.FAIL), (building.SRE, "charter", Verdict.WARN)],
)
def test_without_approval_a_tools_team_fails_and_any_other_is_warned(team: SRETeam, rule: str, level: Verdict) -> None:
    organization = building.organization(teams=[replace(team, approved_by=None)])
    told = [each for name in ("charter", "charter-approval") for each in building.findings(organization, name)]
    assert [(each.rule, each.level) for each in told] == [(rule, level)]
    assert building.found(building.organization(teams=[team]), "charter-approval") == []


def test_a_kitchen_sink_that_serves_more_than_ten_groups_should_be_split() -> None:
    def of(groups: int) -> list[tuple[Verdict, str]]:
        owners = [f"group{number}" for number in range(groups)]
        organization = building.organization(
            things=[made.thing(f"of-{owner}", owner) for owner in owners],
            teams=[building.CORE],
            members={owner: ["dev"] for owner in owners} | {"core": ["c1"]},
        )
        return building.found(organization, "kitchen-sink-split")

    assert of(11) == [(Verdict.ADVICE, "SRETeam core")]
    assert of(10) == []


def test_a_kitchen_sink_beside_two_other_sre_teams_should_be_split() -> None:
    def beside(*others: SRETeam) -> list[tuple[Verdict, str]]:
        organization = building.organization(things=[made.thing("shop")], teams=[building.CORE, *others])
        return building.found(organization, "kitchen-sink-split")

    assert beside(building.SRE, building.TOOLS) == [(Verdict.ADVICE, "SRETeam core")]
    assert beside(building.SRE) == []


def test_a_team_without_goals_and_postmortems_is_an_sre_team_by_name_only() -> None:
    parts = {"things": [made.thing("shop")], "teams": [building.SRE]}
    bare = building.organization(**parts, engagements=[building.engaged()])
    assert building.found(bare, "rename-only") == [(Verdict.FAIL, "SRETeam sre")]
    with_goal = building.organization(**parts, engagements=[building.engaged()], goals=[building.goal("shop")])
    assert building.found(with_goal, "rename-only") == []
    by_policy = building.engaged(agreement=building.agreement(budget_policy="standard"))
    policies = {"budget_policies": {"standard": building.budget_policy("standard", postmortem="20")}}
    with_policy = building.organization(**parts, engagements=[by_policy], more=policies)
    assert building.found(with_policy, "rename-only") == []


def infrastructure(left: tuple[str, ...] = (), **shown: Any) -> Organization:
    pact = building.engaged(
        sre=building.PLATFORM, covers=made.scope(things=["cluster"]), practices=dict.fromkeys(left, "partner")
    )
    parts = {"things": [made.thing("cluster")], "teams": [building.PLATFORM], "members": {"platform": ["p"]}}
    return building.organization(**parts, engagements=[pact], **shown)


def test_an_infrastructure_team_of_which_the_files_show_nothing_is_a_platform_team() -> None:
    (finding,) = building.findings(infrastructure(), "platform-team")
    assert (finding.level, finding.figures["practices"]) == (Verdict.WARN, "0 of 8")
    assert finding.figures["not declared"] == ", ".join(PRACTICES)


def test_goals_a_watch_and_a_review_show_what_an_infrastructure_team_does() -> None:
    goal, watch = building.goal("cluster"), building.watch("first", ["p"])
    policy = building.policy("platform", "first")
    item = ReviewItem("capacity", "Does it fit?", ItemStatus.YES, "load test", None, "", False, None, made.place())
    review = ReadinessReview("r", "pact", date(2026, 3, 1), (), ReviewOutcome.READY, (item,), made.place())
    by_three = infrastructure(goals=[goal], watches=[watch], policies=[policy])
    assert building.found(by_three, "platform-team") == [(Verdict.WARN, "SRETeam platform")]
    by_four = replace(by_three, reviews={"r": review})  # goals, observability, incidents, capacity
    assert building.found(by_four, "platform-team") == []
    left = infrastructure(("capacity",), goals=[goal], watches=[watch], policies=[policy])
    (finding,) = building.findings(replace(left, reviews={"r": review}), "platform-team")
    assert (finding.figures["practices"], finding.figures["left to others"]) == ("3 of 8", "capacity")


def of_new_people(new: int, experienced: int) -> list[tuple[Verdict, str]]:
    past = (Experience(Implementation.INFRASTRUCTURE, date(2020, 1, 1), None),)
    people = [f"p{number}" for number in range(new + experienced)]
    members = tuple(
        Membership(made.ref(person, "user"), Fraction(1), None, made.place(), past) for person in people[new:]
    )
    team = replace(building.SRE, members=members)
    return building.found(building.organization(teams=[team], members={"sre": people}), "new-team-experience")


def test_less_than_a_third_of_a_new_team_may_be_new() -> None:
    assert of_new_people(2, 4) == [(Verdict.WARN, "SRETeam sre")]
    assert of_new_people(2, 5) == []


def test_of_a_new_team_without_any_experience_on_record_it_cannot_be_told() -> None:
    assert of_new_people(2, 0) == [(Verdict.NOT_DECLARED, "SRETeam sre")]


@pytest.mark.parametrize(
    ("young", "watches", "levels"),
    [
        ("2026-02-07", ("first", "second"), [Verdict.WARN]),
        ("2026-02-06", ("first", "second"), []),  # three months ago, to the day
        ("2026-02-07", ("first", "first"), []),  # one watch for both
    ],
)
def test_a_team_that_was_split_off_shares_the_watch_for_a_quarter(
    young: str, watches: tuple[str, str], levels: list[Verdict]
) -> None:
    left = Membership(made.ref("s1", "user"), Fraction(1), date(2026, 2, 1), made.place())
    core, split = replace(building.CORE, members=(left,)), replace(building.SRE, approved_on=date.fromisoformat(young))
    organization = building.organization(
        teams=[core, split],
        policies=[building.policy(group, watch) for group, watch in zip(("core", "sre"), watches, strict=True)],
        watches=[building.watch("first", ["c1"]), building.watch("second", ["s1", "s2"])],
        members={"core": ["c1", "s1"], "sre": ["s1", "s2"]},
    )
    assert [level for level, _ in building.found(organization, "rotation-split")] == levels


def test_a_new_team_begins_with_two_services() -> None:
    def covering(number: int, approved: str = "2026-02-07") -> list[tuple[Verdict, str]]:
        team = replace(building.CORE, approved_on=date.fromisoformat(approved))
        things = [made.thing(f"shop{each}") for each in range(number)]
        return building.found(building.organization(things=things, teams=[team]), "new-team-scope")

    assert covering(3) == [(Verdict.WARN, "SRETeam core")]
    assert covering(2) == []
    assert covering(3, approved="2026-02-06") == []
