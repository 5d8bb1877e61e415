"""The rules of burning: what a window's sums mean for the budget, when a burn tier holds, and a goal at a glance. Pure, exact.

Why unmeasured minutes count in the alert condition: a window of an hour of which only three minutes are measured says little about
the hour. The condition takes its unmeasured part to carry the mean traffic of the measured part and no failures, that is, it
multiplies the measured error ratio by the measured share of the window before comparing. A goal that was started minutes ago
so alerts at the rule's own detection time, (1 - target) / error ratio × long window × factor, or 2.9 minutes for 30 % errors, 99.9 %
and 14.4 over one hour, and never on its first error. What was not measured can so never start an alert. The burn that is shown and the
budget that is left are counted in the same way, so that every figure can be checked against the one that decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from watchbill.org.calendar_windows import Period
from watchbill.org.objectives import BurnTier, Least, Severity, UnknownPolicy

from .model import Amount, Burn, GoalState

MEASURED_WITHIN = timedelta(minutes=10)
_ATTENTION_BELOW = 0.5
_EVEN_ONE = Least()


@dataclass(frozen=True, slots=True)
class WindowSums:
    """Bad and total events of a window, how much of it was measured, and how long it is (both in one unit).

    What is `excluded` of it is in none of them: a window that is excluded as a whole has no length. Where events, or time slices, are
    counted in parts, there are `units` to a whole one.
    """

    bad: int
    total: int
    measured: int
    length: int
    units: int = 1
    excluded: int = 0

    def amount(self, counted: int) -> Amount:
        """Return what was counted in whole events or slices."""
        return counted if self.units == 1 else Fraction(counted, self.units)

    @property
    def measured_share(self) -> float:
        """How much of the window was measured, in 0..1: nothing of one that has no length."""
        return min(1.0, self.measured / self.length) if self.length else 0.0

    @property
    def counted_share(self) -> float:
        """How much of the window counts, in 0..1: all of it where nothing is excluded."""
        return self.length / (self.length + self.excluded) if self.excluded else 1.0


def budget_of(total: int, target: Fraction) -> Fraction:
    """Return how many of `total` events may be bad."""
    return total * (1 - target)


def remaining_of(bad: int, total: int, target: Fraction) -> float | None:
    """Return the share of the budget of `total` events that is left (negative when overspent), None without events."""
    return None if total == 0 else float(1 - bad / budget_of(total, target))


def allowed_of(window: WindowSums, target: Fraction, unknown: UnknownPolicy = UnknownPolicy.HOLD) -> Fraction | None:
    """Return how many events of the whole window may be bad, None without events.

    Unmeasured minutes carry the mean traffic of the measured ones, as in the alert condition, unless they are to be ignored.
    """
    measured = min(window.measured, window.length)
    if not window.total or not measured:
        return None
    if unknown is UnknownPolicy.IGNORE:
        return budget_of(window.total, target)
    return Fraction(window.total * window.length, measured) * (1 - target)


def assumed_of(window: WindowSums, unknown: UnknownPolicy, missing: int) -> Fraction:
    """Return how many bad events are assumed where nothing is known: the mean traffic of what is `missing`, if it counts as bad.

    `missing` is the unmeasured time since measuring began, in the unit of the window: what was before is nobody's failure.
    """
    if unknown is not UnknownPolicy.BAD or not window.measured:
        return Fraction(0)
    return Fraction(window.total * missing, window.measured)


def left_of(bad: int | Fraction, allowed: Fraction | None) -> float | None:
    """Return the share that is left of what a whole window allows (negative when overspent), None where that is not known.

    Before measuring began there were no failures: a goal that is minutes old has not overspent a month's budget by its first bad
    minute.
    """
    return None if allowed is None else float(1 - bad / allowed)


def burn_of(window: WindowSums, target: Fraction) -> Fraction | None:
    """Return (bad / total) × measured / length / (1 - target), exact: what is compared with a tier's factor.

    0 without traffic, None where nothing was measured.
    """
    if window.total == 0 or window.length == 0:
        return Fraction(0) if window.measured else None
    measured = Fraction(min(window.measured, window.length), window.length)
    return Fraction(window.bad, window.total) * measured / (1 - target)


def burn_rate(window: WindowSums, target: Fraction) -> float | None:
    """Return the burn as a number to be shown."""
    burn = burn_of(window, target)
    return None if burn is None else float(burn)


def spent_in(window: Period, now: datetime, left: float | None, burn: float | None) -> timedelta | None:
    """Return how long the `left` share of a window's budget lasts at a burn.

    None where nothing is known, and at a rate of 1 or less: the window then gives back as fast as is spent. None too where a window
    of the calendar ends before. Zero once all is spent.
    """
    if burn is None or burn <= 1 or left is None:
        return None
    lasts = window.length * (max(left, 0.0) / burn)
    return None if now < window.end < now + lasts else lasts


def due_in(tier: BurnTier, long_rate: float | None, short_rate: float | None, newest: float | None) -> timedelta | None:
    """Return about how long it takes until a tier holds, if the burn of the `newest` minutes goes on; None where it is not on its way.

    It is on its way while its short window is over the factor, its long one not yet, and the newest minutes are over it too. The
    long window then gains newest / long every minute; what leaves it is taken for clean.
    """
    if long_rate is None or short_rate is None or newest is None:
        return None
    factor = float(tier.factor)
    is_on_its_way = long_rate < factor <= min(short_rate, newest)
    return tier.long * ((factor - long_rate) / newest) if is_on_its_way else None


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


def _is_enough(window: WindowSums, least: Least) -> bool:
    return window.amount(window.total) >= least.events and window.amount(window.bad) >= least.failures


def judge(
    tier: BurnTier,
    target: Fraction,
    long: WindowSums,
    short: WindowSums,
    *,
    newest: float | None,
    since: datetime | None,
    now: datetime,
    least: Least = _EVEN_ONE,
) -> Burn:
    """Return a tier's burn, which began `since` or not yet (None). `newest` is the burn of the newest minutes, None where unknown.

    A tier begins when both windows hold, and goes on until the short one does not: so it ends soon after the errors do, and not while
    they go on, also where the long window falls below the limit as older ones leave it, or as a restart lost what was being counted.
    One that held goes on while nothing at all is measured in its short window: that a burn is out of sight does not end it; that all
    of it was excluded does. An unfireable tier never holds, and none begins to on fewer events than the `least`, in either window.
    """
    is_possible = is_fireable(tier.factor, target)
    burns = is_possible and window_holds(short, tier.factor, target)
    if since is None:
        burns = (
            burns and window_holds(long, tier.factor, target) and all(_is_enough(each, least) for each in (long, short))
        )
    holds = burns or (since is not None and short.measured == 0 < short.length)
    long_rate, short_rate = burn_rate(long, target), burn_rate(short, target)
    return Burn(
        tier=tier,
        long_rate=long_rate,
        short_rate=short_rate,
        long_good=long.amount(long.total - long.bad),
        long_total=long.amount(long.total),
        short_good=short.amount(short.total - short.bad),
        short_total=short.amount(short.total),
        long_measured=long.measured_share,
        short_measured=short.measured_share,
        holds=holds,
        due_in=due_in(tier, long_rate, short_rate, newest) if is_possible and not holds else None,
        since=(since or now) if holds else None,
        long_counted=long.counted_share,
        short_counted=short.counted_share,
    )


def present_of(burns: Sequence[Burn]) -> Burn | None:
    """Return the burn that looks at the shortest time, the nearest to what happens now; None without tiers."""
    return min(burns, key=lambda burn: burn.tier.short, default=None)


def goal_state(burns: Sequence[Burn], left: float | None, last_measured: datetime | None, now: datetime) -> GoalState:
    """Return a goal at a glance, the first of these that is so.

    `notMeasured`: no measured minute in the last ten, or never one. `burning`: a page tier holds. `spent`: nothing of the budget is
    left. `attention`: a ticket tier holds, a page tier is about to, or less than half of the budget is left. Else `healthy`.
    """
    if last_measured is None or now - last_measured > MEASURED_WITHIN:
        return GoalState.NOT_MEASURED
    held = {burn.tier.severity for burn in burns if burn.holds}
    if Severity.PAGE in held:
        return GoalState.BURNING
    if left is not None and left <= 0:
        return GoalState.SPENT
    is_low = left is not None and left < _ATTENTION_BELOW
    if Severity.TICKET in held or is_low or pages_in(burns) is not None:
        return GoalState.ATTENTION
    return GoalState.HEALTHY


def pages_in(burns: Sequence[Burn]) -> timedelta | None:
    """Return about how long it takes until the first page tier holds; None while one does, and while none is on its way."""
    paging = [burn for burn in burns if burn.tier.severity is Severity.PAGE]
    if any(burn.holds for burn in paging):
        return None
    return min((burn.due_in for burn in paging if burn.due_in is not None), default=None)
