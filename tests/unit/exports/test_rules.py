"""Rules compiled from goals, as they are: thresholds, names, what is shared, and what is refused. No ruler is asked."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.goal_folder import AT, Promise, organization
from watchbill.exports.prometheus import Compiled, as_yaml, compile_rules
from watchbill.exports.rule_text import Rule
from watchbill.hooks import alertmanager
from watchbill.org.objectives import Goal, Severity
from watchbill.practices.goals.rules import is_fireable


def compiled(folder: Path, *promises: Promise, names: str = "watchbill") -> Compiled:
    return compile_rules(organization(folder, *promises), AT, names)


def rules_of(result: Compiled) -> list[Rule]:
    return [rule for file in result.files for group in file.groups for rule in group.rules]


def alerts_of(result: Compiled) -> list[Rule]:
    return [rule for rule in rules_of(result) if rule.kind == "alert"]


def test_the_alerts_of_a_goal_hold_at_the_factors_of_its_tiers(tmp_path: Path) -> None:
    alerts = alerts_of(compiled(tmp_path, Promise()))

    assert [alert.expression.splitlines() for alert in alerts] == [
        [
            'watchbill:goal_burn:rate1h{goal="availability"} >= 14.4',
            "and",
            'watchbill:goal_burn:rate5m{goal="availability"} >= 14.4',
        ],
        [
            'watchbill:goal_burn:rate6h{goal="availability"} >= 6',
            "and",
            'watchbill:goal_burn:rate30m{goal="availability"} >= 6',
        ],
        [
            'watchbill:goal_burn:rate3d{goal="availability"} >= 1',
            "and",
            'watchbill:goal_burn:rate6h{goal="availability"} >= 1',
        ],
    ]


def test_an_alert_says_of_what_it_is_how_severe_and_who_holds_the_pager(tmp_path: Path) -> None:
    assert alerts_of(compiled(tmp_path, Promise()))[0].labels == {
        "goal": "availability",
        "service": "cart",
        "severity": "page",
        "team": "developers",
        "escalation_policy": "daytime",
        "tier": "fast",
        "long": "1h",
        "short": "5m",
    }


@pytest.mark.parametrize("names", ["watchbill", "sloth"])
def test_the_webhook_finds_the_thing_and_the_severity_of_a_compiled_alert(tmp_path: Path, names: str) -> None:
    declared = organization(tmp_path, Promise())
    for rule in alerts_of(compile_rules(declared, AT, names)):
        alert = {
            "status": "firing",
            "labels": {"alertname": rule.name, **rule.labels},
            "annotations": dict(rule.annotations),
            "startsAt": "2026-05-06T12:00:00Z",
        }
        body = json.dumps({"version": "4", "alerts": [alert]}).encode()

        (signal,) = alertmanager.read(body, declared, AT).signals

        assert str(signal.thing) == "component:cart"
        assert signal.severity is Severity(rule.labels["severity"])
        assert signal.title == "Cart availability burns its error budget"


def test_goals_on_one_metric_share_the_rules_that_read_it(tmp_path: Path) -> None:
    promises = [
        Promise(
            f"of-{name}",
            counted=f'requests_total{{code=~"5..$",path="{name}"}}',
            total=f'requests_total{{path="{name}"}}',
        )
        for name in ("a.b", "c", "d")
    ]

    reading = {rule.expression for rule in rules_of(compiled(tmp_path, *promises)) if "increase(" in rule.expression}

    assert len(reading) == 2 * len({"5m", "30m", "1h"})
    assert (
        "label_replace(\n"
        '  sum by (path) (increase(requests_total{code=~"5..$",path=~"a\\\\.b|c|d"}[5m])),\n'
        '  "counter", "requests_total{code=~\\"5..$$\\",path=\\"${1}\\"}", "path", "((?s:.*))"\n'
        ")"
    ) in reading


def test_what_is_recorded_of_a_goal_has_the_same_name_whatever_other_goals_there_are(tmp_path: Path) -> None:
    others = [Promise(f"other-{name}", total=f'requests_total{{service="{name}"}}') for name in "abc"]

    def burn(result: Compiled) -> str:
        return next(each.expression for each in rules_of(result) if each.name == "watchbill:goal_burn:rate30d")

    alone, among = compiled(tmp_path, Promise()), compiled(tmp_path, Promise(), *others)

    assert burn(alone) == burn(among)
    assert 'increase30d{source="metrics",counter="requests_total{service=\\"cart\\"}"}' in burn(alone)


def test_nothing_longer_than_an_hour_is_read_from_the_counters_themselves(tmp_path: Path) -> None:
    read = {rule.expression for rule in rules_of(compiled(tmp_path, Promise(), Promise("b", window="90d")))}

    assert {span for each in read if "increase(" in each for span in re.findall(r"\[(\w+)\]", each)} == {
        "5m",
        "30m",
        "1h",
    }


def test_a_source_has_two_groups_however_many_goals_it_has(tmp_path: Path) -> None:
    (file,) = compiled(tmp_path, *(Promise(f"goal-{number}") for number in range(30))).files

    assert [(group.name, group.interval) for group in file.groups] == [
        ("watchbill:metrics", "1m"),
        ("watchbill:metrics:long", "2m"),
    ]


@pytest.mark.parametrize(
    ("unknown", "left"),
    [
        ("hold", ['1 - watchbill:goal_burn:rate30d{goal="availability"}']),
        ("ignore", ['1 - watchbill:goal_errors:ratio{goal="availability"} / 0.001']),
        ("bad", []),
    ],
)
def test_the_budget_that_is_left_follows_what_unknown_minutes_do_to_it(
    tmp_path: Path, unknown: str, left: list[str]
) -> None:
    rules = rules_of(compiled(tmp_path, Promise(unknown=unknown)))

    assert [rule.expression for rule in rules if rule.name == "watchbill:goal_budget:left"] == left


def test_a_tier_that_can_never_hold_makes_no_alert_and_is_named(tmp_path: Path) -> None:
    result = compiled(tmp_path, Promise(target="90"))

    assert [alert.labels["tier"] for alert in alerts_of(result)] == ["slow", "ticket"]
    assert "# The tier fast (14.4 times) can never hold at this target and is left out." in as_yaml(result.files)


def test_what_people_declare_is_never_read_as_a_template(tmp_path: Path) -> None:
    alert = alerts_of(compiled(tmp_path, Promise(description="Of {{ $labels.cart }}.")))[0]

    assert alert.annotations["description"].endswith('Of {{ "{{" }} $labels.cart }}.')


def test_odd_label_values_survive_in_the_written_file(tmp_path: Path) -> None:
    odd = 'requests_total{path="a\\"b\\\\c\\nd\u0085ä"}'
    written = yaml.safe_load(as_yaml(compiled(tmp_path, Promise(counted=odd)).files))

    expressions = [rule["expr"] for group in written["groups"] for rule in group["rules"]]
    assert f"sum(increase({odd}[5m]))" in expressions


def test_a_pattern_that_prometheus_cannot_read_is_refused_and_the_other_goals_are_compiled(tmp_path: Path) -> None:
    result = compiled(tmp_path, Promise(counted='requests_total{code=~"(?!2)..."}'), Promise("sound"))

    assert [(each.goal, each.why) for each in result.not_compiled] == [
        ("availability", "Prometheus cannot read the pattern “(?!2)...” of its label code")
    ]
    assert [file.goals for file in result.files] == [("sound",)]


@pytest.mark.parametrize(
    ("promise", "why"),
    [
        (Promise(slices="5m"), "its budget counts time slices"),
        (Promise(window="1M", begins="2026-01-01 00:00:00"), "its window follows the calendar"),
    ],
)
def test_a_goal_that_counts_no_events_of_a_rolling_window_is_refused(
    tmp_path: Path, promise: Promise, why: str
) -> None:
    result = compiled(tmp_path, promise, Promise("sound"))

    assert [each.goal for each in result.not_compiled] == ["availability"]
    assert result.not_compiled[0].why.startswith(why)
    assert [file.goals for file in result.files] == [("sound",)]


def test_a_window_in_which_two_samples_need_not_lie_is_refused(tmp_path: Path) -> None:
    result = compile_rules(organization(tmp_path, Promise(window="1d"), interval="1m"), AT)

    assert [each.why for each in result.not_compiled] == [
        "its window of 1m can hold less than two samples: “metrics” has one every 1m"
    ]
    assert result.files == ()


def test_sloth_names_record_all_its_windows_and_metadata(tmp_path: Path) -> None:
    rules = rules_of(compiled(tmp_path, Promise(window="28d"), names="sloth"))
    ids = {"sloth_id": "cart-availability", "sloth_service": "cart", "sloth_slo": "availability"}

    of_goal = {rule.name: rule for rule in rules if rule.labels.get("sloth_id")}
    assert set(of_goal) == {
        *(f"slo:sli_error:ratio_rate{span}" for span in ("5m", "30m", "1h", "2h", "6h", "1d", "3d", "4w")),
        "slo:objective:ratio",
        "slo:error_budget:ratio",
        "slo:time_period:days",
        "slo:current_burn_rate:ratio",
        "slo:period_burn_rate:ratio",
        "slo:period_error_budget_remaining:ratio",
        "sloth_slo_info",
    }
    assert of_goal["slo:sli_error:ratio_rate5m"].labels == {**ids, "sloth_window": "5m"}
    assert of_goal["slo:objective:ratio"].expression == "vector(0.999)"
    assert of_goal["slo:error_budget:ratio"].expression == "vector(0.001)"
    assert of_goal["slo:time_period:days"].expression == "vector(28)"


def test_sloth_names_make_one_alert_a_severity(tmp_path: Path) -> None:
    page, ticket = alerts_of(compiled(tmp_path, Promise(), names="sloth"))

    assert (page.labels["sloth_severity"], ticket.labels["sloth_severity"]) == ("page", "ticket")
    assert re.findall(r"> \((.*?)\)", page.expression) == ["14.4 * 0.001"] * 2 + ["6 * 0.001"] * 2


hours = st.integers(1, 72).map(lambda number: f"{number}h")
thresholds = st.integers(1, 40_000).map(lambda number: f"{number / 1000:g}")
conditions = st.tuples(st.sampled_from(["page", "ticket"]), thresholds, hours)
targets = st.integers(1, 9_999).map(lambda number: f"{number / 100:g}")


@settings(max_examples=60, deadline=None)
@given(
    target=targets,
    days=st.integers(28, 366),
    conditions=st.lists(conditions, max_size=4, unique_by=lambda each: each[::2]),
)
def test_compiled_thresholds_and_windows_are_the_tiers_own(
    target: str, days: int, conditions: list[tuple[str, str, str]]
) -> None:
    promise = Promise(target=target, window=f"{days}d", conditions=tuple(conditions))
    with TemporaryDirectory() as folder:
        declared = organization(Path(folder), promise)
    goal = declared.goals["availability"]

    alerts = alerts_of(compile_rules(declared, AT))

    assert sorted(_held_by(alert) for alert in alerts) == sorted(_tiers(goal))


def _tiers(goal: Goal) -> list[tuple[str, str, float]]:
    return [
        (tier.severity.value, f"{_span(tier.long)} {_span(tier.short)}", float(tier.factor))
        for tier in goal.tiers
        if is_fireable(tier.factor, goal.target)
    ]


def _span(span: object) -> str:
    return f"{Fraction(span.total_seconds()) / 60}m"  # type: ignore[attr-defined]


def _held_by(alert: Rule) -> tuple[str, str, float]:
    """Return an alert's severity, its windows in minutes, and the one threshold of both."""
    parts = re.findall(r'rate(\d+)([mhd])\{goal="availability"\} >= ([\d.]+)', alert.expression)
    minutes = [f"{int(number) * {'m': 1, 'h': 60, 'd': 1440}[unit]}m" for number, unit, _ in parts]
    (threshold,) = {float(text) for *_, text in parts}
    return alert.labels["severity"], " ".join(minutes), threshold


def test_the_tiers_of_a_month_are_compiled_to_the_digit(tmp_path: Path) -> None:
    (alert,) = alerts_of(compiled(tmp_path, Promise(window="28d")))[2:]

    assert alert.expression.endswith(">= 0.9333333333333333")
    assert float(Fraction(14, 15)) == 0.9333333333333333
