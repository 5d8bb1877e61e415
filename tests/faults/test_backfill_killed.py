"""Filling a goal's past from a real Prometheus, killed again and again beside a running server: the ledger is as if it never was."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import servers
from tests.organizations import SMALL
from tests.program import Program, running_program

pytestmark = pytest.mark.live("prometheus")

HOUR, DAY, PACE = 3600, 86_400, 60
SEED = 20261125
ONCE_BROKEN_OFF = 8


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Run a server that holds two days of a counter, with a restart and failures in it; yield its URL and where they begin."""
    folder = tmp_path_factory.mktemp("history")
    end = int(time.time()) // PACE * PACE
    begin = end - 2 * DAY
    lines = []
    for at in range(begin, end, PACE):
        since = at - begin if at < begin + DAY else at - begin - DAY
        labels = 'service="api",job="shop",instance="api-0"'
        lines.append(f'http_requests_total{{{labels},code="200"}} {since * 7 // 5} {at}')
        if since > 10 * HOUR:
            lines.append(f'http_requests_total{{{labels},code="500"}} {(since - 10 * HOUR) // 90} {at}')
    (folder / "history").write_text("\n".join([*lines, "# EOF", ""]))
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", "history", "tsdb"]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    with servers.prometheus(folder, "global: {scrape_interval: 15s}\n", "--storage.tsdb.retention.time=30d") as url:
        yield url, begin


def organization(tmp_path: Path, url: str) -> Path:
    org = tmp_path / "org"
    shutil.copytree(SMALL, org)
    goals = (org / "goals.yaml").read_text()
    (org / "goals.yaml").write_text(goals.replace('"http://127.0.0.1:9"', f'"{url}", interval: 1m'))
    return org


def command(program: Program, begin: int | None) -> list[str]:
    since = [] if begin is None else ["--from", datetime.fromtimestamp(begin, UTC).isoformat()]
    asked = ["goals", "backfill", "api-availability", "--org", str(program.org), *since, "--data", str(program.data)]
    return [sys.executable, "-m", "watchbill", *asked]


def query(data: Path, text: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{data / 'watchbill.db'}?mode=ro", uri=True, timeout=30)) as database:
        return database.execute(text).fetchall()


def blocks(data: Path) -> list[tuple[object, ...]]:
    return query(data, "SELECT start, bad, total, measured, lower_bound, minutes FROM ledger_block ORDER BY start")


def steps(data: Path) -> int:
    found = query(data, "SELECT steps FROM ledger_backfill")
    return int(str(found[0][0])) if found else 0


def is_done(data: Path) -> bool:
    return bool(query(data, "SELECT 1 FROM ledger_backfill WHERE next_minute = end_minute"))


def killed_until_done(program: Program, begin: int) -> int:
    """Run the command and kill it after some steps, until one run comes to its end; return how many were killed."""
    chance, killed = random.Random(SEED), 0
    while not is_done(program.data):
        before, more = steps(program.data), chance.randint(1, 3)
        run = subprocess.Popen(command(program, begin if killed == 0 else None), stderr=subprocess.DEVNULL)
        while run.poll() is None and (killed >= ONCE_BROKEN_OFF or steps(program.data) < before + more):
            time.sleep(chance.uniform(0, 0.02))
        if run.poll() is None:
            run.send_signal(signal.SIGKILL)
            killed += 1
        run.wait()
    return killed


def test_what_was_filled_with_kills_equals_what_was_filled_without(history: tuple[str, int], tmp_path: Path) -> None:
    url, begin = history
    org = organization(tmp_path, url)
    with running_program(org, tmp_path / "a") as undisturbed, running_program(org, tmp_path / "b") as disturbed:
        servers.wait_for(lambda: len(query(disturbed.data, "SELECT goal FROM ledger_cursor")) == 1, "a ledger")
        servers.wait_for(lambda: len(query(undisturbed.data, "SELECT goal FROM ledger_cursor")) == 1, "a ledger")
        done = subprocess.run(command(undisturbed, begin), check=True, capture_output=True, text=True)
        killed = killed_until_done(disturbed, begin)
    assert killed >= 3
    assert "minutes are measured" in done.stdout
    assert blocks(disturbed.data) == blocks(undisturbed.data)
    assert len(blocks(disturbed.data)) >= 7
    measured = sum(int(str(block[3])) for block in blocks(disturbed.data))
    assert measured >= 7 * 360 - 2 * 3
