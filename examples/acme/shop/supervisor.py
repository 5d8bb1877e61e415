"""The supervisor: starts every part of the shop as a process, restarts what dies, breaks and mends on order, ends them all.

A part is told of its trouble, and of the supervisor's end, through its standard input (lifeline.py).
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from addresses import STEPS, port_of

FOLDER = Path(__file__).parent
PAUSE_SECONDS = 1.0
GRACE_SECONDS = 3.0


@dataclass
class Part:
    """A process of the shop, what is wrong with it on purpose, and how often it had to be restarted."""

    name: str
    command: list[str]
    errors: float = 0.0
    latency: float = 0.0
    stopped: bool = False
    restarts: int = 0
    died_at: float | None = None
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start the process, as the leader of a group of its own, in the trouble it is meant to have."""
        self.process = subprocess.Popen(  # noqa: S603 - our own programs
            [sys.executable, *self.command], cwd=FOLDER, stdin=subprocess.PIPE, text=True, process_group=0
        )
        self.died_at = None
        self.tell()

    def tell(self) -> None:
        """Tell the process of its trouble; one that just died will be told when it is restarted."""
        if self.process is not None and self.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.write(json.dumps({"errors": self.errors, "latency": self.latency}) + "\n")
                self.process.stdin.flush()

    def end(self) -> None:
        """End the process and everything it started; returns when it is gone."""
        if self.process is None:
            return
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(GRACE_SECONDS)
                break
        if self.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
        self.process = None

    @property
    def state(self) -> str:
        """`running`, `stopped` (on purpose) or `restarting`."""
        if self.stopped:
            return "stopped"
        return "restarting" if self.process is None or self.process.poll() is not None else "running"


class Shop:
    """All parts together. Every verb may be called from any thread."""

    def __init__(self, base_port: int, settlement_seconds: float) -> None:
        base = ["--base-port", str(base_port)]
        self.base_port = base_port
        self._lock = threading.RLock()
        self._services = {
            name: Part(name, ["service.py", name, *base]) for name in ("catalog", "cart", "payments", "login")
        }
        self._services["settlement"] = Part("settlement", ["settlement.py", *base, "--every", str(settlement_seconds)])
        self._customers = Part("load", ["load.py", *base])

    def start(self) -> None:
        """Start every part."""
        with self._lock:
            for part in self._parts():
                part.start()

    def look(self, now: float) -> None:
        """Restart what died, a second after it was seen dead; `now` is a monotonic time in seconds."""
        with self._lock:
            for part in self._parts():
                if part.state != "restarting":
                    continue
                if part.died_at is None:
                    part.died_at = now
                    print(f"shop: {part.name} died and will be restarted", flush=True)
                elif now - part.died_at >= PAUSE_SECONDS:
                    part.end()
                    part.restarts += 1
                    part.start()

    def break_(self, name: str, *, errors: float | None, latency: float | None, stop: bool) -> None:
        """Make a service fail; what is None stays as it is. Raises KeyError for a name that is no service."""
        with self._lock:
            part = self._services[name]
            part.errors = part.errors if errors is None else errors
            part.latency = part.latency if latency is None else latency
            part.tell()
            if stop:
                part.stopped = True
                part.end()
        print(f"shop: {name} broken on purpose", flush=True)

    def mend(self, name: str | None) -> None:
        """Let a service, or all of them, work again. Raises KeyError for a name that is no service."""
        with self._lock:
            for part in self._services.values() if name is None else [self._services[name]]:
                part.errors = part.latency = 0.0
                part.tell()
                if part.stopped:
                    part.stopped = False
                    part.start()
        print(f"shop: {name or 'everything'} mended", flush=True)

    def state(self) -> dict[str, Any]:
        """Return what every part does now, for the control API."""
        with self._lock:
            return {
                "services": [
                    {
                        **_describe(part),
                        "port": port_of(part.name, self.base_port),
                        "errors": part.errors,
                        "latency": part.latency,
                    }
                    for part in self._services.values()
                ],
                "load": _describe(self._customers),
            }

    def end(self) -> None:
        """End every part, the customers first, and wait until all are gone."""
        with self._lock:
            for part in (self._customers, *self._services.values()):
                part.stopped = True
                part.end()

    def watch(self, ending: threading.Event) -> None:
        """Keep the parts running until `ending` is set."""
        while not ending.wait(0.2):
            self.look(time.monotonic())

    def _parts(self) -> Iterable[Part]:
        return (*self._services.values(), self._customers)


def _describe(part: Part) -> dict[str, Any]:
    pid = part.process.pid if part.process is not None else None
    return {"name": part.name, "state": part.state, "pid": pid, "restarts": part.restarts}


def service_names() -> list[str]:
    """Return the names that can be broken and mended."""
    return list(STEPS)
