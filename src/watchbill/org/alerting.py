"""OpenSLO alert policies and conditions → burn tiers. An SLO without alert policies has the default tiers of its window."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from watchbill.lib import numbers

from .burn_tiers import default_tiers
from .nodes import Path
from .objectives import BurnTier, Severity
from .recognition import Declared, Family
from .register import Register
from .shapes import openslo
from .shapes.fields import Shape
from .slos import WrittenSLO
from .spans import parse_span

_SHORT_PART = 12
_DECIMALS = 6
_LOWEST_THRESHOLD = Decimal(10) ** -_DECIMALS
_LONGEST_LOOKBACK = timedelta(days=366)

PAGING = frozenset({"page", "critical", "high"})
TICKETING = frozenset({"ticket", "warning", "low", "info"})


def link_tiers(slo: WrittenSLO, position: int, window: timedelta, budget: Fraction) -> tuple[BurnTier, ...] | None:
    """Return the tiers of an objective's goal, or None with faults. `budget` is the share of events that may be bad.

    A condition's short window is a twelfth of its lookback, at least one minute: OpenSLO has no way to say it.
    """
    register = slo.register
    if not slo.spec.alert_policies:
        return _default_tiers(slo, position, window, budget)
    tiers: list[BurnTier] = []
    is_sound = True
    for one, path, condition, name in _conditions(register, slo.one, slo.spec):
        tier = _tier(register, one, path, condition, name)
        if tier is None:
            is_sound = False
            continue
        _check_reachable(register, one, path, tier, budget)
        tiers.append(tier)
    if not is_sound:
        return None
    return tuple(tiers) or _default_tiers(slo, position, window, budget)


def _default_tiers(slo: WrittenSLO, position: int, window: timedelta, budget: Fraction) -> tuple[BurnTier, ...]:
    if unreachable := _unreachable(window, budget):
        names = " and ".join(f"“{tier.name}”" for tier in unreachable)
        needed = ", ".join(
            f"{tier.name}: more than {numbers.target(_percent_above(tier.factor))}" for tier in unreachable
        )
        field = "target" if slo.spec.objectives[position].target is not None else "targetPercent"
        slo.faults.warning(
            "alert-unreachable",
            slo.document.place("spec", "objectives", position, field),
            f"The default tier{'s' if len(unreachable) > 1 else ''} {names} can never alert at this target: even when everything "
            f"fails, the budget burns only {float(1 / budget):.4g} times as fast.",
            f"Raise the target ({needed}), or write alertPolicies with lower thresholds.",
        )
    return default_tiers(window)


@lru_cache(maxsize=1024)
def _unreachable(window: timedelta, budget: Fraction) -> tuple[BurnTier, ...]:
    """Return the default tiers that never alert at a target; goals have few different targets."""
    return tuple(tier for tier in default_tiers(window) if tier.factor * budget >= 1)


def _percent_above(factor: Fraction) -> str:
    """Return the target in percent, rounded up to two decimals, above which a tier of this factor can alert."""
    return f"{-(-10_000 * (factor - 1) // factor) / 100:g}"


def _conditions(
    register: Register, slo: Declared[Shape], spec: openslo.SLOSpec
) -> Iterator[tuple[Declared[Shape], Path, openslo.AlertConditionSpec, str]]:
    for position, written in enumerate(spec.alert_policies):
        path: Path = ("spec", "alertPolicies", position)
        if written.spec is not None:
            policy_one, policy_path, policy = slo, (*path, "spec"), written.spec
        else:
            named = _named(register, slo, path, "alertPolicyRef", "AlertPolicy")
            if named is None or not isinstance(named.shape, openslo.AlertPolicy):
                continue
            policy_one, policy_path, policy = named, ("spec",), named.shape.spec
        for number, condition in enumerate(policy.conditions):
            found = _condition(register, policy_one, (*policy_path, "conditions", number), condition)
            if found is not None:
                yield found


def _condition(
    register: Register, one: Declared[Shape], path: Path, written: openslo.InlineCondition
) -> tuple[Declared[Shape], Path, openslo.AlertConditionSpec, str] | None:
    if written.spec is not None:
        return one, (*path, "spec"), written.spec, written.metadata.name if written.metadata else "burn"
    named = _named(register, one, path, "conditionRef", "AlertCondition")
    if named is None or not isinstance(named.shape, openslo.AlertCondition):
        return None
    return named, ("spec",), named.shape.spec, named.shape.metadata.name


def _named(register: Register, one: Declared[Shape], path: Path, field: str, kind: str) -> Declared[Shape] | None:
    name = one.document.text(*path, field) or one.document.text(*path)
    if not name:
        register.faults.error(
            "missing-field",
            one.document.place(*path),
            f"This names no {kind} and holds none.",
            f"Add “{field}”, or write the {kind} here with “spec”.",
        )
        return None
    at = (*path, field) if one.document.has(*path, field) else path
    known = register.resolve_name(one, at, Family.OPENSLO, kind, name)
    return register.named(Family.OPENSLO, kind, known) if known else None


def _tier(
    register: Register, one: Declared[Shape], path: Path, spec: openslo.AlertConditionSpec, name: str
) -> BurnTier | None:
    condition = spec.condition
    at = (*path, "condition")
    if condition.op in {"lt", "lte"}:
        register.faults.warning(
            "slow-burn",
            one.document.place(*at, "op"),
            f"“op: {condition.op}” would alert while the budget burns slowly; it is read as “gte”.",
            "Write op: gte.",
        )
    if not condition.threshold.is_finite() or not _LOWEST_THRESHOLD <= condition.threshold < 1_000_000:
        register.faults.error(
            "out-of-range",
            one.document.place(*at, "threshold"),
            "This burn rate is out of range.",
            "Write one above 0 and below a million, as in 14.4.",
        )
        return None
    try:
        long = parse_span(condition.lookback_window)
    except ValueError as error:
        register.faults.error("bad-duration", one.document.place(*at, "lookbackWindow"), f"{error}.", "")
        return None
    if long > _LONGEST_LOOKBACK:
        place = one.document.place(*at, "lookbackWindow")
        register.faults.error(
            "out-of-range", place, "This lookback window is longer than a year.", "Write 1h, 6h or 3d."
        )
        return None
    short = max(timedelta(minutes=1), timedelta(minutes=round(long / timedelta(minutes=1) / _SHORT_PART)))
    severity = Severity.PAGE if spec.severity.lower() in PAGING else Severity.TICKET
    factor = Fraction(round(condition.threshold, _DECIMALS))
    return BurnTier(name.lower(), severity, factor, max(long, short), short)


def _check_reachable(register: Register, one: Declared[Shape], path: Path, tier: BurnTier, budget: Fraction) -> None:
    if tier.factor * budget >= 1:
        register.faults.warning(
            "alert-unreachable",
            one.document.place(*path, "condition", "threshold"),
            f"This can never alert: even when everything fails, the budget burns only {float(1 / budget):.4g} times as fast.",
            "Lower the threshold, or raise the target.",
        )
