"""Rules about what stands on what: goals that cannot hold, copies that fail together, systems with which everything fails."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from watchbill.lib.numbers import percent, several
from watchbill.lib.shares import at_least, at_most, part
from watchbill.org.because import listed
from watchbill.org.platform import Carried, Carrier, Carrying
from watchbill.org.platform import Verdict as Holding
from watchbill.org.values import EntityRef

from .books import CALCULUS, OWN_LIMIT, TEAMS, sre, together, workbook
from .finding import Bound, Observation, Threshold, Unit, Verdict, rule
from .situation import Situation

_SPARE = 2


@rule(
    "goal-cannot-hold",
    23,
    Verdict.WARN,
    asks="What a service critically depends on, each counted once, leaves it half of its budget for its own faults",
    source=CALCULUS,
    remedy="Raise what it stands on, make a dependency non-critical by a fallback, or lower the goal.",
    threshold=Threshold(Fraction(1, 2), Unit.SHARE),
)
def goal_cannot_hold(seen: Situation, most: Fraction) -> Iterator[Observation]:
    """Yield each thing of whose budget its dependencies may take too much; it fails where they may take more than all of it."""
    for ref, carried in sorted(seen.platform.carried.items()):
        if carried.verdict in {Holding.NOT_KNOWN, Holding.OWN_FAULTS_ONLY}:
            continue
        taken = (1 - carried.reaches) / (1 - carried.target)
        if taken > most:
            yield _not_carried(seen, ref, carried, taken)


def _not_carried(seen: Situation, ref: EntityRef, carried: Carried, taken: Fraction) -> Observation:
    count = len(carried.contributions)
    takes = [
        f"{each.name} {part(share)}" for each in carried.contributions if (share := carried.of_budget(each)) is not None
    ]
    return Observation(
        str(ref),
        f"{several(count, 'critical dependency', 'critical dependencies')} of {ref} together promise "
        f"{at_most(carried.reaches)}, its goal is {at_least(carried.target)}: they may take {part(taken)} of its budget.",
        carried.promise.asked.place,
        seen.answers[ref].team,
        {"goal": at_least(carried.target), "carried at": at_most(carried.reaches), "most by": listed(takes)},
        Verdict.FAIL if carried.verdict is Holding.CANNOT_HOLD else None,
    )


@rule(
    "dependency-goal",
    23,
    Verdict.WARN,
    asks="What services with goals critically depend on has a goal of its own, with one nine more than they",
    source=CALCULUS,
    remedy="Give it a goal, or raise it; or let who depends on it do without it for a while.",
)
def dependency_goal(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each thing that others stand on whose goal is missing or too low for them."""
    for ref, carrier in sorted(seen.platform.carriers.items()):
        if carrier.state in {Carrying.NO_GOAL, Carrying.TOO_LITTLE} and carrier.required is not None:
            promised = at_least(carrier.promise.given.target) if carrier.promise else ""
            has = f"promises {promised}" if promised else "has no goal"
            products = [str(demand.product) for demand in carrier.limited_by]
            yield Observation(
                str(ref),
                f"{ref} {has}; {listed(products)} would need {at_least(carrier.required)} of it.",
                carrier.promise.given.place if carrier.promise else seen.organization.things[ref].place,
                seen.answers[ref].team,
                {"needed": at_least(carrier.required), "by": listed(products), "promised": promised or "nothing"},
            )


@rule(
    "shared-fate",
    24,
    Verdict.WARN,
    asks="Who counts on copies says what can fail in all of them at once",
    source=workbook(2),
    remedy="List it in “sharedFate”: the control plane, the name service, the release. An honest list is rarely empty.",
)
def shared_fate(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each critical dependency on several copies that says nothing of what they share."""
    for edge in seen.platform.unlisted:
        yield Observation(
            f"{edge.of} on {edge.on}",
            f"{edge.of} counts on {edge.copies} copies of {edge.on} as if nothing could fail in all of them.",
            edge.place,
            seen.answers[edge.of].team,
            {"copies": str(edge.copies)},
        )


@rule(
    "fan-in",
    57,
    Verdict.FAIL,
    asks="What half of all services stand on has the goal that they need, and two copies more than needed",
    source=together(TEAMS, CALCULUS, sre(27), OWN_LIMIT),
    remedy="Give it a goal with one nine more than the strictest of them, keep two copies in spare, and change it in small steps.",
    threshold=Threshold(Fraction(1, 2), Unit.SHARE, Bound.LESS_THAN),
)
def fan_in(seen: Situation, too_many: Fraction) -> Iterator[Observation]:
    """Yield each thing of such a team that too many stand on: it fails without the goal, and warns without copies in spare."""
    carriers = seen.platform.carriers
    for team in seen.watching("fan-in"):
        for thing in seen.covered_by.get(team.name, ()):
            carrier = carriers.get(thing.ref)
            if carrier is None or carrier.fan_in < too_many:
                continue
            lacking = list(_lacking(seen, carrier))
            if lacking:
                no_goal = carrier.state in {Carrying.NO_GOAL, Carrying.TOO_LITTLE} or carrier.promise is None
                yield Observation(
                    str(thing.ref),
                    f"{percent(carrier.fan_in)} of all components stand on {thing.ref}, and {listed(lacking)}.",
                    thing.place,
                    team.name,
                    {"stand on it": percent(carrier.fan_in), "lacks": listed(lacking)},
                    None if no_goal else Verdict.WARN,
                )


def _lacking(seen: Situation, carrier: Carrier) -> Iterator[str]:
    if carrier.promise is None:
        yield "it has no goal"
    elif carrier.state is Carrying.TOO_LITTLE and carrier.required is not None:
        yield f"its goal is under the {at_least(carrier.required)} that they need"
    edges = [edge for edge in seen.platform.edges if edge.on == carrier.thing and not edge.part]
    if not any(edge.copies > _SPARE for edge in edges):
        yield "nobody declares copies in spare (three or more)"


RULES = (goal_cannot_hold, dependency_goal, shared_fate, fan_in)
