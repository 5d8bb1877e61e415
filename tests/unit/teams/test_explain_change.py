"""Who may change a thing, and where not in all of it: what the agreement says of repositories is told with the answer."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.org import made
from tests.unit.org.engaged import CART, MEMBER, OWNER, with_policy
from watchbill.org.charters import Implementation
from watchbill.teams.explain_change import change_as_json, explain_change


def test_a_change_that_is_open_in_one_repository_alone_says_in_which() -> None:
    team = made.team("sre", Implementation.PRODUCT)
    engagement = with_policy(made.engagement("e", team, made.scope(things=["cart"])))
    assert engagement.agreement is not None
    agreement = replace(engagement.agreement, repositories={"acme/keys": frozenset({"changeConfig"})})
    organization = made.organization(
        things=[replace(made.thing("cart", "devs"), repositories=("acme/cart", "acme/keys"))],
        teams=[team],
        engagements=[replace(engagement, agreement=agreement)],
        members={"sre": ["mia"], "devs": ["olu"]},
    )
    answer = change_as_json(organization, explain_change(organization, organization.things[CART], made.AT))
    told = {each["users"][0]["user"]: (each["code"], each["config"], each["requires"]) for each in answer["people"]}
    assert told == {
        str(MEMBER): ("member", "member", ["code in acme/cart alone"]),
        str(OWNER): ("owner", "owner", []),
    }
