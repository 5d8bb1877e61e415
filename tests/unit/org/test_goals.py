"""OpenSLO documents linked to goals: exact targets, whose goal it is, its tiers, its counters, and what is not measured."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from tests.unit.org.test_folder import SOUND, codes, linked, organisation
from watchbill.org.faults import Level
from watchbill.org.folder import read
from watchbill.org.objectives import UnknownPolicy


@pytest.mark.parametrize(
    ("written", "share", "text"),
    [
        ("targetPercent: 99.9", Fraction(999, 1000), "99.9"),
        ("targetPercent: 99.95", Fraction(9995, 10000), "99.95"),
        ("target: 0.999", Fraction(999, 1000), "99.9"),
        ("target: 0.9990", Fraction(999, 1000), "99.9"),
        ("targetPercent: 99", Fraction(99, 100), "99"),
        ("target: 9.99e-1", Fraction(999, 1000), "99.9"),
    ],
)
def test_targets_are_exact(tmp_path: Path, written: str, share: Fraction, text: str) -> None:
    root = organisation(tmp_path)
    goals = (root / "goals.yaml").read_text().replace("targetPercent: 99.9", written)
    (root / "goals.yaml").write_text(goals)
    goal = linked(read(root)).goals["cart-availability"]
    assert (goal.target, goal.target_text) == (share, text)


def test_the_annotation_says_which_entity_a_goal_is_about(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    goals = (root / "goals.yaml").read_text().replace("service: cart\n", "service: shopping-cart\n")
    service = (
        "apiVersion: openslo/v1\nkind: Service\nspec: {}\n"
        "metadata: {name: shopping-cart, annotations: {watchbill.dev/entity: 'component:cart'}}\n"
    )
    (root / "goals.yaml").write_text(f"{goals}---\n{service}")
    assert str(linked(read(root)).goals["cart-availability"].service) == "component:cart"


def test_annotations_record_who_approved_a_goal_and_when_it_was_last_looked_at(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    organization = linked(read(root))
    person, group = min(organization.users), min(organization.groups)
    by = f"watchbill.dev/approved-by: '{person}, {group}', watchbill.dev/reviewed: 2026-05-01"
    goals = (root / "goals.yaml").read_text()
    (root / "goals.yaml").write_text(goals.replace("{watchbill.dev/budget-policy: standard}", f"{{{by}}}"))
    goal = linked(read(root)).goals["cart-availability"]
    assert (goal.approved_by, goal.reviewed_on) == ((person, group), date(2026, 5, 1))


def test_alert_policies_make_the_tiers_of_a_goal(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    policy = """  alertPolicies:
    - kind: AlertPolicy
      metadata: {name: burn}
      spec:
        alertWhenBreaching: true
        conditions:
          - kind: AlertCondition
            metadata: {name: fast}
            spec: {severity: page, condition: {kind: burnrate, op: gte, threshold: 14.4, lookbackWindow: 1h}}
        notificationTargets: []
"""
    with (root / "goals.yaml").open("a") as goals:
        goals.write(policy)
    (tier,) = linked(read(root)).goals["cart-availability"].tiers
    assert (tier.name, tier.severity, tier.factor) == ("fast", "page", Fraction(144, 10))
    assert (tier.long, tier.short) == (timedelta(hours=1), timedelta(minutes=5))


def test_a_severity_that_is_not_known_is_a_ticket(tmp_path: Path) -> None:
    policy = """
  alertPolicies:
    - kind: AlertPolicy
      spec:
        conditions:
          - kind: AlertCondition
            spec: {severity: SEVERITY, condition: {kind: burnrate, threshold: 14.4, lookbackWindow: 1h}}
"""
    goals = (SOUND / "goals.yaml").read_text().rstrip()
    for severity, expected, faults in (
        ("Critical", "page", []),
        ("high", "page", []),
        ("info", "ticket", []),
        ("sev1", "ticket", ["unknown-severity"]),
    ):
        root = organisation(tmp_path)
        (root / "goals.yaml").write_text(goals + policy.replace("SEVERITY", severity))
        reading = read(root)
        (tier,) = linked(reading).goals["cart-availability"].tiers
        assert (tier.severity, codes(reading)) == (expected, faults)


def test_a_target_that_a_tier_needs_is_said_and_at_that_target_the_tier_is_reachable(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    goals = (root / "goals.yaml").read_text()
    for target, names in (("80", ["“fast”", "“slow”"]), ("90", ["“fast”"]), ("92.56", []), ("92.55", ["“fast”"])):
        (root / "goals.yaml").write_text(goals.replace("99.9", target))
        faults = read(root).faults
        assert [fault.code for fault in faults] == ["alert-unreachable"] * bool(names)
        assert [name for name in ("“fast”", "“slow”", "“ticket”") if any(name in f.message for f in faults)] == names


def test_a_goal_in_rates_counts_the_counters_inside(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    plain = linked(read(root)).goals["cart-availability"]
    goals = (root / "goals.yaml").read_text()
    wrapped = goals.replace('{service="cart"}\'', '{service="cart"}[5m]))\'').replace(
        'query: \'http_requests_total{service="cart"}', 'query: \'sum(rate(http_requests_total{service="cart"}'
    )
    assert wrapped != goals
    (root / "goals.yaml").write_text(wrapped)
    reading = read(root)
    assert [(fault.code, fault.level) for fault in reading.faults] == [("query-unwrapped", Level.NOTE)]
    assert linked(reading).goals["cart-availability"].total == plain.total


def test_a_query_that_is_no_counter_gives_no_goal_and_stops_nothing(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    goals = (root / "goals.yaml").read_text().replace('{service="cart"}\'', '{service="cart"} offset 1d\'')
    (root / "goals.yaml").write_text(goals)
    reading = read(root)
    assert codes(reading) == ["goal-not-measured"]
    assert linked(reading).goals == {}


def test_how_often_prometheus_scrapes_may_be_said(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    assert linked(read(root)).sources["metrics"].interval == timedelta(seconds=15)
    goals = (root / "goals.yaml").read_text().replace(':9090"', ':9090", interval: 60s')
    (root / "goals.yaml").write_text(goals)
    assert linked(read(root)).sources["metrics"].interval == timedelta(seconds=60)


def test_a_goal_says_what_unknown_minutes_do_to_its_budget(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    assert linked(read(root)).goals["cart-availability"].unknown is UnknownPolicy.HOLD
    goals = (root / "goals.yaml").read_text()
    for written, policy in (("bad", UnknownPolicy.BAD), ("ignore", UnknownPolicy.IGNORE)):
        annotated = goals.replace("{watchbill.dev/budget-policy: standard}", f"{{watchbill.dev/unknown: {written}}}")
        (root / "goals.yaml").write_text(annotated)
        assert linked(read(root)).goals["cart-availability"].unknown is policy
    (root / "goals.yaml").write_text(annotated.replace("ignore", "ignored"))
    (fault,) = read(root).errors
    assert fault.message == "“ignored” is not what unknown minutes can count as."
    assert fault.hint == "Did you mean “ignore”? Use hold, bad or ignore."


def _with(tmp_path: Path, *replaced: tuple[str, str]) -> Path:
    root = organisation(tmp_path)
    goals = (root / "goals.yaml").read_text()
    for old, new in replaced:
        assert old in goals
        goals = goals.replace(old, new)
    (root / "goals.yaml").write_text(goals)
    return root


def test_each_objective_is_a_goal_the_first_one_under_the_name_of_the_slo(tmp_path: Path) -> None:
    objectives = (
        "[{displayName: Ours, targetPercent: 99.9}, {displayName: The SLA, target: 0.995}, {targetPercent: 99}]"
    )
    root = _with(tmp_path, ("[{targetPercent: 99.9}]", objectives))
    goals = linked(read(root)).goals
    assert [(goal.name, goal.target_text, goal.title) for goal in goals.values()] == [
        ("cart-availability", "99.9", "cart-availability: Ours"),
        ("cart-availability-the-sla", "99.5", "cart-availability: The SLA"),
        ("cart-availability-3", "99", "cart-availability"),
    ]
    assert {(goal.document, goal.total) for goal in goals.values()} == {
        ("cart-availability", goals["cart-availability"].total)
    }


def test_an_objective_whose_goal_has_the_name_of_another_slo_is_told_with_both_places(tmp_path: Path) -> None:
    root = _with(
        tmp_path, ("[{targetPercent: 99.9}]", "[{targetPercent: 99.9}, {displayName: SLA, targetPercent: 99}]")
    )
    goals = (root / "goals.yaml").read_text()
    slo = goals[goals.rindex("---") :].replace("name: cart-availability", "name: cart-availability-sla")
    (root / "zz.yaml").write_text(slo.replace(", {displayName: SLA, targetPercent: 99}", ""))
    (fault,) = read(root).errors
    assert (fault.code, fault.place.file, [place.file for place in fault.related]) == (
        "duplicate-name",
        "zz.yaml",
        ["goals.yaml"],
    )


def test_one_objective_that_is_not_measured_takes_no_other_with_it(tmp_path: Path) -> None:
    slices = "{targetPercent: 99, timeSliceTarget: 0.9, timeSliceWindow: WINDOW}"
    both = f"[{slices.replace('WINDOW', '7m')}, {slices.replace('WINDOW', '5m')}]"
    root = _with(tmp_path, ("[{targetPercent: 99.9}]", both), ("Occurrences", "Timeslices"))
    reading = read(root)
    assert codes(reading) == ["goal-not-measured"]
    assert list(linked(reading).goals) == ["cart-availability-2"]


@pytest.mark.parametrize(
    ("method", "target", "expected"), [("Timeslices", 0.95, Fraction(95, 100)), ("RatioTimeslices", None, None)]
)
def test_time_slices_are_exact_and_alerts_look_at_whole_ones(
    tmp_path: Path, method: str, target: float | None, expected: Fraction | None
) -> None:
    own = "" if target is None else f", timeSliceTarget: {target}"
    objective = f"[{{targetPercent: 99, timeSliceWindow: 10m{own}}}]"
    root = _with(tmp_path, ("[{targetPercent: 99.9}]", objective), ("Occurrences", method))
    goal = linked(read(root)).goals["cart-availability"]
    assert goal.slices is not None
    assert (goal.slices.minutes, goal.slices.target, goal.counts) == (10, expected, "time slices")
    assert goal.tiers[0].short == timedelta(minutes=10)


def test_a_window_may_follow_the_calendar(tmp_path: Path) -> None:
    calendar = "{duration: 1Q, calendar: {startTime: 2026-02-01 06:00:00, timeZone: Europe/Berlin}}"
    root = _with(tmp_path, ("{duration: 28d, isRolling: true}", calendar))
    goal = linked(read(root)).goals["cart-availability"]
    period = goal.period(datetime(2026, 4, 1, tzinfo=UTC))
    assert (period.start, period.end) == (datetime(2026, 2, 1, 5, tzinfo=UTC), datetime(2026, 5, 1, 4, tzinfo=UTC))
    assert (goal.over, goal.window) == ("the calendar quarter", timedelta(days=90))


def test_annotations_say_who_answers_for_a_goal_why_it_is_so_and_how_few_events_are_too_few(tmp_path: Path) -> None:
    group = min(linked(read(organisation(tmp_path))).groups)
    said = (
        f"watchbill.dev/owner: '{group}', watchbill.dev/rationale: below it they write to us, "
        "watchbill.dev/aspirational: 'true', watchbill.dev/minimum-events: '100', watchbill.dev/minimum-failures: '5'"
    )
    reading = read(_with(tmp_path, ("{watchbill.dev/budget-policy: standard}", f"{{{said}}}")))
    goal = linked(reading).goals["cart-availability"]
    assert codes(reading) == []
    assert (goal.owner, goal.rationale, goal.aspirational) == (group, "below it they write to us", True)
    assert (goal.least.events, goal.least.failures) == (100, 5)


def test_the_series_of_a_recording_rule_is_told_at_its_query_for_it_falls_when_a_process_goes_away(
    tmp_path: Path,
) -> None:
    reading = read(_with(tmp_path, ("query: 'http_requests_total", "query: 'job:http_requests:sum")))
    faults = [fault for fault in reading.faults if fault.code == "recorded-series"]
    assert [(fault.level, fault.place.line, fault.hint) for fault in faults] == [
        (Level.WARNING, 12, "Name the counter that the rule reads."),
        (Level.WARNING, 13, "Name the counter that the rule reads."),
    ]
    assert faults[0].message.startswith("“job:http_requests:sum” is named as what a recording rule makes.")
    assert "cart-availability" in linked(reading).goals


def test_a_ratio_of_the_source_is_not_measured_for_its_series_cannot_be_summed(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    text = (root / "goals.yaml").read_text()
    begin, end = text.index("    counter: true"), text.index("---", text.index("ratioMetric"))
    raw = "    rawType: success\n    raw: {metricSource: {metricSourceRef: metrics, spec: {query: success_ratio}}}\n"
    (root / "goals.yaml").write_text(text[:begin] + raw + text[end:])
    (fault,) = [fault for fault in read(root).faults if fault.code == "goal-not-measured"]
    assert "over several series, or over time, a quiet moment would weigh as much as a busy one" in fault.message
