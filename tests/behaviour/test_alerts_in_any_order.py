"""Whatever order an Alertmanager's messages arrive in, and however often: the same alerts stand in the same states."""

from __future__ import annotations

import asyncio
import itertools
import json
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desk import MONDAY, Desk
from watchbill import tables  # noqa: F401
from watchbill.hooks import alertmanager
from watchbill.lib.clock import HandClock
from watchbill.practices.incidents.tables import alerts
from watchbill.store.columns import metadata
from watchbill.store.store import open_store

Known = dict[tuple[str, str], tuple[str, str | None]]


def payload(*said: dict[str, Any]) -> bytes:
    return json.dumps({"version": "4", "alerts": list(said)}).encode()


def episodes(fingerprint: str, service: str, ends: int, still_firing: bool) -> list[dict[str, Any]]:
    """Return what is said of one fingerprint over its life: it fires and ends a few times, and may fire to the last."""
    said = []
    for number in range(ends + still_firing):
        firing = {
            "status": "firing",
            "labels": {"alertname": "Errors", "service": service},
            "startsAt": f"2026-03-02T17:{number:02}:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "fingerprint": fingerprint,
        }
        said.append(firing)
        if number < ends:
            said.append(firing | {"status": "resolved", "endsAt": f"2026-03-02T17:{number:02}:30Z"})
    return said


LIVES = st.lists(
    st.tuples(st.sampled_from(["api", "web", "unknown"]), st.integers(0, 2), st.booleans()), min_size=1, max_size=4
).map(lambda lives: [said for index, life in enumerate(lives) for said in episodes(f"f{index}", *life)])


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Draw what is said, and the payloads that carry all of it at least once, in any order and any grouping."""
    said = draw(LIVES)
    again = draw(st.lists(st.sampled_from(said), max_size=5)) if said else []
    order = draw(st.permutations(said + again))
    cuts = sorted(draw(st.sets(st.integers(0, len(order)))) | {0, len(order)})
    return said, [payload(*order[start:end]) for start, end in itertools.pairwise(cuts)]


async def outcome_of(payloads: list[bytes]) -> tuple[Known, int, int]:
    """Return the alerts that payloads lead to, the number of open incidents and of open pages."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'watchbill.db'}")
        async with store.writing() as transaction:
            await transaction.run_sync(metadata.create_all)
        desk = Desk(store, HandClock(MONDAY))
        for body in payloads:
            desk.clock.set(desk.clock.now() + timedelta(seconds=1))
            await desk.hear(*alertmanager.read(body, desk.organization.organization, desk.clock.now()))
        async with store.reading() as transaction:
            rows = (await transaction.execute(sa.select(alerts))).mappings().all()
        opened, pages = await desk.incidents.open_incidents(), await desk.oncall.open_pages()
        await store.close()
    known = {
        (row["fingerprint"], row["starts_at"].isoformat()): (
            row["state"],
            row["ends_at"] and row["ends_at"].isoformat(),
        )
        for row in rows
    }
    assert len(known) == len(rows)
    return known, len(opened), len(pages)


@settings(max_examples=25, deadline=None)
@given(arrivals())
def test_any_order_and_repetition_of_payloads_ends_in_the_same_alerts(
    drawn: tuple[list[dict[str, Any]], list[bytes]],
) -> None:
    said, payloads = drawn
    known, opened, pages = asyncio.run(outcome_of(payloads))
    in_order, _, _ = asyncio.run(outcome_of([payload(one) for one in said]))
    assert known == in_order
    assert opened == pages == len(services_still_firing(said))


def services_still_firing(said: list[dict[str, Any]]) -> set[str]:
    """Return the services of which an alert was said to fire and never to have ended."""
    ended = {(one["fingerprint"], one["startsAt"]) for one in said if one["status"] == "resolved"}
    return {one["labels"]["service"] for one in said if (one["fingerprint"], one["startsAt"]) not in ended}
