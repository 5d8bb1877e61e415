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


HEAD = "apiVersion: watchbill/v1\nkind: Organization\nmetadata: {name: harbour}\n"
OFFICE = """
apiVersion: watchbill/v1
kind: Engagement
metadata: {name: core-with-developers}
spec:
  sre: core
  partner: developers
  covers: {components: [cart]}
  pager: {hours: office}
  life: [{state: proposed, on: 2026-01-12, by: user:ana, why: asked for}]
"""


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        (f"{HEAD}spec: {{timeZone: [\n", "yaml-syntax"),
        (f"{HEAD}spec: {{timeZone: Mars}}\n", "unknown-time-zone"),
        (f"{HEAD.replace('{name: harbour}', '{}')}spec: {{timeZone: UTC}}\n", "missing-field"),
        (f"{HEAD.replace('Organization', 'Organisation')}spec: {{timeZone: UTC}}\n", "unknown-kind"),
        (f"{HEAD.partition(chr(10))[2]}spec: {{timeZone: UTC}}\n", "missing-api-version"),
        (f"{HEAD}spec: {{timeZone: UTC}} # caf\udce9\n", "not-utf8"),
    ],
    ids=lambda value: None if "\n" in value else value,
)
def test_an_organization_that_cannot_be_read_is_not_called_missing_too(
    tmp_path: Path, written: str, fault: str
) -> None:
    root = organisation(tmp_path, office=OFFICE)
    _, _, others = (root / "organisation.yaml").read_text().partition("---\n")
    (root / "organisation.yaml").write_text(others)
    assert codes(read(root)) == ["no-organization", "unknown-hours"]
    (root / "own.yaml").write_bytes(written.encode("utf-8", "surrogateescape"))
    assert codes(read(root)) == [fault]


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
