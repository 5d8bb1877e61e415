"""`watchbill goals check` where there is no server to ask: goals that watchbill scrapes itself are held against their ledger."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests import evening
from tests.organizations import SMALL
from watchbill.cli.main import cli

PROMETHEUS = 'type: prometheus\n  connectionDetails: {url: "http://127.0.0.1:9"}'
SCRAPED = 'type: scrape\n  connectionDetails: {targets: [{name: api-0, url: "http://127.0.0.1:9"}]}'


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of an evening with an outage."""
    return evening.spend(tmp_path_factory.mktemp("data"))


@pytest.fixture
def scraped(tmp_path: Path) -> Path:
    """Return the small organisation with a source that watchbill scrapes itself."""
    org = tmp_path / "org"
    shutil.copytree(SMALL, org)
    goals = (org / "goals.yaml").read_text()
    assert PROMETHEUS in goals
    (org / "goals.yaml").write_text(goals.replace(PROMETHEUS, SCRAPED))
    return org


def run(org: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["goals", "check", str(org), *options])


def test_without_its_ledger_a_scraped_goal_cannot_be_checked(scraped: Path) -> None:
    done = run(scraped)
    assert done.exit_code == 2
    assert "keeps no past: watchbill scrapes it itself. Name its ledger, with --data." in done.output


def test_the_hours_of_a_ledger_stand_for_those_of_a_server(scraped: Path, data: Path) -> None:
    done = run(scraped, "--data", str(data), "--format", "json")
    assert done.exit_code == 0
    answer = json.loads(done.output)
    # of 10 requests a second for nearly two hours, 3 a second failed for twelve minutes: 2160 of 70 650
    (found,) = [each for each in answer["findings"] if each["rule"] == "goal-and-history"]
    assert "96.942" in found["text"]
    assert (answer["checked"], answer["questions"]) == (1, 0)
