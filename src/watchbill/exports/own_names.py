"""The rules of a goal under watchbill's names: its burn over each window, the whole window's figures, an alert for each tier."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

from watchbill.org import promql
from watchbill.org.objectives import BurnTier, Goal, Severity, UnknownPolicy

from . import words
from .counters import Counters
from .dialect import Dialect
from .rule_text import Rule, record
from .words import Told

_KNOW = (
    "A burn is (bad / total) × (measured part of the window) / budget, and compared as watchbill's ledger compares: what was not",
    "measured never starts an alert. The counts rest on increase() and are estimates; the ledger counts to the event.",
)


def _windows(goal: Goal) -> frozenset[timedelta]:
    """Return the windows that a goal's rules look at."""
    return frozenset({goal.window, *(span for tier in goal.tiers for span in (tier.long, tier.short))})


def _rules(told: Told, counters: Counters) -> Iterator[Rule]:
    """Yield the rules of one goal."""
    goal, comment = told.goal, words.heading(told)
    labels = {"goal": goal.name, "service": told.service}
    for window in sorted(_windows(goal)):
        ratio = words.error_ratio(goal, counters, window)
        measured = counters.measured(goal.total, window)
        yield record(_burn(window), f"{ratio}\n* {measured} / {words.budget_text(goal)}", labels, comment)
        comment = ""
    whole = {**labels, "window": promql.window(goal.window)}
    yield record("watchbill:goal_target:ratio", f"vector({promql.number(goal.target)})", whole)
    yield record("watchbill:goal_errors:ratio", words.error_ratio(goal, counters, goal.window), whole)
    yield from (record("watchbill:goal_budget:left", left, whole) for left in _left(goal))
    for severity in Severity:
        yield from (_alert(told, tier) for tier in words.tiers(goal, severity))


def _left(goal: Goal) -> Iterator[str]:
    """Yield the expression of what is left of the budget, by what the goal says of unknown minutes.

    There is none where they count as bad: since when a goal was measured is known to the ledger alone.
    """
    if goal.unknown is UnknownPolicy.HOLD:
        yield f"1 - {promql.series(_burn(goal.window), goal=goal.name)}"
    elif goal.unknown is UnknownPolicy.IGNORE:
        yield f"1 - {promql.series('watchbill:goal_errors:ratio', goal=goal.name)} / {words.budget_text(goal)}"


def _alert(told: Told, tier: BurnTier) -> Rule:
    goal = told.goal
    factor = promql.number(tier.factor)
    long, short = (promql.series(_burn(span), goal=goal.name) for span in (tier.long, tier.short))
    spans = {"long": promql.window(tier.long), "short": promql.window(tier.short)}
    labels = {**words.alert_labels(told, tier.severity), "tier": tier.name, **spans}
    description = (
        f"Over {promql.window(tier.long)} the budget of {words.promise(goal)} burns "
        '{{ $value | printf "%.2f" }}× as fast as it may; '
        f"{_rounded(tier.factor)}× or more, there and over {promql.window(tier.short)}, is a {tier.severity.value}."
    )
    expression = f"{long} >= {factor}\nand\n{short} >= {factor}"
    return Rule("alert", words.ALERT, expression, labels, words.texts(told, description))


def _rounded(factor: Fraction) -> str:
    return promql.number(Fraction(round(factor, 2)))


def _burn(window: timedelta) -> str:
    return f"watchbill:goal_burn:rate{promql.window(window)}"


OWN = Dialect(opening=_KNOW, looks_at_coverage=True, windows=_windows, rules=_rules)
