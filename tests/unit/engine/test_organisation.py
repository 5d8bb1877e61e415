"""The folder's watch: a change is taken over, whatever is wrong keeps the last good organisation, also over a restart."""

from __future__ import annotations

import gc
import os
import shutil
import weakref
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.organizations import SMALL
from watchbill.engine.organisation import FolderWatch
from watchbill.lib.errors import Invalid
from watchbill.org.in_force import OrganizationInForce

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


class Folder:
    """A copy of the small organisation, watched."""

    def __init__(self, place: Path) -> None:
        self.root, self.kept = place / "org", place / "data" / "organisation"
        self.kept.parent.mkdir()
        shutil.copytree(SMALL, self.root)
        self.watch = FolderWatch(self.root, self.kept)
        self.in_force = self.watch.first_reading(NOON)

    async def look(self) -> OrganizationInForce:
        """Let the watch look once."""
        await self.watch.step(self.in_force, NOON)
        return self.in_force

    def retitle(self, title: str) -> None:
        """Change a document."""
        file = self.root / "catalog.yaml"
        file.write_text(file.read_text().replace("title: Shop API", f"title: {title}"))

    def restarted(self) -> OrganizationInForce:
        """Return what a new process begins with."""
        return FolderWatch(self.root, self.kept).first_reading(NOON)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def titles(in_force: OrganizationInForce) -> set[str]:
    return {thing.title for thing in in_force.organization.things.values()}


async def test_a_change_is_taken_over(folder: Folder) -> None:
    folder.retitle("Renamed")
    assert "Renamed" in titles(await folder.look())
    assert not folder.in_force.is_stale


async def test_a_folder_that_does_not_lint_keeps_the_last_good_organisation_until_it_lints(folder: Folder) -> None:
    good = (folder.root / "watch.yaml").read_text()
    (folder.root / "watch.yaml").write_text("kind: [")
    stale = await folder.look()
    assert stale.is_stale
    assert stale.latest.errors[0].place.file == "watch.yaml"
    assert "Shop API" in titles(stale)
    (folder.root / "watch.yaml").write_text(good)
    assert not (await folder.look()).is_stale


async def test_a_restart_on_a_folder_that_does_not_lint_begins_with_the_last_good_one(folder: Folder) -> None:
    (folder.root / "watch.yaml").write_text("kind: [")
    restarted = folder.restarted()
    assert restarted.is_stale
    assert "Shop API" in titles(restarted)


async def test_a_folder_that_is_gone_is_a_fault_and_comes_back(folder: Folder) -> None:
    folder.root.rename(folder.root.with_name("away"))
    assert (await folder.look()).latest.errors[0].code == "unreadable-folder"
    assert "Shop API" in titles(folder.restarted())
    folder.root.with_name("away").rename(folder.root)
    assert not (await folder.look()).is_stale


async def test_looking_at_a_folder_that_is_gone_lets_go_of_all_that_it_makes(folder: Folder) -> None:
    folder.root.rename(folder.root.with_name("away"))
    aside = gc.get_freeze_count()
    for _ in range(3):
        await folder.look()
    assert gc.get_freeze_count() <= aside


async def test_an_organisation_that_is_no_more_in_force_is_let_go(folder: Folder) -> None:
    before = weakref.ref(folder.in_force.organization)
    folder.retitle("Renamed")
    await folder.look()
    assert before() is None


async def test_a_change_beside_an_unreadable_file_is_taken_over_once_that_is_gone(folder: Folder) -> None:
    (folder.root / "dangling.yaml").symlink_to("nowhere")
    folder.retitle("Renamed")
    stale = await folder.look()
    assert stale.is_stale
    assert "dangling.yaml" in stale.latest.errors[0].message
    (folder.root / "dangling.yaml").unlink()
    assert "Renamed" in titles(await folder.look())
    assert not folder.in_force.is_stale


async def test_a_file_that_becomes_readable_again_is_seen_though_its_time_and_size_did_not_change(
    folder: Folder,
) -> None:
    file = folder.root / "watch.yaml"
    before = file.stat()
    good = file.read_bytes()
    file.write_bytes(b"#" * (len(good) - 1) + b"\n")
    assert (await folder.look()).is_stale
    file.write_bytes(good)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not (await folder.look()).is_stale


def test_the_first_start_on_a_folder_with_errors_says_the_first_of_them(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "org")
    (tmp_path / "org" / "watch.yaml").write_text("kind: [")
    with pytest.raises(Invalid) as refusal:
        FolderWatch(tmp_path / "org", tmp_path / "kept").first_reading(NOON)
    assert "watch.yaml" in refusal.value.where
    assert "watchbill lint" in refusal.value.mend


def test_the_first_start_on_no_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no folder"):
        FolderWatch(tmp_path / "none", tmp_path / "kept").first_reading(NOON)
