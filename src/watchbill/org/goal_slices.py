"""How the budget of an SLO is counted: by its events, or by time slices of whole minutes. Exact, or a fault says why it is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from .nodes import Path
from .objectives import BurnTier, Slices
from .slos import WrittenSLO
from .spans import parse_span

_MINUTE = timedelta(minutes=1)
_ROUND = timedelta(hours=6)


def counts_slices(slo: WrittenSLO) -> bool:
    """Whether an SLO budgets time slices, good and bad ones or shares of them, instead of events."""
    return slo.spec.budgeting_method != "Occurrences"


def link_slices(slo: WrittenSLO, position: int) -> Slices | None:
    """Return the time slices of an objective, or None with a fault."""
    path: Path = ("spec", "objectives", position)
    minutes = _minutes(slo, path)
    if slo.spec.budgeting_method == "Timeslices":
        found = _target(slo, position, path)
        return None if minutes is None or found is None else Slices(minutes, found)
    if slo.spec.objectives[position].time_slice_target is not None:
        slo.faults.warning(
            "not-acted-on",
            slo.document.key_place(*path, "timeSliceTarget"),
            "“timeSliceTarget” says nothing with RatioTimeslices: each slice counts by the share of its events that is good.",
            "Leave it out, or use Timeslices.",
        )
    return None if minutes is None else Slices(minutes, None)


def in_whole_slices(tiers: Iterable[BurnTier], slices: Slices | None) -> tuple[BurnTier, ...]:
    """Return the tiers with their windows lengthened to whole slices: less than a slice cannot be judged."""
    if slices is None:
        return tuple(tiers)
    return tuple(replace(tier, long=_whole(tier.long, slices), short=_whole(tier.short, slices)) for tier in tiers)


def _whole(span: timedelta, slices: Slices) -> timedelta:
    length = slices.minutes * _MINUTE
    return -(-span // length) * length


def _minutes(slo: WrittenSLO, path: Path) -> int | None:
    path = (*path, "timeSliceWindow")
    text = slo.document.text(*path)
    if not text:
        slo.faults.error(
            "missing-field",
            slo.document.parent_place(*path),
            f"“timeSliceWindow” is missing: {slo.spec.budgeting_method} are budgeted by time slices of that length.",
            "Add “timeSliceWindow”, as in 1m or 5m.",
        )
        return None
    try:
        span = parse_span(text)
    except ValueError as error:
        slo.faults.error("bad-duration", slo.document.place(*path), f"{error}.", "")
        return None
    if span % _MINUTE or span > _ROUND or _ROUND % span:
        what = f"its time slices of {text} do not divide six hours into whole minutes"
        slo.not_measured(path, what, "Use 1m, 5m, 10m, 15m, 30m or 1h, or what else divides six hours.")
        return None
    return span // _MINUTE


def _target(slo: WrittenSLO, position: int, path: Path) -> Fraction | None:
    path = (*path, "timeSliceTarget")
    target = slo.spec.objectives[position].time_slice_target
    if target is None:
        slo.faults.error(
            "missing-field",
            slo.document.parent_place(*path),
            "“timeSliceTarget” is missing: with Timeslices it says which share of a slice's events makes the slice good.",
            "Add “timeSliceTarget”, as in 0.95.",
        )
        return None
    if not target.is_finite() or not 0 < target <= 1:
        slo.faults.error(
            "out-of-range",
            slo.document.place(*path),
            f"“timeSliceTarget: {slo.document.text(*path)}” is out of range.",
            "Write a share above 0, at most 1, as in 0.95.",
        )
        return None
    return Fraction(target)
