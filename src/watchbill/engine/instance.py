"""This instance: its data folder, held by one process at a time, with the name that outlives a restart."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path

from watchbill.lib.errors import Conflict, Unavailable


class Instance:
    """A data folder in use by this process. `name` is the owner of leases."""

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Unavailable(
                f"The data folder cannot be used: {error.strerror}.", "Choose another with --data.", str(folder)
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise Conflict(
                "Another watchbill already runs on this data folder.",
                "Stop it, or choose another with --data.",
                str(folder),
            ) from error
        self.name = _kept(folder / "instance", 8)

    def close(self) -> None:
        """Let another process use the folder."""
        os.close(self._lock)


def _kept(file: Path, length: int) -> str:
    """Return the random name kept in a file; the first call makes it whole or not at all, readable by the owner alone."""
    if not file.exists():
        draft = file.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as opened:
            opened.write(secrets.token_hex(length))
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(file)
    return file.read_text(encoding="ascii").strip()
