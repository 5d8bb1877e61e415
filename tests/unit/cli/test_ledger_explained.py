"""The pages about goal tests show what the command prints, of scrapes that stand in the files they name."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from watchbill.cli.goals import test as goal_test

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "explanation" / "ledger.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)\n```\n\n```console\n\$ watchbill goals test (\S+)\n(.*?)\n```", PAGE, re.DOTALL)


def test_every_goal_test_is_shown_or_named() -> None:
    for file in (ROOT / "tests" / "goals").glob("*.yaml"):
        assert f"tests/goals/{file.name}" in PAGE, file.name
    assert PAGE.count("```console") == len(EXAMPLES)


@pytest.mark.parametrize(("scrapes", "file", "output"), EXAMPLES, ids=[file for _, file, _ in EXAMPLES])
def test_an_example_is_what_the_command_prints(scrapes: str, file: str, output: str) -> None:
    assert scrapes in (ROOT / file).read_text(encoding="utf-8")
    result = CliRunner().invoke(goal_test, [str(ROOT / file)])
    assert result.output.strip("\n").replace("\u202f", " ") == output


def test_the_guide_shows_a_test_that_passes(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "how-to" / "test-a-goal.md").read_text(encoding="utf-8")
    (text,), (output,) = (
        re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL),
        re.findall(r"```console\n\$ watchbill goals test cart.test.yaml\n(.*?)\n```", guide, re.DOTALL),
    )
    (tmp_path / "cart.test.yaml").write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "tests" / "goals" / "documents" / "cart.yaml", tmp_path / "goals.yaml")
    result = CliRunner().invoke(goal_test, [str(tmp_path / "cart.test.yaml")])
    assert (result.exit_code, result.output.strip("\n").replace("\u202f", " ")) == (0, output)
