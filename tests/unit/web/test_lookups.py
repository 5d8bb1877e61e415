"""Finding what somebody named."""

import pytest

from tests.organizations import small
from watchbill.lib.errors import Invalid, NotFound
from watchbill.org.values import EntityRef
from watchbill.teams.map import Side
from watchbill.web.lookups import goal_named, product_named, reference_to, side_named, team_named


def test_names_are_found_however_they_are_cased() -> None:
    assert goal_named(small(), "API-Availability").name == "api-availability"
    assert team_named(small(), "Core").name == "core"


def test_a_mistyped_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(NotFound) as missed:
        goal_named(small(), "api-availabilty")
    assert missed.value.mend == "Did you mean “api-availability”?"
    with pytest.raises(NotFound) as far:
        team_named(small(), "x" * 500)
    assert far.value.mend == "The list of SRE teams has them all."
    assert len(far.value.what) < 150


def test_a_reference_takes_the_kind_of_its_field() -> None:
    assert reference_to("cart", kind="component") == EntityRef("component", "default", "cart")
    with pytest.raises(Invalid):
        reference_to("a:b:c", kind="component")


def test_a_side_of_the_map_is_an_sre_team_a_group_or_a_person() -> None:
    core = Side("core", EntityRef("group", "default", "sre-core"))
    assert side_named(small(), "core") == core
    assert side_named(small(), "group:sre-core") == core, "the group of an SRE team is that team"
    assert side_named(small(), "shop-developers") == Side(None, EntityRef("group", "default", "shop-developers"))
    assert side_named(small(), "user:ana").ref.kind == "user"
    with pytest.raises(NotFound, match="There is no team “shop-developer”") as raised:
        side_named(small(), "shop-developer")
    assert raised.value.mend == "Did you mean “shop-developers”?"


def test_a_product_that_is_not_there_is_told_with_what_a_product_is() -> None:
    with pytest.raises(NotFound, match="There is no product “shop”") as raised:
        product_named(small(), "shop")
    assert raised.value.mend == "A product is a System or a Domain of the catalog."
    with pytest.raises(Invalid):
        product_named(small(), "a:b:c")
