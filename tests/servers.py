"""Real servers for tests: each is started on a free loopback port in a folder of its own, and ended by process id."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

POSTGRES_FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    """Return as soon as `condition` holds; fail after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds} s")


def answers(url: str) -> bool:
    """Return whether `url` answers 200."""
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310
        return bool(response.status == 200)
    return False


def missing(server: str) -> str | None:
    """Return why a server cannot be started on this machine, or None."""
    if server == "postgresql":
        return None if POSTGRES_FOLDERS else "postgresql is not installed"
    if server == "chromium":
        return None if shutil.which("chromium") else "chromium is not installed"
    program = {"alertmanager": "prometheus-alertmanager"}.get(server, server)
    return None if shutil.which(program) else f"{program} is not installed"


@contextlib.contextmanager
def running(command: list[str], folder: Path, *, user: str | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process while the block lasts; its output goes to `folder`/log."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, user=user, start_new_session=True)
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)


@contextlib.contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL server; yield a database URL without a database name, ending in `/`."""
    programs = POSTGRES_FOLDERS[0]
    user = None
    if os.geteuid() == 0:
        user = "postgres"
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
        for parent in folder.parents:
            if parent.owner() == "root" and str(parent).startswith("/tmp/"):  # noqa: S108
                parent.chmod(parent.stat().st_mode | 0o011)
    data, port = folder / "data", free_port()
    subprocess.run(
        [str(programs / "initdb"), "-D", str(data), "-U", "watchbill", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True, capture_output=True, user=user, cwd=folder,
    )  # fmt: skip
    command = [
        str(programs / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port), "-k", "",
        "-c", "max_connections=200", "-c", "shared_buffers=64MB",
    ]  # fmt: skip
    with running(command, folder, user=user):
        wait_for(lambda: _accepts(port), "postgresql accepts connections")
        yield f"postgresql://watchbill@127.0.0.1:{port}/"


def _accepts(port: int) -> bool:
    ready = subprocess.run(
        [str(POSTGRES_FOLDERS[0] / "pg_isready"), "-h", "127.0.0.1", "-p", str(port)], capture_output=True, check=False
    )
    return ready.returncode == 0


def listens(port: int) -> bool:
    """Return whether somebody listens on a loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def prometheus(folder: Path, configuration: str, *options: str, guarded_by: str = "") -> Iterator[str]:
    """Run a Prometheus with the given configuration; yield its base URL.

    `guarded_by` is its web configuration, with TLS: who is not let in cannot ask whether it is ready, so it may not be yet.
    """
    port = free_port()
    (folder / "prometheus.yml").write_text(configuration)
    if guarded_by:
        (folder / "web.yml").write_text(guarded_by)
        options = (*options, "--web.config.file=web.yml")
    command = [
        "prometheus", "--config.file=prometheus.yml", f"--web.listen-address=127.0.0.1:{port}",
        "--storage.tsdb.path=tsdb", "--web.enable-lifecycle", "--log.level=warn", *options,
    ]  # fmt: skip
    with running(command, folder):
        if guarded_by:
            wait_for(lambda: listens(port), "prometheus listens")
            yield f"https://127.0.0.1:{port}"
            return
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/-/ready"), "prometheus is ready")
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def alertmanager(folder: Path, configuration: str) -> Iterator[str]:
    """Run an Alertmanager with the given configuration; yield its base URL."""
    port = free_port()
    (folder / "alertmanager.yml").write_text(configuration)
    command = [
        "prometheus-alertmanager", "--config.file=alertmanager.yml", f"--web.listen-address=127.0.0.1:{port}",
        "--storage.path=data", "--cluster.listen-address=", "--log.level=warn",
    ]  # fmt: skip
    with running(command, folder):
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/-/ready"), "alertmanager is ready")
        yield f"http://127.0.0.1:{port}"
