"""The guide from one SRE team to six ways of doing SRE: every step of it is sound, and every answer that it quotes is real."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner

from watchbill.cli.plan import plan
from watchbill.org.charters import Implementation
from watchbill.org.folder import read
from watchbill.org.organization import Organization

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "how-to" / "grow.md").read_text(encoding="utf-8")
FILE = re.compile(r"```yaml\n# (\S+)\n(.*?)```", re.DOTALL)
QUOTED = re.compile(r"```text\n(.*?)```", re.DOTALL)


def steps(folder: Path) -> Iterator[tuple[str, Path, Path]]:
    """Go through the guide: yield each step's text, with the folders before and after it."""
    now, following = folder / "now", folder / "next"
    shutil.copytree(ROOT / "examples" / "startup", now)
    for step in re.split(r"^## ", GUIDE, flags=re.MULTILINE)[1:]:
        if files := FILE.findall(step):
            shutil.copytree(now, following, dirs_exist_ok=True)
            for name, text in files:
                (following / name).write_text(text, encoding="utf-8")
            yield step, now, following
            shutil.copytree(following, now, dirs_exist_ok=True)


def sound(folder: Path) -> Organization:
    reading = read(folder)
    assert reading.faults == ()
    assert reading.organization is not None
    return reading.organization


def test_every_step_is_sound_and_the_last_one_has_all_six_implementations(tmp_path: Path) -> None:
    reached = [{team.implementation for team in sound(after).sre_teams.values()} for _, _, after in steps(tmp_path)]
    assert [len(implementations) for implementations in reached] == [2, 3, 4, 5, 6]
    assert reached[-1] == set(Implementation)


def test_every_answer_that_the_guide_quotes_is_what_the_plan_says(tmp_path: Path) -> None:
    for step, before, after in steps(tmp_path):
        answer = CliRunner().invoke(plan, [str(before), str(after), "--at", "2026-11-25"])
        assert answer.exit_code == 0, answer.output
        (quoted,) = QUOTED.findall(step)
        assert set(quoted.splitlines()) - set(answer.output.splitlines()) == set()
