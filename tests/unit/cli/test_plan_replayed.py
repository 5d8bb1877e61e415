"""`watchbill plan OLD NEW --data DIR`: what a changed goal would have made of the evening that the ledger holds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests import evening
from tests.organizations import SMALL
from watchbill.cli.main import cli


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of an evening with an outage."""
    return evening.spend(tmp_path_factory.mktemp("data"))


def other(tmp_path: Path, before: str, after: str) -> Path:
    """Return the small organisation with another goal."""
    org = tmp_path / "org"
    shutil.copytree(SMALL, org)
    goals = (org / "goals.yaml").read_text()
    assert before in goals
    (org / "goals.yaml").write_text(goals.replace(before, after))
    return org


def run(new: Path, *options: str) -> Result:
    done = CliRunner().invoke(cli, ["plan", str(SMALL), str(new), "--at", "2026-03-02T21:00Z", *options])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def test_a_changed_target_is_told_with_what_both_sides_would_have_made_of_the_past(data: Path, tmp_path: Path) -> None:
    told = run(other(tmp_path, "target: 0.999", "target: 0.9"), "--data", str(data)).output.replace("\u202f", " ")
    section = told[told.index("Goals, judged over the past") :].splitlines()
    assert section[2] == "  api-availability: 99.9 % over 28 d → 90 % over 28 d (goals.yaml:10)"
    assert section[3].startswith("    − 1 page (1 met an incident), no ticket, 1 of 1 incident found, ")
    assert section[4].startswith("    + no page, no ticket, 0 of 1 incident found, ")


def test_programs_get_both_sides_and_reviews_a_fold(data: Path, tmp_path: Path) -> None:
    org = other(tmp_path, "target: 0.999", "target: 0.9")
    (goal,) = json.loads(run(org, "--data", str(data), "--format", "json").output)["replayed"]["goals"]
    assert (goal["before"]["alerts"]["page"], goal["after"]["alerts"]["page"]) == (
        {"met": 1, "of": 1},
        {"met": 0, "of": 0},
    )
    assert goal["before"]["left"] < goal["after"]["left"]
    comment = run(org, "--data", str(data), "--format", "markdown").output
    assert "<details><summary>Goals, judged over the past (1)</summary>" in comment


def test_a_goal_that_counts_something_else_is_not_replayed_and_words_alone_are_no_change(
    data: Path, tmp_path: Path
) -> None:
    counts = other(tmp_path / "counts", "target: 0.999", "target: 0.99")
    (counts / "goals.yaml").write_text((counts / "goals.yaml").read_text().replace('code=~"5.."', 'code="500"'))
    told = run(counts, "--data", str(data)).output
    assert "api-availability: not replayed" in told
    words = other(tmp_path / "words", "displayName: API availability", "displayName: The API answers")
    assert "judged over the past" not in run(words, "--data", str(data)).output


def test_without_a_ledger_nothing_is_said_of_the_past(tmp_path: Path) -> None:
    org = other(tmp_path, "target: 0.999", "target: 0.9")
    assert "replayed" not in json.loads(run(org, "--format", "json").output)
