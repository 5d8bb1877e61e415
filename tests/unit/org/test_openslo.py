"""OpenSLO v1 documents: the examples of its authors, all kinds inline and by reference, and names that nobody declares."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.org.test_folder import FIXTURES, codes, linked, organisation
from watchbill.org.faults import Level
from watchbill.org.folder import read, read_strictly

EXAMPLES = {
    "budgeting-method/occurences-slo.yaml": ["goal-not-measured"],
    "budgeting-method/ratio-timeslices.yaml": ["goal-not-measured", "goal-not-measured", "op-on-ratio"],
    "budgeting-method/timeslices-slo.yaml": ["goal-not-measured", "minute-or-month", "op-on-ratio"],
    "treat-low-traffic-as-equally-important/timeslices-slo.yaml": [
        "goal-not-measured",
        "goal-not-measured",
        "op-on-ratio",
    ],
}
OPENSLO = FIXTURES / "openslo" / "examples"


@pytest.mark.skipif(not OPENSLO.is_dir(), reason="the examples of OpenSLO are not on this machine")
def test_every_example_of_openslo_loads_and_says_why_it_is_not_measured(tmp_path: Path) -> None:
    assert {path.relative_to(OPENSLO).as_posix() for path in OPENSLO.rglob("*.yaml")} == EXAMPLES.keys()
    for name, expected in EXAMPLES.items():
        root = organisation(tmp_path)
        (root / "example.yaml").write_text((OPENSLO / name).read_text())
        reading = read(root)
        assert (name, codes(reading)) == (name, expected)
        assert list(linked(reading).goals) == ["cart-availability"]


NAMED = """
apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: fast}
spec: {severity: page, condition: {kind: burnrate, op: gte, threshold: 14.4, lookbackWindow: 1h}}
---
apiVersion: openslo/v1
kind: AlertNotificationTarget
metadata: {name: pager}
spec: {target: pagerduty}
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: burning}
spec:
  alertWhenBreaching: true
  conditions: [{conditionRef: fast}]
  notificationTargets: [{targetRef: pager}]
---
apiVersion: openslo/v1
kind: Service
metadata: {name: cart}
spec: {}
"""
INLINE = """
    - kind: AlertPolicy
      metadata: {name: here}
      spec:
        conditions:
          - kind: AlertCondition
            metadata: {name: fast}
            spec: {severity: page, condition: {kind: burnrate, threshold: 14.4, lookbackWindow: 1h}}
        notificationTargets: [{targetRef: pager}]
"""


@pytest.mark.parametrize("policy", [" [burning]", " [{alertPolicyRef: burning}]", INLINE])
def test_an_alert_policy_is_the_same_by_name_by_reference_and_inline(tmp_path: Path, policy: str) -> None:
    root = organisation(tmp_path, alerts=NAMED)
    with (root / "goals.yaml").open("a") as goals:
        goals.write(f"  alertPolicies:{policy}\n")
    (tier,) = linked(read(root)).goals["cart-availability"].tiers
    assert (tier.name, tier.severity, float(tier.factor)) == ("fast", "page", 14.4)


def test_an_indicator_is_the_same_inline_and_by_reference(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    by_reference = linked(read(root)).goals["cart-availability"]
    counted = "{metricSource: {metricSourceRef: metrics, spec: {query: 'http_requests_total{service=\"cart\"MORE}'}}}"
    good, total = counted.replace("MORE", ',code=~"2.."'), counted.replace("MORE", "")
    inline = f"indicator: {{spec: {{ratioMetric: {{counter: true, good: {good}, total: {total}}}}}}}"
    goals = (root / "goals.yaml").read_text()
    (root / "goals.yaml").write_text(goals.replace("indicatorRef: cart-success", inline))
    here = linked(read(root)).goals["cart-availability"]
    assert (here.total, here.good, here.source) == (by_reference.total, by_reference.good, by_reference.source)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("kind: AlertPolicy\nmetadata: {name: a}\nspec: {conditions: [{conditionRef: NOBODY}]}", "alert-condition"),
        (
            "kind: AlertPolicy\nmetadata: {name: a}\nspec: {notificationTargets: [{targetRef: NOBODY}]}",
            "notification-target",
        ),
        (
            "kind: SLI\nmetadata: {name: a}\nspec: {thresholdMetric: {metricSource: {metricSourceRef: NOBODY, spec: {q: 1}}}}",
            "data-source",
        ),
        (
            (
                "kind: SLI\nmetadata: {name: a}\n"
                "spec: {ratioMetric: {rawType: success, raw: {metricSource: {metricSourceRef: NOBODY, spec: {q: 1}}}}}"
            ),
            "data-source",
        ),
    ],
)
def test_a_name_that_nobody_declares_is_found_also_where_no_goal_uses_it(
    tmp_path: Path, document: str, code: str
) -> None:
    root = organisation(tmp_path, more=f"apiVersion: openslo/v1\n{document}\n")
    assert f"unknown-{code}" in codes(read(root))


def test_a_notification_target_that_an_inline_policy_names_is_looked_for(tmp_path: Path) -> None:
    root = organisation(
        tmp_path,
        alerts=NAMED.replace("{name: pager}", "{name: other}").replace(
            "notificationTargets: [{targetRef: pager}]", "notificationTargets: []"
        ),
    )
    with (root / "goals.yaml").open("a") as goals:
        goals.write(f"  alertPolicies:{INLINE}\n")
    assert "unknown-notification-target" in codes(read(root))


DIFFERING = """
apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: fast}
spec: {severity: page, condition: {threshold: 14.4, lookbackWindow: 1h}}
"""
STRICTLY = [
    ("{name: Fast, displayName: Fast}", "small letters"),
    ("{name: fast, displayName: " + "x" * 64 + "}", "at most 63 characters"),
]


def test_where_the_sdk_refuses_what_the_text_allows_it_is_noted_and_strictly_it_is_an_error(tmp_path: Path) -> None:
    root = organisation(tmp_path, alerts=DIFFERING)
    (lenient,), (strict,) = read(root).faults, read_strictly(root).faults
    assert (lenient.level, lenient.code, lenient.place.line) == (Level.NOTE, "strict-openslo", 5)
    assert (strict.level, strict.place) == (Level.ERROR, lenient.place)
    assert (linked(read(root)).goals.keys(), read_strictly(root).organization) == ({"cart-availability"}, None)


@pytest.mark.parametrize(("metadata", "words"), STRICTLY)
def test_what_both_forbid_is_told_by_a_strict_reading_alone(tmp_path: Path, metadata: str, words: str) -> None:
    condition = DIFFERING.replace("{threshold", "{kind: burnrate, threshold").replace("{name: fast}", metadata)
    root = organisation(tmp_path, alerts=condition)
    assert read(root).faults == ()
    (fault,) = read_strictly(root).errors
    assert words in fault.message


def test_a_strict_reading_counts_conditions_and_targets_and_takes_no_operator_on_a_ratio(tmp_path: Path) -> None:
    root = organisation(
        tmp_path, alerts="apiVersion: openslo/v1\nkind: AlertPolicy\nmetadata: {name: none}\nspec: {}\n"
    )
    goals = (root / "goals.yaml").read_text().replace("[{targetPercent: 99.9}]", "[{op: gt, targetPercent: 99.9}]")
    (root / "goals.yaml").write_text(goals)
    assert sorted(fault.code for fault in read_strictly(root).errors) == [
        "op-on-ratio",
        "strict-openslo",
        "strict-openslo",
    ]
