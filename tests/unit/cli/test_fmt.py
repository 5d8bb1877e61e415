"""watchbill fmt --upgrade: OpenSLO v1alpha becomes v1 where it stands, and what else stands there stays."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from tests.unit.org.test_folder import codes, linked, organisation
from watchbill.cli.fmt import fmt
from watchbill.org.folder import read

ALPHA = """\
apiVersion: openslo/v1alpha
kind: SLO
metadata: {name: old, displayName: Old}
spec:
  service: cart
  budgetingMethod: Occurrences  # as ever
  timeWindows: [{unit: Day, count: 28, isRolling: true}]
  objectives:
  - {displayName: Good, target: 0.9990, ratioMetrics: RATIO}
  - {displayName: Better, target: 0.9999, ratioMetrics: RATIO}
"""
RATIO = "{counter: true, good: {source: prometheus, queryType: promql, query: good_total}, total: TOTAL}"
TOTAL = "{source: prometheus, queryType: promql, query: all_total}"
KEPT = "# a note that stays\napiVersion: openslo/v1\nkind: Service\nmetadata: {name:   cart}\nspec: {}\n"


def run(path: Path) -> Result:
    return CliRunner().invoke(fmt, ["--upgrade", str(path)])


def alpha(text: str = ALPHA) -> str:
    return text.replace("RATIO", RATIO).replace("TOTAL", TOTAL)


def test_an_old_slo_is_measured_once_it_is_upgraded(tmp_path: Path) -> None:
    root = organisation(tmp_path, old=f"{KEPT}---\n{alpha()}")
    assert codes(read(root)) == ["unknown-version"]
    result = run(root / "old.yaml")
    assert (result.exit_code, "SLO old upgraded. Its comments inside them are lost." in result.output) == (0, True)
    reading = read(root)
    assert codes(reading) == []
    goals = linked(reading).goals
    assert [(name, goals[name].target_text) for name in ("old", "old-better")] == [
        ("old", "99.9"),
        ("old-better", "99.99"),
    ]
    assert (goals["old"].total.text, goals["old"].over) == ("all_total", goals["cart-availability"].over)
    assert (root / "old.yaml").read_text().startswith(f"{KEPT}---\n")
    assert "nothing upgraded" in run(root / "old.yaml").output


def test_objectives_with_ratios_of_their_own_become_slos_of_their_own(tmp_path: Path) -> None:
    other = ALPHA.replace("target: 0.9999, ratioMetrics: RATIO", "target: 0.9999, ratioMetrics: OTHER")
    root = organisation(tmp_path, old=alpha(other.replace("OTHER", RATIO.replace("good_total", "fast_total"))))
    assert run(root / "old.yaml").exit_code == 0
    goals = linked(read(root)).goals
    assert [goals[name].good.text for name in ("old", "old-2") if goals[name].good] == ["good_total", "fast_total"]


def test_what_cannot_be_upgraded_is_told_with_its_line_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "old.yaml"
    text = f"{KEPT}---\n{alpha().replace('unit: Day', 'unit: Fortnight')}"
    path.write_text(text)
    result = run(path)
    assert result.exit_code == 1
    assert f"{path}:13: This window says no “unit”" in result.output
    assert path.read_text() == text
