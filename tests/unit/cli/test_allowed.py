"""`watchbill allowed`, as typed: yes and no, with the line that says so and what to do instead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from watchbill.cli.allowed import allowed
from watchbill.lib.errors import Invalid, NotFound
from watchbill.org.authority import Action
from watchbill.web.api.allowed import AllowedAnswer

ACME = str(Path(__file__).parents[3] / "examples" / "acme")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(
        allowed, [*arguments, "--org", ACME, "--at", "2026-05-03"], catch_exceptions=False, standalone_mode=False
    )


def answered(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--format", "json").output)


def test_who_may_is_told_by_which_role_and_document() -> None:
    result = run("ana", "changeConfig", "cart")
    assert result.output.startswith("user:ana may changeConfig component:cart")
    assert "by  member" in result.output
    assert "sre/checkout.yaml:" in result.output


def test_who_may_not_is_offered_the_two_ways_and_the_command_ends_with_1() -> None:
    result = run("ruth", "changeConfig", "payroll")
    assert result.exit_code == 1
    assert "recommend it to group:payroll-developers" in result.output
    assert "break glass: with a reason and the approval of group:payroll-developers" in result.output


def test_what_needs_the_other_side_names_it() -> None:
    answer = answered("ana", "editGoal", "cart")
    assert (answer["allowed"], answer["approver"]) == (True, "group:cart-developers")
    assert answer["requires"] == ["the approval of group:cart-developers"]


def test_a_tools_team_may_recommend_to_those_whom_its_charter_names_as_adopters() -> None:
    assert answered("vera", "recommend", "login")["by"] == "adviser"
    assert not answered("vera", "recommend", "settlement")["allowed"]


def test_a_shift_is_changed_by_those_of_its_rotation_and_by_the_lead_of_the_group_that_stands_it() -> None:
    own = answered("ana", "overrideShift", "cart")
    assert (own["by"], own["requires"][0]) == ("concerned", "a shift that is theirs or becomes theirs")
    assert answered("dana", "swap", "cart")["by"] == "watchLead"
    assert not answered("ruth", "overrideShift", "payroll")["allowed"]


def test_the_json_answer_is_what_the_api_describes() -> None:
    answer = answered("ruth", "silence", "payroll")
    assert AllowedAnswer.model_validate_json(json.dumps(answer)).schema_ == "watchbill/allowed/v1"
    assert (answer["by"], answer["action"]) == (None, "silence")


def test_unknown_actions_people_and_services_are_said_with_the_nearest() -> None:
    with pytest.raises(Invalid, match="Did you mean “silence”"):
        run("ana", "silenc", "cart")
    with pytest.raises(NotFound, match="Did you mean “user:ana”"):
        run("anaa", "silence", "cart")
    with pytest.raises(NotFound, match="Did you mean “cart”"):
        run("ana", "silence", "carrt")


def test_the_help_names_every_action() -> None:
    assert allowed.help is not None
    named = set(allowed.help.replace(",", " ").replace(".", " ").split())
    assert set(Action) <= named
