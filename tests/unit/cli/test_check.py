"""`watchbill check` as a person and a program meet it: findings, filters, overrides, rules and the exit status."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from watchbill.cli.check import check
from watchbill.lib.errors import NotFound
from watchbill.org.findings import RULES

EXAMPLES = Path(__file__).parents[3] / "examples"
ACME, STARTUP = str(EXAMPLES / "acme"), str(EXAMPLES / "startup")
AT = ("--at", "2026-11-25T12:00:00Z")
CHANGED = """  rules:
    - {rule: rotation-size, value: 4, reason: a small company, by: "user:dana", on: 2026-06-01}
    - {rule: long-shift, off: true, reason: few pages at night, by: "user:dana", on: 2026-06-01, until: 2027-06-01}
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(check, [*arguments, *AT], catch_exceptions=False)


def asked(*arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(*arguments, "--format", "json").output)
    return answer


@pytest.fixture
def changed(tmp_path: Path) -> str:
    """The example company with two rules changed in another way."""
    folder = tmp_path / "acme"
    shutil.copytree(ACME, folder)
    own = folder / "org.yaml"
    own.write_text(own.read_text(encoding="utf-8").partition("  rules:")[0] + CHANGED, encoding="utf-8")
    return str(folder)


def test_a_finding_says_of_what_by_which_figures_limit_and_source_and_what_to_do() -> None:
    (kofi,) = (each for each in asked(STARTUP)["findings"] if each["subject"] == "user:kofi")
    assert kofi["text"].replace("\u202f", " ") == "user:kofi is on call for 33.3 % of the time."  # a day of three
    assert (kofi["rule"], kofi["number"], kofi["level"], kofi["team"]) == ("on-call-share", 8, "fail", "sre-core")
    assert kofi["threshold"].replace("\u202f", " ") == "at most 25 %"
    assert kofi["source"] == "Site Reliability Engineering (2016), chapter 11"
    assert (kofi["file"], kofi["override"]) == ("watches.yaml", None)
    assert kofi["remedy"]


def test_the_example_company_has_few_findings_and_each_has_a_story() -> None:
    found = asked(ACME)["findings"]
    assert [each["subject"] for each in found if each["level"] == "block"] == ["Engagement loyalty-sre-with-growth"] * 2
    assert {each["rule"] for each in found if each["subject"] == "component:loyalty-points"} == {
        "critical-service",
        "uncovered-service",
    }
    assert len(found) <= 19


def test_a_failing_finding_gives_status_1_and_what_is_less_than_that_0() -> None:
    assert run(ACME).exit_code == 1
    assert run(ACME, "--rule", "sre-ratio").exit_code == 0
    assert "warn   sre-ratio" in run(ACME, "--rule", "sre-ratio").output


def test_findings_are_chosen_by_level_team_and_rule() -> None:
    assert {each["level"] for each in asked(ACME, "--level", "fail")["findings"]} == {"block", "fail"}
    assert {each["team"] for each in asked(ACME, "--team", "checkout-sre")["findings"]} == {"checkout-sre"}
    assert {each["rule"] for each in asked(ACME, "--rule", "rotation-size")["findings"]} == {"rotation-size"}


def test_what_an_organisation_changed_shows_in_the_finding_and_in_the_list(changed: str) -> None:
    answer = asked(changed)
    (size,) = (each for each in answer["findings"] if each["rule"] == "rotation-size")
    assert (size["subject"], size["level"], size["threshold"]) == (
        "EscalationPolicy sre-core",
        "warn",
        "at least 4 people",
    )
    assert size["override"]["reason"] == "a small company"
    assert "long-shift" not in {each["rule"] for each in answer["findings"]}
    assert [(each["rule"], each["off"], each["until"]) for each in answer["overrides"]] == [
        ("long-shift", True, "2027-06-01"),
        ("rotation-size", False, None),
    ]
    lines = run(changed).output.splitlines()
    listed = lines[lines.index("Changed by this organisation:") + 1 :][:2]
    assert listed[0].startswith("  long-shift: switched off (“few pages at night”, user:dana since 2026-06-01")
    assert listed[1].startswith("  rotation-size: at least 4 people instead of at least 8 people (“a small company”")


def test_what_the_files_cannot_answer_is_named() -> None:
    assert [each["rule"] for each in asked(ACME)["notJudged"]] == ["goal-and-history"]


def test_the_rules_are_listed_with_limit_and_source_without_a_folder() -> None:
    result = run("--rules")
    assert result.exit_code == 0
    assert "at least 8 people" in result.output
    assert "  on-call-share: Site Reliability Engineering (2016), chapter 11" in result.output.splitlines()
    answer = asked("--rules")
    assert (answer["schema"], [each["rule"] for each in answer["rules"]]) == ("watchbill/rules/v1", list(RULES))


def test_an_unknown_rule_or_team_is_refused_with_the_nearest() -> None:
    with pytest.raises(NotFound, match="Did you mean “rotation-size”"):
        run(ACME, "--rule", "rotation-sise")
    with pytest.raises(NotFound, match="Did you mean “checkout-sre”"):
        run(ACME, "--team", "chekout-sre")


def test_without_a_folder_it_says_what_is_missing() -> None:
    assert run().exit_code == 2


def test_the_guide_to_findings_quotes_what_the_command_says() -> None:
    guide = (EXAMPLES.parent / "docs" / "how-to" / "find-what-to-improve.md").read_text(encoding="utf-8")
    (quoted,) = re.findall(r"```console\n\$ watchbill check .*\n((?:.*\n)*?)```", guide)
    assert run(ACME, "--rule", "rotation-size").output.startswith(quoted)
