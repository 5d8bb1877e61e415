"""The loop. It knows no module's business: it steps each on its interval, sooner when a unit of work committed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram

from watchbill.lib.clock import Clock
from watchbill.store.outage import is_outage
from watchbill.store.store import Store

from .leases import Leases
from .pulse import EVERY, Pulse
from .troubles import Troubles

log = structlog.get_logger("watchbill.engine")

_READY_MARGIN = timedelta(seconds=20)
_ASKED_AGAIN = timedelta(seconds=2)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=0.25), timedelta(seconds=5)
_FAREWELL = timedelta(seconds=3)
_LONGEST_LETTING_GO = 3.0


@dataclass(frozen=True)
class Module:
    """A part of the engine: `step(now)` does what is due and returns.

    `every` is the longest pause between steps. With `wakes`, a commit anywhere in this process ends the pause; with `after`,
    a step of the module of that name does. `workers` steps may run side by side. A step that takes longer than `longest` is
    broken off. A program with a lower `version` than any that worked on the database stands aside. With `lease`, the module
    runs in one instance at a time, together with all modules of that lease; `took_over` is awaited each time this instance
    gains it.
    """

    name: str
    step: Callable[[datetime], Awaitable[object]]
    every: timedelta
    version: int = 1
    wakes: bool = False
    after: str | None = None
    workers: int = 1
    longest: timedelta = timedelta(seconds=60)
    lease: str | None = None
    took_over: Callable[[datetime], Awaitable[None]] | None = None


class StepBrokenOff(Exception):
    """A step was ended from outside: it took too long, or its lease was lost."""


class _Outcome(StrEnum):
    DONE = "done"
    ELSEWHERE = "elsewhere"
    OUTDATED = "outdated"
    FAILED = "failed"


class Engine:
    """Runs modules until it is cancelled. A step that raises or hangs is logged and counted, and the module goes on."""

    def __init__(
        self,
        modules: Sequence[Module],
        leases: Leases,
        clock: Clock,
        store: Store,
        registry: CollectorRegistry,
        *,
        pulse_every: timedelta = EVERY,
        farewell: timedelta = _FAREWELL,
    ) -> None:
        self._modules = tuple(modules)
        self._leases = leases
        self._clock = clock
        self._store = store
        self._troubles = Troubles()
        ours = {module.name: module.version for module in modules}
        self._pulse = Pulse(store, leases, ours, self._troubles, pulse_every)
        self._bells = {module.name: asyncio.Event() for module in modules if module.wakes or module.after}
        self._bounds: dict[str, asyncio.Timeout] = {}
        self._farewell = farewell
        self._busy: set[asyncio.Task[None]] = set()
        self._is_ending = False
        self._stepped: dict[str, datetime] = {}
        self._steps = Counter(
            "watchbill_engine_steps", "Steps of the engine's modules.", ["module", "outcome"], registry=registry
        )
        self._seconds = Histogram(
            "watchbill_engine_step_seconds", "How long steps took.", ["module"], registry=registry
        )
        store.when_committed(self._ring_those_that_wake)

    def ring(self, name: str) -> None:
        """End the pause of a module that wakes or comes after another: there may be something for it to do."""
        self._bells[name].set()

    def _ring_those_that_wake(self) -> None:
        for module in self._modules:
            if module.wakes:
                self.ring(module.name)

    def _ring_those_after(self, name: str) -> None:
        for module in self._modules:
            if module.after == name:
                self.ring(module.name)

    async def run(self) -> None:
        """Run all modules. On cancellation let steps come to their end for a while, then let the leases go."""
        self._is_ending = False
        loop = asyncio.get_running_loop()
        pulse = loop.create_task(self._pulse.beat_on(self._clock, self._break_off), name="engine pulse")
        stepping = [
            loop.create_task(self._keep_stepping(module), name=f"engine {module.name}")
            for module in self._modules
            for _ in range(module.workers)
        ]
        try:
            done, _ = await asyncio.wait([pulse, *stepping], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await self._end(pulse, stepping)

    async def _end(self, pulse: asyncio.Task[None], stepping: Sequence[asyncio.Task[None]]) -> None:
        self._is_ending = True
        for task in set(stepping) - self._busy:
            task.cancel()
        self._pulse.end()
        await asyncio.wait({pulse, *self._busy}, timeout=self._farewell.total_seconds())
        tasks = [pulse, *stepping]
        for task in tasks:
            if not task.cancelling():  # a second one would break off how a connection is closed after the first
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(Exception):  # what is not let go runs out by itself
            async with asyncio.timeout(_LONGEST_LETTING_GO):
                await self._leases.let_go(self._clock.now())

    def _break_off(self, lease: str) -> None:
        """End the steps that run under a lease which is lost: another instance may be taking them."""
        for module in self._modules:
            bound = self._bounds.get(module.name)
            if module.lease == lease and bound is not None and not bound.expired():
                bound.reschedule(0)

    async def _keep_stepping(self, module: Module) -> None:
        bell, seconds = self._bells.get(module.name), asyncio.get_running_loop().time
        had_lease, failures = False, 0
        await self._pulse.begun.wait()
        while not self._is_ending:
            if bell is not None:
                bell.clear()
            started = seconds()
            try:
                with self._busy_in(asyncio.current_task()):
                    outcome = await self._step_within_bounds(module, had_lease)
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the pager
                failures += 1
                outcome, pause = _Outcome.FAILED, _pause_after_failure(module, error, failures)
                self._troubles.failed(module.name, error, seconds())
                bell_heard = None
            else:
                failures, bell_heard = 0, bell
                pause = module.every if outcome is _Outcome.DONE else min(module.every, _ASKED_AGAIN)
                self._troubles.passed(module.name, seconds())
                had_lease = outcome is _Outcome.DONE
            self._steps.labels(module.name, outcome.value).inc()
            self._seconds.labels(module.name).observe(seconds() - started)
            if not self._is_ending:
                await _pause(pause, bell_heard)

    @contextlib.contextmanager
    def _busy_in(self, task: asyncio.Task[None] | None) -> Iterator[None]:
        busy = {task} if task is not None else set()
        self._busy |= busy
        try:
            yield
        finally:
            self._busy -= busy

    async def _step_within_bounds(self, module: Module, had_lease: bool) -> _Outcome:
        """Step once. Raises StepBrokenOff when it took too long or its lease was lost, and whatever the step raises."""
        try:
            async with asyncio.timeout(module.longest.total_seconds()) as bound:
                if module.lease is not None:
                    self._bounds[module.name] = bound
                return await self._step(module, had_lease)
        except TimeoutError as error:
            if not bound.expired():
                raise
            if bound.when() == 0:
                raise StepBrokenOff(f"the lease “{module.lease}” was lost") from None
            await self._store.reset()  # what hung may be a connection, and others may hang like it
            raise StepBrokenOff(f"it took longer than {module.longest.total_seconds():g} s") from error
        finally:
            self._bounds.pop(module.name, None)

    async def _step(self, module: Module, had_lease: bool) -> _Outcome:
        now = self._clock.now()
        if module.name in self._pulse.outdated:
            if module.lease is not None:
                await self._leases.let_go(now, module.lease)
            return _Outcome.OUTDATED
        if module.lease is not None and not await self._leases.hold(module.lease, module.version, now):
            self._stepped[module.name] = now
            return _Outcome.ELSEWHERE
        if module.took_over is not None and not had_lease:
            await module.took_over(now)
        await module.step(now)
        self._stepped[module.name] = self._clock.now()
        self._ring_those_after(module.name)
        return _Outcome.DONE

    def troubles(self, now: datetime) -> list[str]:
        """Return, in sentences, why the engine does not work as it should; nothing when it is ready."""
        found = [f"The database takes no writes: {self._pulse.problem}."] if self._pulse.problem else []
        if self._pulse.outdated:
            found.append("A newer watchbill works on this database; this one stands aside.")
        late = set(self.late(now)) - self._pulse.outdated
        return found + [f"The engine's module “{name}” has not stepped." for name in sorted(late)]

    def late(self, now: datetime) -> list[str]:
        """Return the modules that have not stepped as they should."""
        return [
            module.name
            for module in self._modules
            if module.name not in self._stepped or now - self._stepped[module.name] > module.every + _READY_MARGIN
        ]


def _pause_after_failure(module: Module, error: Exception, failures: int) -> timedelta:
    """Return how long to wait: ever longer while the database is away, up to a bound; the module's own pause otherwise."""
    growing: timedelta = min(_FIRST_PAUSE * 2 ** min(failures - 1, 10), _LONGEST_PAUSE)
    return growing if is_outage(error) or isinstance(error, StepBrokenOff) else max(growing, module.every)


async def _pause(length: timedelta, bell: asyncio.Event | None) -> None:
    if bell is None:
        await asyncio.sleep(length.total_seconds())
        return
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(length.total_seconds()):
            await bell.wait()
