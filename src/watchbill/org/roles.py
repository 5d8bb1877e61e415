"""Which roles a person has towards a thing at an instant, and which documents give them. What a role may do is the authority's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from .because import Because
from .charters import Engagement, SRETeam
from .claims import CLAIMING, Adviser, Claim, Claims, Source, claims_at
from .entities import Thing
from .implementations import Reach, rules_of
from .organization import Organization
from .values import EntityRef

CHANGES = frozenset({"changeCode", "changeConfig"})
_BY_ACCOUNT = Because("admin-account", "The account was made an administrator's at the machine's console.", None)


class Role(StrEnum):
    """What a person is to a thing; the order here is the order in which a right is looked for."""

    ON_WATCH = "onWatch"
    REACHED = "reached"
    MEMBER = "member"
    OWNER = "owner"
    ADVISER = "adviser"
    CONSULTANT = "consultant"
    LEAD = "lead"
    ADMIN = "admin"
    ANYONE = "anyone"


@dataclass(frozen=True)
class Standing:
    """A person's roles, each with the chain that gives it, in the order of Role.

    `terms` are the actions that documents give to a role on this thing: to members by the covering claim, to consultants by
    their engagement where it names any. `covering` is the claim that a member serves under; `consulting` the engagement by
    which the person consults on the thing.
    """

    roles: Mapping[Role, tuple[Because, ...]]
    terms: Mapping[Role, frozenset[str]]
    covering: Claim | None
    consulting: Engagement | None

    @property
    def is_involved(self) -> bool:
        """Whether the person has any tie to the thing besides being signed in or running the place."""
        return not self.roles.keys() <= {Role.ADMIN, Role.ANYONE}


def standing_of(
    organization: Organization,
    person: EntityRef | None,
    thing: Thing | None,
    at: datetime,
    *,
    on_watch: bool,
    reached: bool,
    administrator: bool,
) -> Standing:
    """Return what `person` is to `thing` at `at`; a `thing` of None belongs to the organisation's catchAll.

    Who is not in the catalog has no role. None is an account of nobody: it has the one role that `administrator` may give it.
    """
    if person is None or person not in organization.users:
        nobody: dict[Role, tuple[Because, ...]] = {}
        if person is None and administrator:
            nobody[Role.ADMIN] = (_BY_ACCOUNT,)
        return Standing(nobody, {}, None, None)
    claims = claims_at(organization, at) if thing is not None else None
    covering, advising = _serving(organization, claims, thing, person)
    consulting = _consulting(advising, claims.day) if claims is not None else None
    roles: dict[Role, tuple[Because, ...]] = {}
    if on_watch:
        roles[Role.ON_WATCH] = (Because("on-watch", f"{person} is on watch now.", None),)
    if reached:
        roles[Role.REACHED] = (Because("page-reached", f"The page has reached {person}.", None),)
    if covering is not None and claims is not None:
        roles[Role.MEMBER] = _member(claims, covering, person)
    if (owner := _owner(organization, person, thing)) is not None:
        roles[Role.OWNER] = (owner,)
    if advising:
        roles[Role.ADVISER] = tuple(adviser.because for adviser in advising)
    if consulting is not None:
        roles[Role.CONSULTANT] = (consulting.because,)
    roles |= _offices(organization, person, covering, administrator=administrator)
    return Standing(roles, _terms(thing, covering, consulting), covering, consulting.engagement if consulting else None)


def people_of(organization: Organization, team: SRETeam, day: date) -> tuple[EntityRef, ...]:
    """Return who serves in an SRE team on a day: the members of its group and those it names, less who is past their last day."""
    group = organization.groups.get(team.group)
    named = {membership.user: membership.until for membership in team.members}
    people = named.keys() | (group.members if group is not None else frozenset())
    return tuple(sorted(user for user in people if (until := named.get(user)) is None or day <= until))


def _serving(
    organization: Organization, claims: Claims | None, thing: Thing | None, person: EntityRef
) -> tuple[Claim | None, list[Adviser]]:
    """Return the claim in force that a person serves under, and the advice that they take part in."""
    if thing is None or claims is None:
        return None, []
    standing = claims.standing(thing)
    covering = standing.winner
    if covering is not None and person not in people_of(organization, covering.source.team, claims.day):
        covering = None
    advising = [adviser for adviser in standing.advisers if person in people_of(organization, adviser.team, claims.day)]
    return covering, advising


def _terms(thing: Thing | None, covering: Claim | None, consulting: Adviser | None) -> Mapping[Role, frozenset[str]]:
    terms: dict[Role, frozenset[str]] = {}
    if covering is not None and thing is not None:
        terms[Role.MEMBER] = terms_of(covering.source, thing)
    if consulting is not None and consulting.engagement is not None:
        terms[Role.CONSULTANT] = consultants_terms(consulting.engagement)
    return terms


def terms_of(source: Source, thing: Thing) -> frozenset[str]:
    """Return what a claim gives: what the engagement names, else the implementation's default; consultants never change."""
    named = source.engagement.authority if source.engagement is not None else None
    given = source.rules.default_authority if named is None else named
    if named is None and source.rules.changes is Reach.OWN and thing.owner == source.team.group:
        given |= CHANGES
    return given - CHANGES if source.rules.advises_only else given


def consultants_terms(engagement: Engagement) -> frozenset[str]:
    """Return what an engagement gives to consultants: what it names, and never a change."""
    return (engagement.authority or frozenset()) - CHANGES


def consults(adviser: Adviser, day: date) -> bool:
    """Whether a team advises as consultants do: by an engagement in force, and as its whole part."""
    engagement = adviser.engagement
    is_consultant = rules_of(adviser.team.implementation).advises_only
    return engagement is not None and is_consultant and engagement.state_at(day) in CLAIMING


def _member(claims: Claims, claim: Claim, person: EntityRef) -> tuple[Because, ...]:
    team = claim.source.team
    text = f"{person} serves in {team.title or team.name}."
    serving = Because("member", text, team.place, f"SRETeam {team.name}")
    return (serving, *claims.reasons(claim))


def _offices(
    organization: Organization, person: EntityRef, covering: Claim | None, *, administrator: bool
) -> Mapping[Role, tuple[Because, ...]]:
    offices: dict[Role, tuple[Because, ...]] = {}
    if covering is not None and _is_or_belongs_to(organization, person, covering.source.team.approved_by):
        team = covering.source.team
        offices[Role.LEAD] = (Because("lead", f"{person} approved its charter.", team.place, f"SRETeam {team.name}"),)
    if person in organization.admins:
        document = f"Organization {organization.name}"
        offices[Role.ADMIN] = (Because("admin", f"{person} is an administrator.", organization.place, document),)
    elif administrator:
        offices[Role.ADMIN] = (_BY_ACCOUNT,)
    offices[Role.ANYONE] = (Because("anyone", "Anyone who is signed in may.", None),)
    return offices


def _owner(organization: Organization, person: EntityRef, thing: Thing | None) -> Because | None:
    owner = thing.owner if thing is not None else organization.catch_all
    if owner is None:
        return None
    if not _is_or_belongs_to(organization, person, owner):
        return None
    if thing is None:
        document = f"Organization {organization.name}"
        return Because("catch-all", f"{owner} answers for what nobody else does.", organization.place, document)
    document = f"{thing.ref.kind.capitalize()} {thing.ref.name}"
    return Because("owner", f"{person} belongs to {owner}, who owns {thing.ref}.", thing.place, document)


def _is_or_belongs_to(organization: Organization, person: EntityRef, party: EntityRef | None) -> bool:
    group = organization.groups.get(party) if party is not None else None
    return person == party or (group is not None and person in group.members)


def _consulting(advising: list[Adviser], day: date) -> Adviser | None:
    return next((adviser for adviser in advising if consults(adviser, day)), None)
