"""`watchbill import`, as a person and a program meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from watchbill.cli.imports import import_
from watchbill.lib.errors import Conflict, NotFound

SPECS = Path(__file__).parents[2] / "imported_specs"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(import_, list(arguments), catch_exceptions=False)


def test_documents_go_to_standard_output_and_the_report_to_stderr() -> None:
    result = run("sloth", str(SPECS / "sloth-kubernetes.yaml"))

    assert result.exit_code == 0
    assert [each["metadata"]["name"] for each in yaml.safe_load_all(result.stdout)] == [
        "payments-availability",
        "sloth-30d-ticket-1d",
        "sloth-30d-ticket-3d",
    ]
    assert "1 goal: 1 field kept, 7 changed, 5 refused." in result.stderr
    assert (
        "a Component (or a Service of OpenSLO with the annotation watchbill.dev/entity) called payments"
        in result.stderr
    )


def test_a_folder_gets_a_file_for_each_goal_and_one_for_the_policies(tmp_path: Path) -> None:
    result = run("pyrra", str(SPECS), "--out", str(tmp_path))

    assert result.exit_code == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "cart-errors.yaml",
        "cart-latency.yaml",
        "pyrra-alert-policies.yaml",
    ]
    assert "not measured: cart-up: a gauge is no counter; count good and all checks instead" in result.stdout


def test_the_report_is_there_for_programs() -> None:
    answer = json.loads(run("sloth", str(SPECS / "sloth.yaml"), "--format", "json").stdout)

    assert (answer["schema"], answer["program"]) == ("watchbill/import/v1", "sloth")
    assert answer["counts"] == {"goals": 2, "slosRefused": 1, "kept": 4, "changed": 11, "refused": 8}
    (spec,) = answer["specs"]
    assert spec["notMeasured"] == [{"name": "freshness", "why": "its error ratio is made by the source; give events"}]
    assert {"field": "slos[0].objective", "fate": "kept", "why": "", "line": 7} in spec["fields"]
    assert [file["name"] for file in answer["files"]] == [
        "cart-availability.yaml",
        "cart-latency.yaml",
        "sloth-alert-policies.yaml",
    ]


def test_numbers_keep_their_digits() -> None:
    assert "targetPercent: 99.90\n" in run("sloth", str(SPECS / "sloth.yaml")).stdout


def test_an_import_may_be_repeated_and_never_replaces_what_somebody_changed(tmp_path: Path) -> None:
    first, second = (run("slo-generator", str(SPECS), "--out", str(tmp_path)).exit_code for _ in range(2))
    assert (first, second) == (1, 1)
    changed = tmp_path / "cart-latency.yaml"
    changed.write_text("mine", encoding="utf-8")

    with pytest.raises(Conflict, match="says something else"):
        run("slo-generator", str(SPECS), "--out", str(tmp_path))

    assert changed.read_text(encoding="utf-8") == "mine"


def test_a_window_can_be_given() -> None:
    assert "duration: 28d" in run("sloth", str(SPECS / "sloth.yaml"), "--window", "4w").stdout
    assert "is not a duration" in run("sloth", str(SPECS / "sloth.yaml"), "--window", "month").stderr


def test_nothing_to_import_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("a: 1\n", encoding="utf-8")

    result = run("pyrra", str(tmp_path))

    assert result.exit_code == 1
    assert "other.yaml:1: this document is no spec of Pyrra and is left alone." in result.stderr


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no file"):
        run("pyrra", str(tmp_path / "none.yaml"))
