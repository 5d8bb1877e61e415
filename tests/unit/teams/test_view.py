"""A team at a glance, composed from the real services on the small organisation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.desk import MONDAY, Desk, firing
from tests.organizations import person
from watchbill.lib.clock import HandClock
from watchbill.lib.errors import NotFound
from watchbill.org import folder
from watchbill.org.charters import EngagementState
from watchbill.org.coverage import PagerAnswer
from watchbill.org.objectives import DataSource, Severity
from watchbill.org.values import EntityRef
from watchbill.practices.goals.model import GoalState, Source
from watchbill.practices.goals.service import GoalsService
from watchbill.store.store import Store
from watchbill.teams.view import TeamRole, TeamsService

ACME = Path(__file__).parents[3] / "examples" / "acme"


def named(answers: Iterable[PagerAnswer]) -> list[str]:
    return [str(answer.thing) for answer in answers]


def no_source(_data_source: DataSource) -> Source:
    raise AssertionError("nothing is measured to look at a team")


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, HandClock(MONDAY))


@pytest.fixture
def teams(desk: Desk) -> TeamsService:
    goals = GoalsService(desk.store, desk.organization, no_source, desk.incidents)
    return TeamsService(desk.organization, goals, desk.incidents, desk.oncall)


async def test_a_team_shows_its_people_and_who_of_them_is_on_watch(teams: TeamsService) -> None:
    view = await teams.declared("core", MONDAY)
    assert (view.name, view.title, view.team and view.team.group) == (
        "core",
        "SRE core",
        EntityRef.parse("sre-core", kind="group"),
    )
    assert [(one.title, one.share, one.until) for one in view.people] == [("Ana Ruiz", 1, None), ("Ben Okoro", 1, None)]
    assert [one.on_watch for one in view.people] == [("core-watch",), ()]
    assert {one.roles for one in view.people} == {(TeamRole.MEMBER,)}
    [watch] = view.watches
    assert (watch.schedule.name, watch.now.people, watch.next.people) == (
        "core-watch",
        (person("ana"),),
        (person("ben"),),
    )


async def test_a_team_shows_what_it_covers_and_how_the_goals_of_that_stand(teams: TeamsService) -> None:
    view = await teams.view("core", MONDAY)
    declared = view.declared
    assert named(declared.covers) == ["component:api", "component:web", "resource:database"]
    assert declared.claims == declared.holds_pager_of == declared.covers
    assert (declared.owns, declared.advises, [policy.name for policy in declared.policies]) == ((), (), ["core"])
    [shown] = view.goals
    assert (shown.goal.name, shown.status.state) == ("api-availability", GoalState.NOT_MEASURED)


async def test_a_team_shows_the_open_incidents_that_it_holds_and_their_pages(desk: Desk, teams: TeamsService) -> None:
    await desk.hear(firing("a"), firing("b", thing=None, severity=Severity.TICKET))
    held = (await teams.view("core", MONDAY)).holds
    assert [(one.incident.number, one.page is not None) for one in held] == [(1, True), (2, False)]
    await desk.incidents.resolve("1", person("ana"), MONDAY)
    assert [one.incident.number for one in (await teams.view("core", MONDAY)).holds] == [2]


async def test_a_group_that_is_no_team_shows_what_it_owns(teams: TeamsService) -> None:
    for name in ("shop-developers", "group:shop-developers", "GROUP:default/shop-developers"):
        view = await teams.view(name, MONDAY)
        group = view.declared
        assert (group.name, group.title, group.team) == ("shop-developers", "Shop developers", None)
        assert [str(ref) for ref in group.owns] == ["component:api", "component:web", "resource:database"]
        assert (group.covers, view.holds, view.goals, group.watches, group.engagements) == ((), (), (), (), ())
        assert [one.title for one in group.people] == ["Cleo Marsh"]


async def test_a_group_is_shown_as_the_team_that_it_is(teams: TeamsService) -> None:
    assert (await teams.declared("group:sre-core", MONDAY)).name == "core"


async def test_all_teams_are_listed_and_beside_them_the_groups_that_own_something(teams: TeamsService) -> None:
    assert [(team.name, len(team.covers)) for team in await teams.sre_teams(MONDAY)] == [("core", 3)]
    assert [(group.name, len(group.owns)) for group in await teams.partners(MONDAY)] == [("shop-developers", 3)]


async def test_an_engagement_says_since_when_it_is_in_its_state_and_those_that_are_over_come_last(desk: Desk) -> None:
    acme = folder.read(ACME)
    at = datetime(2026, 5, 3, 12, tzinfo=UTC)
    desk.organization.offer(acme, at)
    goals = GoalsService(desk.store, desk.organization, no_source, desk.incidents)
    teams = TeamsService(desk.organization, goals, desk.incidents, desk.oncall)
    [*_, cart] = (await teams.declared("checkout-sre", at)).practised
    assert (cart.engagement.name, cart.state, cart.since) == (
        "checkout-sre-with-cart",
        EngagementState.ACTIVE,
        date(2026, 4, 1),
    )
    mobile = (await teams.declared("mobile-developers", at)).engagements
    assert [(each.state, each.since) for each in mobile] == [
        (None, None),
        (EngagementState.ENDED, date(2025, 11, 1)),
    ]


@pytest.mark.parametrize("name", ["nobody", "user:ana", "", "a b", "group:x/y/z"])
async def test_a_name_that_is_no_team_is_not_found(teams: TeamsService, name: str) -> None:
    with pytest.raises(NotFound, match="no team or group"):
        await teams.view(name, MONDAY)
