"""Keeps the organisation in force up with its folder, and a copy of the last good folder for a restart on a broken one.

Whatever is wrong with the folder, be it faults in documents or that it cannot be read at all, becomes a reading with errors:
it is shown wherever faults are shown, and the last good organisation stays in force.
"""

from __future__ import annotations

import asyncio
import shutil
from datetime import datetime
from pathlib import Path

import structlog

from watchbill.lib.errors import Invalid, WatchbillError
from watchbill.lib.garbage import set_aside
from watchbill.org import folder
from watchbill.org.faults import Fault, Level
from watchbill.org.in_force import OrganizationInForce, Reading
from watchbill.org.values import Place

log = structlog.get_logger()

_Fingerprint = frozenset[tuple[str, int, int, int]]
_UNREADABLE = "unreadable-folder"


class FolderWatch:
    """Reads `root` again when a file of it changed. `kept` is where the last good folder is copied to."""

    def __init__(self, root: Path, kept: Path) -> None:
        self._root = root
        self._kept = kept
        self._seen: _Fingerprint | None = None
        self._known = folder.FilesRead()

    def first_reading(self, at: datetime) -> OrganizationInForce:
        """Return the organisation to start with: the folder's, or the last good one where the folder has errors.

        Raises Invalid where the folder has errors and no good one is kept.
        """
        self._seen, reading = self._read(at)
        if reading.organization is not None:
            self._keep()
            set_aside()
            return OrganizationInForce(reading, at)
        kept = folder.read(self._kept) if self._kept.is_dir() else None
        if kept is None or kept.organization is None:
            raise _unfit(reading, self._root)
        log.warning("organisation.kept", errors=len(reading.errors), first=_first(reading))
        in_force = OrganizationInForce(kept, at)
        in_force.offer(reading, at)
        return in_force

    async def step(self, in_force: OrganizationInForce, now: datetime) -> None:
        """Read the folder again if it changed, or could not be read before, and put it in force if it has no errors."""
        if self._seen is not None and await asyncio.to_thread(self._is_unchanged):
            return
        self._seen, reading = await asyncio.to_thread(self._read, now)
        said_before = in_force.latest.faults == reading.faults
        if in_force.offer(reading, now):
            set_aside()  # a search for garbage through a large organisation would stop everything for seconds
            await asyncio.to_thread(self._keep)
            log.info("organisation.taken_over", revision=reading.revision[:12])
        elif in_force.is_stale and not said_before:
            log.warning("organisation.not_taken_over", errors=len(reading.errors), first=_first(reading))

    def _is_unchanged(self) -> bool:
        try:
            return self._fingerprint() == self._seen
        except (WatchbillError, OSError):
            return False

    def _read(self, at: datetime) -> tuple[_Fingerprint | None, Reading]:
        """Return the folder's fingerprint and what it declares; without a fingerprint it is read again the next time."""
        try:
            return self._fingerprint(), folder.read(self._root, at, self._known)
        except WatchbillError as error:
            return None, _unreadable(error.what, error.mend)
        except OSError as error:
            return None, _unreadable(f"“{error.filename}” cannot be read: {error.strerror}.", "Mend or remove it.")
        except Exception as error:  # a fault of ours in reading must not take the last good organisation out of force
            log.exception("organisation.unreadable")
            return None, _unreadable(f"The folder cannot be read ({type(error).__name__}).", "See watchbill's log.")

    def _fingerprint(self) -> _Fingerprint:
        found = set()
        for file in folder.files(self._root):
            status = file.stat()
            found.add((str(file), status.st_mtime_ns, status.st_ctime_ns, status.st_size))
        return frozenset(found)

    def _keep(self) -> None:
        draft = self._kept.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        for file in folder.files(self._root):
            copy = draft / file.relative_to(self._root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
        shutil.rmtree(self._kept, ignore_errors=True)
        draft.rename(self._kept)


def _unreadable(what: str, mend: str) -> Reading:
    return Reading(None, (Fault(_UNREADABLE, Level.ERROR, what, mend, Place(".", 1)),), "")


def _first(reading: Reading) -> str:
    first = reading.errors[0]
    return f"{first.place}: {first.message}"


def _unfit(reading: Reading, root: Path) -> Invalid:
    first = reading.errors[0]
    if first.code == _UNREADABLE:
        return Invalid(first.message, first.hint, str(root))
    count = len(reading.errors)
    return Invalid(
        f"The organisation has {count} error{'s' if count > 1 else ''}, so nobody could be paged by it. The first: {first.message}",
        f"See them all: watchbill lint {root}",
        str(first.place),
    )
