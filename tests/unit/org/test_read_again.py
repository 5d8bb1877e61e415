"""A folder read again, in which only what changed is read and linked, is what it would be if it were read for the first time."""

from __future__ import annotations

import random
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.org.test_folder import SOUND
from watchbill.org.folder import FilesRead, read

ACME = Path(__file__).parents[3] / "examples" / "acme"
AT = datetime(2026, 5, 6, 10, tzinfo=UTC)
WORD = re.compile(r"(?<=[\s\[:,{])[a-z][a-z-]{2,}(?=[\s\],}])")


def edit(root: Path, chance: random.Random) -> None:
    """Change one file as people do, soundly or not: words, lines and documents are changed, moved and taken out."""
    files = sorted(root.rglob("*.yaml"))
    file, other = chance.choice(files), chance.choice(files)
    text = file.read_text()
    documents = text.split("\n---\n")
    match chance.randrange(7):
        case 0:
            words = WORD.findall(text) or ["none"]
            old, new = chance.choice(words), chance.choice(WORD.findall(other.read_text()) or ["new"])
            places = [found.start() for found in re.finditer(re.escape(old), text)]
            where = chance.choice([*places, 0])
            file.write_text(text[:where] + new + text[where + len(old) :])
        case 1:
            file.write_text("\n" * chance.randrange(1, 4) + text)
        case 2:
            documents.pop(chance.randrange(len(documents)))
            file.write_text("\n---\n".join(documents))
        case 3:
            other.write_text(f"{other.read_text()}\n---\n{documents.pop(chance.randrange(len(documents)))}")
            file.write_text("\n---\n".join(documents))
        case 4:
            chance.shuffle(documents)
            file.write_text("\n---\n".join(documents))
        case 5:
            lines = text.split("\n")
            del lines[chance.randrange(len(lines))]
            file.write_text("\n".join(lines))
        case _:
            file.rename(file.with_name(f"z{chance.randrange(10)}-{file.name[-40:]}"))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("folder", [SOUND, ACME], ids=["harbour", "acme"])
def test_any_edits_leave_the_reading_that_a_first_one_would_be(tmp_path: Path, folder: Path, seed: int) -> None:
    chance, known, at = random.Random(seed), FilesRead(), AT
    root = Path(shutil.copytree(folder, tmp_path / "org"))
    read(root, at, known)
    for _ in range(8):
        before = {file: file.read_bytes() for file in root.rglob("*.yaml")}
        edit(root, chance)
        at += timedelta(hours=chance.choice([0, 0, 5, 24, 24 * 40]))
        first = read(root, at)
        assert read(root, at, known) == first
        assert read(root, at, known) == first
        if first.errors and chance.random() < 0.6:
            for file in root.rglob("*.yaml"):
                file.unlink()
            for file, content in before.items():
                file.write_bytes(content)


def test_what_two_documents_say_of_each_other_follows_a_change_of_either(tmp_path: Path) -> None:
    root, known = Path(shutil.copytree(ACME, tmp_path / "org")), FilesRead()
    assert read(root, AT, known).errors == ()
    payments = root / "goals" / "payments.yaml"
    text = payments.read_text()
    payments.write_text(text.replace("service: payments", "service: refunds"))
    unknown = read(root, AT, known)
    assert "unknown-component" in {fault.code for fault in unknown.errors}
    added = root / "refunds.yaml"
    added.write_text(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: refunds}\n"
        "spec: {type: service, lifecycle: production, owner: checkout-developers}\n"
    )
    assert read(root, AT, known) == read(root, AT)
    added.unlink()
    assert read(root, AT, known) == unknown


@pytest.mark.parametrize(
    ("old", "new"),
    [("owner: group:northwind, ", "owner: group:growth, "), ("system: northwind, ", "system: payroll, ")],
)
def test_a_thing_that_comes_within_the_reach_of_advisers_is_found_where_it_stands(
    tmp_path: Path, old: str, new: str
) -> None:
    root, known = Path(shutil.copytree(ACME, tmp_path / "org")), FilesRead()
    assert read(root, AT, known).faults == ()
    file = root / "catalog" / "back-office.yaml"
    file.write_text(file.read_text().replace(old, new))
    (found,) = (each for each in read(root, AT, known).faults if each.code == "advice-past-the-owner")
    file.write_text(
        file.read_text().replace("metadata: {name: northwind-store", "# Theirs.\nmetadata: {name: northwind-store")
    )
    (moved,) = (each for each in read(root, AT, known).faults if each.code == "advice-past-the-owner")
    assert moved.related[0].line == found.related[0].line + 1
