"""Small organisations around one engagement, for tests of what people may: its people, its thing and its agreement."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.org import made
from watchbill.org.agreements import Agreement
from watchbill.org.charters import Engagement, Implementation
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

MEMBER = made.ref("mia", "user")
OWNER = made.ref("olu", "user")
STRANGER = made.ref("stan", "user")
CART = made.ref("cart")


def with_policy(engagement: Engagement, **leads: EntityRef) -> Engagement:
    """Give an engagement an agreement on the budget policy `standard`."""
    agreement = Agreement((), None, None, "standard", None, None, (), made.place(), **leads)
    return replace(engagement, agreement=agreement)


def with_engagement(team_of: Implementation, **terms: object) -> Organization:
    team = made.team("sre", team_of)
    engagement: Engagement = made.engagement("e", team, made.scope(things=["cart"]), **terms)  # type: ignore[arg-type]
    return made.organization(
        things=[made.thing("cart", "devs")],
        teams=[team],
        engagements=[engagement],
        members={"sre": ["mia"], "devs": ["olu"]},
        people=["stan"],
    )
