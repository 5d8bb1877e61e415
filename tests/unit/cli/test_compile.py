"""`watchbill compile prometheus`, as a person and a pipeline meet it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from tests.goal_folder import Promise, write
from watchbill.cli.compile import compile_
from watchbill.lib.errors import Invalid

NOT_MEASURED = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: by-arithmetic}
spec:
  service: cart
  budgetingMethod: Occurrences
  timeWindow: [{duration: 28d, isRolling: true}]
  objectives: [{target: 0.99}]
  indicator:
    spec:
      ratioMetric:
        counter: true
        bad: {metricSource: {metricSourceRef: metrics, spec: {query: errors + timeouts}}}
        total: {metricSource: {metricSourceRef: metrics, spec: {query: requests}}}
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(compile_, ["prometheus", *arguments, "--at", "2026-05-06"], catch_exceptions=False)


def test_rules_go_to_standard_output_and_what_was_done_to_stderr(tmp_path: Path) -> None:
    result = run(str(write(tmp_path / "org", Promise())))

    assert result.exit_code == 0
    assert [group["name"] for group in yaml.safe_load(result.stdout)["groups"]] == [
        "watchbill:metrics",
        "watchbill:metrics:long",
    ]
    assert result.stderr == "1 goal compiled: 27 rules in 2 groups.\n"


def test_a_folder_gets_one_file_for_each_source(tmp_path: Path) -> None:
    out = tmp_path / "rules"

    result = run(str(write(tmp_path / "org", Promise())), "--out", str(out))

    assert (result.exit_code, result.stdout) == (0, "")
    assert [file.name for file in out.iterdir()] == ["watchbill-metrics.yaml"]
    assert result.stderr == f"1 goal compiled in {out}: 27 rules in 2 groups.\n"


def test_equal_folders_make_equal_files(tmp_path: Path) -> None:
    folder = str(write(tmp_path / "org", Promise()))

    assert run(folder).stdout == run(folder).stdout


def test_goals_that_are_not_compiled_are_told_with_the_reason_and_the_others_are_written(tmp_path: Path) -> None:
    odd = Promise("odd", counted='requests_total{code=~"(?!2)..."}')
    folder = write(tmp_path / "org", Promise(), odd, besides=NOT_MEASURED)

    result = run(str(folder))

    assert result.exit_code == 1
    summary, not_measured, not_compiled = result.stderr.splitlines()
    assert summary.startswith("1 goal compiled: ")
    assert summary.endswith("; 2 not compiled.")
    assert "does not measure “by-arithmetic”: “+ timeouts” cannot follow a selector" in not_measured
    assert "odd is not compiled: Prometheus cannot read the pattern “(?!2)...” of its label code." in not_compiled
    assert not_compiled.startswith(f"{folder / 'org.yaml'}:")
    assert 'goal: "availability"' in result.stdout


def test_goals_that_watchbill_scrapes_itself_are_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "org", Promise())
    file = folder / "org.yaml"
    scraped = "type: scrape, connectionDetails: {targets: [{name: cart, url: 'http://127.0.0.1:9/metrics'}]"
    text = file.read_text(encoding="utf-8").split("spec: {type: prometheus")
    file.write_text(f"{text[0]}spec: {{{scraped}{text[1][text[1].index(', interval') :]}", encoding="utf-8")

    result = run(str(folder))

    assert (result.exit_code, yaml.safe_load(result.stdout)) == (1, {"groups": []})
    assert "its source “metrics” is scraped by watchbill itself: no ruler has its series" in result.stderr


def test_sloth_names_are_a_choice(tmp_path: Path) -> None:
    result = run(str(write(tmp_path / "org", Promise())), "--names", "sloth")

    assert "record: slo:sli_error:ratio_rate30d" in result.stdout
    assert "# - The period (ratio_rate of the whole window) is weighted by events" in result.stdout


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(Invalid, match=r"cannot be written: File exists"):
        run(str(write(tmp_path / "org", Promise())), "--out", str(tmp_path / "file"))
