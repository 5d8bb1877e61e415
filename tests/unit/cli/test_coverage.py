"""`watchbill coverage`, and `watchbill explain practice` and `change`, as a person and a program meet them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from watchbill.cli.coverage import coverage
from watchbill.cli.explain import explain
from watchbill.lib.errors import NotFound
from watchbill.web.api.coverage import CoverageAnswer
from watchbill.web.api.explain import ChangeExplained, PracticeExplained

ACME = str(Path(__file__).parents[3] / "examples" / "acme")
AT = ("--at", "2026-05-06T10:00:00Z")  # a Wednesday, within office hours


def run(command: click.Command, *arguments: str) -> str:
    result = CliRunner().invoke(command, [*arguments, *AT], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def asked(*arguments: str) -> Mapping[str, Any]:
    answer = json.loads(run(coverage, ACME, "--format", "json", *arguments))
    return {service["service"]: service for service in answer["services"]}


def test_the_table_has_a_line_a_service_with_its_pagers_and_practices() -> None:
    lines = run(coverage, ACME).splitlines()
    assert lines[0] == "Coverage of acme at 2026-05-06T10:00:00Z"
    (cart,) = (line.split("  ") for line in lines if "component:cart " in line)
    assert [cell.strip() for cell in cart if cell] == [
        "component:cart",
        "critical",
        "checkout-sre-with-cart",
        "sre-checkout",
        "sre-platform",
        "sre-checkout",
        "sre-checkout; cart-developers: capacity",
        "6 of 8",
    ]
    assert lines[-2].endswith(" services: 9 covered by SRE, 3 not.")
    assert lines[-1].startswith("96 practices of services: ")


def test_of_one_practice_the_table_says_whether_it_is_done() -> None:
    lines = run(coverage, ACME, "--practice", "goals").splitlines()
    states = {line.split()[0]: line.split("  ")[-1].strip() for line in lines if line.startswith("  component:")}
    assert (states["component:cart"], states["component:deploy"]) == ("done", "declared")
    assert states["component:payroll"] == "not measured"
    assert lines[-1] == "12 practices of services: 6 done, 3 declared, 3 not measured."


def test_a_symptom_of_the_platform_goes_to_the_holder_of_what_is_depended_on() -> None:
    pagers = {found["pager"]["alertClass"]: found["pager"] for found in asked()["component:cart"]["pagers"]}
    assert (pagers["application"]["holder"], pagers["application"]["told"]) == ("group:sre-checkout", [])
    assert (pagers["platform"]["holder"], pagers["platform"]["told"]) == ("group:sre-platform", ["group:sre-checkout"])


def test_every_answer_names_the_documents_it_comes_from() -> None:
    capacity = next(duty for duty in asked()["component:cart"]["practices"] if duty["practice"] == "capacity")
    assert (capacity["accountable"], capacity["how"]) == ("group:cart-developers", "partner")
    agreed = next(because for because in capacity["because"] if because["rule"] == "practice-agreed")
    assert (agreed["document"], agreed["file"]) == ("Engagement checkout-sre-with-cart", "sre/checkout.yaml")
    shown = capacity["evidence"]
    assert (capacity["state"], shown["rule"], shown["file"]) == ("done", "review-answered", "sre/checkout.yaml")


@pytest.mark.parametrize(
    ("options", "classes", "practices"),
    [
        (["--class", "platform"], ["platform"], []),
        (["--practice", "chaos"], [], ["chaos"]),
        (["--class", "workflow", "--practice", "toil"], ["workflow"], ["toil"]),
    ],
)
def test_one_class_or_practice_can_be_asked_for(options: list[str], classes: list[str], practices: list[str]) -> None:
    found = asked(*options)["component:cart"]
    assert [each["pager"]["alertClass"] for each in found["pagers"]] == classes
    assert [each["practice"] for each in found["practices"]] == practices


def test_gaps_are_what_no_sre_team_covers() -> None:
    assert set(asked("--gaps")) == {"component:loyalty-points", "component:northwind-store", "component:payroll"}


def test_where_there_is_no_gap_that_is_said() -> None:
    startup = str(Path(ACME).with_name("startup"))
    assert run(coverage, startup, "--gaps").endswith("with --gaps, each is covered and somebody is called.\n")


def test_a_sheet_gets_a_line_for_every_question() -> None:
    rows = list(csv.DictReader(io.StringIO(run(coverage, ACME, "--format", "csv"))))
    of_cart = [row for row in rows if row["service"] == "component:cart"]
    assert len(of_cart) == 3 + 8
    assert (of_cart[0]["question"], of_cart[0]["about"], of_cart[0]["answer"]) == (
        "pager",
        "application",
        "group:sre-checkout",
    )
    states = {row["about"]: (row["state"], row["evidence"].partition(":")[0]) for row in of_cart}
    assert states["application"] == ("", "")
    assert (states["goals"], states["toil"]) == (("done", "goals/cart.yaml"), ("declared", ""))


def test_programs_get_what_the_server_describes() -> None:
    written = run(coverage, ACME, "--format", "json")
    assert CoverageAnswer.model_validate_json(written).model_dump(mode="json", by_alias=True) == json.loads(written)
    for question, answer in (("practice", PracticeExplained), ("change", ChangeExplained)):
        more = ["toil"] if question == "practice" else []
        written = run(explain, question, "login", *more, "--org", ACME, "--format", "json")
        assert answer.model_validate_json(written).model_dump(mode="json", by_alias=True) == json.loads(written)


def test_a_practice_is_explained_down_to_the_line_that_gives_it_away() -> None:
    output = run(explain, "practice", "cart", "capacity", "--org", ACME)
    assert "accountable  group:cart-developers" in output
    assert "practice-agreed" in output
    assert "sre/checkout.yaml:" in output


def test_a_practice_is_explained_with_what_shows_that_it_is_done() -> None:
    shown = run(explain, "practice", "cart", "goals", "--org", ACME).splitlines()
    assert "  state        done: something shows it" in shown
    assert shown[-2:] == ["evidence", "  goals/cart.yaml:9  goal-declared  The goal cart-availability promises 99.9 %."]
    assert "nothing-shown  Nothing shows toil of component:cart" in run(
        explain, "practice", "cart", "toil", "--org", ACME
    )


def test_who_may_change_a_service_are_those_who_cover_and_own_it_and_advisers_are_told_what_else_they_can_do() -> None:
    answer = json.loads(run(explain, "change", "cart", "--org", ACME, "--format", "json"))
    by_role = {each["code"]: [user["user"] for user in each["users"]] for each in answer["people"]}
    assert "user:ana" in by_role["member"]
    assert "user:noor" in by_role["owner"]
    assert "user:nils" in by_role[None]


def test_one_person_can_be_asked_about() -> None:
    output = run(explain, "change", "payroll", "--person", "ruth", "--org", ACME)
    assert "Ruth Adler (user:ruth)" in output
    assert "code     no" in output
    assert "break glass" in output


def test_a_person_whom_the_catalog_lacks_is_refused_with_the_nearest() -> None:
    with pytest.raises(NotFound, match="Did you mean “user:ruth”"):
        run(explain, "change", "payroll", "--person", "rut", "--org", ACME)
