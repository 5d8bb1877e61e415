"""What always holds of the common platform, whatever the graph."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.org.made import place, ref, thing
from watchbill.org.entities import Dependency, Redundancy, Thing
from watchbill.org.objectives import Goal
from watchbill.org.organization import Organization
from watchbill.org.platform import Verdict, platform

from .building import goal, organization

checked = settings(max_examples=60, deadline=None)
NAMES = ("a", "b", "c", "d", "e", "f")
PERCENTS = ("99", "99.5", "99.9", "99.95", "99.99", "99.999")
WINDOWS = (timedelta(days=7), timedelta(days=28), timedelta(days=30))


@st.composite
def dependencies(draw: st.DrawFn, of: str) -> list[Dependency]:
    found = []
    for on in sorted(draw(st.sets(st.sampled_from(NAMES), max_size=3)) - {of}):
        shared = tuple(sorted(draw(st.sets(st.sampled_from([*NAMES, "dns"]), max_size=2))))
        redundancy = draw(st.none() | st.integers(1, 3).map(lambda copies, parts=shared: Redundancy(copies, parts)))
        found.append(Dependency(ref(on), draw(st.booleans()), "", place(), redundancy))
    return found


@st.composite
def organizations(draw: st.DrawFn) -> Organization:
    goals: list[Goal] = [
        goal(of, draw(st.sampled_from(PERCENTS)), name=f"{of}-{number}", window=draw(st.sampled_from(WINDOWS)))
        for of in NAMES
        for number in range(draw(st.integers(0, 2)))
    ]
    things = [replace(thing(name), dependencies=tuple(draw(dependencies(name)))) for name in NAMES]
    return replace(organization({}, goals), things={each.ref: each for each in things})


@given(organizations(), st.randoms(use_true_random=False))
@checked
def test_the_order_of_documents_changes_nothing(drawn: Organization, chance: random.Random) -> None:
    def mixed(of: Thing) -> Thing:
        return replace(of, dependencies=tuple(chance.sample(of.dependencies, len(of.dependencies))))

    things = chance.sample(sorted(drawn.things), len(drawn.things))
    goals = chance.sample(sorted(drawn.goals), len(drawn.goals))
    other = replace(
        drawn,
        things={each: mixed(drawn.things[each]) for each in things},
        goals={name: drawn.goals[name] for name in goals},
    )
    assert platform(other) == platform(drawn)


@given(organizations(), st.permutations(NAMES))
@checked
def test_a_critical_dependency_more_never_raises_what_can_be_reached(drawn: Organization, names: list[str]) -> None:
    of, on = ref(names[0]), ref(names[1])
    kept = tuple(edge for edge in drawn.things[of].dependencies if edge.on != on)
    more = replace(drawn.things[of], dependencies=(*kept, Dependency(on, True, "", place())))
    less = replace(drawn.things[of], dependencies=kept)
    with_more = platform(replace(drawn, things={**drawn.things, of: more})).carried
    without = platform(replace(drawn, things={**drawn.things, of: less})).carried
    assert set(without) <= set(with_more)
    assert all(with_more[each].reaches <= without[each].reaches for each in without)


@given(organizations())
@checked
def test_where_all_meet_what_is_required_every_product_keeps_half_of_its_budget(drawn: Organization) -> None:
    """A goal that is there for others asks for nothing further, so a product is what is not."""
    required = {each: carrier.required for each, carrier in platform(drawn).carriers.items() if carrier.required}
    met = replace(
        drawn,
        goals={
            **{f"{each.name}-kept": replace(goal(str(each), "50"), target=share) for each, share in required.items()},
            **{name: each for name, each in drawn.goals.items() if each.service not in required},
        },
    )
    for product in platform(met).carried.values():
        if product.thing not in required:
            assert product.left >= (1 - product.target) / 2
            assert product.verdict in {Verdict.HOLDS, Verdict.NOT_KNOWN}


@given(organizations())
@checked
def test_every_dependency_counts_once_at_most_and_a_thing_never_for_itself(drawn: Organization) -> None:
    for product in platform(drawn).carried.values():
        names = [each.name for each in product.contributions]
        assert len(names) == len(set(names))
        assert str(product.thing) not in names
        assert 0 < product.reaches <= 1


@given(organizations())
@checked
def test_every_way_leads_from_the_product_to_the_thing_by_what_is_declared(drawn: Organization) -> None:
    for carrier in platform(drawn).carriers.values():
        for demand in carrier.demands:
            assert demand.way[0].of == demand.product
            assert demand.way[-1].on == carrier.thing
            assert all(edge.on == following.of for edge, following in zip(demand.way, demand.way[1:], strict=False))


@given(organizations())
@checked
def test_each_layer_lies_below_what_stands_on_it_but_in_a_circle(drawn: Organization) -> None:
    found = platform(drawn)
    in_circles = {edge for cycle in found.cycles for edge in cycle}
    for edge in found.edges:
        if edge not in in_circles:
            assert found.layers[edge.of] < found.layers[edge.on]


@given(st.sampled_from(PERCENTS), st.integers(1, 12), st.integers(1, 4))
def test_a_required_share_of_one_copy_suffices_and_is_near_the_least(percent: str, others: int, copies: int) -> None:
    names = [f"other{number}" for number in range(others)]
    edge = ("app", Dependency(ref("zone"), True, "", place(), Redundancy(copies, ("other0",))))
    made = organization({"app": names}, {"app": percent}, edge)
    required = platform(made).carriers[ref("zone")].required
    assert required is not None
    failing = (1 - Fraction(percent) / 100) / max(10, 2 * (others + 1))
    assert (1 - required) ** copies <= failing
    assert ((1 - required) * Fraction(1002, 1000)) ** copies > failing
