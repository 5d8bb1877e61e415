"""Files that a command writes into a folder it is given. Knows nothing of what they say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from watchbill.lib.errors import Invalid


def write_files(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files by name into a folder, which is made where it is missing; files of these names are replaced.

    Raises Invalid where that cannot be done.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        where = str(error.filename or folder)
        raise Invalid(
            f"It cannot be written: {error.strerror}.", "Name another folder, or change its permissions.", where
        ) from error
