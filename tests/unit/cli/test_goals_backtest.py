"""`watchbill goals backtest`: what people and programs are told of a past that is replayed, and what cannot be."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests import evening
from tests.organizations import SMALL
from watchbill.cli.main import cli
from watchbill.lib.errors import WatchbillError


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of an evening with an outage."""
    return evening.spend(tmp_path_factory.mktemp("data"))


def changed(tmp_path: Path, **replaced: str) -> Path:
    """Return the small organisation with other words in its goals."""
    org = tmp_path / "org"
    shutil.copytree(SMALL, org)
    goals = (org / "goals.yaml").read_text()
    for before, after in replaced.items():
        assert f"{before}: " in goals
        goals = goals.replace(f"{before}: 0.999", f"{before}: {after}")
    (org / "goals.yaml").write_text(goals)
    return org


def run(org: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["goals", "backtest", str(org), *options])


def answer(org: Path, *options: str) -> dict[str, Any]:
    done = run(org, *options, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)  # type: ignore[no-any-return]


def problem(done: Result) -> str:
    assert isinstance(done.exception, WatchbillError), done.output
    return str(done.exception)


def test_people_read_which_alerts_would_have_come_and_what_they_met(data: Path) -> None:
    done = run(SMALL, "--data", str(data), "--since", "2026-03-02T18:00Z")
    lines = done.output.replace("\u202f", " ").splitlines()
    assert lines[0].startswith("Replayed from 2026-03-02 18:00 to 2026-03-02 19:5")
    assert lines[2] == "api-availability: 99.9 % over 28 d (goals.yaml:10)"
    heads, page, budget = (line.split() for line in lines[3:6])
    assert heads[:3] == ["began", "(UTC)", "lasted"]
    assert page[:2] == ["2026-03-02", "19:03"]
    assert (page[-2:], "fast" in page, "3 min" in lines[4]) == (["incident", "1"], True, True)
    assert budget[:4] == ["budget", "91.0", "%", "left"]
    assert any(line.split()[:5] == ["precision", "1", "of", "1", "page"] for line in lines if line)
    assert "1 of 1 recorded incident would have been found by an alert" in lines


def test_programs_get_the_same_with_instants_and_seconds(data: Path) -> None:
    found = answer(SMALL, "--data", str(data), "--since", "2026-03-02T18:00Z", "--until", "2026-03-02T20:00Z")
    assert (found["schema"], found["since"], found["until"]) == (
        "watchbill/goals-backtest/v1",
        "2026-03-02T18:00:00Z",
        "2026-03-02T20:00:00Z",
    )
    (goal,) = found["goals"]
    page = goal["alerts"][0]
    assert (page["severity"], page["tier"], page["began"], page["troubledSince"], page["detectedInSeconds"]) == (
        "page",
        "fast",
        "2026-03-02T19:03:00Z",
        "2026-03-02T19:00:00Z",
        180,
    )
    # of 36 000 requests in the hour before, and three in ten of ten a second since
    assert (page["bad"], page["incidents"]) == (pytest.approx(3 * 60 * 3, abs=60), [1])
    assert goal["precision"]["page"] == found["recall"] == {"met": 1, "of": 1}
    assert sum(goal["budget"]["statesSeconds"].values()) == 2 * 3600
    assert goal["budget"]["lowest"] <= goal["budget"]["left"]


def test_a_goal_that_asks_for_too_little_finds_no_incident(data: Path, tmp_path: Path) -> None:
    found = answer(changed(tmp_path, target="0.9"), "--data", str(data))
    assert found["recall"] == {"met": 0, "of": 1}
    assert found["incidents"][0]["foundBy"] == []
    told = run(tmp_path / "org", "--data", str(data)).output
    assert "No alert." in told
    assert "by none" in told


def test_samples_of_a_file_are_counted_and_replayed_without_a_server(tmp_path: Path) -> None:
    org = changed(tmp_path)
    scrapes = [
        {"target": "api-0", "at": f"2026-01-05T00:{minute:02}:{second:02}Z", "samples": _counters(60 * minute + second)}
        for minute in range(30)
        for second in (0, 15, 30, 45)
    ]
    file = tmp_path / "past.yaml"
    file.write_text(json.dumps({"documents": ["org/goals.yaml"], "scrapes": scrapes}))
    found = answer(org, "--samples", str(file))
    (goal,) = found["goals"]
    assert (found["incidents"], goal["precision"]) == (None, None)
    assert [alert["troubledSince"] for alert in goal["alerts"] if alert["severity"] == "page"] == [
        "2026-01-05T00:10:00Z"
    ]


def _counters(second: int) -> dict[str, int]:
    bad = max(0, second - 600)
    return {
        'http_requests_total{service="api",code="200"}': 10 * second - bad,
        'http_requests_total{service="api",code="500"}': bad,
    }


def test_what_cannot_be_replayed_says_so(data: Path, tmp_path: Path) -> None:
    assert "There is no watchbill database at" in problem(run(SMALL, "--data", str(tmp_path)))
    assert "nothing can be replayed" in problem(run(SMALL, "--data", str(data), "--since", "2026-03-03"))
    assert "Did you mean “api-availability”?" in problem(run(SMALL, "--data", str(data), "--goal", "api-availabilty"))
    assert "There is no file" in problem(run(SMALL, "--samples", str(tmp_path / "absent.yaml")))
    org = changed(tmp_path)
    (org / "goals.yaml").write_text((org / "goals.yaml").read_text().replace('code=~"5.."', 'code="500"'))
    other = run(org, "--data", str(data))
    assert other.exit_code == 2
    assert "api-availability:  it counts something else than its ledger does" in other.output
