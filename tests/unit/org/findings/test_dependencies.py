"""Rules 23, 24 and 57: what stands on what. Each broken, and just kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.unit.org import made
from tests.unit.org.platform import building as platform
from watchbill.org.entities import Dependency, Redundancy, Thing
from watchbill.org.findings import Verdict

from . import building


def standing(goals: Mapping[str, str]) -> list[tuple[Verdict, str]]:
    """A shop on a database; their goals in percent."""
    return building.found(platform.organization({"shop": ["db"]}, goals), "goal-cannot-hold")


def test_dependencies_take_half_of_a_budget_at_most() -> None:
    # of the 0.1 % that the shop may fail the database takes 0.2 %, 0.06 %, or 0.05 %
    assert standing({"shop": "99.9", "db": "99.8"}) == [(Verdict.FAIL, "component:shop")]
    assert standing({"shop": "99.9", "db": "99.94"}) == [(Verdict.WARN, "component:shop")]
    assert standing({"shop": "99.9", "db": "99.95"}) == []


def test_several_dependencies_are_multiplied_each_once() -> None:
    on_three = {"shop": ["a", "b", "c"], "a": ["c"], "b": ["c"]}
    goals = {"shop": "99.9"} | dict.fromkeys("abc", "99.98")
    found = building.findings(platform.organization(on_three, goals), "goal-cannot-hold")
    (finding,) = (each for each in found if each.subject == "component:shop")
    # 0.9998³ leaves out 0.0599880008 %, of 0.1 %
    assert "may take 59.9 % of its budget" in finding.text.replace("\u202f", " ")
    assert finding.level is Verdict.WARN


def test_what_a_service_with_a_goal_stands_on_has_one_nine_more() -> None:
    def on(goals: Mapping[str, str]) -> list[tuple[Verdict, str]]:
        return building.found(platform.organization({"shop": ["db"]}, goals), "dependency-goal")

    assert on({"shop": "99.9"}) == [(Verdict.WARN, "component:db")]
    assert on({"shop": "99.9", "db": "99.98"}) == [(Verdict.WARN, "component:db")]
    assert on({"shop": "99.9", "db": "99.99"}) == []
    assert on({}) == []


def test_copies_come_with_what_they_share() -> None:
    def sharing(*parts: str) -> list[tuple[Verdict, str]]:
        edge = platform.copies("shop", "db", 2, *parts)
        return building.found(platform.organization({}, {"shop": "99.9"}, edge), "shared-fate")

    assert sharing() == [(Verdict.WARN, "component:shop on component:db")]
    assert sharing("dns") == []


def consumer(name: str, copies: int) -> Thing:
    edge = Dependency(made.ref("cluster"), True, "", made.place(), Redundancy(copies, ("dns",)))
    return replace(made.thing(name), dependencies=(edge,))


def under(*consumers: Thing, goal: str | None = None) -> list[tuple[Verdict, str]]:
    """A cluster of the infrastructure team beside two services that do not stand on it."""
    organization = building.organization(
        things=[made.thing("cluster", "platform"), made.thing("a"), *consumers],
        teams=[building.PLATFORM],
        members={"platform": ["p"], "devs": ["dev"]},
        goals=[building.goal("cluster", goal)] if goal else [],
    )
    return building.found(organization, "fan-in")


def test_what_half_of_all_stand_on_has_a_goal_and_copies_in_spare() -> None:
    one, two = consumer("b", 3), consumer("c", 2)
    assert under(one) == [(Verdict.FAIL, "component:cluster")]  # 1 of 2 others, no goal
    assert under(one, goal="99.99") == []
    assert under(two, goal="99.99") == [(Verdict.WARN, "component:cluster")]  # two copies are none in spare


def test_what_less_than_half_stand_on_is_left_alone() -> None:
    others = [made.thing(name) for name in "de"]
    assert under(consumer("b", 1), *others) == []  # 1 of 4
