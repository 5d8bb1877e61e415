"""The program as people run it: `watchbill up` in a process of its own, for tests that start, kill and look at it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import httpx2

from tests.servers import answers, free_port, wait_for

PASSWORD = "a long enough password"


class Program:
    """One running `watchbill up`. It can be killed and started again on the same data."""

    def __init__(
        self, org: Path, data: Path, *, database: str | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self.org, self.data, self.database = org, data, database
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and return when it is ready."""
        self.launch()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Return when it is ready."""
        wait_for(self._is_ready, f"watchbill is ready (see {self.data / 'log'})")

    def launch(self) -> None:
        """Start, and return at once."""
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "log").open("ab") as log:
            self.launch_into(log, log.fileno())

    def launch_into(self, out: IO[bytes], log: int) -> None:
        """Start with what is printed going into `out`, and the log into the file descriptor `log`; return at once."""
        self._process = subprocess.Popen(
            self._command(["up", str(self.org), "--port", str(self.port)]),
            env=self._env(), stdout=out, stderr=log, start_new_session=True,
        )  # fmt: skip

    @property
    def pid(self) -> int:
        """The process that runs."""
        assert self._process is not None
        return self._process.pid

    def must_run(self) -> None:
        """Fail, with what it printed, when it has ended by itself."""
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"watchbill ended early:\n{self.log()}")

    def _is_ready(self) -> bool:
        self.must_run()
        return answers(f"{self.url}/readyz")

    def kill(self) -> None:
        """SIGKILL: no farewell."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """SIGTERM, and wait for an orderly end; return the exit status."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def run(self, *arguments: str) -> str:
        """Run a command on the same data and return what it printed."""
        done = subprocess.run(
            self._command(list(arguments)), env=self._env(), check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def alerts_token(self) -> str:
        """Return a fresh token with which alerts may be handed in."""
        return self.run("token", "create", "--name", "alertmanager", "--scope", "alerts", *self._store_options())

    def log(self) -> str:
        """Return what the program printed so far."""
        return (self.data / "log").read_text()

    def signed_in(self, user: str | None = None) -> httpx2.Client:
        """Return a browser-like client that used the first start's link, and is the given person of the organisation."""
        client = httpx2.Client(base_url=self.url, follow_redirects=False, timeout=10, trust_env=False)
        link = (self.data / "first-start-link").read_text().strip()
        page = client.get(link)
        form = {"csrf": csrf(page.text), "password": PASSWORD, "password_again": PASSWORD, "user": user or ""}
        welcomed = client.post(link, data=form, headers={"Origin": self.url})
        assert welcomed.status_code == 303, welcomed.text
        return client

    def _command(self, arguments: Sequence[str]) -> list[str]:
        options = self._store_options() if arguments[0] == "up" else []
        return [sys.executable, "-m", "watchbill", *arguments, *options]

    def _store_options(self) -> list[str]:
        return ["--data", str(self.data), *(["--database", self.database] if self.database else [])]

    def _env(self) -> dict[str, str]:
        dropped = ("WATCHBILL_", "PYTHONDONTWRITEBYTECODE")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        return kept | self._environment


def csrf(page: str) -> str:
    """Return the form token of a page, empty where it has none."""
    found = re.search(r'name="csrf"[^>]*value="([^"]*)"', page)
    return found[1] if found else ""


@contextlib.contextmanager
def running_program(
    org: Path, data: Path, *, database: str | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[Program]:
    """Run the program while the block lasts."""
    program = Program(org, data, database=database, environment=environment)
    program.start()
    try:
        yield program
    finally:
        program.stop()
