"""The loop. It knows no module's business: it steps each on its interval, sooner when a unit of work committed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram

from watchbill.lib.clock import Clock
from watchbill.store.store import Store

from .leases import Leases

log = structlog.get_logger()

_READY_MARGIN = timedelta(seconds=20)


@dataclass(frozen=True)
class Module:
    """A part of the engine: `step(now)` does what is due and returns.

    `every` is the longest pause between steps. With `wakes`, a commit anywhere in this process ends the pause. `workers`
    steps may run side by side. With `version` set, the module runs in one instance at a time, under a lease; `took_over`
    is then awaited each time this instance gains it.
    """

    name: str
    step: Callable[[datetime], Awaitable[object]]
    every: timedelta
    wakes: bool = False
    workers: int = 1
    version: int | None = None
    took_over: Callable[[datetime], Awaitable[None]] | None = None


class Engine:
    """Runs modules until it is cancelled. A step that raises is logged and counted, and the module goes on."""

    def __init__(
        self, modules: Sequence[Module], leases: Leases, clock: Clock, store: Store, registry: CollectorRegistry
    ) -> None:
        self._modules = tuple(modules)
        self._leases = leases
        self._clock = clock
        self._bells = {module.name: asyncio.Event() for module in modules if module.wakes}
        self._stepped: dict[str, datetime] = {}
        self._steps = Counter(
            "watchbill_engine_steps", "Steps of the engine's modules.", ["module", "outcome"], registry=registry
        )
        self._seconds = Histogram(
            "watchbill_engine_step_seconds", "How long steps took.", ["module"], registry=registry
        )
        store.when_committed(self._ring)

    def _ring(self) -> None:
        for bell in self._bells.values():
            bell.set()

    async def run(self) -> None:
        """Run all modules; on cancellation let the leases go."""
        try:
            async with asyncio.TaskGroup() as group:
                for module in self._modules:
                    for _ in range(module.workers):
                        group.create_task(self._keep_stepping(module), name=f"engine {module.name}")
        finally:
            await asyncio.shield(self._leases.let_go(self._clock.now()))

    async def _keep_stepping(self, module: Module) -> None:
        had_lease = False
        while True:
            bell = self._bells.get(module.name)
            if bell is not None:
                bell.clear()
            started = time.perf_counter()
            try:
                had_lease = await self._step(module, had_lease)
                outcome = "done" if had_lease else "elsewhere"
            except Exception:  # whatever it is, it must not stop the pager
                outcome = "failed"
                log.exception("engine.step_failed", module=module.name)
            self._steps.labels(module.name, outcome).inc()
            self._seconds.labels(module.name).observe(time.perf_counter() - started)
            await _pause(module.every, bell)

    async def _step(self, module: Module, had_lease: bool) -> bool:
        """Step once; return whether this instance was the one to do so."""
        now = self._clock.now()
        if module.version is not None and not await self._leases.hold(module.name, module.version, now):
            self._stepped[module.name] = now
            return False
        if module.took_over is not None and not had_lease:
            await module.took_over(now)
        await module.step(now)
        self._stepped[module.name] = self._clock.now()
        return True

    def late(self, now: datetime) -> list[str]:
        """Return the modules that have not stepped as they should: the engine is ready when there is none."""
        return [
            module.name
            for module in self._modules
            if module.name not in self._stepped or now - self._stepped[module.name] > module.every + _READY_MARGIN
        ]


async def _pause(length: timedelta, bell: asyncio.Event | None) -> None:
    if bell is None:
        await asyncio.sleep(length.total_seconds())
        return
    try:
        await asyncio.wait_for(bell.wait(), length.total_seconds())
    except TimeoutError:
        return
