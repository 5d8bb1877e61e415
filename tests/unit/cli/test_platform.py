"""`watchbill platform`, as a person, a program and a CI meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from watchbill.cli.platform import platform
from watchbill.lib.errors import NotFound
from watchbill.web.api.platform import PlatformAnswer

HEAD = """\
apiVersion: watchbill/v1
kind: Organization
metadata: {name: shop, title: Shop}
spec: {timeZone: UTC}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: developers}
spec: {type: team, children: []}
---
apiVersion: openslo/v1
kind: DataSource
metadata: {name: metrics}
spec: {type: prometheus, connectionDetails: {url: "http://127.0.0.1:9"}}
"""
THING = """\
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {{name: {name}}}
spec: {{type: service, lifecycle: production, owner: developers}}
"""
STANDS_ON = """\
---
apiVersion: watchbill/v1
kind: ServiceProfile
metadata: {{name: {name}}}
spec: {{for: "component:{name}", dependencies: [{{on: "component:{on}", critical: true}}]}}
"""
GOAL = """\
---
apiVersion: openslo/v1
kind: SLO
metadata: {{name: {name}-availability}}
spec:
  service: {name}
  budgetingMethod: Occurrences
  timeWindow: [{{duration: 28d, isRolling: true}}]
  indicator:
    metadata: {{name: {name}}}
    spec:
      ratioMetric:
        counter: true
        bad: {{metricSource: {{metricSourceRef: metrics, type: prometheus, spec: {{query: 'errors{{service="{name}"}}'}}}}}}
        total: {{metricSource: {{metricSourceRef: metrics, type: prometheus, spec: {{query: 'requests{{service="{name}"}}'}}}}}}
  objectives: [{{displayName: Available, targetPercent: {percent}}}]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Write three services on one database at 99.9 %."""
    goals = {"reports": "99", "cart": "99.9", "checkout": "99.95", "db": "99.9"}
    (tmp_path / "head.yaml").write_text(HEAD)
    (tmp_path / "things.yaml").write_text("".join(THING.format(name=name) for name in goals))
    (tmp_path / "needs.yaml").write_text(
        "".join(STANDS_ON.format(name=name, on="db") for name in goals if name != "db")
    )
    (tmp_path / "goals.yaml").write_text(
        "".join(GOAL.format(name=name, percent=percent) for name, percent in goals.items())
    )
    return tmp_path


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(platform, [str(each) for each in arguments], catch_exceptions=False)
    return result.exit_code, result.output.replace("\u202f", " ")


def row(output: str, name: str) -> list[str]:
    line = next(line for line in output.splitlines() if line.startswith(f"  {name}"))
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


def test_the_table_says_what_the_database_must_reach_and_which_goal_cannot_hold(shop: Path) -> None:
    status, output = run(shop)
    assert status == 1
    assert row(output, "component:db") == [
        "component:db",
        "99.995 %",
        "component:checkout",
        "99.9 %",
        "too little",
        "100 % of components",
    ]
    assert row(output, "component:checkout")[1:5] == ["99.95 %", "99.9 %", "none", "cannot hold"]
    assert row(output, "component:cart")[3:5] == ["0 %", "tight"]
    assert row(output, "component:reports")[3:5] == ["90 %", "holds"]
    assert "1 goal cannot hold, 1 tight; 0 things without a goal that is asked for." in output


def test_every_reason_has_the_line_of_the_goal_or_of_the_dependency(shop: Path) -> None:
    _, output = run(shop)
    assert "99.995 % for component:checkout = 1 − (1 − 99.95 %) ÷ 10: the extra nine." in output
    assert "component:checkout critically depends on component:db (needs.yaml:15)." in output
    assert "Its goal checkout-availability is 99.95 % (goals.yaml:36)." in output


def test_one_product_is_told_with_what_it_stands_on_and_decides_the_status(shop: Path) -> None:
    status, output = run(shop, "--product", "reports")
    assert status == 0
    assert "component:checkout" not in output.split("Whether goals can hold")[1].split("component:db: ")[0]
    assert "What it stands on may take 10 % of its budget." in output


def test_a_program_gets_what_the_server_describes(shop: Path) -> None:
    _, written = run("--org", shop, "--format", "json")
    answer = json.loads(written)
    assert PlatformAnswer.model_validate_json(written).model_dump(mode="json", by_alias=True) == answer
    assert answer["things"][0]["required"]["exact"] == {"num": 19999, "den": 20000}


def test_an_organisation_without_critical_dependencies_has_no_common_platform(shop: Path) -> None:
    (shop / "needs.yaml").unlink()
    status, output = run(shop)
    assert (status, "a dependsOn alone is none; say critical: true in a ServiceProfile" in output) == (0, True)


def test_a_product_that_is_not_declared_is_refused_with_the_nearest(shop: Path) -> None:
    with pytest.raises(NotFound, match="Did you mean “cart”"):
        run(shop, "--product", "carts")


def test_things_that_stand_on_one_another_are_named_with_their_lines(shop: Path) -> None:
    with (shop / "needs.yaml").open("a") as file:
        file.write(STANDS_ON.format(name="db", on="cart"))
    _, output = run(shop)
    assert (
        "These stand on one another: component:cart on component:db (needs.yaml:10), "
        "component:db on component:cart (needs.yaml:20)." in output
    )
