"""`watchbill goals check` against a real Prometheus that holds a week of traffic, with a goal for each thing that can be wrong."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.goal_folder import Promise, write

pytestmark = pytest.mark.live("prometheus", "promtool")

DAYS, PACE = 7, 300
CONFIGURATION = "global: {scrape_interval: 5m}\n"
SERIES = {
    'requests_total{service="cart",code="200"}': 1.0,
    'requests_total{service="cart",code="500"}': 0.004,
    'requests_total{service="quiet",code="200"}': 0.004,
    'seconds_bucket{le="0.25"}': 0.996,
    'seconds_bucket{le="0.5"}': 0.999,
    'seconds_bucket{le="+Inf"}': 1.0,
    "seconds_count": 1.0,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a server that holds a week of counters which grow evenly, by so much a second, and keeps 60 days by its settings."""
    folder = tmp_path_factory.mktemp("history")
    end = int(time.time()) // PACE * PACE
    lines = []
    for series, pace in SERIES.items():
        name, _, labels = series.partition("{")
        labels = f'{{job="shop",instance="shop-0"{"," if labels else "}"}{labels}'
        lines += [
            f"{name}{labels} {(at - end + DAYS * 86_400) * pace:.0f} {at}"
            for at in range(end - DAYS * 86_400, end + 1, PACE)
        ]
    (folder / "history").write_text("\n".join([*lines, "# EOF", ""]))
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", "history", "tsdb"]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    with servers.prometheus(folder, CONFIGURATION, "--storage.tsdb.retention.time=60d") as url:
        yield url


PROMISES = (
    Promise("kept", target="99.5"),
    Promise("missed", target="99.9"),
    Promise("nothing", counted="absent_total", total="absent_total"),
    Promise("quiet", target="99.9", counted="no_failures_total", total='requests_total{service="quiet"}'),
    Promise("latency", target="99", part="good", counted='seconds_bucket{le="0.3"}', total="seconds_count"),
    Promise("fast", target="99", part="good", counted='seconds_bucket{le="0.25"}', total="seconds_count"),
    Promise("quarter", target="99.5", window="90d"),
)


def check(org: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "watchbill", "goals", "check", str(org), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def found(answer: dict[str, Any]) -> dict[str, list[str]]:
    rules: dict[str, list[str]] = {}
    for each in answer["findings"]:
        rules.setdefault(each["goal"], []).append(f"{each['level']} {each['rule']}")
    return rules


def test_each_goal_is_held_against_its_past_with_a_handful_of_questions(tmp_path: Path, server: str) -> None:
    org = write(tmp_path / "org", *PROMISES, url=server, interval="5m")
    done = check(org, "--format", "json")
    assert done.returncode == 1, done.stderr
    answer = json.loads(done.stdout)
    assert found(answer) == {
        "missed": ["warn goal-and-history"],
        "nothing": ["fail no-series"],
        "quiet": ["warn one-failure-pages", "advice no-series"],
        "latency": ["fail bucket-bound"],
        "quarter": ["advice window-and-retention"],
    }
    assert (answer["checked"], answer["questions"]) == (len(PROMISES), 3)
    (missed,) = [each for each in answer["findings"] if each["goal"] == "missed"]
    assert (missed["file"], missed["line"] > 1) == ("org.yaml", True)
    assert "99.6" in missed["text"]


def test_people_read_it_with_place_and_remedy_and_goals_may_be_named(tmp_path: Path, server: str) -> None:
    org = write(tmp_path / "org", *PROMISES, url=server, interval="5m")
    told = check(org, "--goal", "latency")
    assert told.returncode == 1
    place, what, remedy, total = told.stdout.splitlines()
    assert place.startswith("org.yaml:")
    assert place.endswith(": fail bucket-bound: latency")
    assert "le=“0.3” is the bound of no bucket of seconds_bucket; next to it are 0.25 and 0.5." in what
    assert remedy == "  Promise what a bucket counts, or give the histogram this bound."
    assert total == "1 goal checked with 3 questions: 1 finding."
    sound = check(org, "--goal", "kept", "--goal", "fast")
    assert (sound.returncode, sound.stdout) == (0, "2 goals checked with 3 questions: 0 findings.\n")


def test_a_goal_that_is_none_and_a_server_that_is_away_are_told(tmp_path: Path, server: str) -> None:
    org = write(tmp_path / "org", *PROMISES, url=server)
    unknown = check(org, "--goal", "latancy")
    assert (unknown.returncode, "Did you mean “latency”?" in unknown.stderr) == (2, True)
    away = check(write(tmp_path / "away", Promise(), url=f"http://127.0.0.1:{servers.free_port()}"))
    assert (away.returncode, away.stderr) == (2, "")
    assert away.stdout.startswith("availability: not checked.")
