"""What a ruler recorded of the goals, beside what the ledger says: figure by figure, and which lie too far apart. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from watchbill.org import promql

RECORDED = '{__name__=~"watchbill:goal_.+"}'
_EXACT = 1e-9


@dataclass(frozen=True)
class Recorded:
    """A series that a ruler recorded: its labels, the name among them, and its value at the instant asked for."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True)
class Figure:
    """One figure of a goal: what it is (`about`), what the ledger and the ruler say (None: nothing), and whether they are `apart`.

    `allowed` is how far they may lie from each other, in the figure's own unit.
    """

    goal: str
    about: str
    ledger: float | None
    ruler: float | None
    allowed: float

    @property
    def apart(self) -> bool:
        """Whether the two lie too far from each other. Where nothing happened a ruler records nothing: that is as good as 0."""
        if self.ledger is None or self.ruler is None:
            return bool(self.ledger or self.ruler)
        return abs(self.ledger - self.ruler) > self.allowed


@dataclass(frozen=True)
class Drift:
    """All figures of the goals that were compiled, goals of which the ruler recorded nothing, and goals that it alone knows."""

    figures: tuple[Figure, ...]
    not_recorded: tuple[str, ...]
    not_declared: tuple[str, ...]

    @property
    def apart(self) -> tuple[Figure, ...]:
        """The figures that lie too far apart."""
        return tuple(figure for figure in self.figures if figure.apart)


def compare(goals: Sequence[Mapping[str, Any]], recorded: Iterable[Recorded], tolerance: float) -> Drift:
    """Compare goals, as the API answers them, with what a ruler recorded at the same instant.

    A burn may differ by the share `tolerance` of the factor at which its tier alerts, the share of bad events by that share of the
    budget, and what is left of the budget by that share of the whole; a target not at all.
    """
    of_goal: dict[str, dict[str, float]] = {}
    for series in recorded:
        name = series.labels.get("__name__", "")
        of_goal.setdefault(series.labels.get("goal", ""), {})[name] = series.value
    declared = {str(goal["name"]) for goal in goals}
    figures = [
        figure
        for goal in goals
        if goal["name"] in of_goal
        for figure in _figures(goal, of_goal[goal["name"]], tolerance)
    ]
    return Drift(
        tuple(figures),
        tuple(sorted(declared - of_goal.keys())),
        tuple(sorted(of_goal.keys() - declared)),
    )


def _figures(goal: Mapping[str, Any], ruler: Mapping[str, float], tolerance: float) -> Iterator[Figure]:
    name, budget = goal["name"], 1 - goal["target"]
    yield Figure(name, "target", goal["target"], ruler.get("watchbill:goal_target:ratio"), _EXACT)
    seen: set[str] = set()
    for burn in goal["burns"]:
        for span in ("long", "short"):
            window = promql.window(timedelta(seconds=burn[f"{span}Seconds"]))
            if window not in seen:
                seen.add(window)
                series = ruler.get(f"watchbill:goal_burn:rate{window}")
                yield Figure(name, f"burn over {window}", burn[f"{span}Rate"], series, tolerance * burn["factor"])
    bad = None if goal["sli"] is None else 1 - goal["sli"]
    yield Figure(name, "share of bad events", bad, ruler.get("watchbill:goal_errors:ratio"), tolerance * budget)
    if goal["unknown"] != "bad":
        yield Figure(name, "budget left", goal["left"], ruler.get("watchbill:goal_budget:left"), tolerance)
