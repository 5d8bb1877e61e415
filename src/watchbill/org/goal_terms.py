"""What an objective of an SLO promises: which share is good, exactly, or a fault says why none; and what unknown minutes do to it."""

from __future__ import annotations

from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from .nodes import Path
from .objectives import UnknownPolicy
from .shapes import openslo
from .slos import WrittenSLO

UNKNOWN_ANNOTATION = "watchbill.dev/unknown"
_MOST_DECIMALS = 12


class TargetShare(NamedTuple):
    """The share of events that has to be good, exact, and in percent as it was written; and the `budget` that it leaves."""

    share: Fraction
    text: str
    budget: Fraction


def link_unknown(slo: WrittenSLO) -> UnknownPolicy:
    """Return what unknown minutes do to the budget; what the annotation says otherwise is a fault."""
    written = slo.annotation(UNKNOWN_ANNOTATION).strip()
    try:
        return UnknownPolicy(written) if written else UnknownPolicy.HOLD
    except ValueError:
        near = get_close_matches(written, list(UnknownPolicy), 1)
        slo.faults.error(
            "wrong-value",
            slo.document.place("metadata", "annotations", UNKNOWN_ANNOTATION),
            f"“{written}” is not what unknown minutes can count as.",
            (f"Did you mean “{near[0]}”? " if near else "") + "Use hold, bad or ignore.",
        )
        return UnknownPolicy.HOLD


def link_target(slo: WrittenSLO, position: int) -> TargetShare | None:
    """Return the target of an objective, or None with a fault."""
    objective = slo.spec.objectives[position]
    path: Path = ("spec", "objectives", position)
    if objective.indicator or objective.indicator_ref or objective.composite_weight is not None:
        slo.not_measured(path, "it is composed of several indicators", "Give the SLO one indicator.")
        return None
    if objective.op is not None and _has_ratio(slo):
        slo.faults.note(
            "op-on-ratio",
            slo.document.key_place(*path, "op"),
            "“op” says nothing about a ratio; strict readers of OpenSLO refuse it here.",
            "Leave it out.",
        )
    return _exact_target(slo, objective, path)


def _has_ratio(slo: WrittenSLO) -> bool:
    indicator = slo.spec.indicator
    return indicator is None or indicator.spec.ratio_metric is not None


def _exact_target(slo: WrittenSLO, objective: openslo.Objective, path: Path) -> TargetShare | None:
    if (objective.target is None) == (objective.target_percent is None):
        slo.faults.error(
            "bad-target-share",
            slo.document.key_place(*path),
            "An objective has either “target” or “targetPercent”.",
            "Write targetPercent: 99.9, or target: 0.999.",
        )
        return None
    field, whole, written = "target", Decimal(1), objective.target
    if written is None:
        field, whole, written = "targetPercent", Decimal(100), objective.target_percent
    if written is None or not _is_in_range(slo, field, written, whole, path):
        return None
    if field == "targetPercent" and written < 1:
        slo.faults.warning(
            "share-or-percent",
            slo.document.place(*path, field),
            f"A target of {written} percent is next to nothing.",
            f"Did you mean targetPercent: {(written * 100).normalize():f}, or target: {written}?",
        )
    return _share_of(str(written), in_percent=field == "targetPercent")


@lru_cache(maxsize=1024)
def _share_of(written: str, *, in_percent: bool) -> TargetShare:
    """Return the share of a number; many goals promise the same."""
    number = Decimal(written)
    if in_percent:
        share, text = Fraction(number) / 100, f"{number:f}"
    else:
        share, text = Fraction(number), f"{(number * 100).normalize():f}"
    return TargetShare(share, text, 1 - share)


def _is_in_range(slo: WrittenSLO, field: str, written: Decimal, whole: Decimal, path: Path) -> bool:
    if written.is_finite() and 0 < written < whole:
        exponent = written.as_tuple().exponent
        if isinstance(exponent, int) and exponent < -_MOST_DECIMALS:
            place = slo.document.place(*path, field)
            slo.faults.error("out-of-range", place, f"A target has at most {_MOST_DECIMALS} decimals.", "Round it.")
            return False
        return True
    if field == "target" and written.is_finite() and 1 < written < 100:
        hint = f"“target” is a share between 0 and 1. Did you mean targetPercent: {written}?"
    elif written == whole:
        hint = "A target of everything leaves no budget: the first failure would spend it. Aim a little lower."
    else:
        hint = f"Write a number above 0 and below {whole}."
    place = slo.document.place(*path, field)
    slo.faults.error("out-of-range", place, f"“{field}: {slo.document.text(*path, field)}” is out of range.", hint)
    return False
