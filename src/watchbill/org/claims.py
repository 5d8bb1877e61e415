"""Claims: which documents say that an SRE team answers for a thing, which only advise, which do not count and why.

Owns what a charter and an engagement claim at an instant and in which order claims stand. It never names a pager holder:
that is `coverage.py`, which takes the claims from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .because import Because, day_in_words, spoken
from .charters import Engagement, EngagementState, Scope, SRETeam
from .entities import Thing, domains_of
from .implementations import Advice, ImplementationRules, Reach, rules_of
from .organization import Organization
from .values import EntityRef, Place

CLAIMING = frozenset({EngagementState.ACTIVE, EngagementState.HANDING_BACK})
_OVER = frozenset({EngagementState.ENDED, EngagementState.DECLINED})
_TO_DEPENDANTS = frozenset({Advice.DEPENDANTS, Advice.ADOPTERS})
_ADVISING = CLAIMING | {EngagementState.PREPARING}
_EVERYTHING = EntityRef("*", "*", "*")


class Form(IntEnum):
    """How a scope reaches a thing, the most specific form first."""

    THING = 0
    SYSTEM = 1
    DOMAIN = 2
    OWNED_BY = 3
    EVERYTHING = 4


class Match(NamedTuple):
    """That a scope reaches a thing: by which form, through which reference; `distance` counts Domains upwards from the nearest."""

    form: Form
    distance: int
    through: EntityRef

    @property
    def words(self) -> str:
        """Return the match as the object of “covers”."""
        phrases = {
            Form.THING: f"{self.through} by name",
            Form.SYSTEM: spoken(self.through),
            Form.DOMAIN: spoken(self.through),
            Form.OWNED_BY: f"what {self.through} owns",
            Form.EVERYTHING: "everything",
        }
        return phrases[self.form]


class Source(NamedTuple):
    """A document that may claim: a charter (`engagement` None) or an engagement, with its state on the day asked for.

    `document` names it by kind and name, `scope` is its scope as written.
    """

    team: SRETeam
    rules: ImplementationRules
    engagement: Engagement | None
    state: EngagementState | None
    document: str
    scope: Scope | None

    @property
    def place(self) -> Place:
        """Where the document's scope stands, else the document itself."""
        if self.scope is not None:
            return self.scope.place
        return self.engagement.place if self.engagement else self.team.place

    @property
    def words(self) -> str:
        """The document inside a sentence."""
        team = self.team.title or self.team.name
        return f"the engagement {self.engagement.name} of {team}" if self.engagement else f"the charter of {team}"

    @property
    def subject(self) -> str:
        """The document at the start of a sentence."""
        return f"{self.words[0].upper()}{self.words[1:]}"


class Claim(NamedTuple):
    """A source's claim on a thing. Claims are ordered by `key`, lowest first; equal keys are a tie.

    The key: engagement before charter; the more specific scope; then the implementations' order.
    """

    source: Source
    match: Match
    key: tuple[int, int, int, int]

    @classmethod
    def of(cls, source: Source, match: Match) -> Claim:
        """Return the claim of a source that reaches a thing."""
        return cls(source, match, (0 if source.engagement else 1, match.form, match.distance, source.rules.rank))


@dataclass(frozen=True)
class Adviser:
    """A team that advises on a thing, by an engagement or by its charter, and why."""

    team: SRETeam
    engagement: Engagement | None
    because: Because


_Nearness = tuple[bool, tuple[int, int, int, int], str]


class Standing(NamedTuple):
    """All that the documents say of one thing: claims in order, advisers by name, and why others do not count.

    A team advises by one document: an engagement in force before any other, then in the order of claims.
    `agreed` are the engagements about it that are not over, whatever they give by now.
    """

    claims: tuple[Claim, ...]
    advisers: tuple[Adviser, ...]
    passed_over: tuple[Because, ...]
    agreed: tuple[Source, ...] = ()

    @property
    def tie(self) -> tuple[Claim, Claim] | None:
        """The first two claims where they are equal: then neither counts."""
        if len(self.claims) > 1 and self.claims[0].key == self.claims[1].key:
            return self.claims[0], self.claims[1]
        return None

    @property
    def winner(self) -> Claim | None:
        """The claim that counts, None without one and where two are equal."""
        if len(self.claims) == 1:
            return self.claims[0]
        return self.claims[0] if self.claims and self.tie is None else None


class Claims:
    """The claims of an organisation on a day; built once, asked for any number of things.

    `told` keeps what `grounds.py` says of each thing: every question about it begins with the same chain.
    """

    def __init__(self, organization: Organization, day: date) -> None:
        self._organization = organization
        self.day = day
        self.told: dict[EntityRef, tuple[Because, ...]] = {}
        self._standings: dict[EntityRef, Standing] = {}
        self._around: dict[tuple[EntityRef | None, ...], Standing] = {}
        self._reasons: dict[tuple[str, Match], tuple[Because, ...]] = {}
        self._advices: dict[str, Adviser | None] = {}
        self._of_today: dict[str, Source | None] = {}
        self._documents = organization.memory.recall("documents that claim", lambda: _Documents(organization))

    def standing(self, thing: Thing) -> Standing:
        """Return what every document that reaches a thing of the organisation makes of it."""
        found = self._standings.get(thing.ref)
        if found is None:
            found = self._standings[thing.ref] = self._standing(thing)
        return found

    def _standing(self, thing: Thing) -> Standing:
        standing = self._by_documents(thing)
        known = {adviser.team.name for adviser in standing.advisers}
        further: dict[str, Adviser] = {}
        for adviser in self._advice_of_dependencies(thing):
            if adviser.team.name not in known:
                further.setdefault(adviser.team.name, adviser)
        if not further:
            return standing
        return standing._replace(advisers=_by_name([*standing.advisers, *further.values()]))

    def _by_documents(self, thing: Thing) -> Standing:
        """Return what documents make of a thing: the same for all of one owner in one place that no document names by itself."""
        if self._documents.names(thing.ref):
            return self._reached((Match(Form.THING, 0, thing.ref), *self._matches_around(thing)), thing)
        around = (thing.system, thing.domain, thing.owner)
        if (found := self._around.get(around)) is None:
            found = self._around[around] = self._reached(tuple(self._matches_around(thing)), thing)
        return found

    def _reached(self, facets: tuple[Match, ...], thing: Thing) -> Standing:
        claims: list[Claim] = []
        advice: dict[str, tuple[_Nearness, Adviser]] = {}
        passed_over: list[Because] = []
        agreed: list[Source] = []
        for source, match in self._reaching(facets):
            if (exception := _exception(source, facets)) is not None:
                passed_over.append(_left_out(source, exception))
                continue
            if source.engagement is not None and source.state not in _OVER:
                agreed.append(source)
            if self._is_claiming(source, thing):
                claims.append(Claim.of(source, match))
            elif source.engagement is not None and source.state not in _ADVISING:
                passed_over.append(self._out_of_life(source, source.engagement))
            if (adviser := self._advice_of(source)) is not None:
                nearness = (source.state not in CLAIMING, Claim.of(source, match).key, source.document)
                if source.team.name not in advice or nearness < advice[source.team.name][0]:
                    advice[source.team.name] = (nearness, adviser)
        advisers = {adviser.team.name: adviser for adviser in self._advice_to_adopters(thing)}
        advisers |= {name: adviser for name, (_, adviser) in advice.items()}
        if len(claims) > 1:
            claims.sort(key=lambda claim: (claim.key, claim.source.document))
        return Standing(tuple(claims), _by_name(advisers.values()), tuple(passed_over), tuple(agreed))

    def reasons(self, claim: Claim) -> tuple[Because, ...]:
        """Return why a claim counts: what its document covers and, for an engagement, the move that brought it into force."""
        key = (claim.source.document, claim.match)
        if (found := self._reasons.get(key)) is None:
            found = self._reasons[key] = tuple(self._told(claim))
        return found

    def _told(self, claim: Claim) -> Iterator[Because]:
        source = claim.source
        rule = "engagement-covers" if source.engagement else "charter-covers"
        yield Because(rule, f"{source.subject} covers {claim.match.words}.", source.place, source.document)
        if source.engagement is not None:
            yield self._in_force(source.engagement)

    def _in_force(self, engagement: Engagement) -> Because:
        move = engagement.move_at(self.day)
        state = engagement.state_at(self.day)
        being = "being handed back" if state is EngagementState.HANDING_BACK else "active"
        why = f": {move.why}" if move is not None and move.why else ""
        since = f" since {day_in_words(move.on)}" if move is not None else ""
        text = f"The engagement {engagement.name} is {being}{since}{why}."
        return Because(
            "engagement-state", text, move.place if move else engagement.place, f"Engagement {engagement.name}"
        )

    def _reaching(self, facets: Iterable[Match]) -> Iterator[tuple[Source, Match]]:
        seen: set[str] = set()
        for match in facets:
            for written in self._documents.by_key.get(match.through, ()):
                if written.document not in seen:
                    seen.add(written.document)
                    if (source := self._today(written)) is not None:
                        yield source, match

    def _today(self, written: Source) -> Source | None:
        """Return a source with its state on the day, None before its first."""
        if written.engagement is None:
            return written
        if written.document not in self._of_today:
            state = written.engagement.state_at(self.day)
            self._of_today[written.document] = written._replace(state=state) if state is not None else None
        return self._of_today[written.document]

    def _matches_around(self, thing: Thing) -> Iterator[Match]:
        if thing.system is not None:
            yield Match(Form.SYSTEM, 0, thing.system)
        for distance, domain in enumerate(domains_of(thing, self._organization.systems)):
            yield Match(Form.DOMAIN, distance, domain)
        yield Match(Form.OWNED_BY, 0, thing.owner)
        yield Match(Form.EVERYTHING, 0, _EVERYTHING)

    def _is_claiming(self, source: Source, thing: Thing) -> bool:
        if source.engagement is None:
            reach = source.rules.charter_claims
            return reach is Reach.COVERED or (reach is Reach.OWN and thing.owner == source.team.group)
        if source.state not in CLAIMING:
            return False
        terms = source.engagement.pager
        return not source.rules.advises_only or (terms.is_with_sre and bool(terms.reason))

    def _advice_of(self, source: Source) -> Adviser | None:
        if source.document not in self._advices:
            self._advices[source.document] = self._advice(source)
        return self._advices[source.document]

    def _advice(self, source: Source) -> Adviser | None:
        name = source.team.title or source.team.name
        if source.engagement is None:
            if source.rules.charter_advises is not Advice.SCOPE:
                return None
            text = f"Advice comes from {name}, who is chartered for it; a charter alone holds no pager."
            return Adviser(source.team, None, Because("charter-advises", text, source.place, source.document))
        if source.rules.advises_only and source.state in _ADVISING:
            text = f"Advice comes from {name} by the engagement {source.engagement.name}; it changes nothing itself."
        elif source.state is EngagementState.PREPARING:
            text = f"Advice comes from {name}: the engagement {source.engagement.name} is still preparing, without the pager."
        else:
            return None
        move = source.engagement.move_at(self.day)
        place = move.place if move is not None else source.place
        return Adviser(source.team, source.engagement, Because("engagement-advises", text, place, source.document))

    def _advice_of_dependencies(self, thing: Thing) -> Iterator[Adviser]:
        for dependency in thing.dependencies:
            on = self._organization.things.get(dependency.on)
            for source in self._documents.charters.get(on.owner, ()) if on is not None else ():
                if source.rules.charter_advises in _TO_DEPENDANTS and thing.owner != source.team.group:
                    text = f"Advice comes from {source.team.title or source.team.name}, on whose {dependency.on} it depends."
                    document = f"{thing.ref.kind.capitalize()} {thing.ref.name}"
                    because = Because("dependency-advises", text, dependency.place, document)
                    yield Adviser(source.team, None, because)

    def _advice_to_adopters(self, thing: Thing) -> Iterator[Adviser]:
        for source in self._documents.adopted_by.get(thing.owner, ()):
            text = f"Advice comes from {source.team.title or source.team.name}, whose charter names {thing.owner} as a partner."
            yield Adviser(source.team, None, Because("adopter-advised", text, source.team.place, source.document))

    def _out_of_life(self, source: Source, engagement: Engagement) -> Because:
        move = engagement.move_at(self.day)
        has_lapsed = engagement.has_lapsed(self.day)
        if has_lapsed and engagement.ends is not None:
            text = (
                f"The engagement {engagement.name} ended on {day_in_words(engagement.ends)}; it gives nothing any more."
            )
        else:
            state = source.state.value if source.state else ""
            text = f"The engagement {engagement.name} is {state} on {day_in_words(self.day)}; it claims nothing."
        place = engagement.place if has_lapsed or move is None else move.place
        return Because("engagement-not-in-force", text, place, source.document)


class _Documents:
    """The documents of an organisation that may claim, whatever the day: by what they reach, and the charters by their group.

    `left_out` are the references that some scope excludes; `adopted_by` has the charters that advise what a group owns, as it is
    one of their partners.
    """

    def __init__(self, organization: Organization) -> None:
        self.by_key: dict[EntityRef, list[Source]] = {}
        self.charters: dict[EntityRef, list[Source]] = {}
        self.adopted_by: dict[EntityRef, list[Source]] = {}
        self.left_out: set[EntityRef] = set()
        teams = organization.sre_teams
        found = [
            Source(team, rules_of(team.implementation), None, None, f"SRETeam {name}", team.scope)
            for name, team in sorted(teams.items())
        ]
        for source in found:
            self.charters.setdefault(source.team.group, []).append(source)
            for partner in source.team.partners if source.rules.charter_advises is Advice.ADOPTERS else ():
                self.adopted_by.setdefault(partner, []).append(source)
        found += [
            Source(team, rules_of(team.implementation), engagement, None, f"Engagement {name}", engagement.scope)
            for name, engagement in sorted(organization.engagements.items())
            if (team := teams.get(engagement.sre)) is not None
        ]
        for source in found:
            if (scope := source.scope) is not None:
                self.left_out |= scope.excluded
                for form in (scope.things, scope.systems, scope.domains, scope.owned_by):
                    self._enter(source, form)
                self._enter(source, (_EVERYTHING,) if scope.everything else ())
            if source.engagement is None and source.rules.charter_claims is Reach.OWN:
                self._enter(source, (source.team.group,))

    def names(self, ref: EntityRef) -> bool:
        """Whether some scope names a reference, to reach it or to leave it out."""
        return ref in self.by_key or ref in self.left_out

    def _enter(self, source: Source, keys: Iterable[EntityRef]) -> None:
        for key in keys:
            self.by_key.setdefault(key, []).append(source)


def claims_at(organization: Organization, at: datetime) -> Claims:
    """Return the claims on the day of an instant; those of the days last asked for are kept."""
    day = day_of(organization, at)
    return organization.memory.recall(("claims", day), lambda: Claims(organization, day))


def day_of(organization: Organization, at: datetime) -> date:
    """Return the day of an instant by the organisation's own calendar."""
    return at.astimezone(ZoneInfo(organization.time_zone)).date()


def _by_name(advisers: Iterable[Adviser]) -> tuple[Adviser, ...]:
    return tuple(sorted(advisers, key=lambda adviser: adviser.team.name))


def _exception(source: Source, facets: Iterable[Match]) -> EntityRef | None:
    """Return what a source's scope leaves out that these facets fall under, if anything."""
    if source.scope is None or not source.scope.excluded:
        return None
    return next((match.through for match in facets if match.through in source.scope.excluded), None)


def _left_out(source: Source, exception: EntityRef) -> Because:
    text = f"{source.subject} leaves {spoken(exception)} out."
    return Because("scope-except", text, source.place, source.document)
