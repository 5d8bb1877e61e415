"""Two programs on one PostgreSQL: each page goes out once, one of them measures, and the other takes over from a dead one."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa

from tests.faults.test_no_page_lost import Receiver, hand_in
from tests.organizations import SMALL
from tests.program import Program
from tests.servers import wait_for
from watchbill.store.store import open_store

STEADY_SECONDS = 20
TAKEN_OVER_WITHIN = 20.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    server.hold = 0
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def programs(tmp_path: Path, postgresql_url: str, receiver: Receiver) -> Iterator[list[Program]]:
    settings = tmp_path / "watchbill.toml"
    settings.write_text(f'[rooms.ops]\nkind = "webhook"\naddress = "{receiver.url}"\n')
    environment = {"WATCHBILL_CONFIG": str(settings)}
    two = [Program(SMALL, tmp_path / name, database=postgresql_url, environment=environment) for name in ("one", "two")]
    for program in two:
        program.launch()
    for program in two:
        program.wait_until_ready()
    yield two
    for program in two:
        program.stop()


def _rows(url: str, statement: str) -> list[Any]:
    async def ask() -> list[Any]:
        store = open_store(url)
        async with store.reading() as transaction:
            found = list(await transaction.execute(sa.text(statement)))
        await store.close()
        return found

    return asyncio.run(ask())


def _measures(url: str) -> str:
    return str(_rows(url, "SELECT owner FROM leases WHERE module = 'goals'")[0][0])


def _has_all(receiver: Receiver, titles: set[str]) -> bool:
    return receiver.deliveries().keys() >= titles


@pytest.mark.live("postgresql")
@pytest.mark.timeout(300)
def test_two_programs_share_the_work_and_one_goes_on_when_the_other_dies(
    programs: list[Program], receiver: Receiver, postgresql_url: str
) -> None:
    token = programs[0].alerts_token()
    for link in [(program.data / "first-start-link").read_text().strip() for program in programs]:
        for program in programs:
            elsewhere = re.sub(r":\d+/", f":{program.port}/", link, count=1)
            assert httpx2.get(elsewhere, timeout=10, trust_env=False).status_code == 200

    titles = {f"alert-{number}" for number in range(6)}
    for number, title in enumerate(sorted(titles)):
        hand_in(programs[number % 2], token, title)
    wait_for(lambda: _has_all(receiver, titles), "all are delivered")

    wait_for(lambda: bool(_rows(postgresql_url, "SELECT 1 FROM leases WHERE module = 'goals'")), "one measures")
    owners, end = set(), time.monotonic() + STEADY_SECONDS
    while time.monotonic() < end:
        owners.add(_measures(postgresql_url))
        time.sleep(0.5)
    assert len(owners) == 1
    assert {title: dict(keys) for title, keys in receiver.deliveries().items() if sum(keys.values()) != 1} == {}

    names = {(program.data / "instance").read_text().strip(): program for program in programs}
    dead = names.pop(owners.pop())
    (other,) = names.values()
    dead.kill()
    hand_in(other, token, "after")
    wait_for(lambda: "after" in receiver.deliveries(), "the other delivers")
    wait_for(lambda: _measures(postgresql_url) in names, "the other measures", seconds=TAKEN_OVER_WITHIN)
