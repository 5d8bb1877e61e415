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
from watchbill.practices.incidents.rules import LATE_WITHIN
from watchbill.practices.incidents.tables import alerts
from watchbill.store.columns import metadata
from watchbill.store.store import open_store

Known = dict[tuple[str, str], tuple[str, str | None]]


def payload(*said: dict[str, Any]) -> bytes:
    return json.dumps({"version": "4", "alerts": list(said)}).encode()


def episodes(fingerprint: str, service: str, ends: int, still_firing: bool, foreseen: bool) -> list[dict[str, Any]]:
    """Return what is said of one fingerprint over its life: it fires and ends a few times, and may fire to the last.

    With `foreseen` the sender says of each firing until when it holds.
    """
    said = []
    for number in range(ends + still_firing):
        firing = {
            "status": "firing",
            "labels": {"alertname": "Errors", "service": service},
            "startsAt": f"2026-03-02T17:{number:02}:00Z",
            "endsAt": f"2026-03-02T17:{number:02}:20Z" if foreseen else "0001-01-01T00:00:00Z",
            "fingerprint": fingerprint,
        }
        said.append(firing)
        if number < ends:
            said.append(firing | {"status": "resolved", "endsAt": f"2026-03-02T17:{number:02}:30Z"})
    return said


LIVES = st.lists(
    st.tuples(st.sampled_from(["api", "web", "unknown"]), st.integers(0, 2), st.booleans()), min_size=1, max_size=4
)


@st.composite
def arrivals(draw: st.DrawFn, *, foreseen: bool) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Draw what is said, and the payloads that carry all of it at least once, in any order and any grouping."""
    lives = draw(LIVES)
    said = [one for index, life in enumerate(lives) for one in episodes(f"f{index}", *life, foreseen)]
    again = draw(st.lists(st.sampled_from(said), max_size=5)) if said else []
    order = draw(st.permutations(said + again))
    cuts = sorted(draw(st.sets(st.integers(0, len(order)))) | {0, len(order)})
    return said, [payload(*order[start:end]) for start, end in itertools.pairwise(cuts)]


async def outcome_of(payloads: list[bytes], apart: timedelta) -> tuple[Known, int, int]:
    """Return the alerts that payloads lead to, so far apart, the number of open incidents and of open pages."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'watchbill.db'}")
        async with store.writing() as transaction:
            await transaction.run_sync(metadata.create_all)
        desk = Desk(store, HandClock(MONDAY))
        for body in payloads:
            desk.clock.set(desk.clock.now() + apart)
            await desk.hear(*alertmanager.read(body, desk.organization.organization, desk.clock.now()).signals)
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


def check_any_order(said: list[dict[str, Any]], payloads: list[bytes], apart: timedelta) -> None:
    known, opened, pages = asyncio.run(outcome_of(payloads, apart))
    in_order, _, _ = asyncio.run(outcome_of([payload(one) for one in said], apart))
    assert known == in_order
    assert opened == pages == len(services_still_firing(said))


@settings(max_examples=25, deadline=None)
@given(arrivals(foreseen=False))
def test_any_order_and_repetition_of_payloads_ends_in_the_same_alerts(
    drawn: tuple[list[dict[str, Any]], list[bytes]],
) -> None:
    check_any_order(*drawn, timedelta(seconds=1))


@settings(max_examples=25, deadline=None)
@given(arrivals(foreseen=True), st.sampled_from([LATE_WITHIN, LATE_WITHIN + timedelta(seconds=1), timedelta(hours=1)]))
def test_however_late_payloads_come_if_the_sender_says_until_when_its_alerts_hold(
    drawn: tuple[list[dict[str, Any]], list[bytes]], apart: timedelta
) -> None:
    check_any_order(*drawn, apart)


async def test_a_firing_without_that_word_pages_again_a_minute_after_its_end_rather_than_being_lost() -> None:
    """The sender may have lost sight of its alert: a page too many is closed by a person, a page too few by nobody."""
    firing, ended = episodes("f", "api", 1, still_firing=False, foreseen=False)
    said = [payload(firing), payload(ended), payload(firing)]
    in_time, beyond = await outcome_of(said, LATE_WITHIN), await outcome_of(said, LATE_WITHIN + timedelta(seconds=1))
    assert (in_time[1:], beyond[1:]) == ((0, 0), (1, 1))


def services_still_firing(said: list[dict[str, Any]]) -> set[str]:
    """Return the services of which an alert was said to fire and never to have ended."""
    ended = {(one["fingerprint"], one["startsAt"]) for one in said if one["status"] == "resolved"}
    return {one["labels"]["service"] for one in said if (one["fingerprint"], one["startsAt"]) not in ended}
