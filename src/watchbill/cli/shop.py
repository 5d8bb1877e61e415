"""Speaks to the demo's shop: its control API on loopback, and its process while the demo runs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from watchbill.lib.errors import Conflict, Invalid, NotFound, Unavailable
from watchbill.lib.http import Answer, HttpClient

_START_SECONDS = 15.0
_END_SECONDS = 15.0


def ask(url: str, path: str, order: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what the shop says about its parts, after an order if one is given.

    Raises Unavailable when no shop answers there, NotFound and Invalid when it refuses the order.
    """
    try:
        answer = asyncio.run(_request(f"{url.rstrip('/')}{path}", order))
        said = answer.json()
    except Unavailable as error:
        raise Unavailable(f"No shop answers at {url}.", "Start it with: make run (or watchbill demo start).") from error
    if answer.status == 200 and isinstance(said, dict) and "services" in said:
        return said
    if isinstance(said, dict) and "what" in said:
        kind = NotFound if answer.status == 404 else Invalid
        raise kind(str(said["what"]), str(said.get("mend", "")))
    raise Unavailable(f"What answers at {url} is not the shop.", "Name the shop's address with --shop.")


async def _request(url: str, order: Mapping[str, Any] | None) -> Answer:
    client = HttpClient(timeout_seconds=10.0)
    try:
        if order is None:
            return await client.request("GET", url)
        headers = {"Content-Type": "application/json"}
        return await client.request("POST", url, headers=headers, content=json.dumps(order).encode())
    finally:
        await client.close()


def answers(url: str) -> bool:
    """Return whether a server answers 200 at `url` now."""
    with contextlib.suppress(Unavailable):
        return asyncio.run(_request(url, None)).status == 200
    return False


def refuse_taken(url: str) -> None:
    """Raise Conflict when a server already answers at `url`."""
    with contextlib.suppress(Unavailable):
        asyncio.run(_request(f"{url}/", None))
        raise Conflict(f"A server already answers at {url}.", "End it first: another demo may still run.")


@contextlib.contextmanager
def open_shop(folder: Path, url: str) -> Iterator[None]:
    """Run the shop in `folder`, whose control answers at `url`, while the block lasts.

    It holds the other end of a pipe, so it ends even if this process is killed. Raises NotFound when there is no shop in
    the folder, Conflict when one runs already, and Unavailable when it does not start.
    """
    program = folder / "run.py"
    if not program.is_file():
        raise NotFound(f"There is no shop in {folder}.", "Run this from the source folder, or name it with --org.")
    refuse_taken(url)
    command = [sys.executable, str(program), "--end-with-stdin"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, process_group=0)  # noqa: S603 - our own program
    try:
        _wait_until_open(process, url)
        yield
    finally:
        _close(process)


def _wait_until_open(process: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        if answers(f"{url}/"):
            return
        time.sleep(0.1)
    raise Unavailable("The shop did not start.", "What it printed above says why.")


def _close(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
