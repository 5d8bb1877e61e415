"""What engagements are about, held against the catalog and each other: each fault once, and nothing where all is well."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.unit.org import made
from watchbill.org.charters import EngagementState, Implementation
from watchbill.org.faults import Level
from watchbill.org.folder import read
from watchbill.org.organization import Organization
from watchbill.org.standing import check_standing

ACME = Path(__file__).parents[3] / "examples" / "acme"
PRODUCT = made.team("product", Implementation.PRODUCT)
MEI = made.team("mei", Implementation.EMBEDDED)
ADA = made.team("ada", Implementation.EMBEDDED)
SHOP = made.thing("shop", "devs", system="checkout")
POLICIES = [made.policy(group) for group in ("devs", "product", "mei", "ada")]


def codes(organization: Organization) -> list[tuple[str, Level]]:
    ours = {"reaches-nothing", "nothing-of-the-partner", "too-many-guests"}
    return [(fault.code, fault.level) for fault in check_standing(organization, made.AT) if fault.code in ours]


def organization(*engagements: object, people: int = 1) -> Organization:
    team_of = {"mei": [f"m{each}" for each in range(people)], "ada": ["a0"], "product": ["p0"], "devs": ["d0"]}
    return made.organization(
        things=[SHOP], teams=[PRODUCT, MEI, ADA], engagements=engagements, policies=POLICIES, members=team_of
    )


@pytest.mark.parametrize(
    ("covers", "found"),
    [
        (made.scope(things=["shop"]), []),
        (made.scope(systems=["checkout"]), []),
        (made.scope(systems=["empty"]), [("reaches-nothing", Level.WARNING)]),
        (made.scope(systems=["checkout"], excluded=["shop"]), [("reaches-nothing", Level.WARNING)]),
    ],
    ids=["a thing", "its system", "an empty system", "a system less all of it"],
)
def test_an_engagement_that_covers_nothing_is_told(covers: object, found: list[tuple[str, Level]]) -> None:
    assert codes(organization(made.engagement("pact", PRODUCT, covers))) == found


def test_an_engagement_with_a_partner_who_owns_nothing_of_it_is_told_and_one_who_owns_a_part_is_not() -> None:
    with_others = made.engagement("pact", PRODUCT, made.scope(systems=["checkout"]), partner="ops")
    assert codes(organization(with_others)) == [("nothing-of-the-partner", Level.WARNING)]
    theirs = made.thing("desk", "ops", system="checkout")
    both = replace(organization(with_others), things={SHOP.ref: SHOP, theirs.ref: theirs})
    assert codes(both) == []


def test_what_is_over_is_not_looked_at() -> None:
    ended = made.engagement("pact", PRODUCT, made.scope(systems=["empty"]), state=EngagementState.ENDED)
    assert codes(organization(ended)) == []


def test_more_than_two_embedded_in_one_host_are_an_error_by_however_many_engagements() -> None:
    mine = made.engagement("mine", MEI, made.scope(things=["shop"]))
    other = made.engagement("other", ADA, made.scope(systems=["checkout"]))
    assert codes(organization(mine, other, people=1)) == []
    (three,) = [
        each for each in check_standing(organization(mine, other, people=2), made.AT) if each.code == "too-many-guests"
    ]
    assert (three.place, three.related) == (other.place, (mine.place,))
    after = replace(other, ends=date(2026, 5, 5))  # it ended the day before
    assert codes(organization(mine, after, people=2)) == []
    elsewhere = made.engagement("elsewhere", ADA, made.scope(things=["shop"]), partner="product")
    assert ("too-many-guests", Level.ERROR) not in codes(organization(mine, elsewhere, people=2))


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("sre/checkout.yaml", "escalation: checkout", "escalation: platform-sre", "policy-of-others"),
        ("sre/platform.yaml", "kind: ReadinessReview", "kind: ReadinessReviewed", "not-reviewed"),
        ("sre/advisers.yaml", "  charter:\n", "  charter:\n    scope: {systems: [payroll]}\n", "scope-without-effect"),
    ],
)
def test_what_a_document_says_beside_the_point_is_a_warning(
    tmp_path: Path, file: str, old: str, new: str, code: str
) -> None:
    root = Path(shutil.copytree(ACME, tmp_path / "org"))
    text = (root / file).read_text()
    assert old in text
    if code == "not-reviewed":
        kept = [each for each in text.split("\n---\n") if old not in each]
        (root / file).write_text("\n---\n".join(kept))
    else:
        (root / file).write_text(text.replace(old, new, 1))
    assert [fault.code for fault in read(root, made.AT.replace(month=11, day=25)).faults] == [code]
