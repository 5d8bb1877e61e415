"""Rules about the rules: terms looser than the standard, and overrides that nobody stands behind any more."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from watchbill.lib.shares import part
from watchbill.org.because import day_in_words, listed
from watchbill.org.calendar import months_after
from watchbill.org.charters import Engagement, EngagementState, RuleOverride, SRETeam

from .books import OWN, OWN_LIMIT, TEAMS, together, workbook
from .finding import Observation, Threshold, Unit, Verdict, rule
from .overrides import in_force
from .situation import Situation


@rule(
    "looser-terms",
    68,
    Verdict.ERROR,
    asks="No agreement allows more operations, or rarer reviews, than its implementation's standard",
    source=together(TEAMS, workbook(18), OWN),
    remedy="Agree on the standard, or change the standard for everybody.",
)
def looser_terms(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each engagement whose agreement is looser than what holds where nothing is agreed."""
    serving = frozenset({EngagementState.PREPARING, EngagementState.ACTIVE})
    for engagement, team in seen.engagements(serving):
        if looser := list(_looser(seen, engagement, team)):
            yield Observation(
                f"Engagement {engagement.name}",
                f"{engagement.title} allows {listed(looser)}.",
                engagement.agreement.place if engagement.agreement is not None else engagement.place,
                team.name,
                {"looser": ", ".join(looser)},
            )


def _looser(seen: Situation, engagement: Engagement, team: SRETeam) -> Iterator[str]:
    agreed, terms = engagement.agreement, seen.rules(team).terms
    if agreed is None:
        return
    if agreed.operations_limit is not None and agreed.operations_limit > terms.operations_limit:
        yield f"operations of {part(agreed.operations_limit)} where {part(terms.operations_limit)} is the standard"
    if agreed.review_every is not None and agreed.review_every.span > terms.review_every.span:
        yield f"{agreed.review_every.text} between reviews where {terms.review_every.text} is the standard"


@rule(
    "rule-override",
    68,
    Verdict.WARN,
    asks="An override of a rule names who decided it, and is decided again within a year",
    source=OWN_LIMIT,
    remedy="Write “by” and “on”, and an “until”; or drop the override.",
    threshold=Threshold(Fraction(12), Unit.MONTHS),
)
def rule_override(seen: Situation, most: Fraction) -> Iterator[Observation]:
    """Yield each override in force that nobody stands behind, or that has no end and was decided too long ago."""
    for override in in_force(seen.organization, seen.day):
        lacking = list(_lacking(seen, override, int(most)))
        if lacking:
            yield Observation(
                f"rule {override.rule}",
                f"The override of {override.rule} {listed(lacking)}.",
                override.place,
                None,
                {"reason": override.reason},
            )


def _lacking(seen: Situation, override: RuleOverride, most: int) -> Iterator[str]:
    if override.by is None:
        yield "names nobody who decided it"
    if override.until is None and override.on is None:
        yield "has neither the day of the decision nor an end"
    elif override.until is None and override.on is not None and months_after(override.on, most) < seen.day:
        yield f"was decided on {day_in_words(override.on)} and has no end"


RULES = (looser_terms, rule_override)
