"""slo-generator's SLO configurations (sre.google.com/v2) that ask a Prometheus → goals with watchbill's burn alerts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from watchbill.org.nodes import Path

from .counted import Counted, of_bucket, of_good_and_bad, of_selectors
from .fates import Fields
from .made import Made, exact, percent
from .openslo import name_of

_SLI: Path = ("spec", "service_level_indicator")
_SAME = "watchbill exports what it measures at /metrics and by its API"
_STEPS = "its steps stand in another file; the goal has watchbill's burn alerts for its window"


def is_ours(data: Any) -> bool:
    """Tell whether a document is an SLO configuration of slo-generator."""
    return (
        isinstance(data, dict)
        and data.get("apiVersion") == "sre.google.com/v2"
        and data.get("kind") == "ServiceLevelObjective"
    )


def read(fields: Fields, made: Made) -> None:
    """Add the goal of a configuration, and decide what becomes of each of its fields."""
    for key in ("apiVersion", "kind"):
        fields.change("the documents are openslo/v1", key)
    fields.refuse(_SAME, "spec", "exporters")
    fields.refuse(_STEPS, "spec", "error_budget_policy")
    called = str(fields.at("metadata", "name") or "")
    try:
        _add(fields, made)
    except ValueError as error:
        fields.refuse(f"the SLO is not measured: {error}")
        made.refuse(called, str(error))


def _add(fields: Fields, made: Made) -> None:
    written = fields.text("metadata", "name")
    name = name_of(written)
    if name == written:
        fields.keep("metadata", "name")
    else:
        fields.change(f"the goal is {name}", "metadata", "name")
    backend = fields.text("spec", "backend")
    if backend.partition("/")[0] != "prometheus":
        raise ValueError(f"its backend is {backend}; watchbill reads the counters of a Prometheus")
    fields.change("the documents say type: prometheus; its address stands in a DataSource", "spec", "backend")
    share = exact(fields.at("spec", "goal"))
    target = percent((share * 100).normalize())
    fields.change(f"targetPercent: {target:f}", "spec", "goal")
    counted = _counted(fields)
    labels = fields.keep_pairs("metadata", "labels")
    service = labels.get("service_name") or counted.subject or written
    description = fields.keep_text("spec", "description")
    made.add(name, service, counted, target, description=description, labels=labels)


def _counted(fields: Fields) -> Counted:
    method = fields.text("spec", "method")
    fields.change("a ratio of counters", "spec", "method")
    if method == "distribution_cut":
        bound = fields.at(*_SLI, "threshold_bucket")
        text = str(float(bound)) if isinstance(bound, Decimal) else str(bound)  # as its YAML reader has it
        counted = of_bucket(fields.text(*_SLI, "expression"), text)
        fields.change(f"good: {counted.counter.text}, total: {counted.total.text}", *_SLI, "expression")
        fields.change(f'le="{text}": has to be the bound of a bucket', *_SLI, "threshold_bucket")
        return counted
    if method != "good_bad_ratio":
        raise ValueError(f"its method is {method}; give good and valid events with good_bad_ratio")
    return _filtered(fields)


def _filtered(fields: Fields) -> Counted:
    good, bad, valid = ((*_SLI, f"filter_{side}") for side in ("good", "bad", "valid"))
    if fields.at(*valid) is not None and fields.at(*good) is not None:
        counted = of_selectors("good", fields.text(*good), fields.text(*valid))
        sides = (good, valid)
    elif fields.at(*valid) is not None:
        counted = of_selectors("bad", fields.text(*bad), fields.text(*valid))
        sides = (bad, valid)
    else:
        counted = of_good_and_bad(fields.text(*good), fields.text(*bad))
        sides = (good, bad)
    for part, text, path in zip(
        (counted.part, "total"), (counted.counter.text, counted.total.text), sides, strict=True
    ):
        fields.change(f"{part}: {text}", *path)
    return counted
