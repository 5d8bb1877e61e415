"""The demo's shop as a real server for tests: on ports of its own, ended with the test."""

from __future__ import annotations

import contextlib
import json
import random
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.servers import answers, wait_for

FOLDER = Path(__file__).parents[1] / "examples" / "acme" / "shop"
RUN = FOLDER / "run.py"
SERVICES = {"catalog": 1, "cart": 2, "payments": 3, "login": 4, "settlement": 5}


class RunningShop:
    """A shop that runs now, and what can be asked of it."""

    def __init__(self, process: subprocess.Popen[bytes], base_port: int) -> None:
        self.process = process
        self.base_port = base_port

    @property
    def control(self) -> str:
        """The address of the control API."""
        return f"http://127.0.0.1:{self.base_port}"

    def url(self, service: str, path: str) -> str:
        """Return an address of a service."""
        return f"http://127.0.0.1:{self.base_port + SERVICES[service]}{path}"

    def order(self, path: str, order: Any) -> tuple[int, dict[str, Any]]:
        """Send an order to the control API; return the status and the answer."""
        status, body = ask(f"{self.control}{path}", json.dumps(order).encode())
        return status, json.loads(body)

    def state(self, service: str) -> dict[str, Any]:
        """Return what the supervisor says of a part."""
        said = json.loads(ask(f"{self.control}/")[1])
        return next(part for part in [*said["services"], said["load"]] if part["name"] == service)

    def pids(self) -> list[int]:
        """Return the process ids of the supervisor and all parts."""
        return [self.process.pid, *(self.state(name)["pid"] for name in [*SERVICES, "load"])]

    def counters(self, service: str) -> dict[str, float]:
        """Return a service's counters by series."""
        lines = ask(self.url(service, "/metrics"))[1].decode().splitlines()
        series = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(value) for name, value in series}

    def requests(self, service: str, code: int) -> float:
        """Return how many requests a service answered with a status code."""
        return self.counters(service)[f'http_requests_total{{code="{code}",service="{service}"}}']

    def runs(self, outcome: str) -> float:
        """Return how many runs of the settlement had an outcome."""
        return self.counters("settlement")[f'workflow_runs_total{{outcome="{outcome}",workflow="settlement"}}']

    def pay(self) -> int:
        """Charge once; return the status code."""
        return ask(self.url("payments", "/charge"), b"")[0]


def ask(url: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Return status and body of a GET, or of a POST of JSON where a body is given."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - loopback
            return int(response.status), bytes(response.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@contextlib.contextmanager
def running_shop(*options: str, base_port: int | None = None) -> Iterator[RunningShop]:
    """Run a shop while the block lasts; it is open when the block begins."""
    first = base_port or free_ports(len(SERVICES) + 1)
    command = [sys.executable, str(RUN), "--base-port", str(first), "--settlement-every", "1", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        shop = RunningShop(process, first)
        try:
            wait_for(lambda: answers(f"{shop.control}/"), "the shop's control answers")
            for service in SERVICES:
                wait_for(
                    lambda service=service: answers(shop.url(service, "/metrics")), f"{service} serves its counters"
                )
            yield shop
        finally:
            process.terminate()
            try:
                process.wait(20)
            finally:
                process.kill()


def free_ports(count: int) -> int:
    """Return the first of `count` neighbouring ports that are free now."""
    for first in (random.randrange(20000, 30000) for _ in range(100)):
        with contextlib.ExitStack() as probes, contextlib.suppress(OSError):
            for port in range(first, first + count):
                probes.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
    raise AssertionError("no free ports")


def is_alive(pid: int) -> bool:
    """Return whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
