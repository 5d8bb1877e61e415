"""Sloth's specs (prometheus/v1, and PrometheusServiceLevel of Kubernetes) → goals with Sloth's own burn alerts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Any

from watchbill.org.nodes import Path

from .counted import Counted, of_rates
from .fates import Fields
from .made import Made, percent
from .openslo import Tier, name_of

_SHORTEST_WITH_TIERS = timedelta(days=28)
_TIERS = (("page", 2, 1), ("page", 5, 6), ("ticket", 10, 24), ("ticket", 10, 72))
_OF_OBJECT = "the object of Kubernetes goes; nothing else refers to it"
_ALERTS = "watchbill words its alerts itself and sends them by escalation policies"
_FORMAT = "the documents are openslo/v1"


def is_ours(data: Any) -> bool:
    """Tell whether a document is a spec of Sloth."""
    if not isinstance(data, dict):
        return False
    api = str(data.get("apiVersion", ""))
    return data.get("version") == "prometheus/v1" or (
        api.startswith("sloth.slok.dev/") and data.get("kind") == "PrometheusServiceLevel"
    )


def read(fields: Fields, made: Made) -> None:
    """Add the goals of a spec, and decide what becomes of each of its fields."""
    root: Path = ("spec",) if fields.at("apiVersion") else ()
    for key in ("version", "apiVersion", "kind"):
        fields.change(_FORMAT, key)
    fields.refuse(_OF_OBJECT, "metadata")
    fields.change("a Component of this name is what the goals are about", *root, "service")
    for key in ("slo_plugins", "sloPlugins"):
        fields.refuse("plugins are Sloth's own", *root, key)
    before = len(made.goals)
    for index in range(fields.count(*root, "slos")):
        _add(fields, made, root, index)
    if len(made.goals) == before:
        for key in ("service", "labels"):
            fields.refuse("none of the SLOs became a document", *root, key)


def _add(fields: Fields, made: Made, root: Path, index: int) -> None:
    path = (*root, "slos", index)
    called = str(fields.at(*path, "name") or index)
    try:
        service = fields.text(*root, "service")
        name = name_of(service, fields.text(*path, "name"))
        fields.change(f"the goal is {name}", *path, "name")
        target = percent(fields.at(*path, "objective"))
        fields.keep(*path, "objective")
        counted = _counted(fields, path)
        description = fields.keep_text(*path, "description")
        tiers = _tiers(fields, (*path, "alerting"), made.window)
        labels = {**_shared_labels(fields, root), **fields.keep_pairs(*path, "labels")}
        fields.refuse("plugins are Sloth's own", *path, "plugins")
        made.add(name, service, counted, target, description=description, labels=labels, tiers=tiers)
    except ValueError as error:
        fields.refuse(f"the SLO is not measured: {error}", *path)
        made.refuse(called, str(error))


def _shared_labels(fields: Fields, root: Path) -> dict[str, str]:
    labels = fields.keep_pairs(*root, "labels")
    for key in labels:
        fields.change("a label of each SLO that has no own of this name", *root, "labels", key)
    return labels


def _counted(fields: Fields, path: Path) -> Counted:
    sli = (*path, "sli")
    for kind, why in (
        ("raw", "its error ratio is made by the source; give events"),
        ("plugin", "its SLI is a plugin of Sloth"),
    ):
        if fields.at(*sli, kind) is not None:
            raise ValueError(why)
    error, total = (_either(fields, (*sli, "events"), *names) for names in (_ERROR, _TOTAL))
    counted = of_rates(fields.text(*error), fields.text(*total))
    fields.change(f"{counted.part}: {counted.counter.text}", *error)
    fields.change(f"total: {counted.total.text}", *total)
    return counted


_ERROR, _TOTAL = ("error_query", "errorQuery"), ("total_query", "totalQuery")
_ALERT_KEYS = {"page": ("page_alert", "pageAlert"), "ticket": ("ticket_alert", "ticketAlert")}


def _either(fields: Fields, path: Path, written: str, in_kubernetes: str) -> Path:
    return (*path, in_kubernetes) if fields.at(*path, in_kubernetes) is not None else (*path, written)


def _tiers(fields: Fields, path: Path, window: timedelta) -> list[Tier]:
    """Return the tiers that Sloth would alert by; where it has none, those that open tickets: a goal has at least one."""
    fields.refuse(_ALERTS, *path)
    off = set()
    for severity, keys in _ALERT_KEYS.items():
        disable = (*_either(fields, path, *keys), "disable")
        if fields.at(*disable) is not None:
            fields.change("the alert policies of the goal say it", *disable)
        if fields.at(*disable) is True:
            off.add(severity)
    if off == set(_ALERT_KEYS):
        ticket = (*_either(fields, path, *_ALERT_KEYS["ticket"]), "disable")
        fields.refuse("a goal has at least one tier: this one opens tickets and wakes nobody", *ticket)
        off.remove("ticket")
    return [tier for tier in _all_tiers(window) if tier.severity not in off]


def _all_tiers(window: timedelta) -> Iterator[Tier]:
    """Yield Sloth's tiers over a period: the share of the budget that is spent in each long window, as a factor."""
    if window < _SHORTEST_WITH_TIERS:
        return
    for severity, share, hours in _TIERS:
        long = timedelta(hours=hours)
        yield Tier(severity, Fraction(share, 100) * Fraction(window // timedelta(minutes=1), hours * 60), long)
