"""The engine's pulse: every few seconds one small unit of work that renews leases, looks for newer programs, and so proves writing.

It goes on by itself however long steps take, so that a lease is lost only with the database or with this process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta

from watchbill.lib.clock import Clock
from watchbill.store.outage import said_plainly
from watchbill.store.store import Store

from . import versions
from .leases import Leases
from .troubles import Troubles

EVERY = timedelta(seconds=5)
_LONGEST_BEAT = timedelta(seconds=12)
_AGAIN_AFTER = timedelta(seconds=1)


class Pulse:
    """Beats until it is told to end. `begun` is set by the first beat that succeeded; no module steps before.

    `outdated` are the modules that a newer program works on, `problem` is why the database takes no writes (None: it does).
    """

    def __init__(
        self, store: Store, leases: Leases, ours: Mapping[str, int], troubles: Troubles, every: timedelta = EVERY
    ) -> None:
        self._store = store
        self._leases = leases
        self._ours = dict(ours)
        self._troubles = troubles
        self._every = every
        self._ending = asyncio.Event()
        self.begun = asyncio.Event()
        self.outdated: frozenset[str] = frozenset()
        self.problem: str | None = None

    async def beat_on(self, clock: Clock, lost: Callable[[str], None]) -> None:
        """Beat; call `lost` with the name of each lease that is ours no more."""
        seconds = asyncio.get_running_loop().time
        self._ending.clear()
        while not self._ending.is_set():
            try:
                async with asyncio.timeout(_LONGEST_BEAT.total_seconds()):
                    gone = await self._beat(clock)
            except Exception as error:  # noqa: BLE001 - whatever it is, the next beat may succeed
                self.problem = said_plainly(error)
                self._troubles.failed("pulse", error, seconds())
                gone = self._leases.run_out(clock.now())
                pause = min(self._every, _AGAIN_AFTER)
            else:
                self.problem = None
                self._troubles.passed("pulse", seconds())
                self.begun.set()
                pause = self._every
            for lease in gone:
                lost(lease)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause.total_seconds()):
                    await self._ending.wait()

    def end(self) -> None:
        """Beat no more; a beat that goes on comes to its end."""
        self._ending.set()

    async def _beat(self, clock: Clock) -> set[str]:
        now = clock.now()
        async with self._store.writing() as transaction:
            if not self.begun.is_set():
                await versions.register(transaction, self._ours)
            found = await self._leases.renew(transaction, now)
            self.outdated = await versions.outdated(transaction, self._ours)
        return self._leases.renewed(found, now)
