"""How much of a month's budget was spent, by our ledger and by what others compute of the same counters, beside the truth.

The counters of seven kinds of traffic, scraped every 30 seconds for 30 days, are put into a real Prometheus. The peers' figures are
its own answers: the mean of recorded 5m ratios, as Sloth's rules have it, and `increase` over the whole window. Takes five minutes.
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from bench.traffic import CASES, OFFSET, START, Case, Traffic, spent
from tests import servers
from watchbill.org.burn_tiers import default_tiers
from watchbill.org.objectives import DataSource, Goal, SourceKind
from watchbill.org.selectors import parse_selector
from watchbill.org.values import EntityRef, Place, parse_share
from watchbill.practices.goals.testing.given import Arrival, Given, Question
from watchbill.practices.goals.testing.running import Run

DAYS, PACE = 30, 30
HERE = Place("goals.yaml", 1)
RULES = """groups:
  - name: ratios
    interval: 60s
    rules:
      - record: error:ratio_rate5m
        expr: sum by (case) (rate(requests_total{code="500"}[5m])) / sum by (case) (rate(requests_total[5m]))
"""
QUERIES = {
    "mean of 5m ratios": f"sum_over_time(error:ratio_rate5m[{DAYS}d]) / count_over_time(error:ratio_rate5m[{DAYS}d])",
    "increase over 30d": (
        f'sum by (case) (increase(requests_total{{code="500"}}[{DAYS}d])) / sum by (case) (increase(requests_total[{DAYS}d]))'
    ),
}


def goal() -> Goal:
    window = timedelta(days=DAYS)
    return Goal(
        name="shop", title="Shop", description="", service=EntityRef("component", "default", "shop"),
        target=parse_share("99.9%"), target_text="99.9", window=window, source="metrics",
        total=parse_selector("requests_total"), good=None, bad=parse_selector('requests_total{code="500"}'),
        tiers=default_tiers(window), policy=None, place=HERE,
    )  # fmt: skip


def ours(traffic: Traffic) -> tuple[int, int, float]:
    """Return the bad events and all events of the ledger, and the CPU seconds that it took."""
    source = DataSource("metrics", SourceKind.PROMETHEUS, "http://127.0.0.1:9", (), timedelta(seconds=PACE), HERE)
    arrivals = [_arrival(second, pod.name, good, bad) for second, pod, good, bad in traffic.scrapes()]
    began = time.process_time()
    run = Run(Given({"shop": goal()}, {"metrics": source}, arrivals, (), (), ()))
    now, coming = START, 0
    while now < traffic.end:
        now += timedelta(hours=1)
        while coming < len(arrivals) and arrivals[coming].arrived <= now:
            run.arrive(arrivals[coming])
            coming += 1
        run.read(now)
    status = run.answer(Question("shop", now)).status
    return status.spent, status.total, time.process_time() - began


def _arrival(second: int, pod: str, good: int, bad: int | None) -> Arrival:
    at = START + timedelta(seconds=second)
    found = [("200", good)] + ([] if bad is None else [("500", bad)])
    own = (("instance", pod), ("job", "shop"))
    return Arrival("metrics", at, at, [(("requests_total", (("code", c), *own)), float(v)) for c, v in found])


def peers(traffics: Mapping[Case, Traffic], folder: Path) -> dict[str, dict[str, float]]:
    """Return what Prometheus computes, by query and case: the share of failures of the window."""
    data = folder / "data"
    for day in range(DAYS):
        _import(traffics, day, folder / "metrics.txt", data)
    rules = folder / "rules.yaml"
    rules.write_text(RULES)
    end = START + timedelta(days=DAYS)
    with _Server(folder, data) as url:
        span = (f"--start={START.timestamp():.0f}", f"--end={end.timestamp():.0f}")
        _promtool("tsdb", "create-blocks-from", "rules", f"--url={url}", *span, f"--output-dir={data}", str(rules))
    with _Server(folder, data) as url:
        return {name: _asked(url, query, end.timestamp()) for name, query in QUERIES.items()}


def _import(traffics: Mapping[Case, Traffic], day: int, metrics: Path, data: Path) -> None:
    """Put a day into the server's data: promtool reads its input anew for every two hours."""
    with metrics.open("w") as file:
        file.write("# TYPE requests counter\n")
        for case, traffic in traffics.items():
            file.writelines(_lines(case, traffic, day))
        file.write("# EOF\n")
    _promtool("tsdb", "create-blocks-from", "openmetrics", str(metrics), str(data))


def _lines(case: Case, traffic: Traffic, day: int) -> Iterator[str]:
    for second, pod, good, bad in traffic.scrapes(day):
        own = f'case="{case.name}",job="shop",instance="{pod.name}"'
        at = int(START.timestamp()) + second
        yield f'requests_total{{code="200",{own}}} {good} {at}\n'
        if bad is not None:
            yield f'requests_total{{code="500",{own}}} {bad} {at}\n'


class _Server:
    """A Prometheus on a data folder that keeps everything, while the block lasts."""

    def __init__(self, folder: Path, data: Path) -> None:
        self._port = servers.free_port()
        (folder / "prometheus.yml").write_text("{}")
        self._command = [
            "prometheus", f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={data}",
            "--storage.tsdb.retention.time=100y", f"--web.listen-address=127.0.0.1:{self._port}",
        ]  # fmt: skip
        self._running = servers.running(self._command, folder)

    def __enter__(self) -> str:
        self._running.__enter__()
        url = f"http://127.0.0.1:{self._port}"
        servers.wait_for(lambda: servers.answers(f"{url}/-/ready"), "Prometheus", 120)
        return url

    def __exit__(self, *failure: object) -> None:
        self._running.__exit__(*failure)


def _promtool(*arguments: str) -> None:
    subprocess.run(["promtool", *arguments], check=True, stdout=subprocess.DEVNULL)


def _asked(url: str, query: str, at: float) -> dict[str, float]:
    asked = urllib.parse.urlencode({"query": query, "time": f"{at:.0f}"})
    with urllib.request.urlopen(f"{url}/api/v1/query?{asked}", timeout=120) as answer:
        found = json.load(answer)["data"]["result"]
    return {one["metric"]["case"]: float(one["value"][1]) for one in found}


def _beside(figure: float, true: float) -> str:
    return "NaN" if math.isnan(figure) else f"{figure:.2f} ({100 * (figure / true - 1):+.2f} %)"


def main() -> None:
    """Print a line for each kind of traffic: the spent share of the budget, and how far off each figure is."""
    traffics = {case: Traffic(case, DAYS, PACE) for case in CASES}
    computed: dict[str, dict[str, float]] = {}
    if shutil.which("prometheus") and shutil.which("promtool"):
        with tempfile.TemporaryDirectory() as folder:
            computed = peers(traffics, Path(folder))
    else:
        print("Prometheus is not installed: our figures stand alone.", file=sys.stderr)
    print(f"{DAYS} days scraped every {PACE} s from second {OFFSET} on; spent, in percent of the budget, and the error")
    print("| traffic | true | watchbill |" + "".join(f" {name} |" for name in computed))
    print("|---|---|---|" + "---|" * len(computed))
    took = 0.0
    for case, traffic in traffics.items():
        bad, total = traffic.truth()
        true = spent(bad, total)
        ledger_bad, ledger_total, seconds = ours(traffic)
        figures = [spent(ledger_bad, ledger_total)]
        figures += [100 * computed[name].get(case.name, math.nan) / 0.001 for name in computed]
        cells = " | ".join(_beside(figure, true) for figure in figures)
        is_exact = (ledger_bad, ledger_total) == (bad, total)
        print(f"| {case.name} | {true:.2f} | {cells} |{'' if is_exact else ' not to the event'}", flush=True)
        took += seconds
    print(f"ours took {took:.0f} s of CPU for {len(CASES)} months")
