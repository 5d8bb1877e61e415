"""The ledger's figures beside a ruler's: what lies apart, what one of them lacks."""

from __future__ import annotations

from typing import Any

import pytest

from watchbill.exports.drift import Drift, Recorded, compare

FAST = {"factor": 14.4, "longSeconds": 3600, "shortSeconds": 300, "longRate": 2.0, "shortRate": 4.0}
GOAL: dict[str, Any] = {"name": "g", "target": 0.999, "burns": [FAST], "sli": 0.9996, "left": 0.6, "unknown": "hold"}
AGREED = {
    "watchbill:goal_target:ratio": 0.999,
    "watchbill:goal_burn:rate1h": 2.1,
    "watchbill:goal_burn:rate5m": 4.6,
    "watchbill:goal_errors:ratio": 0.00042,
    "watchbill:goal_budget:left": 0.58,
}


def drift(ruler: dict[str, float], tolerance: float = 0.05, **changes: Any) -> Drift:
    recorded = [Recorded({"__name__": name, "goal": "g"}, value) for name, value in ruler.items()]
    return compare([{**GOAL, **changes}], recorded, tolerance)


def test_figures_that_differ_by_less_than_a_twentieth_of_what_alerts_agree() -> None:
    assert drift(AGREED).apart == ()
    assert len(drift(AGREED).figures) == 5


@pytest.mark.parametrize(
    ("series", "value", "about"),
    [
        ("watchbill:goal_target:ratio", 0.9990001, "target"),
        ("watchbill:goal_burn:rate1h", 2.8, "burn over 1h"),
        ("watchbill:goal_burn:rate5m", 3.2, "burn over 5m"),
        ("watchbill:goal_errors:ratio", 0.0005, "share of bad events"),
        ("watchbill:goal_budget:left", 0.66, "budget left"),
    ],
)
def test_a_figure_that_lies_further_away_is_apart(series: str, value: float, about: str) -> None:
    assert [figure.about for figure in drift({**AGREED, series: value}).apart] == [about]


def test_a_wider_tolerance_lets_more_pass() -> None:
    assert drift({**AGREED, "watchbill:goal_burn:rate1h": 2.8}, 0.1).apart == ()


def test_nothing_recorded_where_nothing_happened_agrees_and_elsewhere_does_not() -> None:
    without = {name: value for name, value in AGREED.items() if name != "watchbill:goal_burn:rate5m"}

    assert [figure.about for figure in drift(without).apart] == ["burn over 5m"]
    assert drift(without, burns=[{**FAST, "shortRate": 0.0}]).apart == ()


def test_goals_that_one_side_lacks_are_named() -> None:
    found = compare([GOAL], [Recorded({"__name__": "watchbill:goal_target:ratio", "goal": "old"}, 0.9)], 0.05)

    assert (found.figures, found.not_recorded, found.not_declared) == ((), ("g",), ("old",))


def test_what_is_left_is_not_compared_where_unknown_minutes_count_as_bad() -> None:
    assert "budget left" not in {figure.about for figure in drift(AGREED, unknown="bad").figures}
