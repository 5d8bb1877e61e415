"""The program goes on paging whatever becomes of its log: a reader that closes, or one that stops reading."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.organizations import SMALL
from tests.program import Program
from tests.servers import wait_for
from tests.website import alertmanager_body


class _Piped(Program):
    """A program whose log goes into a pipe; `reader` is the pipe's other end."""

    def launch(self) -> None:
        self.reader, writer = os.pipe()
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "log").open("ab") as log:
            self.launch_into(log, writer)
        os.close(writer)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[_Piped]:
    program = _Piped(SMALL, tmp_path / "data")
    program.start()
    yield program
    program.stop()


def _deliver(program: Program, count: int) -> None:
    """Hand in alerts, and wait until the inbox has every page; each request writes a line to the log."""
    headers = {"Authorization": f"Bearer {program.alerts_token()}"}
    with httpx2.Client(base_url=program.url, headers=headers, timeout=10, trust_env=False) as client:
        for number in range(count):
            body = alertmanager_body(fingerprint=f"{number:016x}")
            assert client.post("/api/v1/hooks/alertmanager", json=body).status_code == 202
        wait_for(lambda: 'outcome="delivered"' in client.get("/metrics").text, "a page is delivered")
        wait_for(lambda: client.get("/readyz").status_code == 200, "the program is ready")


def _lost(program: Program) -> float:
    text = httpx2.get(f"{program.url}/metrics", timeout=10, trust_env=False).text
    return float(
        next(line for line in text.splitlines() if line.startswith("watchbill_log_lines_lost_total")).split()[1]
    )


def test_a_log_whose_reader_has_gone_is_lost_line_by_line_and_pages_go_out(program: _Piped) -> None:
    os.close(program.reader)
    _deliver(program, 3)
    wait_for(lambda: _lost(program) > 0, "lost lines are counted")
    program.must_run()


def test_a_log_whose_reader_does_not_read_holds_up_nobody(program: _Piped) -> None:
    with httpx2.Client(base_url=program.url, timeout=10, trust_env=False) as client:
        for _ in range(1000):
            client.get("/healthz", headers={"X-Request-Id": "a" * 64})
    _deliver(program, 1)
    program.must_run()
    os.close(program.reader)
