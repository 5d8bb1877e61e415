"""The guides about rulers and about moving from other tools: what they quote is what the commands say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from watchbill.cli.compile import compile_
from watchbill.cli.imports import import_

ROOT = Path(__file__).parents[3]
HOW_TO = ROOT / "docs" / "how-to"


def blocks(guide: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", (HOW_TO / guide).read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "startup").symlink_to(ROOT / "examples" / "startup")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_guide_to_rulers_quotes_what_is_compiled(here: Path) -> None:
    arguments = ["prometheus", "examples/startup", "--at", "2026-11-25", "--out", "rules"]

    answer = CliRunner().invoke(compile_, arguments, catch_exceptions=False)

    assert blocks("evaluate-in-your-ruler.md", "text") == [answer.stderr]
    (quoted,) = yaml.safe_load(blocks("evaluate-in-your-ruler.md", "yaml")[0])
    written = yaml.safe_load((here / "rules" / "watchbill-metrics.yaml").read_text(encoding="utf-8"))
    alerts = [rule for group in written["groups"] for rule in group["rules"] if "alert" in rule]
    assert quoted in [{key: alert[key] for key in ("alert", "expr", "labels")} for alert in alerts]


def test_the_guide_to_moving_quotes_the_report_of_its_spec(here: Path) -> None:
    (here / "sloth.yaml").write_text(blocks("move-from-other-tools.md", "yaml")[0], encoding="utf-8")

    answer = CliRunner().invoke(import_, ["sloth", "sloth.yaml", "--out", "goals"], catch_exceptions=False)

    assert blocks("move-from-other-tools.md", "text") == [answer.stdout]
