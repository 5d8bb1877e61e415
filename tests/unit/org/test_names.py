"""Names that people know, and the zone that a person is told times in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.small_org import ANA, MEI, ZOE, organization, weekly
from watchbill.org.names import name_of, with_names
from watchbill.org.zones import zone_of

SMALL = organization(schedules=[replace(weekly("primary", ANA), title="SRE primary")])


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("user:ana", "Ana"),
        ("group:sre", "SRE"),
        ("schedule:primary", "SRE primary"),
        ("channel:ops", "room ops"),
        ("user:nobody-here", "nobody-here"),
        ("component:cart", "cart"),
        ("Alertmanager", "Alertmanager"),
        (None, "nobody"),
    ],
)
def test_a_reference_is_called_by_its_title_and_a_service_as_it_is_written(reference: str | None, name: str) -> None:
    assert name_of(SMALL, reference) == name


def test_a_sentence_has_names_for_what_is_declared_and_leaves_the_rest_as_written() -> None:
    sentence = "user:ana is on watch in schedule:primary for component:cart, owned by group:sre."
    assert with_names(SMALL, sentence) == "Ana is on watch in SRE primary for cart, owned by SRE."
    assert with_names(SMALL, "No document is called group:shop.") == "No document is called group:shop."


@given(st.lists(st.sampled_from([*"ab/.:- ", "user:", "component:", "channel:", "schedule:", "ana"])).map("".join))
@example("component:a/b/c")
@example("user:ana/x/")
def test_any_text_has_names_or_stays_as_it_is(text: str) -> None:
    assert with_names(SMALL, text).count(" ") >= text.count(" ")


def test_a_person_is_told_times_in_the_zone_of_their_watch() -> None:
    lisbon, sydney = (
        replace(weekly(name, *people), time_zone=zone)
        for name, zone, people in (("west", "Europe/Lisbon", (ANA, MEI)), ("east", "Australia/Sydney", (MEI,)))
    )
    declared = replace(organization(schedules=[lisbon, sydney]), time_zone="Europe/Berlin")
    assert zone_of(declared, ANA).key == "Europe/Lisbon"
    assert zone_of(declared, MEI).key == "Europe/Berlin", "two zones: neither is hers"
    assert zone_of(declared, ZOE).key == "Europe/Berlin", "no watch"
    assert zone_of(declared).key == "Europe/Berlin"
