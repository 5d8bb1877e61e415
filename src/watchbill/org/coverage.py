"""Who answers for a thing: exactly one holder of its pager at an instant, or a gap, always with the reasons.

Pure: an organisation, a thing, an alert class and an instant in; an answer out. It ends at an escalation policy; who stands
behind that policy at the moment is the schedules' matter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .because import Because, Chain
from .charters import AlertClass, EscalationPolicy
from .claims import Claims, Source, Standing, claims_at, day_of
from .entities import Thing
from .footing import Step, levels_below
from .grounds import document_of, grounds
from .hours import is_within
from .organization import Organization
from .pager_terms import held_under
from .values import EntityRef
from .ways import Ways

_ITSELF = AlertClass.APPLICATION


class PagerAnswer(NamedTuple):
    """Who holds the pager for a thing and alert class, and why.

    `team` is the SRE team whose claim covers the thing (None: no SRE team does), by `engagement` or else by its charter;
    `holder` is the group that is paged by `policy`, which may be the partner. `gap` says what is missing where the way ends
    before a policy. `advisers` are names of SRE teams; `told` are holders that are informed and not woken.
    """

    thing: EntityRef | None
    alert_class: AlertClass
    holder: EntityRef | None
    team: str | None
    engagement: str | None
    policy: str | None
    advisers: tuple[str, ...]
    gap: str | None
    because: Sequence[Because]
    told: tuple[EntityRef, ...] = ()


def pager(organization: Organization, thing: EntityRef | None, alert_class: AlertClass, at: datetime) -> PagerAnswer:
    """Return who is paged for `thing`; for a thing that is not in the catalog, whoever answers for the rest."""
    answers = _answers_at(organization, at)
    known = organization.things.get(thing) if thing is not None else None
    return answers.answer(known, alert_class) if known is not None else answers.unknown(thing, alert_class)


def coverage(
    organization: Organization,
    at: datetime,
    alert_class: AlertClass = AlertClass.APPLICATION,
    *,
    shut: frozenset[str] | None = None,
) -> tuple[PagerAnswer, ...]:
    """Return who is paged for every thing, in the order of their references; for alerts that it fails by itself unless said.

    With `shut` it is asked of that day while those named hours are closed, and no others, whatever the time.
    """
    answers = _answers_at(organization, at, shut)
    return tuple(answers.answer(thing, alert_class) for thing in organization.things_in_order())


def all_hours_open(organization: Organization, at: datetime) -> Callable[[Thing, AlertClass], PagerAnswer]:
    """Return what tells of any thing who is paged for it on the day of an instant, while all named hours are open."""
    return _answers_at(organization, at, frozenset()).answer


def policies_for(organization: Organization, group: EntityRef) -> tuple[EscalationPolicy, ...]:
    """Return the escalation policies that are `for` a group, by name."""
    return ways_of(organization).policies(group)


def ways_of(organization: Organization) -> Ways:
    """Return the ways to the groups of an organisation."""
    return organization.memory.recall("ways", lambda: Ways(organization))


def shut_hours(organization: Organization, at: datetime) -> frozenset[str]:
    """Return the named hours that are closed at an instant."""
    local = at.astimezone(ZoneInfo(organization.time_zone))
    return frozenset(name for name, openings in organization.hours.items() if not is_within(openings, local))


def _answers_at(organization: Organization, at: datetime, closed: frozenset[str] | None = None) -> _Answers:
    """Return the answers at an instant: between two midnights they change only where hours open or close."""
    shut = closed if closed is not None else shut_hours(organization, at)
    key = ("answers", day_of(organization, at), shut)
    return organization.memory.recall(key, lambda: _Answers(organization, claims_at(organization, at), shut))


class _Answers:
    """The answers of one organisation on one day, while the hours named in `shut` are closed."""

    def __init__(self, organization: Organization, claims: Claims, shut: frozenset[str]) -> None:
        self._organization = organization
        self._claims = claims
        self._shut = shut
        self._ways = ways_of(organization)
        self._answered: dict[tuple[EntityRef, AlertClass], PagerAnswer] = {}
        self._agreed: dict[tuple[str, AlertClass], tuple[EntityRef, str | None, tuple[Because, ...]]] = {}

    def unknown(self, thing: EntityRef | None, alert_class: AlertClass) -> PagerAnswer:
        """Return who is paged for what is not in the catalog."""
        what = f"{thing} is not in the catalog" if thing is not None else "The alert names no thing of the catalog"
        document = f"Organization {self._organization.name}"
        because = Because("unknown-thing", f"{what}: no claim can reach it.", self._organization.place, document)
        return self._caught(PagerAnswer(thing, alert_class, None, None, None, None, (), None, (because,)))

    def answer(self, thing: Thing, alert_class: AlertClass) -> PagerAnswer:
        """Return who is paged for a thing of the catalog."""
        found = self._answered.get((thing.ref, alert_class))
        if found is None:
            found = self._own(thing, alert_class)
            found = self._platform(thing, found) if alert_class is AlertClass.PLATFORM else found
            self._answered[thing.ref, alert_class] = found
        return found

    def _own(self, thing: Thing, alert_class: AlertClass) -> PagerAnswer:
        standing = self._claims.standing(thing)
        answer = self._claimed if standing.winner is not None else self._uncovered
        return answer(thing, alert_class, standing)

    def _claimed(self, thing: Thing, alert_class: AlertClass, standing: Standing) -> PagerAnswer:
        claims, winner = self._claims, standing.claims[0].source
        key = (winner.document, alert_class)
        holder, named, terms = self._agreed.get(key) or self._agreed.setdefault(key, self._terms(winner, alert_class))
        way = self._ways.to(holder, named)
        advisers = [adviser for adviser in standing.advisers if adviser.team.name != winner.team.name]
        return PagerAnswer(
            thing=thing.ref,
            alert_class=alert_class,
            holder=holder,
            team=winner.team.name,
            engagement=winner.engagement.name if winner.engagement else None,
            policy=way.policy,
            advisers=tuple(adviser.team.name for adviser in advisers),
            gap=way.gap,
            because=Chain(
                lambda: (
                    *grounds(claims, thing, standing),
                    *(adviser.because for adviser in advisers),
                    *terms,
                    way.because,
                )
            ),
        )

    def _terms(self, source: Source, alert_class: AlertClass) -> tuple[EntityRef, str | None, tuple[Because, ...]]:
        """Return the group that holds the pager under a claim, the policy that the claim names, and the reasons."""
        engagement = source.engagement
        if engagement is None:
            return source.team.group, None, ()
        is_shut = engagement.pager.hours in self._shut
        held = held_under(self._organization, engagement, alert_class, is_shut=is_shut)
        return held.holder, held.policy, (held.because,)

    def _uncovered(self, thing: Thing, alert_class: AlertClass, standing: Standing) -> PagerAnswer:
        claims = self._claims
        answer = PagerAnswer(
            thing=thing.ref,
            alert_class=alert_class,
            holder=None,
            team=None,
            engagement=None,
            policy=None,
            advisers=tuple(adviser.team.name for adviser in standing.advisers),
            gap=None,
            because=Chain(
                lambda: (*grounds(claims, thing, standing), *(adviser.because for adviser in standing.advisers))
            ),
        )
        owners = self._ways.owners(thing.owner)
        if len(owners) != 1:
            return self._caught(answer)
        whose = "holds its own pager" if owners[0] == thing.owner else f"is paged by way of {owners[0]}"
        text = f"Its owner, {thing.owner}, {whose}."
        return self._held(answer, owners[0], Because("owner-pager", text, thing.place, document_of(thing)))

    def _caught(self, answer: PagerAnswer) -> PagerAnswer:
        """Hand an answer that found no holder to the organisation's catch-all, if it has one."""
        catch_all, place = self._organization.catch_all, self._organization.place
        document = f"Organization {self._organization.name}"
        if catch_all is not None:
            text = f"{catch_all} answers for what nobody else does."
            return self._held(answer, catch_all, Because("catch-all", text, place, document))
        gap = "neither its owner has an escalation policy nor the organisation a catchAll"
        end = Because("no-catch-all", f"The way ends here: {gap}.", place, document)
        return answer._replace(gap=gap, because=Chain(lambda: (*answer.because, end)))

    def _held(self, answer: PagerAnswer, holder: EntityRef, why: Because) -> PagerAnswer:
        way = self._ways.to(holder)
        because = Chain(lambda: (*answer.because, why, way.because))
        return answer._replace(holder=holder, policy=way.policy, gap=way.gap, because=because)

    def _platform(self, thing: Thing, own: PagerAnswer) -> PagerAnswer:
        """Hand a platform alert to the nearest other holder of what the thing stands on; where several do, to its own."""
        below, others = self._others_below(thing, own)
        if len({answer.holder for _, answer in others}) != 1:
            steps = [step for step, _ in others] or below
            return own._replace(because=Chain(lambda: (_no_other_holder(thing, steps, len(others)), *own.because)))
        answer = others[0][1]
        because = tuple(dict.fromkeys(_critical_dependency(each, step) for step, _ in others for each in step.way))
        if own.holder is not None:
            text = f"{own.holder}, who holds {thing.ref} itself, is told and not woken."
            because += (Because("consumer-is-told", text, thing.place, document_of(thing)),)
        return answer._replace(
            thing=thing.ref,
            alert_class=AlertClass.PLATFORM,
            advisers=tuple(name for name in own.advisers if name != answer.team),
            told=(own.holder,) if own.holder is not None else (),
            because=(*because, *answer.because),
        )

    def _others_below(self, thing: Thing, own: PagerAnswer) -> tuple[list[Step], list[tuple[Step, PagerAnswer]]]:
        """Return what a thing critically stands on, down to the first level where somebody else holds any of it, and who does."""
        below: list[Step] = []
        for level in levels_below(self._organization.things, thing):
            known = [step for step in level if step.edge.on in self._organization.things]
            below += known
            answers = [(step, self.answer(self._organization.things[step.edge.on], _ITSELF)) for step in known]
            others = [(step, answer) for step, answer in answers if answer.holder not in {own.holder, None}]
            if others:
                return below, others
        return below, []


def _critical_dependency(step: Step, last: Step) -> Because:
    then = ": while that fails, its holder is paged." if step is last else ", which stands on more."
    text = f"{step.of.ref} critically depends on {step.edge.on}{then}"
    return Because("critical-dependency", text, step.edge.place, document_of(step.of))


def _no_other_holder(thing: Thing, steps: Sequence[Step], others: int) -> Because:
    place = steps[0].edge.place if steps else thing.place
    names = ", ".join(str(step.edge.on) for step in steps)
    if not steps:
        text = f"{thing.ref} has no critical dependency in the catalog: its own holder answers."
    elif others:
        text = f"Different groups hold what {thing.ref} critically stands on ({names}): its own holder finds out which fails."
    else:
        text = f"Nobody else holds anything that {thing.ref} critically stands on ({names}): its own holder answers."
    return Because("no-other-holder", text, place, document_of(thing))
