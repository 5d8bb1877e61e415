"""What advisers are engaged for, and its owner is not the partner: only the owner takes advice on a thing and opens it to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from .because import listed
from .belonging import is_part_of
from .charters import Engagement
from .claims import claims_at
from .entities import Thing
from .faults import Fault, Level
from .implementations import rules_of
from .organization import Organization


def advised_past_their_owners(organization: Organization, things: Iterable[Thing], at: datetime) -> Iterator[Fault]:
    """Yield a fault for each engagement of advisers that reaches some of `things` at `at` which its partner does not own."""
    claims = claims_at(organization, at)
    found: dict[str, tuple[Engagement, list[Thing]]] = {}
    for thing in things:
        for adviser in claims.standing(thing).advisers:
            engagement = adviser.engagement
            if engagement is None or not rules_of(adviser.team.implementation).advises_only:
                continue
            if not is_part_of(organization, thing.owner, engagement.partner):
                found.setdefault(engagement.name, (engagement, []))[1].append(thing)
    for engagement, elsewhere in found.values():
        yield _fault(engagement, elsewhere)


def _fault(engagement: Engagement, things: list[Thing]) -> Fault:
    owners = listed(sorted({thing.owner for thing in things}))
    return Fault(
        "advice-past-the-owner",
        Level.WARNING,
        f"The engagement {engagement.name} advises {engagement.partner} on {listed([thing.ref for thing in things])}, "
        f"owned by {owners}: advice there goes to the owner, who alone opens it in an emergency.",
        "Agree an engagement with the owner, or leave it out of the scope.",
        engagement.scope.place,
        (things[0].place,),
    )
