"""Nothing is doubled: the program is killed with SIGKILL while it takes alerts in, before the 202, and the sender sends again."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa

from tests.organizations import SMALL
from tests.program import Program
from tests.servers import wait_for
from watchbill import tables  # noqa: F401 - every table registers with the metadata
from watchbill.practices.incidents.tables import alerts, incidents
from watchbill.practices.oncall.tables import pages
from watchbill.store.store import open_store

ROUNDS = 8
ALERTS = 1_200
NAMES = 3
LONGEST_INTAKE_SECONDS = 0.5
SEED = 20260303


@pytest.fixture
def program(tmp_path: Path, database_url: str) -> Iterator[Program]:
    program = Program(SMALL, tmp_path / "data", database=database_url)
    program.start()
    yield program
    program.stop()


def body_of(number: int) -> bytes:
    """Return a message of more alerts than one unit of work takes, of a few names."""
    one = {
        "status": "firing",
        "annotations": {},
        "startsAt": datetime.now(UTC).isoformat(),
        "endsAt": "0001-01-01T00:00:00Z",
    }
    said = [
        one | {"labels": {"alertname": f"round {number} name {each % NAMES}"}, "fingerprint": f"{number}-{each}"}
        for each in range(ALERTS)
    ]
    return json.dumps({"version": "4", "alerts": said}).encode()


def post(program: Program, token: str, body: bytes) -> int | None:
    """Post a message; return the answer's status, None when there was no answer."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    url = f"{program.url}/api/v1/hooks/alertmanager"
    try:
        return httpx2.post(url, content=body, headers=headers, timeout=20, trust_env=False).status_code
    except httpx2.HTTPError:
        return None


def accepted(program: Program, token: str, body: bytes) -> bool:
    """Post a message as a sender does again; return whether it was taken."""
    program.must_run()
    status = post(program, token, body)
    assert status in {202, 503, None}
    return status == 202


async def stored(database_url: str) -> tuple[int, Counter[str], int]:
    """Return the number of alerts, the incidents by title, and the number of pages."""
    store = open_store(database_url)
    async with store.reading() as transaction:
        known = await transaction.scalar(sa.select(sa.func.count()).select_from(alerts))
        titles = Counter((await transaction.scalars(sa.select(incidents.c.title))).all())
        called = await transaction.scalar(sa.select(sa.func.count()).select_from(pages))
    await store.close()
    return int(known or 0), titles, int(called or 0)


@pytest.mark.timeout(300)
def test_alerts_that_are_sent_again_after_a_kill_before_their_answer_are_not_doubled(
    program: Program, database_url: str
) -> None:
    token, chance = program.alerts_token(), random.Random(SEED)
    unanswered = 0
    for number in range(ROUNDS):
        body = body_of(number)
        answers: list[int | None] = []
        sender = threading.Thread(target=lambda body=body, answers=answers: answers.append(post(program, token, body)))
        sender.start()
        time.sleep(chance.uniform(0.02, LONGEST_INTAKE_SECONDS))
        program.kill()
        sender.join()
        unanswered += answers == [None]
        program.launch()
        wait_for(lambda body=body: accepted(program, token, body), f"round {number} is accepted")  # type: ignore[misc]
    program.stop()
    known, titles, called = asyncio.run(stored(database_url))
    program.start()
    assert unanswered, "no kill fell before an answer"
    assert known == ROUNDS * ALERTS
    assert set(titles.values()) == {1}
    assert len(titles) == called == ROUNDS * NAMES
