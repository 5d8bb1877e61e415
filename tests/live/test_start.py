"""What the program costs on the example organisation: how soon it is ready, and how much memory it holds when idle."""

from __future__ import annotations

import time
from pathlib import Path

from tests.program import Program

ACME = Path(__file__).parents[2] / "examples" / "acme"
READY_SECONDS = 3.0
IDLE_MEGABYTES = 150.0
TRIES = 3


def _resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def test_it_is_ready_within_three_seconds_and_holds_less_than_150_megabytes(tmp_path: Path) -> None:
    seconds, megabytes = [], []
    for number in range(TRIES):
        program = Program(ACME, tmp_path / f"data-{number}")
        began = time.monotonic()
        program.start()
        seconds.append(time.monotonic() - began)
        megabytes.append(_resident_megabytes(program.pid))
        program.stop()
        if seconds[-1] < READY_SECONDS and megabytes[-1] < IDLE_MEGABYTES:
            break
    print(f"ready after {min(seconds):.2f} s, {min(megabytes):.0f} MB")
    assert min(seconds) < READY_SECONDS
    assert min(megabytes) < IDLE_MEGABYTES
