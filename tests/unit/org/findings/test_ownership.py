"""Rules 58, 59 and 69: what SRE teams own and build. Each broken, and just kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

from tests.unit.org import made
from watchbill.org.charters import Scope
from watchbill.org.entities import Dependency, Thing
from watchbill.org.findings import Verdict
from watchbill.org.organization import Organization

from . import building


def using(tool: str, *owners: str, critical: bool = False) -> list[Thing]:
    """One thing of each owner that depends on a tool."""
    edge = Dependency(made.ref(tool), critical, "", made.place())
    return [replace(made.thing(f"of-{owner}", owner), dependencies=(edge,)) for owner in owners]


def tools(*things: Thing, partners: tuple[str, ...] = (), approved: str = "2026-01-01") -> Organization:
    named = tuple(made.ref(group, "group") for group in partners)
    team = replace(building.TOOLS, partners=named, approved_on=date.fromisoformat(approved))
    return building.organization(things=[made.thing("metrics", "tools"), *things], teams=[team])


def test_two_other_groups_use_the_tools_of_a_tools_team() -> None:
    one, two = tools(*using("metrics", "devs", "tools")), tools(*using("metrics", "devs"), partners=("sre",))
    assert building.found(one, "tool-adopters") == [(Verdict.WARN, "SRETeam tools")]
    assert building.found(two, "tool-adopters") == []


def test_a_tools_team_has_a_quarter_to_find_its_users() -> None:
    assert building.found(tools(approved="2026-02-07"), "tool-adopters") == []
    assert building.found(tools(approved="2026-02-06"), "tool-adopters") == [(Verdict.WARN, "SRETeam tools")]


def test_a_tool_on_which_a_service_critically_depends_is_becoming_infrastructure() -> None:
    on_path = tools(*using("metrics", "devs", critical=True))
    assert building.found(on_path, "tool-on-serving-path") == [(Verdict.ADVICE, "component:metrics")]
    beside = tools(*using("metrics", "devs"), *using("metrics", "tools", critical=True))
    assert building.found(beside, "tool-on-serving-path") == []


def for_products(covers: Scope) -> list[tuple[Verdict, str]]:
    """A product team of that charter; cart and pay are in Systems of the Domain retail, the others in none."""
    systems = {"cart": "checkout", "pay": "billing", "wages": "payroll"}
    things = [made.thing(name, system=of, domain=None if name == "wages" else "retail") for name, of in systems.items()]
    things.append(made.thing("job"))
    team = replace(building.SRE, scope=covers)
    return building.found(building.organization(things=things, teams=[team]), "one-product")


def test_a_product_team_is_for_one_system_or_the_systems_of_one_domain() -> None:
    assert for_products(made.scope(systems=["checkout"])) == []
    assert for_products(made.scope(systems=["checkout", "billing"])) == []  # both in retail
    assert for_products(made.scope(domains=["retail"])) == []
    assert for_products(made.scope(systems=["checkout", "payroll"])) == [(Verdict.WARN, "SRETeam sre")]
    assert for_products(made.scope(owned_by=["devs"])) == [(Verdict.WARN, "SRETeam sre")]
    assert for_products(made.scope(owned_by=["devs"], excluded=["wages", "job"])) == []


def with_developers(number: int) -> Organization:
    return building.organization(
        things=[made.thing("shop")],
        teams=[building.SRE],
        engagements=[building.engaged()],
        members={"sre": ["s1"], "devs": [f"d{each}" for each in range(number)]},
    )


def test_there_are_more_than_ten_developers_for_an_sre() -> None:
    assert building.found(with_developers(10), "sre-ratio") == [(Verdict.WARN, "SRETeam sre")]
    assert building.found(with_developers(11), "sre-ratio") == []


def test_a_limit_that_must_not_be_reached_is_said_so() -> None:
    (finding,) = building.findings(with_developers(10), "sre-ratio")
    assert (finding.figures["share"], finding.threshold) == ("10\u202f%", "less than 10\u202f%")


def test_without_members_of_the_owning_group_it_cannot_be_told() -> None:
    assert building.found(with_developers(0), "sre-ratio") == [(Verdict.NOT_DECLARED, "SRETeam sre")]


def seat(
    *on_watch: str, primary: str = "sre", share: str | None = None, rule: str = "developer-seat"
) -> list[tuple[Verdict, str]]:
    pact = building.engaged(primary=primary)
    terms = replace(pact.pager, partner_share=Fraction(share) if share else None)
    watch = building.watch("first", on_watch)
    organization = building.organization(
        things=[made.thing("shop")],
        teams=[building.SRE],
        engagements=[replace(pact, pager=terms)],
        policies=[building.policy("sre", "first")],
        watches=[watch],
    )
    return building.found(organization, rule)


def test_developers_keep_a_part_in_the_watch() -> None:
    assert seat("s1", "s2") == [(Verdict.WARN, "Engagement pact")]
    assert seat("s1", "dev") == []
    assert seat("s1", "s2", share="1/5") == []
    assert seat("s1", "s2", primary="partner") == []


def test_the_partner_stands_the_share_of_the_watch_that_was_agreed() -> None:
    def stands(*on_watch: str, agreed: str | None, primary: str = "sre") -> list[tuple[Verdict, str]]:
        return seat(*on_watch, share=agreed, primary=primary, rule="partner-share")

    short = [(Verdict.WARN, "Engagement pact")]
    assert stands("s1", "s2", "s3", "s4", agreed="1/5") == short  # nothing of it
    assert stands("s1", "s2", "s3", "s4", "s5", "dev", agreed="1/5") == short  # one turn of six
    assert stands("s1", "s2", "s3", "s4", "dev", agreed="1/5") == []  # one of five
    assert stands("s1", "s2", agreed=None) == []
    assert stands("s1", "s2", agreed="1/5", primary="partner") == []  # it has a part of its own


def test_two_sre_teams_that_own_a_system_of_the_same_kind_should_share_one() -> None:
    def owning(first: str, second: str) -> list[tuple[Verdict, str]]:
        things = [made.thing("metrics", "tools", type=first), made.thing("graphs", "platform", type=second)]
        organization = building.organization(things=things, teams=[building.TOOLS, building.PLATFORM])
        return building.found(organization, "duplicate-tools")

    assert owning("monitoring", "monitoring") == [(Verdict.ADVICE, "type monitoring")]
    assert owning("monitoring", "tracing") == []
    assert owning("service", "service") == []
