"""Rules about the phases of a service's life: what an SRE team answers for is promised, and what nobody wants wakes nobody."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from watchbill.org.entities import Thing, Tier

from .books import OWN, together, workbook
from .finding import Observation, Verdict, rule
from .situation import Situation

_BEFORE = frozenset({"design", "build"})
_AFTER = frozenset({"deprecated", "abandoned"})


@rule(
    "phase-goal",
    70,
    Verdict.WARN,
    asks="A service has a goal before it is generally available with an SRE pager",
    source=workbook(18),
    remedy="Write a goal from what is measured; until then let the developers keep the pager.",
)
def phase_goal(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each such thing of tier high or normal without a goal (a critical one is the matter of `critical-service`)."""
    for thing in _with_pager(seen):
        is_meant = thing.tier in {Tier.HIGH, Tier.NORMAL} and thing.phase == "generalAvailability"
        if is_meant and thing.ref not in seen.goals_of:
            yield _of(seen, thing, f"{thing.ref} is generally available, SREs hold its pager, and it has no goal.")


@rule(
    "phase-pager",
    70,
    Verdict.WARN,
    asks="SREs hold no pager for what is still being built, or is given up",
    source=together(workbook(18), OWN),
    remedy="Hand the pager to its developers: with the first design it is theirs, and once it is given up it is theirs again.",
)
def phase_pager(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each thing in such a phase whose pager an SRE team holds; of what is deprecated it is advice alone."""
    for thing in _with_pager(seen):
        if thing.phase in _BEFORE | _AFTER:
            level = Verdict.ADVICE if thing.phase == "deprecated" else None
            yield _of(seen, thing, f"{thing.ref} is in the phase “{thing.phase}”, and SREs hold its pager.", level)


def _with_pager(seen: Situation) -> Iterator[Thing]:
    """Yield the things whose pager an SRE team's own group holds."""
    for thing in seen.organization.things_in_order():
        answer = seen.answers[thing.ref]
        team = seen.organization.sre_teams.get(answer.team or "")
        if team is not None and answer.holder == team.group:
            yield thing


def _of(seen: Situation, thing: Thing, text: str, level: Verdict | None = None) -> Observation:
    figures = {"phase": thing.phase, "tier": thing.tier.value}
    place = thing.profile_place or thing.place
    return Observation(str(thing.ref), text, place, seen.answers[thing.ref].team, figures, level)


RULES = (phase_goal, phase_pager)
