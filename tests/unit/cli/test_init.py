"""`watchbill init`: a starting folder that lints clean, teaches, and overwrites nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from watchbill.cli.init import FILES, init, write_starting_folder
from watchbill.cli.main import cli
from watchbill.lib.errors import Conflict, Invalid
from watchbill.org import folder
from watchbill.org.charters import AlertClass
from watchbill.org.coverage import pager
from watchbill.org.values import EntityRef

WEDNESDAY = date(2026, 11, 25)


def test_the_starting_folder_has_no_fault_at_all(tmp_path: Path) -> None:
    write_starting_folder(tmp_path / "acme", WEDNESDAY)
    assert folder.read(tmp_path / "acme").faults == ()


def test_the_starting_folder_says_who_is_paged_for_its_service(tmp_path: Path) -> None:
    write_starting_folder(tmp_path / "acme", WEDNESDAY)
    organization = folder.read(tmp_path / "acme").organization
    assert organization is not None
    web = EntityRef("component", "default", "web")
    answer = pager(organization, web, AlertClass.APPLICATION, datetime(2026, 11, 25, 12, tzinfo=UTC))
    assert (str(answer.holder), answer.team, answer.policy, answer.gap) == ("group:sre", "sre", "sre", None)


def test_the_commented_way_without_a_prometheus_works_as_it_stands(tmp_path: Path) -> None:
    write_starting_folder(tmp_path, WEDNESDAY)
    goals = tmp_path / "goals.yaml"
    text = goals.read_text(encoding="utf-8")
    commented = text[text.index("# spec:") : text.index("#\napiVersion")]
    spec = "".join(line.removeprefix("# ") for line in commented.splitlines(keepends=True))
    prometheus = text[text.index("spec:\n  type: prometheus") : text.index("---")]
    goals.write_text(text.replace(prometheus, spec), encoding="utf-8")
    reading = folder.read(tmp_path)
    assert reading.faults == ()
    assert reading.organization is not None
    assert reading.organization.sources["metrics"].targets[0].url == "http://127.0.0.1:8080/metrics"


@pytest.mark.parametrize("name", ["Zürich_Bank", "42", "#!", "null", "no", 'a "quoted" \\ name: x', "ж" * 80])
def test_any_name_of_the_folder_makes_a_readable_organisation(tmp_path: Path, name: str) -> None:
    write_starting_folder(tmp_path / name, WEDNESDAY)
    assert folder.read(tmp_path / name).faults == ()


def test_the_organisation_takes_the_name_of_the_folder_and_turns_begin_this_week(tmp_path: Path) -> None:
    write_starting_folder(tmp_path / "Zürich_Bank", WEDNESDAY)
    organization = folder.read(tmp_path / "Zürich_Bank").organization
    assert organization is not None
    assert (organization.name, organization.title) == ("zurich-bank", "Zürich Bank")
    assert organization.schedules["sre-primary"].layers[0].start == datetime(2026, 11, 23, 9)  # noqa: DTZ001 - local


def test_somebody_is_on_watch_at_once_also_early_on_a_monday(tmp_path: Path) -> None:
    write_starting_folder(tmp_path, date(2026, 11, 23))
    assert folder.read(tmp_path, datetime(2026, 11, 23, 0, 1, tzinfo=UTC)).faults == ()


def test_every_file_begins_with_what_it_is_and_something_in_it_is_to_be_changed(tmp_path: Path) -> None:
    write_starting_folder(tmp_path, WEDNESDAY)
    texts = {name: (tmp_path / name).read_text(encoding="utf-8") for name in FILES}
    assert all(text.startswith("# ") for text in texts.values())
    assert all("# change: " in text for text in texts.values())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)


def test_init_says_what_to_do_next_and_what_it_says_works(tmp_path: Path) -> None:
    said = CliRunner().invoke(init, [str(tmp_path / "acme")])
    assert said.exit_code == 0
    assert f"watchbill lint {tmp_path / 'acme'}" in said.output
    assert CliRunner().invoke(cli, ["lint", str(tmp_path / "acme")]).exit_code == 0
    shown = CliRunner().invoke(cli, ["show", str(tmp_path / "acme")])
    assert shown.exit_code == 0
    assert "SRE" in shown.output


def test_a_folder_in_use_is_refused_with_what_is_in_it_and_left_alone(tmp_path: Path) -> None:
    for name in "abcdefg":
        (tmp_path / name).write_text(name)
    with pytest.raises(Conflict, match="not empty: a, b, c, d, e and 2 more"):
        write_starting_folder(tmp_path, WEDNESDAY)
    assert sorted(path.name for path in tmp_path.iterdir()) == list("abcdefg")


def test_a_new_git_repository_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write_starting_folder(tmp_path, WEDNESDAY)
    assert folder.read(tmp_path).faults == ()


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "acme").write_text("")
    with pytest.raises(Conflict, match="a file"):
        write_starting_folder(tmp_path / "acme", WEDNESDAY)


def test_a_place_where_no_folder_can_be_made_is_named_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Invalid, match="Not a directory"):
        write_starting_folder(tmp_path / "file" / "acme", WEDNESDAY)
