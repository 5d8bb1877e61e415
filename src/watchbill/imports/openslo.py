"""OpenSLO v1 documents as an import writes them: SLOs of counted ratios, and the alert policies that they share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import yaml

from .counted import Counted

LONGEST_NAME = 63
_API = "openslo/v1"
_PLACES = 6
_NOT_OF_NAMES = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Tier:
    """A burn alert: it holds while the budget burns `factor` times as fast as it may over `lookback`."""

    severity: str
    factor: Fraction
    lookback: timedelta


@dataclass(frozen=True)
class Goal:
    """An SLO to be written. `target` is in percent; `policies` are names of alert policies."""

    name: str
    service: str
    description: str
    labels: Mapping[str, str]
    target: Decimal
    window: str
    counted: Counted
    policies: tuple[str, ...]


def name_of(*parts: str) -> str:
    """Return a name that OpenSLO allows. Raises ValueError where nothing of the parts can be used, or too much."""
    name = _NOT_OF_NAMES.sub("-", "-".join(parts).lower()).strip("-")
    if not name or len(name) > LONGEST_NAME:
        raise ValueError(f"“{'-'.join(parts)}” makes no name of 1 to {LONGEST_NAME} letters, digits and “-”")
    return name


def slo(goal: Goal) -> dict[str, Any]:
    """Return an SLO document."""
    ratio = {
        "counter": True,
        goal.counted.part: _metric(goal.counted.counter.text),
        "total": _metric(goal.counted.total.text),
    }
    return {
        "apiVersion": _API,
        "kind": "SLO",
        "metadata": {"name": goal.name, **({"labels": dict(goal.labels)} if goal.labels else {})},
        "spec": {
            **({"description": goal.description} if goal.description else {}),
            "service": goal.service,
            "indicator": {"metadata": {"name": goal.name}, "spec": {"ratioMetric": ratio}},
            "timeWindow": [{"duration": goal.window, "isRolling": True}],
            "budgetingMethod": "Occurrences",
            "objectives": [{"targetPercent": goal.target}],
            **({"alertPolicies": [{"alertPolicyRef": name} for name in goal.policies]} if goal.policies else {}),
        },
    }


def alert_policy(name: str, tier: Tier) -> dict[str, Any]:
    """Return an AlertPolicy document with one condition."""
    lookback = span(tier.lookback)
    test = {"kind": "burnrate", "op": "gte", "threshold": _decimal(tier.factor), "lookbackWindow": lookback}
    condition = {
        "kind": "AlertCondition",
        "metadata": {"name": f"{tier.severity}-{lookback}"},
        "spec": {"severity": tier.severity, "condition": test},
    }
    return {
        "apiVersion": _API,
        "kind": "AlertPolicy",
        "metadata": {"name": name},
        "spec": {"alertWhenBreaching": True, "conditions": [condition]},
    }


def span(length: timedelta) -> str:
    """Return a length of time in the largest unit that it is a whole number of, as OpenSLO writes it."""
    minutes = length // timedelta(minutes=1)
    size, unit = next((size, unit) for size, unit in ((1440, "d"), (60, "h"), (1, "m")) if minutes % size == 0)
    return f"{minutes // size}{unit}"


def as_yaml(documents: Iterable[Mapping[str, Any]]) -> str:
    """Return documents as YAML; numbers keep the digits that they were given with."""
    return str(
        yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, explicit_start=True)
    )


def _metric(query: str) -> dict[str, Any]:
    return {"metricSource": {"type": "prometheus", "spec": {"query": query}}}


def _decimal(factor: Fraction) -> Decimal:
    return round(Decimal(factor.numerator) / Decimal(factor.denominator), _PLACES).normalize()


class _Dumper(yaml.SafeDumper):
    """Writes exact numbers, and repeats what is said twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represented(dumper: _Dumper, number: Decimal) -> yaml.ScalarNode:
    text = f"{number:f}"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


_Dumper.add_representer(Decimal, _represented)
