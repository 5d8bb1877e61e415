"""`watchbill readiness new` as people who prepare an engagement meet it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from tests.unit.org.test_folder import codes, organisation
from watchbill.cli.readiness import readiness
from watchbill.lib.errors import NotFound
from watchbill.org.charters import Implementation
from watchbill.org.folder import read
from watchbill.org.implementations import rules_of

ENGAGEMENT = """
apiVersion: watchbill/v1
kind: Engagement
metadata: {name: with-developers}
spec:
  sre: SRE
  partner: group:developers
  covers: {components: [cart]}
  agreement:
    leads: {sre: user:raj, partner: user:ana}
    goals: [it sells]
    budgetPolicy: standard
    escalateTo: user:ana
    handBackWhen: [all is calm]
  life:
    - {state: proposed, on: 2026-01-12, by: user:ana, why: asked for}
    - {state: preparing, on: 2026-02-01, by: user:ana, why: review begins}
"""
ACTIVE = "    - {state: active, on: 2026-04-01, by: user:ana, why: review passed}\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(readiness, ["new", *arguments, "--at", "2026-03-30"])


def as_json(root: Path, engagement: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run(engagement, "--org", str(root), "--format", "json").output)
    return document


def test_it_asks_every_question_of_the_implementation(tmp_path: Path) -> None:
    root = organisation(tmp_path, own=ENGAGEMENT.replace("SRE", "front"))
    items = as_json(root, "with-developers")["spec"]["items"]
    asked = rules_of(Implementation.PRODUCT).checklist
    assert [(item["area"], item["question"]) for item in items] == [(each.area, each.text) for each in asked]
    assert [item.get("blocking", False) for item in items] == [each.blocking for each in asked]
    assert {(item["status"], item["owner"]) for item in items} == {("no", "user:ana")}


def test_consultants_ask_other_questions(tmp_path: Path) -> None:
    root = organisation(tmp_path, own=ENGAGEMENT.replace("SRE", "advisers"))
    items = as_json(root, "with-developers")["spec"]["items"]
    assert "automation" in {item["area"] for item in items}


def test_yaml_and_json_say_the_same_and_yaml_says_how_to_go_on(tmp_path: Path) -> None:
    root = organisation(tmp_path, own=ENGAGEMENT.replace("SRE", "front"))
    text = run("with-developers", "--org", str(root)).output
    assert yaml.safe_load(text) == as_json(root, "with-developers")
    assert text.startswith("# ")
    assert "with a reason" in text


def test_what_it_writes_is_sound_and_not_ready_until_the_questions_are_answered(tmp_path: Path) -> None:
    root = organisation(tmp_path, own=ENGAGEMENT.replace("SRE", "front") + ACTIVE)
    assert codes(read(root)) == ["not-reviewed"]
    written = run("with-developers", "--org", str(root)).output
    (root / "review.yaml").write_text(written)
    (fault,) = read(root).faults
    assert (fault.code, "found it not ready" in fault.message) == ("not-reviewed", True)
    assert [place.file for place in fault.related] == ["review.yaml"]
    answered = written.replace("status: 'no'", "status: yes\n    evidence: seen").replace("notReady\n", "ready\n")
    (root / "review.yaml").write_text(answered)
    assert codes(read(root)) == []


def test_an_engagement_that_is_not_there_is_named_with_the_one_that_is_meant(tmp_path: Path) -> None:
    root = organisation(tmp_path, own=ENGAGEMENT.replace("SRE", "front"))
    with pytest.raises(NotFound, match="with-developers"):
        CliRunner().invoke(readiness, ["new", "with-developer", "--org", str(root)], catch_exceptions=False)


def test_an_engagement_that_a_broken_file_may_hide_is_told_with_the_file(tmp_path: Path) -> None:
    folder = organisation(tmp_path, own=ENGAGEMENT.replace("SRE", "front"))
    (folder / "own.yaml").write_text("kind: [unclosed")
    answer = CliRunner().invoke(readiness, ["new", "with-developers", "--org", str(folder)])
    assert isinstance(answer.exception, NotFound)
    assert "1 error in own.yaml may hide it: `watchbill lint` shows what." in answer.exception.mend
