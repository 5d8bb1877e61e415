"""How long a big outage takes to come in: 1,000 and 7,000 new alerts in one message, and how long another alert waits meanwhile.

On SQLite, from the message's bytes to everything on disk. The peer is a plain `json.loads` of the same message.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.desk import Desk, firing
from watchbill.hooks import alertmanager
from watchbill.lib.clock import HandClock
from watchbill.store import schema
from watchbill.store.store import open_store

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def main() -> None:
    """Print the figures."""
    for count, names, title in (
        (1_000, 1, "1,000 new alerts of one name"),
        (7_000, 1, "7,000 new alerts of one name"),
        (1_000, 200, "1,000 new alerts of 200 names: 200 incidents and pages"),
    ):
        asyncio.run(_measure(message(count, names), title))


def message(count: int, names: int) -> bytes:
    """Return a message with `count` alerts as a cluster's monitoring sends them."""
    return json.dumps({"version": "4", "alerts": [_alert(number, names) for number in range(count)]}).encode()


def _alert(number: int, names: int) -> dict[str, object]:
    pod = f"checkout-api-7d9f8b6c5d-{number:05}"
    return {
        "status": "firing",
        "labels": {
            "alertname": f"PodCrashLooping{number % names}",
            "namespace": "production",
            "pod": pod,
            "container": "checkout-api",
            "cluster": "eu-west-1-prod",
            "instance": f"10.1.{number % 250}.{number % 240}:9100",
            "job": "kube-state-metrics",
            "prometheus": "monitoring/k8s",
            "severity": "critical",
            "uid": f"{number:032x}",
        },
        "annotations": {
            "description": f"Pod production/{pod} (checkout-api) is restarting 2.10 times / 10 minutes. " * 2,
            "runbook_url": "https://runbooks.example/kubernetes/pod-crash-looping",
            "summary": "Pod is crash looping",
        },
        "startsAt": "2026-05-04T09:58:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": f"{number:016x}",
        "generatorURL": "http://prometheus.example/graph?g0.expr=max_over_time%28kube_pod_container_status%5B5m%5D%29&g0.tab=1",
    }


async def _measure(body: bytes, title: str) -> None:
    began = time.process_time()
    json.loads(body)
    plain = time.process_time() - began
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'watchbill.db'}")
        await schema.upgrade(store)
        desk = Desk(store, HandClock(NOW))
        for said in ("first said", "said again"):
            wall, cpu, waited = await _post(desk, body)
            print(
                f"{title}, {said}: {wall:.2f} s, {cpu:.2f} s of CPU ({cpu / plain:.0f} × reading the JSON); "
                f"another alert waited {waited:.2f} s"
            )
        await store.close()


async def _post(desk: Desk, body: bytes) -> tuple[float, float, float]:
    began, cpu = time.perf_counter(), time.process_time()
    posted = await asyncio.to_thread(alertmanager.read, body, desk.organization.organization, NOW)
    taking = asyncio.create_task(desk.hear(*posted.signals))
    await asyncio.sleep(0)
    asked = time.perf_counter()
    await desk.hear(firing("another"))
    waited = time.perf_counter() - asked
    await taking
    return time.perf_counter() - began, time.process_time() - cpu, waited
