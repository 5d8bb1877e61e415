"""Compiled rules before a real ruler's own tools: promtool reads them, and runs them against series made for each case."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.goal_folder import AT, Promise, organization
from watchbill.exports.prometheus import as_yaml, compile_rules
from watchbill.org.folder import read

pytestmark = pytest.mark.live("promtool")

ACME = Path(__file__).parents[2] / "examples" / "acme"
TOTAL, BAD = 'requests_total{service="cart",code="200"}', 'requests_total{service="cart",code="500"}'
GOAL = Promise(total='requests_total{service="cart"}', counted=BAD)
SLOW = {"tier": "slow", "long": "6h", "short": "30m", "severity": "page"}
TICKET = {"tier": "ticket", "long": "3d", "short": "6h", "severity": "ticket"}
FAST = {"tier": "fast", "long": "1h", "short": "5m", "severity": "page"}
WHOSE = {"goal": "availability", "service": "cart", "team": "developers", "escalation_policy": "daytime"}


def promtool(*arguments: str, folder: Path) -> str:
    """Run promtool; its complaints fail the test."""
    run = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False, cwd=folder)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


class Ruler:
    """Rules in a folder, and what promtool is to find when it evaluates them every minute."""

    def __init__(self, folder: Path, rules: str) -> None:
        self._folder = folder
        self._groups = [group["name"] for group in yaml.safe_load(rules)["groups"]]
        (folder / "rules.yaml").write_text(rules, encoding="utf-8")

    def finds(
        self,
        series: Mapping[str, str],
        *,
        alerts: Mapping[str, list[Mapping[str, str]]] | None = None,
        values: Mapping[str, tuple[str, list[float]]] | None = None,
        every: str = "1m",
    ) -> None:
        """Check which alerts fire at a time, by the labels given, and the values of an expression at a time."""
        asked = [*_alerts(alerts or {}), *_values(values or {})]
        case = {
            "interval": every,
            "input_series": [{"series": name, "values": text} for name, text in series.items()],
            "promql_expr_test": asked,
        }
        test = {
            "rule_files": ["rules.yaml"],
            "evaluation_interval": "1m",
            # Without it, promtool evaluates groups of the same instant in an order that differs from run to run.
            "group_eval_order": self._groups,
            "tests": [case],
        }
        (self._folder / "test.yaml").write_text(yaml.safe_dump(test), encoding="utf-8")
        promtool("test", "rules", "test.yaml", folder=self._folder)


def ruler(folder: Path, *promises: Promise, names: str = "watchbill") -> Ruler:
    return Ruler(folder, as_yaml(compile_rules(organization(folder / "org", *promises), AT, names).files))


def _alerts(expected: Mapping[str, list[Mapping[str, str]]]) -> list[dict[str, Any]]:
    by = "goal, service, team, escalation_policy, severity, tier, long, short"
    return [
        {
            "expr": f'max by ({by}) (ALERTS{{alertname="GoalBurnsBudget",alertstate="firing"}})',
            "eval_time": at,
            "exp_samples": [{"labels": _labels(labels), "value": 1} for labels in alerts],
        }
        for at, alerts in expected.items()
    ]


def _values(expected: Mapping[str, tuple[str, list[float]]]) -> list[dict[str, Any]]:
    return [
        {
            "expr": f"sort(round({expression}, 0.0001))",
            "eval_time": at,
            "exp_samples": [{"labels": "{}", "value": value} for value in numbers],
        }
        for expression, (at, numbers) in expected.items()
    ]


def _labels(labels: Mapping[str, str]) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"


@pytest.mark.parametrize("names", ["watchbill", "sloth"])
def test_promtool_reads_the_rules_of_acme(tmp_path: Path, names: str) -> None:
    rules = _compiled_acme(tmp_path, names)

    (tmp_path / "rules.yaml").write_text(rules, encoding="utf-8")
    assert "SUCCESS" in promtool("check", "rules", "rules.yaml", folder=tmp_path)


@pytest.mark.parametrize("names", ["watchbill", "sloth"])
def test_promtool_reads_the_rules_of_many_goals_with_odd_labels(tmp_path: Path, names: str) -> None:
    """Enough of one metric for several rules to read it, and values that are special to PromQL, to patterns or to YAML."""
    odd = [r"a\"b", r"a\\b", "a.b|c", "{{ $value }}", "ä: #", "", "'", r"a\nb", "[5m]", "$1"]
    values = [*odd, *(f"v{number}" for number in range(240))]
    goals = [
        Promise(
            f"goal-{number}",
            target=f"{90 + number % 10}.{number % 7}",
            window=f"{1 + number % 90}d",
            part="good" if number % 2 else "bad",
            counted=f'requests_total{{code=~"5..|{number % 3}",path="{value}"}}',
            total=f'requests_total{{path="{value}"}}',
        )
        for number, value in enumerate(values)
    ]
    result = compile_rules(organization(tmp_path / "org", *goals), AT, names)
    assert len(result.files[0].goals) == len(goals)

    (tmp_path / "rules.yaml").write_text(as_yaml(result.files), encoding="utf-8")
    assert "SUCCESS" in promtool("check", "rules", "rules.yaml", folder=tmp_path)


def _compiled_acme(folder: Path, names: str) -> str:
    """Compile acme as it is with a Prometheus beside it; its own goals are counted by watchbill."""
    source = '{apiVersion: openslo/v1, kind: DataSource, metadata: {name: shop}, spec: {type: prometheus, connectionDetails: {url: "http://127.0.0.1:9"}}}'
    for file in ACME.rglob("*.yaml"):
        copy = folder / "acme" / file.relative_to(ACME)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(source if file.name == "source.yaml" else file.read_text(encoding="utf-8"), encoding="utf-8")
    declared = read(folder / "acme", AT).organization
    assert declared is not None
    result = compile_rules(declared, AT, names)
    assert len(result.files[0].goals) == len(declared.goals) > 5
    return as_yaml(result.files)


def test_a_burst_in_acme_pages_the_team_of_the_service_and_no_other(tmp_path: Path) -> None:
    payments = {"goal": "payments-availability", "service": "payments", "team": "sre-checkout"}
    Ruler(tmp_path, _compiled_acme(tmp_path, "watchbill")).finds(
        {
            'http_requests_total{service="payments",code="200"}': "0+100x120",
            'http_requests_total{service="payments",code="503"}': "0+0x60 50+50x60",
            'http_requests_total{service="login",code="200"}': "0+100x120",
            'http_requests_total{service="login",code="503"}': "0+0x120",
        },
        alerts={"60m": [], "62m": [{**payments, **FAST, "escalation_policy": "checkout"}]},
    )


def test_a_burst_fires_the_page_tiers_and_names_whom_it_is_for(tmp_path: Path) -> None:
    ruler(tmp_path, GOAL).finds(
        {TOTAL: "0+100x120", BAD: "0+0x60 50+50x60"},
        alerts={"60m": [], "62m": [{**WHOSE, **FAST}], "70m": [{**WHOSE, **FAST}, {**WHOSE, **SLOW}]},
    )


def test_pages_end_soon_after_the_errors_do_and_the_ticket_stays(tmp_path: Path) -> None:
    ruler(tmp_path, GOAL).finds(
        {TOTAL: "0+100x240", BAD: "0+0x60 50+50x10 550+0x170"},
        alerts={"68m": [{**WHOSE, **FAST}, {**WHOSE, **SLOW}], "110m": [{**WHOSE, **TICKET}]},
    )


def test_nothing_fires_within_the_budget(tmp_path: Path) -> None:
    ruler(tmp_path, GOAL).finds(
        {TOTAL: "0+2000x1440", BAD: "0+1x1440"},
        alerts={"1h": [], "6h": [], "1d": []},
        values={'sum(watchbill:goal_errors:ratio{goal="availability"})': ("1d", [0.0005])},
    )


def test_without_data_nothing_fires_and_nothing_is_recorded(tmp_path: Path) -> None:
    ruler(tmp_path, GOAL).finds(
        {'requests_total{service="other"}': "0+100x120"},
        alerts={"2h": []},
        values={"count({__name__=~'watchbill:goal_(burn|errors|budget).*'})": ("2h", [])},
    )


def test_without_traffic_nothing_fires_and_no_nan_is_recorded(tmp_path: Path) -> None:
    ruler(tmp_path, GOAL).finds(
        {TOTAL: "5+0x300", BAD: "1+0x300"},
        alerts={"5h": []},
        values={"count(watchbill:goal_burn:rate1h)": ("5h", []), "count(watchbill:goal_errors:ratio)": ("5h", [])},
    )


def test_an_hour_without_traffic_does_not_poison_the_period(tmp_path: Path) -> None:
    ruler(tmp_path, GOAL).finds(
        {TOTAL: "0+100x120 12000+0x60 12000+100x120", BAD: "0+1x120 120+0x60 120+1x120"},
        values={"sum(watchbill:goal_errors:ratio)": ("5h", [0.0099])},
    )


def test_a_counter_that_starts_again_is_no_failure(tmp_path: Path) -> None:
    ruler(tmp_path, GOAL).finds(
        {TOTAL: "0+100x90 0+100x90", BAD: "40+0x90 0+0x90"},
        alerts={"91m": [], "95m": [], "3h": []},
        values={"sum(watchbill:goal_burn:rate1h)": ("2h", [0])},
    )


def test_the_failures_of_one_of_several_series_are_weighed_with_the_events_of_all(tmp_path: Path) -> None:
    goal = Promise(target="99", total="requests_total", counted='requests_total{code="500"}')
    ruler(tmp_path, goal).finds(
        {
            'requests_total{instance="a",code="200"}': "0+50x240",
            'requests_total{instance="a",code="500"}': "0+50x240",
            'requests_total{instance="b",code="200"}': "0+900x240",
        },
        values={"sum(watchbill:goal_errors:ratio)": ("4h", [0.05]), "sum(watchbill:goal_burn:rate1h)": ("4h", [5])},
    )


def test_goals_that_share_a_rule_are_told_apart(tmp_path: Path) -> None:
    shared = [
        Promise(path, counted=f'bad_total{{path="{path}"}}', total=f'all_total{{path="{path}"}}') for path in "ab"
    ]
    ruler(tmp_path, *shared).finds(
        {
            'all_total{path="a"}': "0+100x120",
            'all_total{path="b"}': "0+100x120",
            'bad_total{path="a"}': "0+1x120",
            'bad_total{path="b"}': "0+0x60 50+50x60",
        },
        alerts={"62m": [{**WHOSE, **FAST, "goal": "b"}]},
        values={'sum(watchbill:goal_errors:ratio{goal="a"})': ("2h", [0.01])},
    )


def test_errors_before_the_first_of_them_has_a_series_are_none(tmp_path: Path) -> None:
    ruler(tmp_path, GOAL).finds(
        {TOTAL: "0+100x240"},
        alerts={"4h": []},
        values={"sum(watchbill:goal_errors:ratio)": ("4h", [0]), "sum(watchbill:goal_budget:left)": ("4h", [1])},
    )


def test_a_quiet_hour_weighs_as_much_as_its_events(tmp_path: Path) -> None:
    """Half of 600 events fail in an hour, none of 600,000 in the ten hours after it: 0.05 %, where a mean of ratios says 4.5 %."""
    ruler(tmp_path, GOAL).finds(
        {TOTAL: "0+5x60 300+1000x600", BAD: "0+5x60 300+0x600"},
        values={"sum(watchbill:goal_errors:ratio)": ("11h", [0.0005])},
    )


def test_good_events_count_as_well_as_bad_ones(tmp_path: Path) -> None:
    goal = Promise(part="good", total='requests_total{service="cart"}', counted=TOTAL)
    ruler(tmp_path, goal).finds(
        {TOTAL: "0+100x60 6000+50x60", BAD: "0+0x60 50+50x60"},
        alerts={"60m": [], "62m": [{**WHOSE, **FAST}]},
    )


def test_good_events_that_no_series_counts_wake_nobody(tmp_path: Path) -> None:
    goal = Promise(
        part="good", total='requests_total{service="cart"}', counted='requests_total{service="cart",code="typo"}'
    )
    ruler(tmp_path, goal).finds({TOTAL: "0+100x120"}, alerts={"2h": []})


def test_what_was_not_measured_never_starts_an_alert(tmp_path: Path) -> None:
    """Three minutes at 5 % errors are all that is known: 50 times the budget, of a twentieth of the hour."""
    ruler(tmp_path, GOAL).finds({TOTAL: "_x60 0+95x3", BAD: "_x60 0+5x3"}, alerts={"64m": []})


def test_dashboards_on_sloth_series_find_theirs_weighted_by_events(tmp_path: Path) -> None:
    ruler(tmp_path, GOAL, names="sloth").finds(
        {TOTAL: "0+5x60 300+1000x600", BAD: "0+5x60 300+0x600"},
        values={
            'sum(slo:sli_error:ratio_rate30d{sloth_id="cart-availability",sloth_window="30d"})': ("11h", [0.0005]),
            'sum(slo:sli_error:ratio_rate5m{sloth_service="cart",sloth_slo="availability"})': ("30m", [0.5]),
            "sum(slo:current_burn_rate:ratio)": ("30m", [500]),
            "sum(round(slo:period_error_budget_remaining:ratio, 0.01))": ("11h", [0.5]),
            "sum(slo:objective:ratio)": ("11h", [0.999]),
        },
    )


def test_sloth_names_page_once_and_say_so_in_its_label(tmp_path: Path) -> None:
    ruler(tmp_path, GOAL, names="sloth").finds(
        {TOTAL: "0+100x120", BAD: "0+0x60 50+50x60"},
        alerts={"60m": [], "62m": [{**WHOSE, "severity": "page"}]},
        values={'count(ALERTS{sloth_severity="page",alertstate="firing"})': ("100m", [1])},
    )


def test_a_source_scraped_more_often_than_rules_run_is_counted_alike(tmp_path: Path) -> None:
    ruler(tmp_path, GOAL).finds(
        {TOTAL: "0+25x480", BAD: "0+0x240 12+12x240"}, every="15s", alerts={"60m": [], "62m": [{**WHOSE, **FAST}]}
    )
