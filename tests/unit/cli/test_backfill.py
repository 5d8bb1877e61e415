"""`watchbill goals backfill`: what it cannot fill, and why."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.organizations import SMALL
from watchbill.cli.main import cli
from watchbill.lib.errors import WatchbillError


def run(tmp_path: Path, goal: str, org: Path = SMALL) -> Result:
    return CliRunner().invoke(cli, ["goals", "backfill", goal, "--org", str(org), "--data", str(tmp_path)])


def problem(done: Result) -> str:
    assert isinstance(done.exception, WatchbillError)
    return str(done.exception)


def test_a_goal_that_is_none_is_answered_with_the_nearest(tmp_path: Path) -> None:
    said = problem(run(tmp_path, "api-availabilty"))
    assert said == "There is no goal “api-availabilty”.\n  Did you mean “api-availability”?"


def test_where_there_is_no_database_nothing_is_filled_and_none_is_made(tmp_path: Path) -> None:
    assert "There is no watchbill database at" in problem(run(tmp_path, "api-availability"))
    assert list(tmp_path.iterdir()) == []


def test_what_watchbill_scrapes_itself_keeps_no_past(tmp_path: Path) -> None:
    org = tmp_path / "org"
    shutil.copytree(SMALL, org)
    goals = (org / "goals.yaml").read_text()
    scraped = 'type: scrape\n  connectionDetails: {targets: [{name: api-0, url: "http://127.0.0.1:9"}]}'
    before = 'type: prometheus\n  connectionDetails: {url: "http://127.0.0.1:9"}'
    assert before in goals
    (org / "goals.yaml").write_text(goals.replace(before, scraped))
    said = problem(run(tmp_path, "api-availability", org))
    assert said.startswith("“metrics”, the source of “api-availability”, keeps no past")


@pytest.mark.parametrize("option", ["--from", "--to"])
def test_a_time_that_is_none_is_refused(tmp_path: Path, option: str) -> None:
    asked = ["goals", "backfill", "api-availability", "--org", str(SMALL), "--data", str(tmp_path), option, "yesterday"]
    done = CliRunner().invoke(cli, asked)
    assert done.exit_code == 2
    assert "“yesterday” is not a time" in done.output
