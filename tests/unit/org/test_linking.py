"""What is said of the organisation as a whole: who leads it, and whether anything answers for the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.org.test_folder import codes, organisation
from watchbill.org.faults import Level
from watchbill.org.folder import read


def test_without_an_organization_document_there_is_a_warning(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    text = (root / "organisation.yaml").read_text()
    (root / "organisation.yaml").write_text(text[text.index("---\n") :])
    assert codes(read(root)) == ["no-organization"]


@pytest.mark.parametrize(("written", "column"), [("  admins: []\n", 3), ("", 1)])
def test_an_organization_without_administrators_is_noted(tmp_path: Path, written: str, column: int) -> None:
    root = organisation(tmp_path)
    text = (root / "organisation.yaml").read_text()
    (root / "organisation.yaml").write_text(text.replace("  admins: [user:ana]\n", written))
    (fault,) = read(root).faults
    assert (fault.code, fault.level, fault.place.column) == ("no-admins", Level.NOTE, column)
    assert "admins: [user:ana]" in fault.hint


def test_a_catch_all_that_no_policy_is_for_is_a_warning(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    text = (root / "organisation.yaml").read_text()
    (root / "organisation.yaml").write_text(text.replace("catchAll: group:core", "catchAll: group:guests"))
    reading = read(root)
    assert codes(reading) == ["catch-all-unreachable"]
    assert reading.organization is not None
