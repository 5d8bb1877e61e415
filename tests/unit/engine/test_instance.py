"""The data folder: one process at a time; its name outlives a restart and is the owner's alone."""

from pathlib import Path

import pytest

from watchbill.engine.instance import Instance
from watchbill.lib.errors import Conflict, Unavailable


def test_a_folder_is_held_by_one_process_at_a_time(tmp_path: Path) -> None:
    first = Instance(tmp_path)
    with pytest.raises(Conflict, match="already runs"):
        Instance(tmp_path)
    first.close()
    Instance(tmp_path).close()


def test_its_name_outlives_a_restart(tmp_path: Path) -> None:
    first = Instance(tmp_path)
    first.close()
    second = Instance(tmp_path)
    second.close()
    assert first.name == second.name
    assert (tmp_path / "instance").stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="data folder cannot be used"):
        Instance(tmp_path / "file" / "data")
