"""Rules about who answers: exactly one group for each practice, one for each pager, and somebody for what is critical."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from watchbill.org.because import listed
from watchbill.org.charters import AlertClass
from watchbill.org.coverage import coverage
from watchbill.org.entities import Thing, Tier
from watchbill.org.pager_terms import hours_that_shut
from watchbill.org.standing import ties
from watchbill.org.values import EntityRef

from .books import OWN, policy_appendix, sre, together, workbook
from .finding import Observation, Verdict, rule
from .situation import Situation


@rule(
    "one-accountable",
    1,
    Verdict.ERROR,
    asks="Every practice on every service has exactly one group that is accountable for it",
    source=workbook(18),
    remedy="Declare the group, or give the practice to one that exists.",
)
def one_accountable(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each thing with a practice for which nobody is accountable."""
    duties = (duty for of_thing in seen.duties_of.values() for duty in of_thing)
    gaps = ((duty.thing, duty.practice, duty.gap) for duty in duties if duty.gap is not None)
    says = "Nobody is accountable for {what} on {thing}: {gap}."
    yield from _by_thing(seen, gaps, says, "practices without anybody")


@rule(
    "one-pager",
    2,
    Verdict.ERROR,
    asks="Every kind of alert of every service reaches exactly one group that can be paged",
    source=together(sre(32), OWN),
    remedy="Write an EscalationPolicy that is for the group, or name a catch-all that has one.",
)
def one_pager(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each thing with a class of alert for which nobody can be paged."""
    gaps = (gap for alert_class in AlertClass for gap in _pager_gaps(seen, alert_class))
    says = "Nobody can be paged for {thing} ({what}): {gap}."
    yield from _by_thing(seen, gaps, says, "kinds of alert without a pager")


def _pager_gaps(seen: Situation, alert_class: AlertClass) -> Iterator[tuple[EntityRef, str, str]]:
    """Yield what nobody can be paged for, while all hours are open or while all are closed."""
    shut = hours_that_shut(seen.organization)
    within = coverage(seen.organization, seen.at, alert_class, shut=frozenset())
    outside = coverage(seen.organization, seen.at, alert_class, shut=shut) if shut else within
    for opened, closed in zip(within, outside, strict=True):
        if opened.thing is not None and opened.gap is not None:
            yield opened.thing, alert_class.value, opened.gap
        elif closed.thing is not None and closed.gap is not None:
            yield closed.thing, f"{alert_class.value} outside hours", closed.gap


def _by_thing(
    seen: Situation, gaps: Iterable[tuple[EntityRef, str, str]], says: str, counted: str
) -> Iterator[Observation]:
    """Yield each thing once with what it lacks, and why; `gaps` name a thing, a practice or kind of alert, and the reason."""
    lacking: dict[EntityRef, dict[str, str]] = {}
    for thing, what, gap in gaps:
        lacking.setdefault(thing, {})[what] = gap
    for ref, reasons in lacking.items():
        *_, gap = reasons.values()
        text = says.format(what=listed(list(reasons)), thing=ref, gap=gap)
        place = seen.organization.things[ref].place
        yield Observation(str(ref), text, place, seen.answers[ref].team, {counted: str(len(reasons))})


@rule(
    "equal-claims",
    3,
    Verdict.ERROR,
    asks="No two documents claim the same service equally",
    source=together(workbook(20), OWN),
    remedy="Narrow one of the two scopes, leave the service out of one, or end one of them.",
)
def equal_claims(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each pair of documents that claim a thing equally."""
    for tie in ties(seen.organization, seen.at):
        yield Observation(tie.message.split(" claim ")[0], f"{tie.message} See also {tie.related[0]}.", tie.place)


@rule(
    "critical-service",
    4,
    Verdict.FAIL,
    asks="Every critical service has somebody with a pager, a goal, and a policy for when its budget is spent",
    source=together(workbook(2), policy_appendix()),
    remedy="Write what is missing: an EscalationPolicy, an SLO, or a BudgetPolicy that the goal or the agreement names.",
)
def critical_service(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each critical thing that lacks one of the three."""
    for thing in seen.organization.things_in_order():
        missing = [what for what, is_there in _belongings(seen, thing).items() if not is_there]
        if thing.tier is Tier.CRITICAL and missing:
            yield Observation(
                str(thing.ref),
                f"{thing.ref} is critical and has no {' and no '.join(missing)}.",
                thing.profile_place or thing.place,
                seen.answers[thing.ref].team,
                {"missing": ", ".join(missing)},
            )


def _belongings(seen: Situation, thing: Thing) -> dict[str, bool]:
    answer, goals = seen.answers[thing.ref], seen.goals_of.get(thing.ref, ())
    engagement = seen.organization.engagements.get(answer.engagement or "")
    agreed = engagement.agreement if engagement is not None else None
    has_policy = any(goal.policy for goal in goals) or bool(agreed and agreed.budget_policy)
    return {"pager": answer.gap is None, "goal": bool(goals), "budget policy": has_policy}


@rule(
    "uncovered-service",
    64,
    Verdict.FAIL,
    asks="Every critical or important service is covered by an SRE team",
    source=together(workbook(18, 20), OWN),
    remedy="Engage an SRE team for it, let a kitchen sink cover it, or lower its tier if it matters less than that.",
)
def uncovered_service(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each critical (it fails) or high (it warns) thing that no SRE team covers."""
    levels = {Tier.CRITICAL: Verdict.FAIL, Tier.HIGH: Verdict.WARN}
    for thing in seen.organization.things_in_order():
        answer = seen.answers[thing.ref]
        if answer.team is None and thing.tier in levels:
            left_with = (
                f"{answer.holder} is left with its pager" if answer.gap is None else "nobody can be paged for it"
            )
            yield Observation(
                str(thing.ref),
                f"No SRE team covers {thing.ref}, whose tier is {thing.tier.value}: {left_with}.",
                thing.profile_place or thing.place,
                None,
                {"tier": thing.tier.value, "pager with": str(answer.holder or "nobody")},
                levels[thing.tier],
            )


RULES = (one_accountable, one_pager, equal_claims, critical_service, uncovered_service)
