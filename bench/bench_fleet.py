"""How soon the list of 10,000 goals is answered, page and API, at 20 requests a second beside an evaluation every 15 s.

The organisation is that of `bench_organization`, each goal with four weeks of history in SQLite. The server runs as in
`watchbill up`, without reading counters anew; who asks is a process of its own. A time counts from when its request was due.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import uvicorn

from bench.bench_goals import NOW, TICK, Steady, write_history
from bench.organizations import Size, write
from watchbill.accounts.model import TokenScope
from watchbill.bootstrap import Watchbill, build, doors_of, engine_of
from watchbill.engine.instance import Instance
from watchbill.lib.garbage import set_aside
from watchbill.lib.log import log_to
from watchbill.org.values import EntityRef
from watchbill.practices.goals.service import GoalsService
from watchbill.settings import Settings
from watchbill.web.app import create_app
from watchbill.web.security import session_cookie_name

GOALS = 10_000
PORT = 8473
RATE, SECONDS, WARM_UP = 20, 60, 5
PASSWORD = "correct horse battery"


class Running:
    """A clock that goes on from the end of the history."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> datetime:
        """Return the instant."""
        return NOW + timedelta(seconds=time.monotonic() - self._began)


async def run(folder: Path) -> None:
    """Print the figures."""
    write(folder / "organisation", Size(GOALS))
    settings = Settings(data=folder / "data", port=PORT)
    log_to((folder / "log").open("w"), "json")
    clock, source = Running(), Steady()
    watchbill = await build(folder / "organisation", settings, Instance(folder / "data"), clock)
    names = list(watchbill.organization.organization.goals)
    await write_history(watchbill.store, names)
    for _ in ("begins the ledgers", "goes on with them"):
        goals = GoalsService(watchbill.store, watchbill.organization, lambda _declared: source, watchbill.incidents)
        await goals.measure(clock.now())
        await asyncio.sleep(TICK.total_seconds())
    await goals.measure(clock.now())
    await goals.evaluate(clock.now())
    watchbill = replace(watchbill, goals=goals)
    set_aside()
    async with _served(watchbill, settings):
        evaluating = asyncio.create_task(_evaluate(watchbill))
        credentials = await _credentials(watchbill)
        for rate in (1, RATE):
            await _load(settings, credentials, rate, WARM_UP)
        took = await _load(settings, credentials, RATE, SECONDS)
        evaluating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await evaluating
    print(f"{len(names):,} goals, {RATE} requests a second for {SECONDS} s, half of them pages")
    for kind, times in took.items():
        print(f"{kind:>5}: {_figures(times)}")
    print(f"  all: {_figures([each for times in took.values() for each in times])}")


@contextlib.asynccontextmanager
async def _served(watchbill: Watchbill, settings: Settings):  # type: ignore[no-untyped-def]
    app = create_app(doors_of(watchbill, engine_of(watchbill)))
    server = uvicorn.Server(uvicorn.Config(app, port=settings.port, log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it has no event to wait for
        await asyncio.sleep(0.05)
    yield
    server.should_exit = True
    await serving
    await watchbill.close()


async def _evaluate(watchbill: Watchbill) -> None:
    while True:
        await watchbill.goals.load(watchbill.clock.now())
        began, busy = time.monotonic(), time.process_time()
        await watchbill.goals.evaluate(watchbill.clock.now())
        ended = time.monotonic()
        print(
            f"evaluated in {ended - began:.1f} s, {time.process_time() - busy:.1f} s of CPU with what was answered meanwhile"
        )
        await asyncio.sleep(max(0.0, TICK.total_seconds() - (ended - began)))


async def _credentials(watchbill: Watchbill) -> tuple[str, str]:
    now = watchbill.clock.now()
    people = watchbill.organization.organization.users
    person: EntityRef = next(iter(people))
    link = await watchbill.accounts.invite("somebody@bench.example", now, is_admin=False, user=person)
    secret = await watchbill.accounts.accept_link(link, PASSWORD, now, people)
    token = await watchbill.tokens.create("bench", [TokenScope.READ], now, None)
    return token, f"{session_cookie_name(is_https=False)}={secret}"


async def _load(
    settings: Settings, credentials: tuple[str, str], rate: float, seconds: float
) -> dict[str, list[float]]:
    url = f"http://127.0.0.1:{settings.port}"
    command = (sys.executable, "-m", "bench.fleet_load", url, *credentials, str(rate), str(seconds))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    found: dict[str, list[float]] = json.loads(said)
    return found


def _figures(times: Sequence[float]) -> str:
    cuts = statistics.quantiles(times, n=100)
    return f"median {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms, longest {max(times):.0f} ms of {len(times)}"


def main() -> None:
    """Print the figures for 10,000 goals."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))
