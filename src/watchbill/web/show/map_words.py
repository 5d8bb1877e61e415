"""How the map says what somebody does and what is missing, for pagers or for one practice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from watchbill.lib.numbers import count, several
from watchbill.org.because import day_in_words, listed
from watchbill.org.charters import EngagementState
from watchbill.org.duties import State
from watchbill.org.implementations import rules_of
from watchbill.org.values import EntityRef
from watchbill.teams.map import Asked, Fact, OrganizationMap, Role, Side
from watchbill.teams.map_parties import Party
from watchbill.teams.partners import Together

from .states import of_practice

Named = Callable[[EntityRef], str]
_NO_LINES: Mapping[Role, int] = {}
_STATES = {
    EngagementState.PREPARING: "preparing with",
    EngagementState.HANDING_BACK: "handing back to",
}


def verbs(practice: str | None) -> Mapping[Role, str]:
    """Return what each kind of line says, from the one who holds to the thing that is held."""
    return {
        Role.HOLDS: "holds the pager of" if practice is None else "is accountable for",
        Role.TAKES_PART: "takes part in",
        Role.ADVISES: "advises on" if practice is None else "enables",
    }


def when(asked: Asked) -> str:
    """Return the word for the time that is asked for: “now” or “then”."""
    return "now" if asked.is_now else "then"


def does(counts: Mapping[Role, int] | None, asked: Asked) -> str:
    """Return what somebody does: “holds 3 pagers, advises on 1”, or that it is nothing."""
    found = counts or {}
    said = [f"{verb} {count(found[role])}" for role, verb in verbs(asked.practice).items() if found.get(role)]
    if asked.practice is None and found.get(Role.HOLDS):
        said[0] = f"holds {several(found[Role.HOLDS], 'pager')}"
    nothing = "holds nothing" if asked.practice is None else "has no part in it"
    return ", ".join(said) or f"{nothing}{' here' if asked.product is not None else ''} {when(asked)}"


def do_together(each: Sequence[Mapping[Role, int]], asked: Asked) -> str:
    """Return what several do together, and how many of them do nothing."""
    counts: Counter[Role] = Counter()
    for one in each:
        counts.update(one)
    idle = sum(not one for one in each)
    does_all = does(counts, asked)
    return f"{does_all}, {idle} of them nothing" if idle and counts else does_all


def of_team(party: Party, counts: Mapping[Role, int] | None, asked: Asked, named: Named) -> tuple[str, ...]:
    """Return an SRE team in three lines: its name, what it does, and with whom or what for.

    People who work inside a host go by their own names, with the host and the day until which they stay.
    """
    if party.guests:
        hosts = ", ".join(named(each.partner) for each in party.together if each.is_agreed)
        until = min((each.until for each in party.together if each.is_agreed and each.until), default=None)
        stay = f"in {hosts}" + (f" · until {day_in_words(until)}" if until is not None else "")
        return ", ".join(party.guests), stay, f"{party.title} · {does(counts, asked)}"
    return party.title, does(counts, asked), _with_whom(party, named) or _purpose(party)


def _with_whom(party: Party, named: Named) -> str:
    """Return with whom an SRE team works, the empty text for nobody."""
    ways: dict[str, list[str]] = {}
    for each in party.together:
        ways.setdefault(_STATES.get(each.state, "with") if each.state is not None else "with", []).append(
            named(each.partner)
        )
    return "; ".join(f"{way} {listed(names)}" for way, names in ways.items())


def _purpose(party: Party) -> str:
    return (party.team.mission or rules_of(party.team.implementation).summary) if party.team is not None else ""


def of_group(party: Party, found: OrganizationMap, *, is_catch_all: bool) -> tuple[str, ...]:
    """Return a group in lines: its name, what it is to SRE teams, what it does itself, or else what it owns."""
    return (party.title, *(line for line in (_what_it_is(party), *_of_its_own(party, found, is_catch_all)) if line))


def _of_its_own(party: Party, found: OrganizationMap, is_catch_all: bool) -> Iterator[str]:
    counts = found.ties.get(party.key)
    if counts:
        yield does(counts, found.asked)
    elif is_catch_all:
        yield "answers for what nobody else does"
    elif owned := found.owned[party.ref]:
        yield f"owns {several(owned, 'thing')} here"


def _what_it_is(party: Party) -> str:
    """Return what a group is to SRE teams: “host of Embedded SRE”, the empty text for nothing."""
    ways: dict[str, list[str]] = {}
    for each in party.together:
        ways.setdefault(_said(each), []).append(each.team.title or each.team.name)
    return "; ".join(f"{way} {listed(names)}" for way, names in ways.items())


OTHERS = "others"


def kind_of(group: Party) -> str:
    """Return the kind of group beside the SRE teams: what it is to the first team that it works with, else `OTHERS`."""
    return group.together[0].words if group.together else OTHERS


def of_kind(kind: str) -> str:
    """Return what groups of a kind are: “each host of an SRE team”."""
    return "owners, or answer by themselves" if kind == OTHERS else f"each {kind} an SRE team"


def _said(each: Together) -> str:
    state = "soon " if each.state is EngagementState.PREPARING else ""
    return f"{state}{each.words}"


def of_thing(fact: Fact, practice: str | None, named: Named) -> tuple[str, ...]:
    """Return a thing in lines: its name, how much is known of the practice, what it is and whose; then who is missing."""
    thing = fact.thing
    about = f"{thing.type} · {thing.tier.value} · of {named(thing.owner)}"
    first = thing.title or thing.ref.name, f"{of_practice(fact.state).word} · {about}" if fact.state else about
    return (*first, missing(fact, practice, named)) if fact.is_bare else first


def missing(fact: Fact, practice: str | None, named: Named) -> str:
    """Return who is missing for a thing: nobody answers, or no SRE team does and somebody else is called."""
    if fact.gap is not None:
        return f"nobody: {fact.gap}"
    instead = named(fact.holder.ref) if fact.holder is not None else "nobody"
    return f"nobody of SRE: {instead} is {'called' if practice is None else 'accountable'}"


def totals(things: int, nobody: int, without_sre: int, critical: int) -> str:
    """Return what stands together in numbers: “20 things, 3 critical, nobody for 1, 2 without SRE”."""
    weighty = f"{critical} critical" if critical else ""
    return ", ".join(part for part in (several(things, "thing"), weighty, lacking(nobody, without_sre)) if part)


def lacking(nobody: int, without_sre: int) -> str:
    """Return for how many things somebody is missing, the empty text for none."""
    parts = (f"nobody for {nobody}" if nobody else "", f"{without_sre} without SRE" if without_sre else "")
    return ", ".join(part for part in parts if part)


def parties(teams: int, partners: int, others: int) -> str:
    """Return how many there are on the map and in the list of teams: “7 SRE teams, 6 partners and 1 other group”."""
    return f"{several(teams, 'SRE team')}, {beside(partners, others)}"


def beside(partners: int, others: int) -> str:
    """Return how many groups there are beside the SRE teams: those that work with one, and the others."""
    return several(partners, "partner") + (f" and {several(others, 'other group')}" if others else "")


def _done(found: OrganizationMap) -> str:
    if found.asked.practice is None:
        return ""
    return f", done for {sum(fact.state is State.DONE for fact in found.facts) or 'none'}"


def sentence(found: OrganizationMap) -> str:
    """Return the map in one sentence: how much there is on it, and how much of that nobody answers for."""
    who = parties(len(found.teams), found.partners, len(found.groups) - found.partners)
    if not found.facts:
        return f"{who}, no service, workflow or resource"
    things = several(len(found.facts), "service, workflow or resource", "services, workflows and resources")
    is_said = "called" if found.asked.practice is None else "accountable"
    answered = f"nobody is {is_said} for {found.nobody}" if found.nobody else f"somebody is {is_said} for each"
    return f"{who}, {things}: {answered}, {found.without_sre or 'none'} without SRE{_done(found)}"


def emptiness(asked: Asked, called: Callable[[Side], str], named: Named) -> str:
    """Return why a map without a single thing has none."""
    if asked.product is None and asked.side is None:
        return "Nothing is declared yet."
    what = named(asked.product) if asked.product is not None else "any service, workflow or resource"
    if asked.side is None:
        return f"Nothing lies in {what}."
    part = f" for {asked.practice}" if asked.practice is not None else ""
    return f"{called(asked.side)}: nothing to do with {what}{part} {when(asked)}."
