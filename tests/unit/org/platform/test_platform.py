"""The common platform by examples that can be checked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from tests.unit.org.made import ref
from watchbill.org.platform import Carrying, Verdict

from .building import copies, goal, percent, report

# Three services on one database at 99.9 %: a budget of 0.1 % below each of them.
SHOP = {"reports": ["db"], "cart": ["db"], "checkout": ["db"]}
GOALS = {"reports": "99", "cart": "99.9", "checkout": "99.95", "db": "99.9"}


def test_three_services_on_one_database_need_of_it_one_nine_more_than_the_strictest_promises() -> None:
    database = report(SHOP, GOALS).carriers[ref("db")]
    assert [(demand.product.name, percent(demand.share)) for demand in database.demands] == [
        ("checkout", "99.995"),
        ("cart", "99.99"),
        ("reports", "99.9"),
    ]
    assert percent(database.required) == "99.995"
    assert [demand.product.name for demand in database.limited_by] == ["checkout"]
    assert database.state is Carrying.TOO_LITTLE
    assert database.fan_in == 1


def test_what_can_hold_on_that_database_is_the_goal_that_is_looser_than_its_own() -> None:
    carried = report(SHOP, GOALS).carried
    assert {each.thing.name: (percent(each.left), each.verdict) for each in carried.values()} == {
        "reports": ("0.9", Verdict.HOLDS),  # 1 % may fail, 0.1 % of it in the database
        "cart": ("0", Verdict.TIGHT),  # nothing is left for faults of its own
        "checkout": ("-0.05", Verdict.CANNOT_HOLD),
    }
    assert [each.thing.name for each in report(SHOP, GOALS).broken] == ["checkout"]


def test_a_database_that_meets_what_is_required_leaves_every_service_half_of_its_budget() -> None:
    found = report(SHOP, {**GOALS, "db": "99.995"})
    assert found.carriers[ref("db")].state is Carrying.ENOUGH
    assert {each.verdict for each in found.carried.values()} == {Verdict.HOLDS}


def test_a_platform_of_five_nines_under_a_customer_of_two_gives_users_the_product_of_both() -> None:
    customer = report({"customer": ["platform"]}, {"customer": "99", "platform": "99.999"}).carried[ref("customer")]
    assert customer.with_own == Fraction("0.9899901")


def test_five_dependencies_of_five_nines_leave_half_a_year_budget_of_four() -> None:
    names = ["b", "c", "d", "e", "f"]
    found = report({"a": names}, {"a": "99.99", **dict.fromkeys(names, "99.999")}).carried[ref("a")]
    minutes = 365 * 24 * 60
    assert float((1 - found.reaches) * minutes) == pytest.approx(26, abs=0.5)
    assert float(found.left * minutes) == pytest.approx(27, abs=0.9)
    assert {percent(found.of_budget(each)) for each in found.contributions} == {"10"}


def test_more_than_five_dependencies_share_half_of_the_budget() -> None:
    names = [f"d{number}" for number in range(10)]
    found = report({"a": names}, {"a": "99.9"})
    assert {percent(carrier.required) for carrier in found.carriers.values()} == {"99.995"}


def test_what_is_met_twice_on_the_way_down_counts_once() -> None:
    stands_on = {"app": ["left", "right"], "left": ["db"], "right": ["db"]}
    found = report(stands_on, {"app": "99.9", "left": "99.99", "right": "99.99", "db": "99.99"})
    assert found.carried[ref("app")].reaches == Fraction("0.9999") ** 3
    assert [edge.of.name for edge in found.carriers[ref("db")].demands[0].way] == ["app", "left"]
    assert found.carriers[ref("db")].carries == (ref("app"), ref("left"), ref("right"))


def test_no_nine_is_added_for_each_step_down() -> None:
    stands_on = {"app": ["service"], "service": ["cluster"]}
    found = report(stands_on, {"app": "99.9", "service": "99.99", "cluster": "99.99"})
    assert {name.name: percent(each.required) for name, each in found.carriers.items()} == {
        "cluster": "99.99",
        "service": "99.99",
    }
    assert found.carried[ref("service")].for_others
    assert found.carried[ref("app")].verdict is Verdict.HOLDS
    assert found.carried[ref("service")].verdict is Verdict.TIGHT


def test_a_goal_there_for_others_holds_for_faults_of_its_own_alone_and_breaks_nothing() -> None:
    stands_on = {"app": ["service"], "service": ["cluster", "dns"]}
    found = report(stands_on, {"app": "99.9", "service": "99.99", "cluster": "99.99", "dns": "99.99"})
    assert found.carried[ref("service")].verdict is Verdict.OWN_FAULTS_ONLY
    assert found.broken == ()


def test_a_goal_stricter_than_what_others_need_asks_for_a_nine_of_its_own() -> None:
    stands_on = {"batch": ["payments"], "payments": ["cluster"]}
    found = report(stands_on, {"batch": "99", "payments": "99.95"})
    assert [(demand.product.name, percent(demand.share)) for demand in found.carriers[ref("cluster")].demands] == [
        ("payments", "99.995"),
        ("batch", "99.9"),
    ]


def test_who_takes_most_of_a_budget_comes_first_and_what_has_no_goal_last() -> None:
    found = report({"app": ["db", "cache", "mail"]}, {"app": "99.9", "db": "99.95", "cache": "99.99"})
    app = found.carried[ref("app")]
    shares = [(each.name, app.of_budget(each)) for each in app.contributions]
    assert shares == [
        ("component:db", Fraction(1, 2)),
        ("component:cache", Fraction(1, 10)),
        ("component:mail", None),
    ]
    assert app.verdict is Verdict.NOT_KNOWN
    assert [each.thing.name for each in found.without_goal] == ["mail"]


def test_two_copies_that_fail_independently_fail_both_at_once_that_much_more_seldom() -> None:
    found = report({}, {"app": "99.9", "zone": "99"}, copies("app", "zone", 2, "router"))
    app = found.carried[ref("app")]
    assert app.contributions[0].failing == Fraction(1, 10_000)  # 1 % of 1 %
    assert percent(found.carriers[ref("zone")].required) == "99"  # of each: 1 % of 1 % is the tenth of 0.1 %
    assert found.carriers[ref("zone")].state is Carrying.ENOUGH


def test_what_all_copies_share_counts_once_beside_them_as_one() -> None:
    two_zones = copies("app", "zone", 2, "dns", "control-plane")
    found = report({"dns": []}, {"app": "99.9", "zone": "99", "dns": "99.99"}, two_zones)
    app = found.carried[ref("app")]
    assert [(each.name, each.failing) for each in app.contributions] == [
        ("component:dns", Fraction(1, 10_000)),
        ("component:zone", Fraction(1, 10_000)),
        ("control-plane", None),
    ]
    assert app.verdict is Verdict.NOT_KNOWN


def test_a_copy_among_several_that_something_needs_alone_is_one() -> None:
    stands_on = {"app": ["broker"], "broker": ["zone"]}
    found = report(stands_on, {"app": "99", "zone": "99.9", "broker": "99.9"}, copies("app", "zone", 3, "broker"))
    by_name = {each.name: each for each in found.carried[ref("app")].contributions}
    assert by_name["component:zone"].copies == 1


def test_copies_of_which_nothing_is_said_to_be_shared_are_named() -> None:
    found = report({}, {"app": "99.9"}, copies("app", "zone", 2))
    assert [(edge.of.name, edge.on.name) for edge in found.unlisted] == [("app", "zone")]


def test_each_of_three_copies_may_fail_as_the_cube_root_allows_rounded_to_the_safe_side() -> None:
    found = report({}, {"app": "99.9"}, copies("app", "zone", 3, "dns"))
    required = found.carriers[ref("zone")].required
    assert required is not None
    assert percent(required) == "95.359"  # the cube root of 0.01 % is 4.6416 %
    assert (1 - required) ** 3 <= Fraction(1, 10_000)


def test_things_that_stand_on_one_another_are_named_and_need_a_nine_of_each_other() -> None:
    stands_on = {"app": ["auth"], "auth": ["users"], "users": ["auth"]}
    found = report(stands_on, {"app": "99", "auth": "99.95", "users": "99.95"})
    assert [[f"{edge.of.name} on {edge.on.name}" for edge in cycle] for cycle in found.cycles] == [
        ["auth on users", "users on auth"]
    ]
    assert percent(found.carriers[ref("auth")].required) == "99.995"
    assert found.carried[ref("auth")].reaches == Fraction("0.9995")
    assert (found.layers[ref("app")], found.layers[ref("auth")], found.layers[ref("users")]) == (0, 1, 1)


def test_of_several_goals_the_strictest_asks_the_loosest_is_given_and_speed_does_not_compose() -> None:
    goals = [
        goal("app", "99.9"),
        goal("db", "99.99", name="reads"),
        goal("db", "99.95", name="writes"),
        goal("db", "90", name="fast", is_fast=True),
    ]
    database = report({"app": ["db"], "db": ["disk"]}, goals).carriers[ref("db")].promise
    assert database is not None
    assert (database.asked.name, database.given.name) == ("reads", "writes")
    assert [left_out.name for left_out in database.left_out] == ["fast"]


def test_an_aspirational_goal_asks_nothing_and_gives_nothing() -> None:
    hoped_for = replace(goal("app", "99.999", name="hoped-for"), aspirational=True)
    found = report({"app": ["db"]}, [goal("app", "99.9"), hoped_for, goal("db", "99.99")])
    assert percent(found.carriers[ref("db")].required) == percent(
        report({"app": ["db"]}, {"app": "99.9", "db": "99.99"}).carriers[ref("db")].required
    )


def test_a_thing_with_a_goal_of_speed_alone_promises_nothing_that_composes() -> None:
    found = report({"app": ["db"]}, [goal("app", "99.9"), goal("db", "99.99", is_fast=True)])
    assert found.carriers[ref("db")].state is Carrying.NO_GOAL


@pytest.mark.parametrize(("days", "is_other"), [(28, False), (7, False), (30, True), (56, True)])
def test_a_goal_over_a_window_that_does_not_go_into_the_products_is_named(days: int, is_other: bool) -> None:
    goals = [goal("app", "99.9"), goal("db", "99.99", window=timedelta(days=days))]
    (database,) = report({"app": ["db"]}, goals).carried[ref("app")].contributions
    assert database.other_window is is_other


def test_nothing_is_asked_of_what_carries_no_goal() -> None:
    database = report({"app": ["db"]}, {"db": "99.9"}).carriers[ref("db")]
    assert (database.required, database.state, database.limited_by) == (None, Carrying.NOT_ASKED, ())


def test_one_product_can_be_looked_at_with_what_it_stands_on() -> None:
    found = report({**SHOP, "db": ["disk"], "mail": ["queue"]}, GOALS).of(ref("cart"))
    assert set(found.carriers) == {ref("db"), ref("disk")}
    assert set(found.carried) == {ref("cart"), ref("db")}
    assert {edge.on.name for edge in found.edges} == {"db", "disk"}
