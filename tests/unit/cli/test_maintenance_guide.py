"""The guide to leaving out planned maintenance: every answer that it quotes is real, and what it shows is sound."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from watchbill.cli.lint import lint
from watchbill.cli.plan import plan
from watchbill.org.folder import read

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "how-to" / "leave-out-maintenance.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", GUIDE, re.DOTALL)
ONCE, APPROVER, _, AGAIN = [text for kind, text in BLOCKS if kind == "yaml"]
REFUSED, PLANNED = [text.partition("\n")[2] for kind, text in BLOCKS if kind == "console"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example before and with the exclusion, in the folders old and org of the working folder."""
    for name in ("old", "org"):
        shutil.copytree(ROOT / "examples" / "startup", tmp_path / name)
    (tmp_path / "org" / "exclusions.yaml").write_text(ONCE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "org"


def name_the_approver(folder: Path) -> None:
    goals = folder / "goals.yaml"
    (written,) = re.findall(r"    - \{name: spent.*\n", text := goals.read_text(encoding="utf-8"))
    goals.write_text(text.replace(written, APPROVER), encoding="utf-8")


@pytest.mark.usefixtures("folder")
def test_who_may_not_is_refused_as_the_guide_says() -> None:
    answer = CliRunner().invoke(lint, ["org"])
    assert (answer.exit_code, answer.output) == (1, REFUSED)


def test_the_plan_says_what_the_guide_quotes(folder: Path) -> None:
    name_the_approver(folder)
    assert read(folder, datetime(2026, 11, 25, 12, tzinfo=UTC)).faults == ()
    answer = CliRunner().invoke(plan, ["old", "org", "--at", "2026-11-25"])
    assert (answer.exit_code, answer.output) == (0, PLANNED)


def test_what_repeats_is_sound_too(folder: Path) -> None:
    name_the_approver(folder)
    again = re.sub(r"  from: .*\n  until: .*\n", AGAIN, ONCE)
    (folder / "exclusions.yaml").write_text(again, encoding="utf-8")
    reading = read(folder, datetime(2026, 11, 25, 12, tzinfo=UTC))
    assert reading.faults == ()
    assert reading.organization is not None
    assert reading.organization.exclusions["cart-database"].rule == "FREQ=MONTHLY;BYDAY=1SU"
