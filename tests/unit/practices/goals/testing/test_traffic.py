"""Seven kinds of traffic in which other ways of counting are off by up to three times: the ledger is right to the event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.traffic import CASES, START, Case, Traffic
from watchbill.cli.goals import test as goal_test
from watchbill.lib.instants import rfc3339

HEAD = """documents:
  - apiVersion: openslo/v1
    kind: DataSource
    metadata: {name: metrics}
    spec: {type: prometheus, connectionDetails: {url: "http://prometheus:9090", interval: 2m}}
  - apiVersion: openslo/v1
    kind: SLO
    metadata: {name: shop}
    spec:
      service: shop
      budgetingMethod: Occurrences
      timeWindow: [{duration: 2d, isRolling: true}]
      indicator:
        metadata: {name: shop}
        spec:
          ratioMetric:
            counter: true
            bad: {metricSource: {metricSourceRef: metrics, spec: {query: 'requests_total{code="500"}'}}}
            total: {metricSource: {metricSourceRef: metrics, spec: {query: requests_total}}}
      objectives: [{displayName: good, targetPercent: 99.9}]
scrapes:
"""


def written(traffic: Traffic) -> Iterator[str]:
    yield HEAD
    for second, pod, good, bad in traffic.scrapes():
        failed = "" if bad is None else f", 'requests_total{{code=\"500\"}}': {bad}"
        at = rfc3339(START + timedelta(seconds=second))
        yield f"""  - {{target: {pod.name}, at: "{at}", samples: {{'requests_total{{code="200"}}': {good}{failed}}}}}\n"""
    yield f'ask: [{{goal: shop, at: "{rfc3339(traffic.end)}"}}]\n'


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_was_spent_is_the_truth_to_the_event(case: Case, tmp_path: Path) -> None:
    traffic = Traffic(case, days=2, pace=120, pods=("a",))
    file = tmp_path / "traffic.yaml"
    file.write_text("".join(written(traffic)), encoding="utf-8")
    result = CliRunner().invoke(goal_test, [str(file), "--format", "json"])
    (answer,) = json.loads(result.output)["answers"]
    bad, total = traffic.truth()
    assert (answer["bad"], answer["total"]) == (bad, total)
    assert Fraction(answer["remainingExact"]["num"], answer["remainingExact"]["den"]) == 1 - bad / Fraction(total, 1000)
    assert answer["coverage"] > 0.998
