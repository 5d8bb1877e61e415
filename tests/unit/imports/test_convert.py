"""Specs of other programs become goals that lint accepts, and every one of their fields is accounted for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.goal_folder import AT, write
from watchbill.imports.convert import PROGRAMS, Imported, convert
from watchbill.imports.fates import Fate
from watchbill.imports.openslo import as_yaml
from watchbill.org.faults import Level
from watchbill.org.folder import read
from watchbill.org.objectives import Goal, Severity

SPECS = Path(__file__).parents[2] / "imported_specs"
FILES = {
    "sloth": ["sloth.yaml", "sloth-kubernetes.yaml"],
    "pyrra": ["pyrra.yaml"],
    "slo-generator": ["slo-generator.yaml"],
}
COMPONENT = """\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: payments}
spec: {type: service, lifecycle: production, owner: developers}
"""


def imported(program: str) -> Imported:
    return convert(program, [(name, (SPECS / name).read_bytes()) for name in FILES[program]])


def goals_of(folder: Path, result: Imported) -> dict[str, Goal]:
    """Put the documents into an organisation that has their Components, and return the goals once lint accepts them."""
    write(folder, besides=COMPONENT)
    for name, documents in result.documents.items():
        (folder / name).write_text(as_yaml(documents), encoding="utf-8")
    reading = read(folder, AT)
    assert [fault for fault in reading.faults if fault.level is not Level.NOTE] == []
    assert reading.organization is not None
    return dict(reading.organization.goals)


def fates_of(result: Imported, spec: int = 0) -> dict[str, tuple[str, str]]:
    return {fate.name: (fate.fate.value, fate.why) for fate, _ in result.specs[spec].fields}


def read_one(program: str, spec: dict[str, Any]) -> Imported:
    return convert(program, [("spec.yaml", json.dumps(spec, ensure_ascii=False).encode())])


def test_sloth_specs_become_goals_with_their_own_tiers(tmp_path: Path) -> None:
    goals = goals_of(tmp_path, imported("sloth"))

    assert sorted(goals) == ["cart-availability", "cart-latency", "payments-availability"]
    goal = goals["cart-availability"]
    assert (goal.target, goal.window, str(goal.service)) == (Fraction("0.999"), timedelta(days=30), "component:cart")
    assert goal.bad is not None
    assert (goal.bad.text, goal.total.text) == (
        'http_requests_total{code=~"5..",service="cart"}',
        'http_requests_total{service="cart"}',
    )
    assert [(tier.severity, tier.factor, tier.long, tier.short) for tier in goals["cart-latency"].tiers] == [
        (Severity.PAGE, Fraction("14.4"), timedelta(hours=1), timedelta(minutes=5)),
        (Severity.PAGE, Fraction(6), timedelta(hours=6), timedelta(minutes=30)),
        (Severity.TICKET, Fraction(3), timedelta(days=1), timedelta(hours=2)),
        (Severity.TICKET, Fraction(1), timedelta(days=3), timedelta(hours=6)),
    ]


def test_an_alert_that_sloth_was_told_not_to_make_is_not_made_here(tmp_path: Path) -> None:
    goals = goals_of(tmp_path, imported("sloth"))

    assert {tier.severity for tier in goals["cart-availability"].tiers} == {Severity.PAGE}


def test_a_goal_that_was_to_alert_nobody_wakes_nobody_and_the_report_says_what_it_does(tmp_path: Path) -> None:
    result = imported("sloth")

    assert {tier.severity for tier in goals_of(tmp_path, result)["payments-availability"].tiers} == {Severity.TICKET}
    assert fates_of(result, 1)["spec.slos[0].alerting.ticketAlert.disable"] == (
        "refused",
        "a goal has at least one tier: this one opens tickets and wakes nobody",
    )


def test_errors_as_a_difference_from_the_total_count_the_good_events(tmp_path: Path) -> None:
    goal = goals_of(tmp_path, imported("sloth"))["cart-latency"]

    assert goal.good is not None
    assert goal.good.text == 'http_duration_seconds_bucket{le="0.3",service="cart"}'


def test_pyrra_specs_become_goals_with_their_own_tiers(tmp_path: Path) -> None:
    goals = goals_of(tmp_path, imported("pyrra"))

    assert sorted(goals) == ["cart-errors", "cart-latency"]
    assert (goals["cart-errors"].target, goals["cart-errors"].window) == (Fraction("0.995"), timedelta(days=28))
    assert [(tier.severity, tier.factor, tier.long) for tier in goals["cart-errors"].tiers] == [
        (Severity.PAGE, Fraction(14), timedelta(hours=1)),
        (Severity.PAGE, Fraction(7), timedelta(hours=6)),
        (Severity.TICKET, Fraction(2), timedelta(days=1)),
        (Severity.TICKET, Fraction(1), timedelta(days=4)),
    ]
    assert {tier.severity for tier in goals["cart-latency"].tiers} == {Severity.TICKET}


def test_the_thing_of_a_pyrra_goal_is_what_its_total_is_counted_for() -> None:
    assert imported("pyrra").components == ("cart",)


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (2, "native histograms are no counters; give latency with a classic bucket"),
        (3, "a gauge is no counter; count good and all checks instead"),
    ],
)
def test_what_counts_no_events_is_refused_with_the_reason(spec: int, why: str) -> None:
    (refused,) = imported("pyrra").specs[spec].refused

    assert refused.why == why
    assert {fate for fate, _ in fates_of(imported("pyrra"), spec).values()} == {"refused"}


def test_documents_of_others_are_left_alone_and_named() -> None:
    assert [str(place) for place in imported("pyrra").others] == ["pyrra.yaml:48"]


def test_a_list_of_kubernetes_is_read_item_by_item(tmp_path: Path) -> None:
    items = list(yaml.safe_load_all((SPECS / "pyrra.yaml").read_text(encoding="utf-8")))
    listed = {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": items}

    result = read_one("pyrra", listed)

    assert sorted(goals_of(tmp_path, result)) == ["cart-errors", "cart-latency"]
    (spec,) = result.specs
    assert sorted(fate.name for fate, _ in spec.fields) == sorted(leaves(listed))
    assert fates_of(result)["items[0].spec.target"] == ("kept", "")
    assert [each.name for each in spec.refused] == ["cart-latency-native", "cart-up"]
    assert len(result.others) == 1


def test_slo_generator_configurations_become_goals(tmp_path: Path) -> None:
    goals = goals_of(tmp_path, imported("slo-generator"))

    assert {
        name: (goal.target_text, goal.good.text if goal.good else "", goal.total.text) for name, goal in goals.items()
    } == {
        "cart-availability": (
            "99.9",
            'http_requests_total{code=~"2..|3..",service="cart"}',
            'http_requests_total{code=~"(?:2..|3..)|(?:500)",service="cart"}',
        ),
        "cart-throughput": (
            "95",
            'http_requests_total{code="200",service="cart"}',
            'http_requests_total{service="cart"}',
        ),
        "cart-latency": (
            "95",
            'http_duration_seconds_bucket{le="0.25",service="cart"}',
            'http_duration_seconds_count{service="cart"}',
        ),
    }


@pytest.mark.parametrize("objective", [100, 0, "much", 99.9999999999999999, True, None])
def test_a_target_that_cannot_be_kept_refuses_the_slo(objective: object) -> None:
    events = {"error_query": "sum(rate(a[{{.window}}]))", "total_query": "sum(rate(b[{{.window}}]))"}
    slo = {"name": "s", "objective": objective, "sli": {"events": events}, "alerting": {}}

    result = read_one("sloth", {"version": "prometheus/v1", "service": "cart", "slos": [slo]})

    assert result.documents == {}
    assert len(result.specs[0].refused) == 1


def test_two_slos_of_one_name_become_one_goal_and_the_second_is_refused() -> None:
    spec = (SPECS / "sloth-kubernetes.yaml").read_bytes()

    result = convert("sloth", [("a.yaml", spec), ("b.yaml", spec)])

    assert [len(each.goals) for each in result.specs] == [1, 0]
    assert result.specs[1].refused[0].why == "another SLO has become payments-availability already"


def test_a_window_that_specs_do_not_say_can_be_given() -> None:
    content = (SPECS / "sloth.yaml").read_bytes()

    result = convert("sloth", [("sloth.yaml", content)], timedelta(days=28))

    thresholds = [
        document["spec"]["conditions"][0]["spec"]["condition"]["threshold"]
        for document in result.documents["sloth-alert-policies.yaml"]
    ]
    assert [str(number) for number in thresholds] == ["13.44", "5.6", "2.8", "0.933333"]


@pytest.mark.parametrize(
    "query",
    [
        "sum(rate(a[{{.window}}])) + sum(rate(b[{{.window}}]))",
        "histogram_quantile(0.9, sum(rate(a[{{.window}}])))",
        "sum(rate(other[{{.window}}])) - sum(rate(a[{{.window}}]))",
        "",
    ],
)
def test_a_query_that_is_no_counter_refuses_the_slo(query: str) -> None:
    events = {"error_query": query, "total_query": "sum(rate(total[{{.window}}]))"}
    slo = {"name": "s", "objective": 99, "sli": {"events": events}, "alerting": {}}

    result = read_one("sloth", {"version": "prometheus/v1", "service": "cart", "slos": [slo]})

    assert (result.documents, len(result.specs[0].refused)) == ({}, 1)


def test_a_file_that_is_no_yaml_is_a_fault_with_its_place() -> None:
    (fault,) = convert("pyrra", [("broken.yaml", b"a: b: c")]).faults

    assert str(fault.place) == "broken.yaml:1"


@pytest.mark.parametrize("program", list(PROGRAMS))
def test_every_field_has_one_fate_and_what_is_not_kept_a_reason(program: str) -> None:
    written = [document for name in FILES[program] for document in yaml.safe_load_all((SPECS / name).read_text())]
    ours = [document for document in written if PROGRAMS[program].is_ours(document)]

    specs = imported(program).specs

    assert [sorted(fate.name for fate, _ in spec.fields) for spec in specs] == [sorted(leaves(each)) for each in ours]
    assert all(fate.why for spec in specs for fate, _ in spec.fields if fate.fate is not Fate.KEPT)


def leaves(data: Any, path: str = "") -> Iterator[str]:
    """Yield the fields of a document as people write them; an empty list or mapping is one."""
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from leaves(value, f"{path}.{key}".removeprefix("."))
    elif isinstance(data, list) and data:
        for index, value in enumerate(data):
            yield from leaves(value, f"{path}[{index}]")
    else:
        yield path


keys = st.sampled_from(
    ["name", "labels", "spec", "sli", "events", "alerting", "indicator", "metric", "target", "disable", "odd"]
)
values = st.recursive(
    st.text("aß{[:-. $1", max_size=6) | st.integers(-3, 200) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def bent_specs(draw: st.DrawFn) -> tuple[str, Any]:
    """Draw a spec of one of the programs, with some of its parts replaced by others or joined by odd ones."""
    program = draw(st.sampled_from(list(PROGRAMS)))
    documents = [each for name in FILES[program] for each in yaml.safe_load_all((SPECS / name).read_text())]
    spec = draw(st.sampled_from([each for each in documents if PROGRAMS[program].is_ours(each)]))
    for _ in range(draw(st.integers(0, 4))):
        at = spec
        while True:
            steps = [
                key
                for key in (at if isinstance(at, dict) else range(len(at)))
                if isinstance(at[key], dict | list) and at[key]
            ]
            if not steps or draw(st.booleans()):
                break
            at = at[draw(st.sampled_from(steps))]
        if isinstance(at, dict):
            key = draw(
                st.sampled_from([key for key in at if key not in {"apiVersion", "kind", "version"}] or ["odd"]) | keys
            )
            if key not in {"apiVersion", "kind", "version"}:
                at[key] = draw(values)
        else:
            at.append(draw(values))
    return program, spec


@settings(max_examples=300, deadline=None)
@given(bent_specs())
def test_no_field_is_dropped_in_silence_however_odd_the_spec(case: tuple[str, Any]) -> None:
    program, spec = case

    result = read_one(program, spec)

    assert sorted(fate.name for fate, _ in result.specs[0].fields) == sorted(leaves(spec))
    assert all(fate.why for fate, _ in result.specs[0].fields if fate.fate is not Fate.KEPT)
    assert result.documents or result.specs[0].refused or program == "sloth"
