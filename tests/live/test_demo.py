"""`watchbill demo start`: one command, one Ctrl-C, and nothing left behind either way. It has fixed ports, as the demo's files do."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import answers, free_port, wait_for
from tests.shop import FOLDER, RunningShop, is_alive

ACME = FOLDER.parent
SHOP_PORTS, MAIL_PORT = range(8410, 8416), 8425


class Demo:
    """A running demo, as `make run` starts it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / "log"
        command = [sys.executable, "-m", "watchbill", "demo", "start", "--org", str(ACME), "--port", str(self.port)]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WATCHBILL_")}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, env=kept | {"TMPDIR": str(folder)}
            )
        self.shop = RunningShop(self.process, SHOP_PORTS[0])

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    if taken := [port for port in (*SHOP_PORTS, MAIL_PORT) if is_taken(port)]:
        pytest.fail(f"the demo's port {taken[0]} is taken: end the demo that runs on this machine")
    started = Demo(tmp_path)
    try:
        wait_for(lambda: "watchbill is ready" in started.said(), f"the demo says that it is ready, see {started.log}")
        yield started
    finally:
        started.process.kill()
        started.process.wait()
        wait_for(lambda: not any(map(is_taken, SHOP_PORTS)), "the shop is gone", seconds=10)


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_it_says_where_to_look_how_to_sign_in_and_what_to_do_next(demo: Demo) -> None:
    said = demo.said()
    assert f"http://127.0.0.1:{demo.port}/welcome/" in said
    assert "Say that you are " in said
    assert "demo break payments --errors 30%" in said
    assert "[info" not in said
    assert answers(f"http://127.0.0.1:{demo.port}/readyz")
    assert demo.shop.state("payments")["state"] == "running"
    assert is_taken(MAIL_PORT)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_ends_everything_and_removes_what_was_kept(demo: Demo, sign: signal.Signals, tmp_path: Path) -> None:
    demo.process.send_signal(sign)
    assert demo.process.wait(20) == 0
    assert not any(map(is_taken, (*SHOP_PORTS, MAIL_PORT)))
    assert list(tmp_path.iterdir()) == [demo.log]
    assert "Traceback" not in demo.said()


def test_a_killed_demo_leaves_no_shop_behind(demo: Demo) -> None:
    pids = demo.shop.pids()
    demo.process.kill()
    wait_for(lambda: not any(map(is_alive, pids)), "the shop is gone", seconds=10)
