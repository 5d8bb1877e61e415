"""`watchbill goals test` as a person and a program meet it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from watchbill.cli.goals import goals

DOCUMENTS = (Path(__file__).parents[2] / "goals" / "documents" / "cart.yaml").read_text(encoding="utf-8")
SCRAPES = """documents: [cart.yaml]
scrapes:
  - {target: cart-0, at: "2026-01-05T00:00:10Z", samples: {'requests_total{code="200"}': 100, 'requests_total{code="500"}': 0}}
  - {target: cart-0, at: "2026-01-05T00:00:40Z", samples: {'requests_total{code="200"}': 108, 'requests_total{code="500"}': 2}}
  - {target: cart-0, at: "2026-01-05T00:01:10Z", samples: {'requests_total{code="200"}': 118, 'requests_total{code="500"}': 2}}
"""


def run(folder: Path, text: str, *arguments: str, documents: str = DOCUMENTS) -> Result:
    (folder / "cart.yaml").write_text(documents, encoding="utf-8")
    (folder / "test.yaml").write_text(text, encoding="utf-8")
    return CliRunner().invoke(goals, ["test", str(folder / "test.yaml"), *arguments])


def answered(folder: Path, text: str) -> Any:
    return json.loads(run(folder, text, "--format", "json").output)


def test_people_get_the_minutes_and_what_each_question_answers(tmp_path: Path) -> None:
    result = run(tmp_path, f'{SCRAPES}ask: [{{goal: cart, at: "2026-01-05T00:01:30Z"}}]\n')
    assert result.exit_code == 0
    assert result.output.replace("\u202f", " ").splitlines() == [
        "",
        "Minutes of cart",
        "  minute (UTC)      good  total  state",
        "  2026-01-05 00:00  8     10     measured  lower bound (a start is not known)",
        "  2026-01-05 00:01  10    10     measured  may still grow",
        "",
        "cart at 2026-01-05 00:01:30",
        "  state         healthy",
        "  counted       18 good of 20 events, 2 bad",
        "  budget        2 may be bad, 0 % of it is left",
        "  whole window  120 may be bad at this traffic, 98.3 % of it is left",
        "  measured      1.667 % of the window, 59 minutes are unknown",
        "  burn          1m 1×, 7m 0.14×",
        "",
        "Nothing was expected: add “expect” to make this a test.",
    ]


def test_programs_get_exact_ratios_beside_the_floats(tmp_path: Path) -> None:
    answer = answered(tmp_path, f'{SCRAPES}ask: [{{goal: Cart, at: "2026-01-05T01:01:30+01:00"}}]\n')
    assert (answer["schema"], answer["at"]) == ("watchbill/goals-test/v1", "2026-01-05T00:01:30Z")
    (goal,), (one,) = answer["goals"], answer["answers"]
    assert goal["minutes"][0] == {
        "minute": "2026-01-05T00:00:00Z", "good": 8, "total": 10, "state": "measured", "lowerBound": True,
        "because": ["startUnknown"], "method": "differences", "open": False,
    }  # fmt: skip
    assert (one["goal"], one["at"]) == ("cart", "2026-01-05T00:01:30Z")
    assert one["window"] == {"start": "2026-01-04T23:01:00Z", "end": "2026-01-05T00:01:30Z"}
    assert (one["good"], one["bad"], one["total"], one["unknownMinutes"]) == (18, 2, 20, 59)
    assert (one["budget"], one["budgetExact"]) == (2.0, {"num": 2, "den": 1})
    assert (one["remaining"], one["remainingExact"]) == (0.0, {"num": 0, "den": 1})
    assert (one["burn"]["1m"], one["burnExact"]["1m"]) == (1.0, {"num": 1, "den": 1})
    assert one["spentBy"] == [{"by": "notAttributed", "bad": 2}]
    assert one["alerts"] == []


def test_what_is_not_as_expected_is_shown_with_its_line_and_ends_with_1(tmp_path: Path) -> None:
    expected = (
        'expect:\n  - {goal: cart, minute: "2026-01-05T00:00:00Z", good: 9, total: 10, totl: 10}\n'
        '  - {goal: cart, at: "2026-01-05T00:01:30Z", coverage: 0.017, burn: {1m: 2}, alerts: [{tier: fast}]}\n'
    )
    result = run(tmp_path, SCRAPES + expected)
    assert result.exit_code == 1
    assert result.output.splitlines()[-5:] == [
        "test.yaml:7: cart, minute 2026-01-05 00:00: good is 8, expected 9",
        'test.yaml:7: cart, minute 2026-01-05 00:00: totl is "no such field; did you mean “total”?", expected 10',
        "test.yaml:8: cart, at 2026-01-05 00:01:30: burn.1m is 1.0, expected 2",
        'test.yaml:8: cart, at 2026-01-05 00:01:30: alerts is [], expected [{"tier": "fast"}]',
        "4 differences.",
    ]
    answer = answered(tmp_path, SCRAPES + expected)
    first = answer["differences"][0]
    assert (first["line"], first["field"], first["expected"], first["found"]) == (7, "good", 9, 8)


def test_a_burn_is_found_at_the_scrape_that_shows_it_and_ends_with_its_short_window(tmp_path: Path) -> None:
    lines, good, bad = [], 0, 0
    for number in range(30):
        good, bad = good + 10 * (not 4 <= number < 10), bad + 10 * (4 <= number < 10)
        at = f"2026-01-05T00:{number:02}:10Z"
        lines.append(
            f'  - {{target: cart-0, at: "{at}", samples: {{\'requests_total{{code="200"}}\': {good}, '
            f"'requests_total{{code=\"500\"}}': {bad}}}}}\n"
        )
    text = "documents: [cart.yaml]\nscrapes:\n" + "".join(lines)
    asked = text + 'ask: [{goal: cart, at: "2026-01-05T00:09:20Z"}, {goal: cart, at: "2026-01-05T00:29:20Z"}]\n'
    answer = answered(tmp_path, asked)
    (goal,), (burning, over) = answer["goals"], answer["answers"]
    page = next(each for each in goal["alerts"] if each["severity"] == "page")
    (tier, *_) = burning["alerts"]
    assert burning["state"] == "burning"
    assert tier["since"] >= page["began"] > "2026-01-05T00:04"
    assert tier["events"]["bad"] == tier["windows"][0]["bad"] > 0
    assert page["ended"] is not None
    assert [alert for alert in over["alerts"] if alert["severity"] == "page"] == []


def test_all_faults_of_a_file_come_at_once_with_line_and_remedy_and_end_with_2(tmp_path: Path) -> None:
    text = """documents: [carts.yaml, cart.yaml]
scrapes:
  - {target: cart-0, at: "2026-01-05T00:00:10Z", samples: {'requests_total{code=~"2.."}': 1}}
  - {target: cart-0, at: "2026-01-05T00:00:20Z"}
  - {target: cart-0, at: "2026-01-05T00:00:30Z", source: metric, failed: true}
ask: [{goal: card, at: "2026-01-04T00:00:00Z"}]
expect: [{goal: cart, good: 1}]
exclusions: [{goal: cart, from: "2026-01-05T00:01:00Z", until: "2026-01-05T00:01:00Z", why: drill}]
"""
    result = run(tmp_path, text)
    assert result.exit_code == 2
    file = tmp_path / "test.yaml"
    assert result.output.splitlines() == [
        f"{file}:1:13: error[no-such-file] There is no file or folder “carts.yaml”.",
        "  Paths are read from the folder of this file.",
        f'{file}:3:60: error[bad-series] “requests_total{{code=~"2.."}}” is a selector of several series, not the name of one.',
        '  Write it as in http_requests_total{code="200"}.',
        f"{file}:4:5: error[missing-field] This scrape has no samples.",
        "  Add either “samples” or “failed: true”.",
        f"{file}:5:58: error[unknown-data-source] There is no data source “metric” in this test.",
        "  Did you mean “metrics”?",
        f"{file}:6:14: error[unknown-goal] There is no goal “card” in this test.",
        "  Did you mean “cart”?",
        f"{file}:6:24: error[out-of-range] This lies before the first scrape.",
        "  Ask within what was scraped.",
        f"{file}:7:10: error[missing-field] It is not clear of what this is expected.",
        "  Add “minute”, a minute of the ledger, or “at”, the instant of an answer, and not both.",
        f"{file}:8:14: error[out-of-range] This exclusion ends before it begins.",
        "  Write an “until” that is later than “from”.",
        "8 faults. The test cannot be run.",
    ]


def test_faults_of_fields_and_of_documents_come_together(tmp_path: Path) -> None:
    text = f'{SCRAPES}asks: [{{goal: cart, at: "2026-01-05T00:00:10"}}]\n'
    answer = run(tmp_path, text, "--format", "json", documents=DOCUMENTS.replace("90}", "900}"))
    assert answer.exit_code == 2
    faults = json.loads(answer.output)["faults"]
    assert [(fault["file"], fault["code"]) for fault in faults] == [
        ("cart.yaml", "out-of-range"),
        ("test.yaml", "unknown-field"),
    ]


def test_a_goal_that_is_not_measured_says_so_where_it_is_asked_about(tmp_path: Path) -> None:
    text = f'{SCRAPES}ask: [{{goal: cart, at: "2026-01-05T00:01:00Z"}}]\n'
    result = run(tmp_path, text, documents=DOCUMENTS.replace("isRolling: true", "isRolling: false"))
    assert result.exit_code == 2
    assert "cart.yaml:15:16: warning[goal-not-measured]" in result.output
    assert "The test cannot be run." in result.output


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(goals, ["test", str(tmp_path / "none.yaml")])
    assert str(result.exception).startswith(f"There is no file “{tmp_path / 'none.yaml'}”.")


def test_what_a_goal_is_about_and_who_approved_it_need_not_be_declared(tmp_path: Path) -> None:
    documents = DOCUMENTS.replace(
        "metadata: {name: cart}\n", "metadata: {name: cart, annotations: {watchbill.dev/approved-by: user:dana}}\n", 1
    )
    assert run(tmp_path, SCRAPES, documents=documents).exit_code == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "wrong-type"),
        ("[1]", "wrong-type"),
        ("documents:\n", "missing-field"),
        ("documents: [cart.yaml]\n", "missing-field"),
        ("documents: {a: 1}\nscrapes: []\n", "wrong-type"),
        ("documents: [{}, cart.yaml]\nscrapes: [null]\n", "not-ours"),
        (f"{SCRAPES}expect: [3]\n", "wrong-type"),
        (f'{SCRAPES}expect: [{{goal: cart, minute: "2026-01-05T00:00:30Z"}}]\n', "bad-time"),
        (f'{SCRAPES}expect: [{{goal: cart, minute: "2026-01-05T05:00:00Z", good: 1}}]\n', "out-of-range"),
        (f'{SCRAPES}ask: [{{goal: cart, at: "2028-01-05T00:00:00Z"}}]\n', "out-of-range"),
        (f"{SCRAPES}---\na: 1\n", "wrong-type"),
        (f"{SCRAPES}{SCRAPES}", "duplicate-key"),
    ],
)
def test_whatever_a_file_holds_is_met_with_a_fault(tmp_path: Path, text: str, code: str) -> None:
    result = run(tmp_path, text, "--format", "json")
    assert result.exit_code == 2
    assert code in {fault["code"] for fault in json.loads(result.output)["faults"]}


def test_a_goal_of_which_nothing_was_scraped_is_not_measured(tmp_path: Path) -> None:
    text = (
        'documents: [cart.yaml]\nscrapes: [{target: cart-0, at: "2026-01-05T00:00:10Z", failed: true}]\n'
        'expect: [{goal: cart, minute: "2026-01-05T00:00:00Z", state: unknown},\n'
        '  {goal: cart, at: "2026-01-05T00:01:00Z", state: notMeasured, total: 0, remaining: null, coverage: 0}]\n'
    )
    assert run(tmp_path, text).exit_code == 0
