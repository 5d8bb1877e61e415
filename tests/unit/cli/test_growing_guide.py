"""The guide from one SRE team to six ways of doing SRE: every step of it is sound, and every answer that it quotes is real."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner, Result

from watchbill.cli.plan import plan
from watchbill.org.charters import Implementation
from watchbill.org.folder import read
from watchbill.org.organization import Organization

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "how-to" / "grow.md").read_text(encoding="utf-8")
PART = re.compile(r"```yaml\n(?P<file># (?P<name>\S+)\n.*?)```|```text\n(?P<answer>.*?)```", re.DOTALL)
ACME = ROOT / "examples" / "acme"


def steps(folder: Path) -> Iterator[tuple[Path, Path, str]]:
    """Go through the guide: yield the folders before and after each change, with the answer that is quoted for it."""
    now, following = folder / "now", folder / "next"
    shutil.copytree(ROOT / "examples" / "startup", now)
    for step in re.split(r"^## [0-9]", GUIDE, flags=re.MULTILINE)[1:]:
        shutil.copytree(now, following, dirs_exist_ok=True)
        for part in PART.finditer(step.partition("\n## From here")[0]):
            if part["name"]:
                (following / part["name"]).write_text(part["file"], encoding="utf-8")
            else:
                yield now, following, part["answer"]
        shutil.copytree(following, now, dirs_exist_ok=True)


def planned(before: Path, after: Path) -> Result:
    return CliRunner().invoke(plan, [str(before), str(after), "--at", "2026-11-25"])


def sound(folder: Path) -> Organization:
    reading = read(folder, datetime(2026, 11, 25, 12, tzinfo=UTC))
    assert reading.faults == ()
    assert reading.organization is not None
    return reading.organization


def test_every_step_is_sound_and_the_last_one_has_all_six_implementations(tmp_path: Path) -> None:
    reached = [{team.implementation for team in sound(after).sre_teams.values()} for _, after, _ in steps(tmp_path)]
    assert [len(implementations) for implementations in reached] == [2, 3, 4, 5, 6, 6]
    assert reached[-1] == set(Implementation)


def test_every_answer_that_the_guide_quotes_is_what_the_plan_says(tmp_path: Path) -> None:
    for before, after, quoted in steps(tmp_path):
        answer = planned(before, after)
        assert answer.exit_code == 0, answer.output
        assert set(quoted.splitlines()) - set(answer.output.splitlines()) == set()


def test_what_the_larger_example_has_beside_is_what_the_plan_says(tmp_path: Path) -> None:
    *_, (now, after, _) = steps(tmp_path)
    shutil.copytree(after, now, dirs_exist_ok=True)
    *_, last = PART.finditer(GUIDE)
    answer = planned(now, ACME)
    assert answer.exit_code == 1
    assert set(last["answer"].splitlines()) - set(answer.output.splitlines()) == set()
