"""The picture of the map: what is drawn for few and for many, and that no gap is out of sight."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.organizations import Size, write
from tests.unit.org import drawn, made
from watchbill.org import folder
from watchbill.org.entities import Tier
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.teams.map import Asked, OrganizationMap, Role, map_of
from watchbill.web.lookups import side_named
from watchbill.web.show.map_picture import Picture, cut, is_one_by_one, picture
from watchbill.web.show.map_sketch import Addresses

ACME = Path(__file__).parents[4] / "examples" / "acme"
NOON = datetime(2026, 11, 25, 11, tzinfo=UTC)


def read(root: Path) -> Organization:
    found = folder.read(root).organization
    assert found is not None
    return found


@pytest.fixture(scope="module")
def acme() -> Organization:
    return read(ACME)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Organization:
    """Return an organisation of 120 SRE teams, in which the owners of some things answer for themselves, and some cannot."""
    root = tmp_path_factory.mktemp("large")
    write(root, Size(4000))
    whole = read(root)
    unwatched = {f"dev-{number}" for number in range(0, 280, 9)}
    others = {number for number in whole.sre_teams if number not in {"sre-0", *(f"sre-{n}" for n in range(14, 50))}}
    return replace(
        whole,
        catch_all=None,
        things={
            ref: replace(thing, tier=Tier.CRITICAL if thing.ref.name.endswith("7") else thing.tier)
            for ref, thing in whole.things.items()
        },
        engagements={name: each for name, each in whole.engagements.items() if each.sre in others},
        sre_teams={
            name: replace(team, scope=replace(team.scope, everything=False) if team.scope else None)
            for name, team in whole.sre_teams.items()
        },
        escalation_policies={name: each for name, each in whole.escalation_policies.items() if name not in unwatched},
    )


def shown(organization: Organization, asked: Asked, at: datetime = NOON) -> tuple[OrganizationMap, Picture]:
    found = map_of(organization, at, asked)
    return found, picture(organization, found, Addresses({}))


def test_few_are_drawn_one_by_one_with_a_line_for_each_tie(acme: Organization) -> None:
    found, drawing = shown(acme, Asked())
    assert is_one_by_one(found)
    assert len(drawing.boxes) == len(found.teams) + len(found.facts) + len(found.groups)
    kinds = sorted(wire.kind for wire in drawing.wires)
    assert kinds == sorted(role.value for fact in found.facts for _, role in fact.ties)
    assert "Checkout SRE holds the pager of Cart" in {wire.says for wire in drawing.wires}
    assert "Embedded SRE takes part in Login" in {wire.says for wire in drawing.wires}
    assert "Advisers advises on Payroll" in {wire.says for wire in drawing.wires}


def test_boxes_lead_to_their_pages_and_say_what_they_are_in_whole_words(acme: Organization) -> None:
    _, drawing = shown(acme, Asked())
    by_address = {box.href: box.says for box in drawing.boxes}
    assert by_address["/services/cart"] == "Cart, service · critical · of Cart developers"
    assert by_address["/services/loyalty-points"].endswith("nobody of SRE: Platform engineering is called")
    assert by_address["/teams/embedded-sre"].startswith(
        "Ada Lindgren, Mei Chen, in Mobile developers · until 31 March 2027, Embedded SRE"
    )
    assert by_address["/teams/northwind"] == "Northwind Traders, customer of Advisers, holds 1 pager"
    assert by_address["/teams/loyalty-sre"] == "Loyalty SRE, advises on 1, preparing with Growth"


def test_a_team_without_lines_says_so_and_what_it_is_for(acme: Organization) -> None:
    _, drawing = shown(acme, Asked(), datetime(2026, 5, 3, 11, tzinfo=UTC))
    box = next(box for box in drawing.boxes if box.href == "/teams/sre-tools")
    assert "holds 1 pager" in box.says
    idle = next(box for box in drawing.boxes if box.href == "/teams/embedded-sre")
    assert idle.says == "Embedded SRE, holds nothing now, A host team that no longer needs us."


def test_many_are_drawn_together_and_bounded(large: Organization) -> None:
    found, drawing = shown(large, Asked())
    assert len(found.teams) == 120
    assert len(drawing.boxes) <= 120 + 240 + 12
    assert len(drawing.wires) <= 200
    assert drawing.height <= 4000
    named = {box.texts[0].words for box in drawing.boxes}
    assert {team.title for team in found.teams} <= named, "every SRE team is there by name"


def test_no_gap_is_hidden_among_many(large: Organization) -> None:
    found, drawing = shown(large, Asked())
    assert found.nobody > 0
    frames = [lane.says for lane in drawing.lanes if lane.shape == "thing"]
    boxes = [box.says for box in drawing.boxes if box.shape == "thing"]
    for said in (frames, boxes):
        assert sum(int(number) for text in said for number in re.findall(r"nobody for (\d+)", text)) == found.nobody
        without = sum(int(number) for text in said for number in re.findall(r"(\d+) without SRE", text))
        assert without == found.without_sre
    assert all(box.alarm == "bad" for box in drawing.boxes if "nobody for" in box.says)
    assert all("nobody for" in box.texts[1].words for box in drawing.boxes if "nobody for" in box.says)


def test_a_team_of_many_products_is_drawn_with_each_product_and_neighbour(large: Organization) -> None:
    found, drawing = shown(large, Asked(side=side_named(large, "sre-7")))
    assert not is_one_by_one(found)
    addresses = {box.href for box in drawing.boxes}
    assert {f"/teams/{team.name}" for team in found.teams} <= addresses
    assert {f"/map?product=system%3A{fact.thing.system.name}" for fact in found.facts if fact.thing.system} <= addresses


def test_filters_stay_where_a_box_leads_to_another_map() -> None:
    addresses = Addresses({"practice": "capacity", "at": "2026-05-03"})
    product = EntityRef("system", "default", "shop")
    assert addresses.map_of_product(product) == "/map?product=system%3Ashop&practice=capacity&at=2026-05-03"
    assert addresses.map_of_team("core") == "/map?team=core&practice=capacity&at=2026-05-03"


@drawn.checked
@given(drawn.organizations())
def test_whatever_the_organisation_everything_is_drawn_once_and_every_gap_is_a_red_box(
    organization: Organization,
) -> None:
    found, drawing = shown(organization, Asked(), made.AT)
    places = [(box.place.x, box.place.y) for box in drawing.boxes]
    assert len(set(places)) == len(places) == len(found.teams) + len(found.facts) + len(found.groups)
    assert sum(box.alarm == "bad" for box in drawing.boxes) == sum(fact.is_grave for fact in found.facts)


def test_words_are_cut_to_their_room() -> None:
    assert cut("Checkout SRE", 200) == "Checkout SRE"
    assert cut("Checkout SRE with everybody else", 80) == "Checkout SRE…"
    assert len(cut("l" * 99, 100)) > len(cut("m" * 99, 100))


def test_a_product_that_few_teams_have_to_do_with_is_drawn_team_by_team(tmp_path: Path) -> None:
    """Of 36 SRE teams and 84 groups those of one Domain: each team a box with its lines, the groups together by kind."""
    write(tmp_path, Size(1200))
    found, drawing = shown(read(tmp_path), Asked(product=EntityRef("domain", "default", "domain-0")))
    assert not is_one_by_one(found)
    assert len(found.teams) <= 40
    assert len(found.groups) > 30
    assert {box.href for box in drawing.boxes} >= {f"/teams/{team.name}" for team in found.teams}
    holding = {
        wire.says.split(" ")[0] for wire in drawing.wires if wire.kind == "holds" and wire.says.startswith("sre-")
    }
    assert holding == {team.name for team in found.teams if Role.HOLDS in found.ties[team.key]}
    assert "#beside-develops-with" in {box.href for box in drawing.boxes}


@drawn.checked
@given(drawn.organizations(), drawn.days, st.integers())
def test_the_same_documents_in_another_order_give_the_same_picture(
    organization: Organization, day: date, seed: int
) -> None:
    at = datetime.combine(day, time(12), UTC)
    mixed = drawn.shuffled(organization, seed)
    asked = [Asked(), Asked(practice="goals"), Asked(product=EntityRef("system", "default", "s1"))]
    for each in asked:
        assert shown(mixed, each, at)[1] == shown(organization, each, at)[1]


_DRAW = """
import hashlib, sys
from pathlib import Path
from tests.unit.web.show.test_map_picture import Asked, read, shown
print(hashlib.sha256(repr(shown(read(Path(sys.argv[1])), Asked())[1]).encode()).hexdigest())
"""


def test_every_start_of_the_program_draws_the_same_picture(tmp_path: Path) -> None:
    write(tmp_path, Size(400))
    drawings = {
        subprocess.run(
            [sys.executable, "-c", _DRAW, str(tmp_path)],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(drawings) == 1
