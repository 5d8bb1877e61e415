"""What the rules of a goal say of it in any dialect: its error ratio as an expression, and the labels and texts of its alerts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from watchbill.org import promql
from watchbill.org.objectives import BurnTier, Goal, Severity
from watchbill.org.values import EntityRef

from .counters import Counters

ALERT = "GoalBurnsBudget"


@dataclass(frozen=True)
class Told:
    """A goal with what its alerts tell besides: the group that holds the pager and by which policy, and the thing's runbook."""

    goal: Goal
    holder: EntityRef | None
    policy: str | None
    runbook: str | None

    @property
    def service(self) -> str:
        """The goal's thing, as the label `service` names it: a component by its name alone."""
        return called(self.goal.service, "component")


def called(ref: EntityRef, kind: str) -> str:
    """Return a reference without the parts that go without saying."""
    name = ref.name if ref.namespace == "default" else f"{ref.namespace}/{ref.name}"
    return name if ref.kind == kind else str(ref)


def budget(goal: Goal) -> Fraction:
    """Return the share of a goal's events that may be bad."""
    return 1 - goal.target


def error_ratio(goal: Goal, counters: Counters, window: timedelta) -> str:
    """Return the expression of bad / total over a window: both are summed first and divided then.

    Without traffic it has no value, never NaN. Bad events that never happened have no series: they count as none.
    """
    total = counters.events(goal.total, window)
    if goal.bad is not None:
        bad = f"({counters.events(goal.bad, window)} or {total} * 0)"
    else:
        assert goal.good is not None  # noqa: S101 - a goal counts either good or bad
        bad = f"clamp_min({total} - {counters.events(goal.good, window)}, 0)"
    return f"clamp_max(\n  {bad}\n  / ({total} > 0),\n  1\n)"


def tiers(goal: Goal, severity: Severity) -> Iterator[BurnTier]:
    """Yield the tiers of a severity that can hold at all; of two that look at the same, the one that holds first."""
    known: dict[tuple[str, timedelta, timedelta], BurnTier] = {}
    for tier in sorted(goal.tiers, key=lambda each: each.factor):
        if tier.severity is severity and is_fireable(goal, tier):
            known.setdefault((tier.name, tier.long, tier.short), tier)
    yield from (tier for tier in goal.tiers if any(tier is each for each in known.values()))


def is_fireable(goal: Goal, tier: BurnTier) -> bool:
    """Tell whether a tier can hold: where everything fails, the budget burns 1 / (1 - target) times as fast as it may."""
    return tier.factor * budget(goal) < 1


def heading(told: Told) -> str:
    """Return the comment above a goal's rules."""
    goal = told.goal
    lines = [f"{goal.title}: {promise(goal)} ({goal.place})"]
    if told.holder is None:
        lines.append("Nobody holds its pager: watchbill coverage says why.")
    lines += [
        f"The tier {tier.name} ({promql.number(tier.factor)} times) can never hold at this target and is left out."
        for tier in goal.tiers
        if not is_fireable(goal, tier)
    ]
    return "\n".join(lines)


def alert_labels(told: Told, severity: Severity) -> dict[str, str]:
    """Return the labels by which Alertmanager routes, and by which watchbill finds the thing and whether to wake somebody."""
    labels = {"goal": told.goal.name, "service": told.service, "severity": severity.value}
    if told.holder is not None:
        labels["team"] = called(told.holder, "group")
    if told.policy is not None:
        labels["escalation_policy"] = told.policy
    return labels


def texts(told: Told, description: str) -> Mapping[str, str]:
    """Return what an alert tells people; `description` may be a template, what is declared never is."""
    goal = told.goal
    said = " ".join(goal.description.split())
    known = {
        "summary": literal(f"{goal.title} burns its error budget"),
        "description": f"{description} {literal(said)}".strip(),
    }
    return {**known, "runbook_url": literal(told.runbook)} if told.runbook else known


def literal(text: str) -> str:
    """Return a text that a template shows as it is."""
    return text.replace("{{", '{{ "{{" }}')


def promise(goal: Goal) -> str:
    """Return a goal's promise: 99.9 % over 28d."""
    return f"{goal.target_text} % over {promql.window(goal.window)}"


def budget_text(goal: Goal) -> str:
    """Return the share that may be bad, for an expression."""
    return promql.number(budget(goal))
