"""Rules about the phases of a service's life: what SREs answer for is promised and reviewed, and what nobody wants wakes nobody.

Whose pager it is counts within the hours agreed: what SREs hold by day alone is theirs as well, whenever it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from watchbill.org.because import listed
from watchbill.org.charters import ReviewOutcome
from watchbill.org.coverage import PagerAnswer, coverage
from watchbill.org.entities import Thing, Tier
from watchbill.org.values import EntityRef

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
    """Yield each such thing without a goal: of tier low it is advice alone, of tier critical the matter of `critical-service`."""
    for thing, _answer in _with_pager(seen):
        if _is_available(thing) and thing.tier is not Tier.CRITICAL and thing.ref not in seen.goals_of:
            text = f"{thing.ref} is generally available, SREs hold its pager, and it has no goal."
            yield _of(seen, thing, text, Verdict.ADVICE if thing.tier is Tier.LOW else None)


@rule(
    "phase-review",
    70,
    Verdict.WARN,
    asks="A readiness review comes before SREs hold the pager of what is generally available, whatever their implementation",
    source=workbook(18),
    remedy="Hold it now: `watchbill readiness new` writes it; what it leaves open has a day and an owner.",
)
def phase_review(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each engagement that gives SREs such a pager and for which no review on record found anything ready."""
    under: dict[str, list[EntityRef]] = {}
    for thing, answer in _with_pager(seen):
        if answer.engagement is not None and _is_available(thing):
            under.setdefault(answer.engagement, []).append(thing.ref)
    for engagement, team in seen.engagements():
        reviews = seen.reviews_of.get(engagement.name, ())
        is_reviewed = any(review.outcome is not ReviewOutcome.NOT_READY for review in reviews)
        if (things := under.get(engagement.name)) and not is_reviewed:
            yield Observation(
                f"Engagement {engagement.name}",
                f"{engagement.title} gives SREs the pager of {listed(things)}, and no readiness review is on record.",
                engagement.place,
                team.name,
                {"things": str(len(things))},
            )


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
    for thing, _answer in _with_pager(seen):
        if thing.phase in _BEFORE | _AFTER:
            level = Verdict.ADVICE if thing.phase == "deprecated" else None
            yield _of(seen, thing, f"{thing.ref} is in the phase “{thing.phase}”, and SREs hold its pager.", level)


def _with_pager(seen: Situation) -> Iterator[tuple[Thing, PagerAnswer]]:
    """Yield the things whose pager an SRE team's own group holds while all hours are open, each with how it comes to it."""
    answers = coverage(seen.organization, seen.at, shut=frozenset())
    for thing, answer in zip(seen.organization.things_in_order(), answers, strict=True):
        team = seen.organization.sre_teams.get(answer.team or "")
        if team is not None and answer.holder == team.group:
            yield thing, answer


def _is_available(thing: Thing) -> bool:
    return thing.phase == "generalAvailability"


def _of(seen: Situation, thing: Thing, text: str, level: Verdict | None = None) -> Observation:
    figures = {"phase": thing.phase, "tier": thing.tier.value}
    place = thing.profile_place or thing.place
    return Observation(str(thing.ref), text, place, seen.answers[thing.ref].team, figures, level)


RULES = (phase_goal, phase_review, phase_pager)
