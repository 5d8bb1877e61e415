"""The rules of a goal under the series and labels of Sloth, so that dashboards which read those keep working."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

from watchbill import __version__
from watchbill.org import promql
from watchbill.org.objectives import BurnTier, Goal, Severity

from . import words
from .counters import Counters
from .dialect import Dialect
from .rule_text import Rule, record
from .words import Told

_DIFFERS = (
    "Series and labels are those of Sloth (prometheus/v1). Where the figures differ:",
    "- The period (ratio_rate of the whole window) is weighted by events: the sum of bad over the sum of total. Sloth takes the mean",
    "  of five-minute ratios, in which a quiet hour weighs as much as a busy one, and which one hour without traffic turns into NaN.",
    "- Without traffic there is no value instead of NaN; with traffic and no series of bad events, the ratio is 0 instead of absent.",
    "- Alerts follow the burn tiers that each goal declares, and its own window; objectives are exact (0.999).",
    "- Windows over an hour are sums of recorded five minutes (watchbill:events:increase5m): the counters are not read again.",
)
_USUAL = (5, 30, 60, 120, 360, 1440, 4320)
_DAY = timedelta(days=1)


def _windows(goal: Goal) -> frozenset[timedelta]:
    """Return the windows that a goal's rules look at: those that Sloth records, the goal's own, and those of its tiers."""
    usual = (timedelta(minutes=minutes) for minutes in _USUAL)
    return frozenset({goal.window, *usual, *(span for tier in goal.tiers for span in (tier.long, tier.short))})


def _rules(told: Told, counters: Counters) -> Iterator[Rule]:
    """Yield the rules of one goal."""
    goal, comment = told.goal, words.heading(told)
    ids = _ids(told)
    for window in sorted(_windows(goal)):
        labels = {**ids, "sloth_window": promql.go_window(window)}
        yield record(_ratio(window), words.error_ratio(goal, counters, window), labels, comment)
        comment = ""
    yield from _about(goal, ids)
    yield from (alert for severity in Severity if (alert := _alert(told, ids, severity)) is not None)


def _ids(told: Told) -> dict[str, str]:
    goal = told.goal
    service = told.service.replace(":", "-").replace("/", "-")
    return {"sloth_id": f"{service}-{goal.name}", "sloth_service": service, "sloth_slo": goal.name}


def _about(goal: Goal, ids: dict[str, str]) -> Iterator[Rule]:
    share = promql.number(goal.target)
    now, period = (promql.series(_ratio(span), **ids) for span in (timedelta(minutes=5), goal.window))
    on = "/ on (sloth_id, sloth_slo, sloth_service) group_left ()"
    budget = promql.series("slo:error_budget:ratio", **ids)
    days = promql.number(Fraction(goal.window // timedelta(seconds=1), _DAY // timedelta(seconds=1)))
    info = {
        **ids,
        "sloth_mode": "watchbill",
        "sloth_objective": goal.target_text,
        "sloth_spec": "openslo/v1",
        "sloth_version": __version__,
    }
    left = f"1 - {promql.series('slo:period_burn_rate:ratio', **ids)}"
    yield record("slo:objective:ratio", f"vector({share})", ids)
    yield record("slo:error_budget:ratio", f"vector({words.budget_text(goal)})", ids)
    yield record("slo:time_period:days", f"vector({days})", ids)
    yield record("slo:current_burn_rate:ratio", f"{now}\n{on}\n{budget}", ids)
    yield record("slo:period_burn_rate:ratio", f"{period}\n{on}\n{budget}", ids)
    yield record("slo:period_error_budget_remaining:ratio", left, ids)
    yield record("sloth_slo_info", "vector(1)", info)


def _alert(told: Told, ids: dict[str, str], severity: Severity) -> Rule | None:
    pairs = [_pair(told.goal, ids, tier) for tier in words.tiers(told.goal, severity)]
    if not pairs:
        return None
    labels = {**words.alert_labels(told, severity), "sloth_severity": severity.value}
    description = f"The budget of {words.promise(told.goal)} burns too fast."
    return Rule("alert", words.ALERT, "\nor\n".join(pairs), labels, words.texts(told, description))


def _pair(goal: Goal, ids: dict[str, str], tier: BurnTier) -> str:
    limit = f"({promql.number(tier.factor)} * {words.budget_text(goal)})"
    short, long = (
        f"max without (sloth_window) ({promql.series(_ratio(span), **ids)} > {limit})"
        for span in (tier.short, tier.long)
    )
    return f"(\n  {short}\n  and\n  {long}\n)"


def _ratio(window: timedelta) -> str:
    return f"slo:sli_error:ratio_rate{promql.go_window(window)}"


SLOTH = Dialect(opening=_DIFFERS, looks_at_coverage=False, windows=_windows, rules=_rules)
