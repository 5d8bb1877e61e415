"""Which roles a person has towards a thing at an instant, and which documents give them. What a role may do is the authority's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from .because import Because
from .belonging import is_or_belongs_to, people_of
from .broken_glass import BrokenGlass, open_glass
from .charters import Engagement
from .claims import Adviser, Claim, Claims, claims_at, day_of
from .claims import Standing as Documents
from .entities import Thing
from .offices import BY_ACCOUNT, administers, approves_budget, leads, leads_watch, led_by, watch_of
from .organization import Organization
from .terms import consultants_terms, consults, terms_of
from .values import EntityRef

_NO_DOCUMENTS = Documents((), (), ())


class Role(StrEnum):
    """What a person is to a thing; the order here is the order in which a right is looked for."""

    ON_WATCH = "onWatch"
    REACHED = "reached"
    CONCERNED = "concerned"
    MEMBER = "member"
    OWNER = "owner"
    ADVISER = "adviser"
    CONSULTANT = "consultant"
    BROKEN_GLASS = "brokenGlass"
    LEAD = "lead"
    WATCH_LEAD = "watchLead"
    APPROVER = "approver"
    ADMIN = "admin"
    ANYONE = "anyone"


@dataclass(frozen=True)
class Presence:
    """What only the moment tells of a person, whatever the documents say.

    `on_watch`: a schedule of the page names them now. `reached`: the page has reached them. `concerned`: the shift is theirs, or
    is to become theirs. `administrator`: the account was made an administrator's at the machine's console. `glass` are the
    break-glasses that were approved, whoever broke them.
    """

    on_watch: bool = False
    reached: bool = False
    concerned: bool = False
    administrator: bool = False
    glass: Collection[BrokenGlass] = ()


@dataclass(frozen=True)
class Standing:
    """A person's roles on a day, each with the chain that gives it, in the order of Role.

    `terms` are the actions that documents give to a role on this thing: to members by the covering claim, to consultants by
    their engagement where it names any. `winner` is the claim in force on the thing, `covering` the same where the person
    serves under it; `consulting` is the engagement by which the person consults on the thing, `led` the one that they lead.
    `watch` is the group that stands the watch of the thing; `acts_for` names the SRE team and the engagement (None: by its
    charter) that a role is held for.
    """

    roles: Mapping[Role, tuple[Because, ...]]
    terms: Mapping[Role, frozenset[str]]
    winner: Claim | None
    covering: Claim | None
    consulting: Engagement | None
    day: date
    led: Engagement | None = None
    acts_for: Mapping[Role, tuple[str, str | None]] = field(default_factory=dict)
    watch: EntityRef | None = None

    @property
    def is_involved(self) -> bool:
        """Whether the person has any tie to the thing besides being signed in or running the place."""
        return not self.roles.keys() <= {Role.ADMIN, Role.ANYONE}


def standing_of(
    organization: Organization,
    person: EntityRef | None,
    thing: Thing | None,
    at: datetime,
    presence: Presence,
) -> Standing:
    """Return what `person` is to `thing` at `at`; a `thing` of None belongs to the organisation's catchAll.

    Who is not in the catalog has no role. None is an account of nobody: it has the one role that its account may give it.
    """
    day = day_of(organization, at)
    if person is None or person not in organization.users:
        is_admin = person is None and presence.administrator
        return Standing({Role.ADMIN: (BY_ACCOUNT,)} if is_admin else {}, {}, None, None, None, day)
    claims = claims_at(organization, at) if thing is not None else None
    documents = claims.standing(thing) if claims is not None and thing is not None else _NO_DOCUMENTS
    winner = documents.winner
    covering = winner if _serves(organization, winner, person, day) else None
    advising = [each for each in documents.advisers if person in people_of(organization, each.team, day)]
    consulting = [each for each in advising if consults(each, day)]
    roles: dict[Role, tuple[Because, ...]] = _of_the_moment(person, presence)
    if covering is not None and claims is not None:
        roles[Role.MEMBER] = _member(claims, covering, person)
    if (owner := _owner(organization, person, thing, day)) is not None:
        roles[Role.OWNER] = (owner,)
    if advising:
        roles[Role.ADVISER] = tuple(adviser.because for adviser in advising)
    if consulting:
        roles[Role.CONSULTANT] = tuple(adviser.because for adviser in consulting)
        if (glass := open_glass(presence.glass, person, thing, at)) is not None:
            roles[Role.BROKEN_GLASS] = (glass.because,)
    watch = watch_of(organization, thing, at)
    if leading := leads_watch(organization, person, watch, at):
        roles[Role.WATCH_LEAD] = leading
    roles |= _in_office(organization, person, thing, documents, day)
    roles |= _of_all(organization, person, administrator=presence.administrator)
    engagement = consulting[0].engagement if consulting else None
    led = led_by(organization, person, documents, day)
    terms, acts_for = _terms(thing, covering, consulting), _acting_for(covering, advising, consulting)
    return Standing(roles, terms, winner, covering, engagement, day, led, acts_for, watch)


def _acting_for(
    covering: Claim | None, advising: Sequence[Adviser], consulting: Sequence[Adviser]
) -> dict[Role, tuple[str, str | None]]:
    found: dict[Role, tuple[str, str | None]] = {}
    if covering is not None:
        engagement = covering.source.engagement
        found[Role.MEMBER] = (covering.source.team.name, engagement.name if engagement is not None else None)
    if advising:
        found[Role.ADVISER] = _named(advising[0])
    if consulting:
        found[Role.CONSULTANT] = found[Role.BROKEN_GLASS] = _named(consulting[0])
    return found


def _named(adviser: Adviser) -> tuple[str, str | None]:
    return adviser.team.name, adviser.engagement.name if adviser.engagement is not None else None


def _of_the_moment(person: EntityRef, presence: Presence) -> dict[Role, tuple[Because, ...]]:
    found: dict[Role, tuple[Because, ...]] = {}
    if presence.on_watch:
        found[Role.ON_WATCH] = (Because("on-watch", f"{person} is on watch now.", None),)
    if presence.reached:
        found[Role.REACHED] = (Because("page-reached", f"The page has reached {person}.", None),)
    if presence.concerned:
        found[Role.CONCERNED] = (Because("shift-concerns", f"The shift is, or becomes, that of {person}.", None),)
    return found


def _in_office(
    organization: Organization,
    person: EntityRef,
    thing: Thing | None,
    documents: Documents,
    day: date,
) -> dict[Role, tuple[Because, ...]]:
    found: dict[Role, tuple[Because, ...]] = {}
    if leading := leads(organization, person, documents, day):
        found[Role.LEAD] = leading
    if approving := approves_budget(organization, person, thing, documents.winner, day):
        found[Role.APPROVER] = approving
    return found


def _of_all(organization: Organization, person: EntityRef, *, administrator: bool) -> dict[Role, tuple[Because, ...]]:
    found: dict[Role, tuple[Because, ...]] = {}
    if (administering := administers(organization, person, by_account=administrator)) is not None:
        found[Role.ADMIN] = (administering,)
    found[Role.ANYONE] = (Because("anyone", "Anyone who is signed in may.", None),)
    return found


def _serves(organization: Organization, claim: Claim | None, person: EntityRef, day: date) -> bool:
    return claim is not None and person in people_of(organization, claim.source.team, day)


def _terms(thing: Thing | None, covering: Claim | None, consulting: Sequence[Adviser]) -> Mapping[Role, frozenset[str]]:
    terms: dict[Role, frozenset[str]] = {}
    if covering is not None and thing is not None:
        terms[Role.MEMBER] = terms_of(covering.source, thing)
    engagements = [each.engagement for each in consulting if each.engagement is not None]
    if engagements:
        terms[Role.CONSULTANT] = frozenset().union(*map(consultants_terms, engagements))
    return terms


def _member(claims: Claims, claim: Claim, person: EntityRef) -> tuple[Because, ...]:
    team = claim.source.team
    text = f"{person} serves in {team.title or team.name}."
    serving = Because("member", text, team.place, f"SRETeam {team.name}")
    return (serving, *claims.reasons(claim))


def _owner(organization: Organization, person: EntityRef, thing: Thing | None, day: date) -> Because | None:
    owner = thing.owner if thing is not None else organization.catch_all
    if owner is None:
        return None
    if not is_or_belongs_to(organization, person, owner, day):
        return None
    if thing is None:
        document = f"Organization {organization.name}"
        return Because("catch-all", f"{owner} answers for what nobody else does.", organization.place, document)
    document = f"{thing.ref.kind.capitalize()} {thing.ref.name}"
    return Because("owner", f"{person} belongs to {owner}, who owns {thing.ref}.", thing.place, document)
