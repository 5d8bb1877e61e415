"""Who is accountable for a practice of SRE on a thing: exactly one group at an instant, or a gap, always with the reasons.

The claim that holds a thing's pager decides its practices too: as its engagement agreed, else as its implementation expects.
A practice is done where `evidence.py` finds what shows it; what a document only hands to somebody is declared; the rest is not
measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from .because import Because, Chain
from .claims import CLAIMING, Claim, Claims, Source, Standing, claims_at
from .entities import Thing
from .evidence import Evidence
from .grounds import document_of, grounds
from .implementations import PRACTICES, Expectation
from .organization import Organization
from .values import EntityRef


class How(StrEnum):
    """Who does a practice: the SRE team, the partner, or both, of whom the partner then stays accountable."""

    SRE = "sre"
    PARTNER = "partner"
    JOINT = "joint"


class State(StrEnum):
    """How much is known of a practice: something shows that it is done, a document hands it to somebody, or neither."""

    DONE = "done"
    DECLARED = "declared"
    NOT_MEASURED = "notMeasured"


_BY_EXPECTATION = {
    Expectation.REQUIRED: How.SRE,
    Expectation.PARTIAL: How.JOINT,
    Expectation.ENABLING: How.PARTNER,
}
_AGREED = {How.SRE: "to its SREs", How.PARTNER: "to the partner", How.JOINT: "to both sides together"}
_EXPECTED = {
    Expectation.REQUIRED: "does it itself",
    Expectation.PARTIAL: "does it together with those whose thing it is",
    Expectation.ENABLING: "enables others to do it",
}


class Duty(NamedTuple):
    """Who is accountable for a practice on a thing, and how it is done.

    `team` is the SRE team whose claim covers the thing (None: no SRE team does), by `engagement` or else by its charter.
    `accountable` is one group or owner; None only where `gap` says what is missing. `opening` are the reasons that all duties
    on the thing share, `own` those of this one; `told` says of each of PRACTICES on the thing what shows it, or that nothing does.
    """

    thing: EntityRef
    practice: str
    accountable: EntityRef | None
    how: How
    team: str | None
    engagement: str | None
    gap: str | None
    state: State
    opening: Sequence[Because]
    own: Sequence[Because]
    told: Sequence[Because]

    @property
    def because(self) -> tuple[Because, ...]:
        """The whole chain that leads to who is accountable."""
        return (*self.opening, *self.own)

    @property
    def evidence(self) -> Because:
        """What shows that the practice is done, or that nothing does."""
        return self.told[PRACTICES.index(self.practice)]


def duty(organization: Organization, thing: Thing, practice: str, at: datetime) -> Duty:
    """Return who is accountable for one of PRACTICES on a thing."""
    return duties_on(organization, thing, at)[PRACTICES.index(practice)]


def duties_on(organization: Organization, thing: Thing, at: datetime) -> tuple[Duty, ...]:
    """Return who is accountable for each of PRACTICES on a thing, in its order."""
    return _duties_at(organization, at).of(thing)


def duties(organization: Organization, at: datetime) -> tuple[Duty, ...]:
    """Return who is accountable for every practice on every thing, in the order of their references and of PRACTICES."""
    answers = _duties_at(organization, at)
    return tuple(duty for thing in organization.things_in_order() for duty in answers.of(thing))


def _duties_at(organization: Organization, at: datetime) -> _Duties:
    claims = claims_at(organization, at)
    return organization.memory.recall(
        ("duties", claims.day), lambda: _Duties(organization, claims, Evidence(organization, at))
    )


class _Settled(NamedTuple):
    """What a claim, or none, makes of a practice: the same for all things that it reaches with one partner.

    `otherwise` is the state of the practice where nothing shows it.
    """

    how: How
    accountable: EntityRef | None
    gap: str | None
    otherwise: State
    because: tuple[Because, ...]


class _Duties:
    """The duties of one organisation on one day."""

    def __init__(self, organization: Organization, claims: Claims, evidence: Evidence) -> None:
        self._organization = organization
        self._claims = claims
        self._evidence = evidence
        self._settled: dict[tuple[str, EntityRef | None], tuple[_Settled, ...]] = {}

    def of(self, thing: Thing) -> tuple[Duty, ...]:
        """Return the duties on a thing, in the order of PRACTICES."""
        standing = self._claims.standing(thing)
        winner, team, engagement = standing.winner, None, None
        if winner is None:
            each_settled = tuple(self._unclaimed(thing, practice, standing) for practice in PRACTICES)
        else:
            each_settled, team = self._settled_by(winner, thing), winner.source.team.name
            engagement = winner.source.engagement.name if winner.source.engagement is not None else None
        ref, shown = thing.ref, self._evidence.proofs(thing, standing)
        opening = Chain(partial(grounds, self._claims, thing, standing))
        told = Chain(partial(self._evidence.told, thing, standing))
        return tuple(
            Duty(
                ref,
                practice,
                accountable,
                how,
                team,
                engagement,
                gap,
                State.DONE if practice in shown else otherwise,
                opening,
                because,
                told,
            )
            for practice, (how, accountable, gap, otherwise, because) in zip(PRACTICES, each_settled, strict=True)
        )

    def _unclaimed(self, thing: Thing, practice: str, standing: Standing) -> _Settled:
        how, because = self._advised(thing, practice, standing)
        return self._ending(how, thing.owner, because, is_handed=how is not How.PARTNER)

    def _settled_by(self, winner: Claim, thing: Thing) -> tuple[_Settled, ...]:
        source = winner.source
        key = (source.document, None if source.engagement is not None else thing.ref)
        if (found := self._settled.get(key)) is None:
            found = self._settled[key] = tuple(self._claimed(winner, thing, practice) for practice in PRACTICES)
        return found

    def _claimed(self, claim: Claim, thing: Thing, practice: str) -> _Settled:
        source = claim.source
        partner = source.engagement.partner if source.engagement is not None else thing.owner
        how, why = _by_claim(claim, practice, partner)
        accountable = source.team.group if how is How.SRE else partner
        because = (why, _accountable(accountable, how, thing, source))
        return self._ending(how, accountable, because, is_handed=True)

    def _ending(self, how: How, accountable: EntityRef, because: tuple[Because, ...], *, is_handed: bool) -> _Settled:
        """Return what reasons lead to; their last is where the accountable one is written, who may not be in the catalog."""
        if accountable in self._organization.groups or accountable in self._organization.users:
            otherwise = State.DECLARED if is_handed else State.NOT_MEASURED
            return _Settled(how, accountable, None, otherwise, because)
        gap, written = f"{accountable} is not in the catalog", because[-1]
        end = Because("unknown-accountable", f"The way ends here: {gap}.", written.place, written.document)
        return _Settled(how, None, gap, State.NOT_MEASURED, (*because, end))

    def _advised(self, thing: Thing, practice: str, standing: Standing) -> tuple[How, tuple[Because, ...]]:
        """Return how a practice is done that no claim decides: by the owner, or together with who advises on it by agreement."""
        text = f"{thing.owner} owns it and is accountable for {practice}."
        owner = Because("owner-accountable", text, thing.place, document_of(thing))
        shared = tuple(self._shared(practice, standing))
        return (How.JOINT if shared else How.PARTNER), (*shared, owner)

    def _shared(self, practice: str, standing: Standing) -> Iterator[Because]:
        for adviser in standing.advisers:
            engagement = adviser.engagement
            if engagement is None or engagement.state_at(self._claims.day) not in CLAIMING:
                continue
            if engagement.practices.get(practice, How.PARTNER) != How.PARTNER:
                team = adviser.team.title or adviser.team.name
                text = f"{team} takes part in {practice} by the engagement {engagement.name}, and only advises."
                yield Because("practice-advised", text, engagement.place, f"Engagement {engagement.name}")


def _by_claim(claim: Claim, practice: str, partner: EntityRef) -> tuple[How, Because]:
    source = claim.source
    team = source.team.title or source.team.name
    if source.engagement is not None and (agreed := source.engagement.practices.get(practice)) is not None:
        how = How(agreed)
        text = f"The engagement {source.engagement.name} gives {practice} {_AGREED[how]}."
        return how, Because("practice-agreed", text, source.engagement.place, source.document)
    if partner == source.team.group:
        text = f"What {team} covers here is its own: all practices are its own as well."
        return How.SRE, Because("practice-own", text, source.team.place, f"SRETeam {source.team.name}")
    expectation = source.rules.practices[practice]
    text = f"{team} is {source.rules.title.lower()}: as for {practice}, such a team {_EXPECTED[expectation]}."
    because = Because("practice-of-implementation", text, source.team.place, f"SRETeam {source.team.name}")
    return _BY_EXPECTATION[expectation], because


def _accountable(accountable: EntityRef, how: How, thing: Thing, source: Source) -> Because:
    if how is How.SRE:
        text = f"{accountable} is the group of {source.team.title or source.team.name}, and accountable."
        return Because("sre-accountable", text, source.team.place, f"SRETeam {source.team.name}")
    stays = "stays accountable where both take part" if how is How.JOINT else "is accountable"
    if source.engagement is not None:
        text = f"{accountable} is the partner, and {stays}."
        return Because("partner-accountable", text, source.engagement.place, source.document)
    text = f"{accountable} owns it, and {stays}."
    return Because("owner-accountable", text, thing.place, document_of(thing))
