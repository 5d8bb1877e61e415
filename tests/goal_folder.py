"""A folder of an organisation with goals as a test needs them, counted by a Prometheus."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from watchbill.org.folder import read
from watchbill.org.organization import Organization

NOWHERE = "http://127.0.0.1:9"
AT = datetime(2026, 5, 6, 12, tzinfo=UTC)

_ORGANIZATION = """\
apiVersion: watchbill/v1
kind: Organization
metadata: {name: shop, title: Shop}
spec: {timeZone: UTC}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: developers}
spec: {type: team, children: [], members: [ana]}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: ana}
spec: {memberOf: [developers], profile: {email: ana@shop.example}}
---
apiVersion: watchbill/v1
kind: EscalationPolicy
metadata: {name: daytime}
spec: {for: ["group:developers"], steps: [{notify: ["user:ana"], wait: 5m}]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: cart}
spec: {type: service, lifecycle: production, owner: developers}
---
apiVersion: openslo/v1
kind: DataSource
metadata: {name: metrics}
spec: {type: prometheus, connectionDetails: {url: "URL", interval: INTERVAL}}
"""


@dataclass(frozen=True)
class Promise:
    """A goal to declare: `part` is `bad` or `good`, `counted` its selector. `conditions` are (severity, threshold, lookback).

    With `slices` the budget counts time slices of this length; with `begins` the window follows the calendar from there.
    """

    name: str = "availability"
    target: str = "99.9"
    window: str = "30d"
    part: str = "bad"
    counted: str = 'requests_total{service="cart",code="500"}'
    total: str = 'requests_total{service="cart"}'
    conditions: tuple[tuple[str, str, str], ...] = ()
    description: str = "A cart request is answered."
    service: str = "cart"
    unknown: str = "hold"
    begins: str = ""
    slices: str = ""


def write(folder: Path, *promises: Promise, besides: str = "", interval: str = "15s", url: str = NOWHERE) -> Path:
    """Write the folder, with further documents if any, and return it. The source at `url` is scraped every `interval`."""
    documents = [
        _ORGANIZATION.replace("INTERVAL", interval).replace("URL", url),
        *(json.dumps(_slo(promise)) for promise in promises),
        *([besides] if besides else []),
    ]
    folder.mkdir(exist_ok=True)
    (folder / "org.yaml").write_text("\n---\n".join(documents), encoding="utf-8")
    return folder


def organization(folder: Path, *promises: Promise, interval: str = "15s") -> Organization:
    """Write the folder and return the organisation that it declares."""
    reading = read(write(folder, *promises, interval=interval), AT)
    assert reading.organization is not None, reading.errors
    return reading.organization


def _slo(promise: Promise) -> dict[str, object]:
    def metric(query: str) -> dict[str, object]:
        return {"metricSource": {"metricSourceRef": "metrics", "spec": {"query": query}}}

    ratio = {"counter": True, promise.part: metric(promise.counted), "total": metric(promise.total)}
    policies = list(_policies(promise.conditions))
    return {
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": {
            "name": promise.name,
            "displayName": f"Cart {promise.name}",
            "annotations": {"watchbill.dev/unknown": promise.unknown},
        },
        "spec": {
            "description": promise.description,
            "service": promise.service,
            "budgetingMethod": "RatioTimeslices" if promise.slices else "Occurrences",
            "timeWindow": [_window(promise)],
            "objectives": [
                {
                    "targetPercent": float(promise.target),
                    **({"timeSliceWindow": promise.slices} if promise.slices else {}),
                }
            ],
            "indicator": {"metadata": {"name": promise.name}, "spec": {"ratioMetric": ratio}},
            **({"alertPolicies": policies} if policies else {}),
        },
    }


def _window(promise: Promise) -> dict[str, object]:
    if promise.begins:
        return {"duration": promise.window, "calendar": {"startTime": promise.begins, "timeZone": "UTC"}}
    return {"duration": promise.window, "isRolling": True}


def _policies(conditions: Iterable[tuple[str, str, str]]) -> Iterable[dict[str, object]]:
    for number, (severity, threshold, lookback) in enumerate(conditions):
        condition = {"kind": "burnrate", "op": "gte", "threshold": float(threshold), "lookbackWindow": lookback}
        spec = {"severity": severity, "condition": condition}
        inline = {"kind": "AlertCondition", "metadata": {"name": f"c{number}"}, "spec": spec}
        yield {"kind": "AlertPolicy", "metadata": {"name": f"p{number}"}, "spec": {"conditions": [inline]}}
