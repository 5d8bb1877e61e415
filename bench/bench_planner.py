"""What 1,000 goals of a real Prometheus cost a minute, its own share and ours, beside the same goals as recording rules.

The rules run in a second Prometheus of the same version, for fewer goals with the history that they look back on; their cost grows in
proportion to the goals, so it is printed for as many. Both servers scrape a target on loopback every 15 seconds. Takes four minutes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench import bench_goals, burn_rules
from tests import servers
from watchbill.lib.http import HttpClient
from watchbill.org.in_force import OrganizationInForce, Reading
from watchbill.practices.goals.service import GoalsService
from watchbill.sources.prometheus import PrometheusSource
from watchbill.store import schema
from watchbill.store.store import open_store

GOALS, GOALS_AS_RULES = 1000, 30
MEASURED = 120
CONFIGURATION = """
global: {{scrape_interval: 15s, evaluation_interval: 60s}}
{rules}
scrape_configs:
  - job_name: shop
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""
_FEW_BLOCKS = 40
_PER_SECOND = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        rules = _cost_of_rules(Path(folder) / "rules")
        with _prometheus(Path(folder) / "goals", GOALS, "") as (url, pid):
            for tick in (15, 60):
                asyncio.run(_cost_of_goals(url, pid, tick, rules))


def _cost_of_rules(folder: Path) -> float:
    """Return the CPU seconds that the rules of 1,000 goals take a minute, as measured with fewer."""
    written = "rule_files: [rules.yml]"
    with _prometheus(folder, GOALS_AS_RULES, written) as (url, pid):
        servers.wait_for(lambda: _metric(url, "prometheus_tsdb_blocks_loaded") < _FEW_BLOCKS, "compaction", 300)
        time.sleep(60)
        before = _cpu(pid)
        time.sleep(MEASURED)
        spent = (_cpu(pid) - before) * 60 / MEASURED
    each = spent / GOALS_AS_RULES
    print(
        f"rules, evaluated every 60 s:  {spent:6.2f} s of CPU a minute for {GOALS_AS_RULES} goals, {each * 1000:.0f} ms each"
    )
    return each * GOALS


async def _cost_of_goals(url: str, pid: int, tick: int, rules: float) -> None:
    in_force = _in_force(url)
    http = HttpClient()
    source = PrometheusSource(in_force.organization.sources["metrics"], http)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'bench.db'}")
        await schema.upgrade(store)
        goals = GoalsService(store, in_force, lambda _declared: source, bench_goals.Deaf())
        begin = time.monotonic()
        await _ticks(goals, begin, 75, tick)
        before, ours, asked = _cpu(pid), time.process_time(), source.requests
        await _ticks(goals, time.monotonic(), MEASURED, tick)
        share = 60 / MEASURED
        server, ours = (_cpu(pid) - before) * share, (time.process_time() - ours) * share
        measured = sum(status.total > 0 for status in await goals.statuses(datetime.now(UTC)))
        await store.close()
    await http.close()
    print(
        f"{GOALS} goals, read every {tick} s: {(source.requests - asked) * share:4.0f} requests, {server:5.2f} s of the server's CPU "
        f"(its scrapes among it) and {ours:5.2f} s of ours a minute; {measured} measured; "
        f"the rules take {rules / (server + ours):.0f} times as much"
    )


async def _ticks(goals: GoalsService, begin: float, seconds: float, tick: float) -> None:
    """Measure and evaluate at each tick for so long."""
    for number in range(int(seconds // tick)):
        await asyncio.sleep(max(0.0, begin + number * tick - time.monotonic()))
        now = datetime.now(UTC)
        await goals.measure(now)
        await goals.evaluate(now)
    await asyncio.sleep(max(0.0, begin + seconds - time.monotonic()))


def _in_force(url: str) -> OrganizationInForce:
    declared = bench_goals.organization(GOALS).organization
    names = {name: bench_goals.goal(number, f"service-{number}") for number, name in enumerate(declared.goals)}
    sources = {"metrics": replace(declared.sources["metrics"], url=url)}
    return OrganizationInForce(Reading(replace(declared, sources=sources, goals=names), (), "1"), datetime.now(UTC))


@contextlib.contextmanager
def _prometheus(folder: Path, goals: int, rules: str) -> Iterator[tuple[str, int]]:
    """Run a target with so many services and a server that scrapes it; yield the server's URL and process id."""
    folder.mkdir()
    port = servers.free_port()
    if rules:
        burn_rules.write_history(folder, goals, int(time.time()) - 15, f"127.0.0.1:{port}")
        (folder / "rules.yml").write_text(burn_rules.groups(goals))
    configuration = CONFIGURATION.format(port=port, rules=rules)
    target = subprocess.Popen([sys.executable, "-m", "bench.shop_metrics", str(port), str(goals)])
    try:
        with servers.prometheus(folder, configuration, "--storage.tsdb.retention.time=40d") as url:
            yield url, _listening(url)
    finally:
        target.terminate()
        target.wait()


def _listening(url: str) -> int:
    """Return the process that was started to listen at an address."""
    wanted = f"--web.listen-address={url.removeprefix('http://')}".encode()
    return next(int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and wanted in _command(path))


def _command(process: Path) -> bytes:
    with contextlib.suppress(OSError):
        return (process / "cmdline").read_bytes()
    return b""


def _metric(url: str, name: str) -> float:
    with urllib.request.urlopen(f"{url}/metrics") as page:
        lines = page.read().decode().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _PER_SECOND
