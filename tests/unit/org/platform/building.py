"""Small platforms made by hand: things with availability goals in percent, and what they critically depend on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from tests.unit.org import made
from watchbill.org.entities import Dependency, Redundancy, Thing
from watchbill.org.objectives import Goal, Matcher, Selector
from watchbill.org.organization import Organization
from watchbill.org.platform import PlatformReport, platform

MONTH = timedelta(days=28)


def goal(of: str, percent: str, *, name: str = "", window: timedelta = MONTH, is_fast: bool = False) -> Goal:
    """Make a goal: of availability, or of speed by a histogram's bucket."""
    total = Selector("requests_total", (), "requests_total")
    bucket = Selector("seconds_bucket", (Matcher("le", "=", "0.3"),), 'seconds_bucket{le="0.3"}')
    return Goal(
        name=name or f"{made.ref(of).name}-availability",
        title="",
        description="",
        service=made.ref(of),
        target=Fraction(percent) / 100,
        target_text=percent,
        window=window,
        source="metrics",
        total=total,
        good=bucket if is_fast else None,
        bad=None if is_fast else Selector("errors_total", (), "errors_total"),
        tiers=(),
        policy=None,
        place=made.place("goals.yaml"),
    )


def copies(of: str, on: str, count: int, *shared_fate: str) -> tuple[str, Dependency]:
    """Make a critical dependency of a thing on some copies of another."""
    return of, Dependency(made.ref(on), True, "", made.place(), Redundancy(count, shared_fate))


def organization(
    stands_on: Mapping[str, Iterable[str]],
    goals: Mapping[str, str] | Iterable[Goal] = (),
    *redundant: tuple[str, Dependency],
) -> Organization:
    """Make an organisation of things that critically depend on others, with goals in percent."""
    names = dict.fromkeys([*stands_on, *(on for needs in stands_on.values() for on in needs)])
    names |= dict.fromkeys([name for of, edge in redundant for name in (of, str(edge.on))])
    things = {made.ref(name): made.thing(name, needs=stands_on.get(name, ())) for name in names}
    for of, edge in redundant:
        things[made.ref(of)] = _with(things[made.ref(of)], edge)
    made_goals = [goal(of, percent) for of, percent in goals.items()] if isinstance(goals, Mapping) else goals
    return replace(made.organization(things=things.values()), goals={each.name: each for each in made_goals})


def report(
    stands_on: Mapping[str, Iterable[str]],
    goals: Mapping[str, str] | Iterable[Goal] = (),
    *redundant: tuple[str, Dependency],
) -> PlatformReport:
    """Return the platform of such an organisation."""
    return platform(organization(stands_on, goals, *redundant))


def percent(share: Fraction | None) -> str:
    """Return a share in percent, exactly."""
    assert share is not None
    return f"{float(share * 100):.10g}"


def _with(thing: Thing, edge: Dependency) -> Thing:
    return replace(thing, dependencies=(*thing.dependencies, edge))
