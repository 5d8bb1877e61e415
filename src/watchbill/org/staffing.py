"""Who serves in the SRE teams, held against what their implementations and their people's time allow.

Some of it holds for good (experience on record, one host at a time), some on a day: how many serve, and whose shares add up to
more than their time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from watchbill.lib.numbers import percent

from .approvals import partners_of
from .because import day_in_words, listed
from .belonging import people_of
from .charters import Engagement, EngagementState, Membership, SRETeam
from .entities import User
from .faults import Fault, FaultList, Level
from .implementations import rules_of
from .organization import Organization
from .values import EntityRef, Place

Part = tuple[SRETeam, Membership | None]
_OVER = frozenset({EngagementState.ENDED, EngagementState.DECLINED})


def check_experience(faults: FaultList, organization: Organization) -> None:
    """Report every team whose people need a past in another implementation, and of whom some have none on record."""
    for team in organization.sre_teams.values():
        rules = rules_of(team.implementation)
        if (level := rules.charter_demands.get("experience")) is None:
            continue
        members = {membership.user: membership for membership in team.members}
        group = organization.groups.get(team.group)
        people = members.keys() | (group.members if group is not None else frozenset())
        new = [person for person in sorted(people) if not _is_experienced(members.get(person), team)]
        if new:
            faults.add(
                level,
                "missing-experience",
                team.place,
                f"{listed(new)} {'are' if len(new) > 1 else 'is'} in {team.name} without a past in another "
                f"implementation on record, as one of the implementation “{rules.implementation.value}” has.",
                "Add them to “members” with their “experience”.",
            )


def check_hosts(faults: FaultList, organization: Organization) -> None:
    """Report every engagement that begins while its team already has as many partners as its implementation may have at a time."""
    of_team: dict[str, list[tuple[date, Engagement]]] = {}
    for engagement in organization.engagements.values():
        begin = next((move.on for move in engagement.life if move.state is EngagementState.ACTIVE), None)
        if begin is not None:
            of_team.setdefault(engagement.sre, []).append((begin, engagement))
    for name, begun in of_team.items():
        rules = rules_of(organization.sre_teams[name].implementation)
        for begin, engagement in begun if rules.hosts is not None else ():
            others = [
                other
                for since, other in begun
                if other.partner != engagement.partner
                and (since, other.name) < (begin, engagement.name)
                and other.state_at(begin) not in _OVER
            ]
            if len({other.partner for other in others}) >= (rules.hosts or 0):
                faults.error(
                    "too-many-hosts",
                    engagement.place,
                    f"On {day_in_words(begin)} {name} still serves {others[0].partner} by {others[0].name}: a team of the "
                    f"implementation “{rules.implementation.value}” has {rules.hosts} partner at a time.",
                    "End the one before the other begins, or make two teams of it.",
                    [others[0].place],
                )


def staffing_faults(organization: Organization, day: date) -> Iterator[Fault]:
    """Yield what is wrong with who serves where on a day."""
    for _, team in sorted(organization.sre_teams.items()):
        yield from _too_many(organization, team, people_of(organization, team, day))
    yield from _nobody_to_approve(organization, day)
    serving = serving_on(organization, day)
    for person, user in sorted(organization.users.items()):
        if not user.groups and person not in serving:
            yield _in_no_group(user)
    for person, parts in sorted(serving.items()):
        yield from _over_whole(person, parts)
        yield from _without_home(person, [team for team, _ in parts])


def _nobody_to_approve(organization: Organization, day: date) -> Iterator[Fault]:
    for _, engagement in sorted(organization.engagements.items()):
        group = organization.groups.get(engagement.partner)
        rules = rules_of(organization.sre_teams[engagement.sre].implementation)
        if not rules.advises_only or not engagement.serves(day) or group is None:
            continue
        if partners_of(organization, engagement, engagement.partner, None, day).nobody:
            yield Fault(
                "nobody-approves",
                Level.WARNING,
                f"Nobody of {engagement.partner} who could approve a break-glass is in the catalog, and {engagement.name} names "
                "no lead of the partner who is not of the advisers' own side.",
                "Name the partner's lead in “agreement”, or put its people into the catalog, with “memberOf”.",
                engagement.place,
                (group.place,),
            )


def serving_on(organization: Organization, day: date) -> Mapping[EntityRef, Sequence[Part]]:
    """Return in which SRE teams each person serves on a day, and the membership that says so; None is one by the group alone."""
    return organization.memory.recall(("serving", day), lambda: _serving(organization, day))


def share_of(part: Part) -> Fraction:
    """Return a person's part of full time in a team: all of it where no membership says less."""
    _, membership = part
    return membership.share if membership is not None else Fraction(1)


def _serving(organization: Organization, day: date) -> dict[EntityRef, list[Part]]:
    serving: dict[EntityRef, list[Part]] = {}
    for _, team in sorted(organization.sre_teams.items()):
        members = {membership.user: membership for membership in team.members}
        for person in people_of(organization, team, day):
            serving.setdefault(person, []).append((team, members.get(person)))
    return serving


def _is_experienced(membership: Membership | None, team: SRETeam) -> bool:
    served = membership.experience if membership is not None else ()
    return bool({past.implementation for past in served} - {team.implementation})


def _in_no_group(user: User) -> Fault:
    return Fault(
        "person-in-no-group",
        Level.NOTE,
        f"{user.ref} is in no group: no team counts them in, and no page to a group reaches them.",
        "Name their groups in “memberOf”.",
        user.place,
    )


def _too_many(organization: Organization, team: SRETeam, people: Sequence[EntityRef]) -> Iterator[Fault]:
    rules = rules_of(team.implementation)
    if rules.people is not None and len(people) > rules.people:
        yield Fault(
            "too-many-people",
            Level.ERROR,
            f"{len(people)} people serve in {team.name}, {listed(people)}: a team of the implementation "
            f"“{rules.implementation.value}” has {rules.people} at most.",
            f"Let some of them leave {team.group}, or choose another implementation.",
            team.place,
            (organization.groups[team.group].place, *(membership.place for membership in team.members)),
        )


def _over_whole(person: EntityRef, parts: Sequence[Part]) -> Iterator[Fault]:
    """A share that is not written is a full one; where it takes such a one to go over the whole, the catalog may only be old."""
    total = sum((share_of(part) for part in parts), Fraction(0))
    if total <= 1:
        return
    written = sum((membership.share for _, membership in parts if membership), Fraction(0))
    teams = " and ".join(f"{part[0].name} ({percent(float(share_of(part)))})" for part in parts)
    places: list[Place] = [membership.place if membership else team.place for team, membership in parts]
    yield Fault(
        "shares-over-whole",
        Level.ERROR if written > 1 else Level.WARNING,
        f"{person} serves in {teams}: together more than all of their time.",
        "Write each team's “share” under “members”, 100 % in all.",
        places[-1],
        tuple(places[:-1]),
    )


def _without_home(person: EntityRef, teams: list[SRETeam]) -> Iterator[Fault]:
    away = [team for team in teams if rules_of(team.implementation).home_team]
    if away and len(away) == len(teams):
        yield Fault(
            "no-home-team",
            Level.WARNING,
            f"{person} serves in {away[0].name} and in no SRE team at home.",
            "Let them be a member of another SRE team too, with a share of their time.",
            away[0].place,
        )
