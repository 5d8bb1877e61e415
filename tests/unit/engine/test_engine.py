"""The loop: it steps, is woken by commits, survives a module that raises, and says which module is late."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from prometheus_client import CollectorRegistry

from watchbill.engine.engine import Engine, Module
from watchbill.engine.leases import Leases
from watchbill.lib.clock import HandClock
from watchbill.store.store import Store

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _engine(store: Store, *modules: Module, owner: str = "ours") -> tuple[Engine, HandClock, CollectorRegistry]:
    clock, registry = HandClock(NOON), CollectorRegistry()
    return Engine(modules, Leases(store, owner), clock, store, registry), clock, registry


@contextlib.asynccontextmanager
async def _running(engine: Engine) -> AsyncIterator[None]:
    task = asyncio.create_task(engine.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_a_commit_ends_the_pause_of_a_module_that_wakes(store: Store) -> None:
    times: list[datetime] = []
    first, second = asyncio.Event(), asyncio.Event()

    async def step(now: datetime) -> None:
        times.append(now)
        (second if len(times) > 1 else first).set()

    engine, _, _ = _engine(store, Module("deliver", step, HOUR, wakes=True))
    async with _running(engine):
        await asyncio.wait_for(first.wait(), 5)
        async with store.writing() as transaction:
            await transaction.execute(sa.text("SELECT 1"))
        await asyncio.wait_for(second.wait(), 5)


async def test_a_module_that_raises_goes_on_and_stops_no_other(store: Store) -> None:
    failed, other = asyncio.Event(), asyncio.Event()
    attempts: list[datetime] = []

    async def broken(now: datetime) -> None:
        attempts.append(now)
        if len(attempts) >= 3:
            failed.set()
        raise RuntimeError("a bad row")

    async def sound(_: datetime) -> None:
        other.set()

    engine, clock, registry = _engine(
        store, Module("broken", broken, timedelta(milliseconds=5)), Module("sound", sound, HOUR)
    )
    async with _running(engine):
        await asyncio.wait_for(asyncio.gather(failed.wait(), other.wait()), 5)
    assert (
        registry.get_sample_value("watchbill_engine_steps_total", {"module": "broken", "outcome": "failed"}) or 0
    ) >= 2
    assert engine.late(clock.now()) == ["broken"]


async def test_a_leased_module_steps_in_one_instance_and_is_told_when_it_took_over(store: Store) -> None:
    taken: list[str] = []
    ours, theirs = asyncio.Event(), asyncio.Event()

    def module(name: str, stepped: asyncio.Event) -> Module:
        async def took_over(_: datetime) -> None:
            taken.append(name)

        async def step(_: datetime) -> None:
            stepped.set()

        return Module("goals", step, timedelta(milliseconds=10), version=1, took_over=took_over)

    first, _, _ = _engine(store, module("ours", ours), owner="ours")
    second, _, registry = _engine(store, module("theirs", theirs), owner="theirs")
    async with _running(first):
        await asyncio.wait_for(ours.wait(), 5)
        async with _running(second):
            elsewhere = {"module": "goals", "outcome": "elsewhere"}
            async with asyncio.timeout(5):
                while not registry.get_sample_value("watchbill_engine_steps_total", elsewhere):  # noqa: ASYNC110
                    await asyncio.sleep(0)
            assert not theirs.is_set()
            assert taken == ["ours"]
    async with _running(second):
        await asyncio.wait_for(theirs.wait(), 5)
    assert taken == ["ours", "theirs"]


async def test_a_module_that_never_stepped_or_not_for_long_is_late(store: Store) -> None:
    stepped = asyncio.Event()

    async def step(_: datetime) -> None:
        stepped.set()

    engine, clock, _ = _engine(store, Module("goals", step, timedelta(seconds=15)))
    assert engine.late(clock.now()) == ["goals"]
    async with _running(engine):
        await asyncio.wait_for(stepped.wait(), 5)
        await asyncio.sleep(0)
        assert engine.late(clock.now()) == []
        clock.set(NOON + timedelta(seconds=36))
        assert engine.late(clock.now()) == ["goals"]
