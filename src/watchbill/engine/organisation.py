"""Keeps the organisation in force up with its folder, and a copy of the last good folder for a restart on a broken one."""

from __future__ import annotations

import asyncio
import shutil
from datetime import datetime
from pathlib import Path

import structlog

from watchbill.lib.errors import Invalid, WatchbillError
from watchbill.org import folder
from watchbill.org.in_force import OrganizationInForce, Reading

log = structlog.get_logger()


class FolderWatch:
    """Reads `root` again when a file of it changed. `kept` is where the last good folder is copied to."""

    def __init__(self, root: Path, kept: Path) -> None:
        self._root = root
        self._kept = kept
        self._seen: frozenset[tuple[str, int, int]] = frozenset()

    def first_reading(self, at: datetime) -> OrganizationInForce:
        """Return the organisation to start with: the folder's, or the last good one where the folder has errors.

        Raises Invalid where the folder has errors and no good one is kept.
        """
        self._seen = self._fingerprint()
        reading = folder.read(self._root, at)
        if reading.organization is not None:
            self._keep()
            return OrganizationInForce(reading, at)
        kept = folder.read(self._kept) if self._kept.is_dir() else None
        if kept is None or kept.organization is None:
            raise Invalid(
                f"The organisation has {len(reading.errors)} errors, so nobody could be paged by it.",
                f"See them all: watchbill lint {self._root}",
                str(reading.errors[0].place),
            )
        log.warning("organisation.kept", errors=len(reading.errors), first=str(reading.errors[0].place))
        in_force = OrganizationInForce(kept, at)
        in_force.offer(reading, at)
        return in_force

    async def step(self, in_force: OrganizationInForce, now: datetime) -> None:
        """Read the folder again if it changed, and put it in force if it has no errors."""
        seen = await asyncio.to_thread(self._fingerprint)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            reading = await asyncio.to_thread(folder.read, self._root, now)
        except WatchbillError as error:
            log.warning("organisation.unreadable", what=error.what)
            return
        self._take(reading, in_force, now)

    def _take(self, reading: Reading, in_force: OrganizationInForce, now: datetime) -> None:
        if in_force.offer(reading, now):
            self._keep()
            log.info("organisation.taken_over", revision=reading.revision[:12])
        elif in_force.is_stale:
            log.warning("organisation.not_taken_over", errors=len(reading.errors), first=str(reading.errors[0].place))

    def _fingerprint(self) -> frozenset[tuple[str, int, int]]:
        found = set()
        for file in folder.files(self._root):
            try:
                status = file.stat()
            except OSError:
                continue
            found.add((str(file), status.st_mtime_ns, status.st_size))
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
