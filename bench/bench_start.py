"""How long people wait: `--help`, `lint`, start to ready; and what an idle server holds in memory.

The peer is the bare interpreter (`python -c pass`) in the same run.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.servers import answers, free_port, wait_for

ROUNDS = 7
ACME = Path("examples/acme")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""People's Python keeps bytecode; a shell that forbids it would measure the compiler."""


def main() -> None:
    """Print the figures."""
    bare = _seconds([sys.executable, "-c", "pass"])
    for title, command in (("--help", ["--help"]), ("lint examples/acme", ["lint", str(ACME)])):
        wall, cpu = _seconds([sys.executable, "-m", "watchbill", *command])
        print(f"{title}: {wall * 1000:.0f} ms, {cpu * 1000:.0f} ms of CPU ({cpu / bare[1]:.1f} × the bare interpreter)")
    _server()


def _seconds(command: list[str]) -> tuple[float, float]:
    walls, cpus = [], []
    for _ in range(ROUNDS):
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)
        walls.append(time.perf_counter() - started)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(walls), statistics.median(cpus)


def _server() -> None:
    with tempfile.TemporaryDirectory() as data:
        for title in ("first start", "second start"):
            port = free_port()
            command = [sys.executable, "-m", "watchbill", "up", str(ACME), "--port", str(port), "--data", data]
            started = time.perf_counter()
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
            try:
                wait_for(lambda port=port: answers(f"http://127.0.0.1:{port}/readyz"), "ready")  # type: ignore[misc]
                print(
                    f"{title} to ready: {time.perf_counter() - started:.2f} s, resident: {_resident(process.pid):.0f} MB"
                )
            finally:
                process.terminate()
                process.wait()


def _resident(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError(process)
