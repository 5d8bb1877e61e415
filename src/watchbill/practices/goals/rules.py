"""The rules of burning: what a window's sums mean for the budget, when a burn tier holds, and a goal at a glance. Pure, exact.

Why unmeasured minutes count in the alert condition: a window of an hour of which only three minutes are measured says little about
the hour. The condition takes its unmeasured part to carry the mean traffic of the measured part and no failures, that is, it
multiplies the measured error ratio by the measured share of the window before comparing. A goal that was started minutes ago
so alerts at the rule's own detection time, (1 - target) / error ratio × long window × factor, or 2.9 minutes for 30 % errors, 99.9 %
and 14.4 over one hour, and never on its first error. What was not measured can so never start an alert. The burn rates that are
shown are the plain formula over what was measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from watchbill.org.objectives import BurnTier, Severity

from .model import Burn, GoalState

MEASURED_WITHIN = timedelta(minutes=10)
_ATTENTION_BELOW = 0.5


@dataclass(frozen=True, slots=True)
class WindowSums:
    """Bad and total events of a window, how much of it was measured, and how long it is (both in one unit)."""

    bad: int
    total: int
    measured: int
    length: int


def budget_of(total: int, target: Fraction) -> Fraction:
    """Return how many of `total` events may be bad."""
    return total * (1 - target)


def remaining_of(bad: int, total: int, target: Fraction) -> float | None:
    """Return the share of the budget that is left (negative when overspent), None without events."""
    return None if total == 0 else float(1 - bad / budget_of(total, target))


def left_of(window: WindowSums, target: Fraction) -> float | None:
    """Return what is left of the whole window's budget (negative when overspent), None without events.

    Unmeasured minutes carry the mean traffic of the measured ones and no failures, as in the alert condition: a goal that is
    minutes old has not overspent a month's budget by its first bad minute.
    """
    if window.total == 0:
        return None
    measured = Fraction(min(window.measured, window.length), window.length)
    return float(1 - measured * window.bad / budget_of(window.total, target))


def burn_rate(window: WindowSums, target: Fraction) -> float | None:
    """Return (bad / total) / (1 - target): 0 without traffic, None where nothing was measured."""
    if window.total == 0:
        return 0.0 if window.measured else None
    return float(Fraction(window.bad, window.total) / (1 - target))


def spent_in(window: timedelta, left: float | None, burns: Iterable[Burn]) -> timedelta | None:
    """Return how long the `left` share of a window's budget lasts at the burn of the first tier that has a figure.

    None where nothing is known, and at a rate of 1 or less: the window then gives back as fast as is spent. Zero once all is spent.
    """
    burn = next((each.long_rate for each in burns if each.long_rate is not None), None)
    if burn is None or burn <= 1 or left is None:
        return None
    return window * (max(left, 0.0) / burn)


def is_fireable(factor: Fraction, target: Fraction) -> bool:
    """Tell whether a tier can hold at all: even if everything fails, no window burns faster than 1 / (1 - target)."""
    return factor * (1 - target) < 1


def window_holds(window: WindowSums, factor: Fraction, target: Fraction) -> bool:
    """Tell whether bad / total × measured / length ≥ factor × (1 - target), in integers; never without events."""
    threshold = factor * (1 - target)
    measured = min(window.measured, window.length)
    return window.total > 0 and (
        window.bad * measured * threshold.denominator >= threshold.numerator * window.total * window.length
    )


def judge(
    tier: BurnTier, target: Fraction, long: WindowSums, short: WindowSums, *, since: datetime | None, now: datetime
) -> Burn:
    """Return a tier's burn, which began `since` or not yet (None).

    A tier holds while both windows do, so it ends soon after the errors do, with the short one. One that held goes on while
    nothing at all is measured in its short window: that a burn is out of sight does not end it. An unfireable tier never holds.
    """
    burns = (
        is_fireable(tier.factor, target)
        and window_holds(long, tier.factor, target)
        and window_holds(short, tier.factor, target)
    )
    holds = burns or (since is not None and short.measured == 0)
    return Burn(
        tier=tier,
        long_rate=burn_rate(long, target),
        short_rate=burn_rate(short, target),
        long_good=long.total - long.bad,
        long_total=long.total,
        short_good=short.total - short.bad,
        short_total=short.total,
        long_measured=min(1.0, long.measured / long.length),
        short_measured=min(1.0, short.measured / short.length),
        holds=holds,
        since=(since or now) if holds else None,
    )


def goal_state(burns: Iterable[Burn], left: float | None, last_measured: datetime | None, now: datetime) -> GoalState:
    """Return a goal at a glance, the first of these that is so.

    `notMeasured`: no measured minute in the last ten, or never one. `burning`: a page tier holds. `spent`: nothing of the budget is
    left. `attention`: a ticket tier holds, or less than half of the budget is left. Else `healthy`.
    """
    if last_measured is None or now - last_measured > MEASURED_WITHIN:
        return GoalState.NOT_MEASURED
    held = {burn.tier.severity for burn in burns if burn.holds}
    if Severity.PAGE in held:
        return GoalState.BURNING
    if left is not None and left <= 0:
        return GoalState.SPENT
    if Severity.TICKET in held or (left is not None and left < _ATTENTION_BELOW):
        return GoalState.ATTENTION
    return GoalState.HEALTHY
