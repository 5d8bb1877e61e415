"""A team at a glance, composed from the real services on the small organisation."""

from __future__ import annotations

import pytest

from tests.desk import MONDAY, Desk, firing, person
from watchbill.lib.clock import HandClock
from watchbill.lib.errors import NotFound
from watchbill.org.objectives import DataSource, Severity
from watchbill.org.values import EntityRef
from watchbill.practices.goals.model import GoalState, Source
from watchbill.practices.goals.service import GoalsService
from watchbill.store.store import Store
from watchbill.teams.view import TeamRole, TeamsService


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
    view = await teams.view("core", MONDAY)
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
    assert [str(answer.thing) for answer in view.covers] == ["component:api", "component:web", "resource:database"]
    assert (view.owns, view.advises, [policy.name for policy in view.policies]) == ((), (), ["core"])
    [shown] = view.goals
    assert shown.goal.name == "api-availability"
    assert shown.status is not None
    assert shown.status.state is GoalState.NOT_MEASURED


async def test_a_team_shows_the_open_incidents_that_it_holds_and_their_pages(desk: Desk, teams: TeamsService) -> None:
    await desk.hear(firing("a"), firing("b", thing=None, severity=Severity.TICKET))
    held = (await teams.view("core", MONDAY)).holds
    assert [(one.incident.number, one.page is not None) for one in held] == [(1, True), (2, False)]
    await desk.incidents.resolve("1", person("ana"), MONDAY)
    assert [one.incident.number for one in (await teams.view("core", MONDAY)).holds] == [2]


async def test_a_group_that_is_no_team_shows_what_it_owns(teams: TeamsService) -> None:
    for name in ("shop-developers", "group:shop-developers", "GROUP:default/shop-developers"):
        view = await teams.view(name, MONDAY)
        assert (view.name, view.title, view.team) == ("shop-developers", "Shop developers", None)
        assert [str(ref) for ref in view.owns] == ["component:api", "component:web", "resource:database"]
        assert (view.covers, view.holds, view.goals, view.watches, view.engagements) == ((), (), (), (), ())
        assert [one.title for one in view.people] == ["Cleo Marsh"]


async def test_a_group_is_shown_as_the_team_that_it_is(teams: TeamsService) -> None:
    assert (await teams.view("group:sre-core", MONDAY)).name == "core"


@pytest.mark.parametrize("name", ["nobody", "user:ana", "", "a b", "group:x/y/z"])
async def test_a_name_that_is_no_team_is_not_found(teams: TeamsService, name: str) -> None:
    with pytest.raises(NotFound, match="no team or group"):
        await teams.view(name, MONDAY)
