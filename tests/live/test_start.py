"""What the program costs on the example organisation until it is ready, and how much memory it holds when idle."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.program import Program

ACME = Path(__file__).parents[2] / "examples" / "acme"
READY_CPU_SECONDS = 3.0
IDLE_MEGABYTES = 150.0
TICKS = os.sysconf("SC_CLK_TCK")


def _resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def test_it_is_ready_after_three_seconds_of_work_and_holds_less_than_150_megabytes(tmp_path: Path) -> None:
    """The work is held against the promise, not the clock: what else the machine does is not the program's."""
    program = Program(ACME, tmp_path / "data")
    began = time.monotonic()
    program.start()
    waited, worked, megabytes = time.monotonic() - began, _cpu_seconds(program.pid), _resident_megabytes(program.pid)
    program.stop()
    print(f"ready after {waited:.2f} s, {worked:.2f} s of CPU, {megabytes:.0f} MB")
    assert worked < READY_CPU_SECONDS
    assert megabytes < IDLE_MEGABYTES
