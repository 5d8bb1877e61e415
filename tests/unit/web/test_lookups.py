"""Finding what somebody named."""

import pytest

from tests.organizations import small
from watchbill.lib.errors import Invalid, NotFound
from watchbill.org.values import EntityRef
from watchbill.web.lookups import goal_named, reference_to, team_named


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
