"""The rules of the ledger, each as a goal test that can be checked by hand: the files in tests/goals."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from watchbill.cli.goals import test as goal_test

FILES = sorted((Path(__file__).parents[4] / "goals").glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_a_file_expects_is_so(file: Path) -> None:
    result = CliRunner().invoke(goal_test, [str(file)])
    assert result.exit_code == 0, result.output
    assert "As expected (" in result.output
