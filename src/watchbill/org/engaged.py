"""What engagements are about, held against the catalog: nothing at all, what the partner does not own, a policy of other groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import chain

from .because import listed
from .belonging import is_part_of, people_of
from .charters import Engagement
from .claims import CLAIMING, claims_at, day_of
from .course import meant
from .entities import Thing
from .faults import Fault, FaultList, Level
from .implementations import rules_of
from .organization import Organization
from .values import EntityRef


def check_policies_named(faults: FaultList, organization: Organization) -> None:
    """Warn of each engagement that names a policy for pages which is neither for its team nor for its partner."""
    for engagement in organization.engagements.values():
        policy = organization.escalation_policies.get(engagement.pager.escalation or "")
        own = {organization.sre_teams[engagement.sre].group, engagement.partner}
        if policy is not None and policy.groups and not policy.groups & own:
            faults.warning(
                "policy-of-others",
                engagement.pager.place,
                f"The engagement {engagement.name} pages by the policy {policy.name}, which is for "
                f"{listed(sorted(policy.groups))}: others would be woken than the people of the group that holds the pager.",
                f"Name a policy that is for {' or '.join(map(str, sorted(own)))}, or let this one be for it as well.",
                [policy.place],
            )


def without_things(organization: Organization, day: date) -> Iterator[Fault]:
    """Yield a fault for each engagement in force or ahead on a day whose scope means nothing, or nothing that its partner owns."""
    for _, engagement in sorted(organization.engagements.items()):
        if not engagement.serves(day):
            continue
        things = meant(organization, engagement.scope)
        if (first := next(things, None)) is None:
            yield Fault(
                "reaches-nothing",
                Level.WARNING,
                f"The engagement {engagement.name} covers nothing: no component or resource of the catalog is meant by its scope.",
                "Name what it is about, or end it.",
                engagement.scope.place,
            )
        elif not _is_advice(organization, engagement) and not any(
            is_part_of(organization, thing.owner, engagement.partner) for thing in chain((first,), things)
        ):
            yield Fault(
                "nothing-of-the-partner",
                Level.WARNING,
                f"The engagement {engagement.name} is agreed with {engagement.partner}, who owns nothing of what it covers: "
                f"{first.ref} is owned by {first.owner}.",
                "Agree it with the owner, correct its scope, or put the owner below the partner's group.",
                engagement.scope.place,
                (first.place,),
            )


def _is_advice(organization: Organization, engagement: Engagement) -> bool:
    return rules_of(organization.sre_teams[engagement.sre].implementation).advises_only


def past_their_owners(organization: Organization, things: Iterable[Thing], at: datetime) -> Iterator[Fault]:
    """Yield a fault for each engagement of advisers that reaches some of `things` at `at` which its partner does not own.

    Only the owner takes advice on a thing and opens it to them.
    """
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
        owners = listed(sorted({thing.owner for thing in elsewhere}))
        yield Fault(
            "advice-past-the-owner",
            Level.WARNING,
            f"The engagement {engagement.name} advises {engagement.partner} on {listed([thing.ref for thing in elsewhere])}, "
            f"owned by {owners}: advice there goes to the owner, who alone opens it in an emergency.",
            "Agree an engagement with the owner, or leave it out of the scope.",
            engagement.scope.place,
            (elsewhere[0].place,),
        )


def too_many_guests(organization: Organization, day: date) -> Iterator[Fault]:
    """Yield a fault for each host in which more SREs work on a day, by several engagements, than one team of their kind may have."""
    by_host: dict[EntityRef, list[Engagement]] = {}
    for _, engagement in sorted(organization.engagements.items()):
        rules = rules_of(organization.sre_teams[engagement.sre].implementation)
        if rules.hosts is not None and engagement.state_at(day) in CLAIMING:
            by_host.setdefault(engagement.partner, []).append(engagement)
    for host, (first, *others) in by_host.items():
        yield from _guests_of(organization, host, first, others, day)


def _guests_of(
    organization: Organization, host: EntityRef, first: Engagement, others: list[Engagement], day: date
) -> Iterator[Fault]:
    teams = [organization.sre_teams[each.sre] for each in (first, *others)]
    people = sorted({person for team in teams for person in people_of(organization, team, day)})
    most = rules_of(teams[0].implementation).people
    if others and most is not None and len(people) > most:
        yield Fault(
            "too-many-guests",
            Level.ERROR,
            f"{len(people)} SREs work inside {host}, {listed(people)}: at most {most} do at a time.",
            "Let one engagement end before the other begins, or agree one in which they do not join the host.",
            others[-1].place,
            (first.place, *(each.place for each in others[:-1])),
        )


def engaged_faults(organization: Organization, at: datetime) -> Iterator[Fault]:
    """Yield what is wrong at an instant with what engagements are about, whichever things they hold."""
    day = day_of(organization, at)
    yield from without_things(organization, day)
    yield from too_many_guests(organization, day)
