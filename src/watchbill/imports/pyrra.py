"""Pyrra's ServiceLevelObjective (pyrra.dev/v1alpha1) → goals with Pyrra's own burn alerts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Any

from watchbill.org.nodes import Path

from .counted import Counted, of_selectors
from .fates import Fields
from .made import Made, percent
from .openslo import Tier, name_of, span

_TIERS = (("page", 14, 672), ("page", 7, 112), ("ticket", 2, 28), ("ticket", 1, 7))
_DURATION = re.compile(r"(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?\Z")
_MINUTES = (365 * 1440, 7 * 1440, 1440, 60, 1)
_NOT_COUNTED = {
    "latencyNative": "native histograms are no counters; give latency with a classic bucket",
    "bool_gauge": "a gauge is no counter; count good and all checks instead",
}
_INDICATORS = {"ratio": ("bad", "errors"), "latency": ("good", "success")}
_ALERTS = "watchbill words its alerts itself and sends them by escalation policies"
_GROUPS = "one goal counts all groups together; write a goal for each that has to keep the target"
_OF_OBJECT = "the object of Kubernetes goes; nothing else refers to it"


def is_ours(data: Any) -> bool:
    """Tell whether a document is a spec of Pyrra."""
    return (
        isinstance(data, dict)
        and str(data.get("apiVersion", "")).startswith("pyrra.dev/")
        and data.get("kind") == "ServiceLevelObjective"
    )


def read(fields: Fields, made: Made) -> None:
    """Add the goal of a spec, and decide what becomes of each of its fields."""
    for key in ("apiVersion", "kind"):
        fields.change("the documents are openslo/v1", key)
    fields.refuse(_OF_OBJECT, "metadata")
    fields.refuse("what the operator of Pyrra found is none of a spec", "status")
    called = str(fields.at("metadata", "name") or "")
    try:
        _add(fields, made)
    except ValueError as error:
        fields.refuse(f"the SLO is not measured: {error}")
        made.refuse(called, str(error))


def _add(fields: Fields, made: Made) -> None:
    written = fields.text("metadata", "name")
    name = name_of(written)
    _keep_or_change(fields, written, name, "metadata", "name")
    target = percent(fields.at("spec", "target"))
    fields.keep("spec", "target")
    window_text = fields.text("spec", "window")
    window = _span(window_text)
    _keep_or_change(fields, window_text, span(window), "spec", "window")
    counted = _counted(fields)
    made.add(
        name,
        counted.subject or written,
        counted,
        target,
        description=fields.keep_text("spec", "description"),
        labels=fields.keep_pairs("metadata", "labels"),
        window=window,
        tiers=_tiers(fields, window),
    )


def _keep_or_change(fields: Fields, written: str, now: str, *path: str) -> None:
    if written == now:
        fields.keep(*path)
    else:
        fields.change(f"now {now}", *path)


def _counted(fields: Fields) -> Counted:
    indicator: Path = ("spec", "indicator")
    for kind, why in _NOT_COUNTED.items():
        if fields.at(*indicator, kind) is not None:
            raise ValueError(why)
    for kind, (part, key) in _INDICATORS.items():
        if fields.at(*indicator, kind) is not None:
            counter, total = ((*indicator, kind, side, "metric") for side in (key, "total"))
            counted = of_selectors(part, fields.text(*counter), fields.text(*total))
            fields.keep(*counter)
            fields.keep(*total)
            fields.refuse(_GROUPS, *indicator, kind, "grouping")
            return counted
    raise ValueError("it has no indicator")


def _tiers(fields: Fields, window: timedelta) -> list[Tier]:
    """Return the tiers that Pyrra would alert by; where it is told not to alert, those that open tickets."""
    alerting: Path = ("spec", "alerting")
    fields.refuse(_ALERTS, *alerting)
    fields.refuse("a goal without data is shown as not measured, and wakes nobody", *alerting, "absent")
    tiers = list(_all_tiers(window))
    is_off = fields.at(*alerting, "disabled") is True or fields.at(*alerting, "burnrates") is False
    for key, harmless in (("disabled", False), ("burnrates", True)):
        if fields.at(*alerting, key) is harmless:
            fields.change("its tiers are among the alert policies", *alerting, key)
        elif fields.at(*alerting, key) is not None:
            fields.refuse("a goal has at least one tier: this one opens tickets and wakes nobody", *alerting, key)
    return [tier for tier in tiers if tier.severity == "ticket"] if is_off else tiers


def _all_tiers(window: timedelta) -> Iterator[Tier]:
    """Yield Pyrra's tiers: its long windows are parts of the window, rounded to minutes."""
    for severity, factor, part in _TIERS:
        minutes = max(1, (window // timedelta(minutes=1) * 2 + part) // (2 * part))
        yield Tier(severity, Fraction(factor), timedelta(minutes=minutes))


def _span(text: str) -> timedelta:
    """Read a duration of Prometheus, down to minutes. Raises ValueError."""
    match = _DURATION.match(text)
    minutes = (
        sum(int(number or 0) * size for number, size in zip(match.groups(), _MINUTES, strict=True)) if match else 0
    )
    if not 60 <= minutes <= 366 * 1440:
        raise ValueError(f"“{text}” is no window between 1h and 366d")
    return timedelta(minutes=minutes)
