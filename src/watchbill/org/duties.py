"""Who is accountable for a practice of SRE on a thing: exactly one group at an instant, or a gap, always with the reasons.

The claim that holds a thing's pager decides its practices too: as its engagement agreed, else as its implementation expects.
Whether a practice is done is told by evidence, which is not read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from .because import Because, Chain
from .claims import CLAIMING, Claim, Claims, Source, Standing, claims_at
from .entities import Thing
from .grounds import document_of, grounds
from .implementations import PRACTICES, Expectation
from .organization import Organization
from .values import EntityRef


class How(StrEnum):
    """Who does a practice: the SRE team, the partner, or both, of whom the partner then stays accountable."""

    SRE = "sre"
    PARTNER = "partner"
    JOINT = "joint"


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
    on the thing share, `own` those of this one.
    """

    thing: EntityRef
    practice: str
    accountable: EntityRef | None
    how: How
    team: str | None
    engagement: str | None
    gap: str | None
    opening: Sequence[Because]
    own: Sequence[Because]

    @property
    def because(self) -> tuple[Because, ...]:
        """The whole chain."""
        return (*self.opening, *self.own)


def duty(organization: Organization, thing: Thing, practice: str, at: datetime) -> Duty:
    """Return who is accountable for one of PRACTICES on a thing."""
    return _duties_at(organization, at).of(thing)[PRACTICES.index(practice)]


def duties(organization: Organization, at: datetime) -> tuple[Duty, ...]:
    """Return who is accountable for every practice on every thing, in the order of their references and of PRACTICES."""
    answers = _duties_at(organization, at)
    return tuple(duty for thing in organization.things_in_order() for duty in answers.of(thing))


def _duties_at(organization: Organization, at: datetime) -> _Duties:
    claims = claims_at(organization, at)
    return organization.memory.recall(("duties", claims.day), lambda: _Duties(organization, claims))


@dataclass(frozen=True)
class _Settled:
    """What a claim, or none, makes of a practice: the same for all things that it reaches with one partner."""

    how: How
    accountable: EntityRef
    because: tuple[Because, ...]


class _Duties:
    """The duties of one organisation on one day."""

    def __init__(self, organization: Organization, claims: Claims) -> None:
        self._organization = organization
        self._claims = claims
        self._settled: dict[tuple[str, EntityRef | None], tuple[_Settled, ...]] = {}

    def of(self, thing: Thing) -> tuple[Duty, ...]:
        """Return the duties on a thing, in the order of PRACTICES."""
        claims, standing = self._claims, self._claims.standing(thing)
        opening = Chain(lambda: grounds(claims, thing, standing))
        if (winner := standing.winner) is None:
            return tuple(self._unclaimed(thing, practice, standing, opening) for practice in PRACTICES)
        source = winner.source
        engagement = source.engagement.name if source.engagement is not None else None
        return tuple(
            self._answer(thing, practice, settled, opening, source.team.name, engagement)
            for practice, settled in zip(PRACTICES, self._settled_by(winner, thing), strict=True)
        )

    def _unclaimed(self, thing: Thing, practice: str, standing: Standing, opening: Chain) -> Duty:
        how, because = self._advised(thing, practice, standing)
        return self._answer(thing, practice, _Settled(how, thing.owner, because), opening, None, None)

    def _settled_by(self, winner: Claim, thing: Thing) -> tuple[_Settled, ...]:
        source = winner.source
        key = (source.document, None if source.engagement is not None else thing.ref)
        if (found := self._settled.get(key)) is None:
            found = self._settled[key] = tuple(_settled(winner, thing, practice) for practice in PRACTICES)
        return found

    def _answer(  # noqa: PLR0917 - eighty thousand are made at once: names would take a tenth of the time
        self,
        thing: Thing,
        practice: str,
        settled: _Settled,
        opening: Chain,
        team: str | None,
        engagement: str | None,
    ) -> Duty:
        accountable, own = settled.accountable, settled.because
        if accountable in self._organization.groups or accountable in self._organization.users:
            return Duty(thing.ref, practice, accountable, settled.how, team, engagement, None, opening, own)
        gap = f"{accountable} is not in the catalog"
        end = Because("unknown-accountable", f"The way ends here: {gap}.", thing.place, document_of(thing))
        return Duty(thing.ref, practice, None, settled.how, team, engagement, gap, opening, (*own, end))

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


def _settled(claim: Claim, thing: Thing, practice: str) -> _Settled:
    source = claim.source
    partner = source.engagement.partner if source.engagement is not None else thing.owner
    how, why = _by_claim(claim, practice, partner)
    accountable = source.team.group if how is How.SRE else partner
    return _Settled(how, accountable, (why, _accountable(accountable, how, thing, source)))


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
