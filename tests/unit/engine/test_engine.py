"""The loop: it steps, is woken by commits, survives modules that raise or hang, and says why it does not work as it should."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import structlog
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from watchbill.engine.engine import Engine, Module
from watchbill.engine.leases import LENGTH, Leases, leases
from watchbill.lib.clock import HandClock
from watchbill.store.store import Store

PATIENCE = 30
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


SOON = timedelta(milliseconds=20)


def _engine(store: Store, *modules: Module, owner: str = "ours") -> tuple[Engine, HandClock, CollectorRegistry]:
    clock, registry = HandClock(NOON), CollectorRegistry()
    return (
        Engine(modules, Leases(store, owner), clock, store, registry, pulse_every=SOON, farewell=15 * SOON),
        clock,
        registry,
    )


async def _until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.005)


def _steps(registry: CollectorRegistry, module: str, outcome: str) -> float:
    found = registry.get_sample_value("watchbill_engine_steps_total", {"module": module, "outcome": outcome})
    return found or 0.0


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
        await asyncio.wait_for(first.wait(), PATIENCE)
        async with store.writing() as transaction:
            await transaction.execute(sa.text("SELECT 1"))
        await asyncio.wait_for(second.wait(), PATIENCE)


async def test_a_ring_ends_the_pause_of_the_module_it_is_for_and_of_no_other(store: Store) -> None:
    steps: list[str] = []

    async def measure(_: datetime) -> None:
        steps.append("measure")

    async def evaluate(_: datetime) -> None:
        steps.append("evaluate")

    engine, _, registry = _engine(
        store, Module("measure", measure, HOUR), Module("evaluate", evaluate, HOUR, after="measure")
    )
    async with _running(engine):
        await _until(lambda: "measure" in steps and _steps(registry, "evaluate", "done") >= 1)
        before = steps.count("evaluate")
        engine.ring("evaluate")
        await _until(lambda: steps.count("evaluate") > before)
        assert steps.count("measure") == 1


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
        await asyncio.wait_for(asyncio.gather(failed.wait(), other.wait()), PATIENCE)
    assert _steps(registry, "broken", "failed") >= 2
    assert engine.late(clock.now()) == ["broken"]


async def test_a_leased_module_steps_in_one_instance_and_is_told_when_it_took_over(store: Store) -> None:
    taken: list[str] = []
    ours, theirs = asyncio.Event(), asyncio.Event()

    def module(name: str, stepped: asyncio.Event) -> Module:
        async def took_over(_: datetime) -> None:
            taken.append(name)

        async def step(_: datetime) -> None:
            stepped.set()

        return Module("goals", step, timedelta(milliseconds=10), lease="goals", took_over=took_over)

    first, _, _ = _engine(store, module("ours", ours), owner="ours")
    second, _, registry = _engine(store, module("theirs", theirs), owner="theirs")
    async with _running(first):
        await asyncio.wait_for(ours.wait(), PATIENCE)
        async with _running(second):
            await _until(lambda: _steps(registry, "goals", "elsewhere"))
            assert not theirs.is_set()
            assert taken == ["ours"]
    async with _running(second):
        await asyncio.wait_for(theirs.wait(), PATIENCE)
    assert taken == ["ours", "theirs"]


async def test_a_module_that_never_stepped_or_not_for_long_is_late(store: Store) -> None:
    stepped = asyncio.Event()

    async def step(_: datetime) -> None:
        stepped.set()

    engine, clock, _ = _engine(store, Module("goals", step, timedelta(seconds=15)))
    assert engine.late(clock.now()) == ["goals"]
    async with _running(engine):
        await asyncio.wait_for(stepped.wait(), PATIENCE)
        await asyncio.sleep(0)
        assert engine.late(clock.now()) == []
        clock.set(NOON + timedelta(seconds=36))
        assert engine.late(clock.now()) == ["goals"]


async def test_a_step_that_hangs_is_broken_off_and_tried_again(store: Store) -> None:
    attempts: list[datetime] = []
    again = asyncio.Event()

    async def step(now: datetime) -> None:
        attempts.append(now)
        if len(attempts) == 1:
            await asyncio.Event().wait()
        again.set()

    engine, clock, registry = _engine(store, Module("deliver", step, timedelta(seconds=1), longest=SOON))
    async with _running(engine):
        await asyncio.wait_for(again.wait(), PATIENCE)
        await _until(lambda: _steps(registry, "deliver", "done"))
        assert engine.troubles(clock.now()) == []
    assert _steps(registry, "deliver", "failed") == 1


@pytest.fixture
def broken_log() -> Iterator[None]:
    """Have every line that is logged raise, as a closed stream does, and anything that a program may have registered."""

    def fail(*_: object) -> structlog.typing.EventDict:
        raise BrokenPipeError(32, "Broken pipe")

    before = structlog.get_config()
    structlog.configure(processors=[fail])
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("broken_log")
async def test_a_log_that_cannot_be_written_stops_no_module(store: Store) -> None:
    async def broken(_: datetime) -> None:
        raise RuntimeError("a bad row")

    engine, _, registry = _engine(store, Module("deliver", broken, timedelta(milliseconds=5)))
    async with _running(engine):
        await _until(lambda: _steps(registry, "deliver", "failed") >= 2)


async def test_a_failure_that_stays_the_same_is_logged_once(store: Store) -> None:
    async def broken(_: datetime) -> None:
        raise RuntimeError("a bad row")

    engine, _, registry = _engine(store, Module("deliver", broken, timedelta(milliseconds=5)))
    with capture_logs() as lines:
        async with _running(engine):
            await _until(lambda: _steps(registry, "deliver", "failed") >= 3)
    assert [line["event"] for line in lines] == ["engine.step_failed"]


async def test_a_step_is_broken_off_when_its_lease_is_lost_while_it_runs(store: Store) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def step(_: datetime) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    engine, _, registry = _engine(store, Module("measure", step, HOUR, lease="goals"))
    async with _running(engine):
        await asyncio.wait_for(began.wait(), PATIENCE)
        async with store.writing() as transaction:
            await transaction.execute(leases.update().values(owner="theirs", until=NOON + HOUR))
        await asyncio.wait_for(ended.wait(), PATIENCE)
        await _until(lambda: _steps(registry, "measure", "elsewhere"))


async def test_a_lease_is_kept_while_a_step_takes_longer_than_the_lease(store: Store) -> None:
    began = asyncio.Event()

    async def step(_: datetime) -> None:
        began.set()
        await asyncio.Event().wait()

    engine, clock, _ = _engine(store, Module("measure", step, HOUR, lease="goals"))
    async with _running(engine):
        await asyncio.wait_for(began.wait(), PATIENCE)
        for minutes in range(1, 4):
            clock.set(NOON + minutes * LENGTH / 2)
            until = clock.now() + LENGTH
            async with asyncio.timeout(PATIENCE):
                while await _lease_until(store) < until:  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
        assert not await Leases(store, "theirs").hold("goals", 1, clock.now())


async def _lease_until(store: Store) -> datetime:
    async with store.reading() as transaction:
        return (await transaction.execute(sa.select(leases.c.until))).scalar_one()


async def test_modules_of_one_lease_step_in_the_same_instance_and_one_that_hangs_does_not_hold_up_the_other(
    store: Store,
) -> None:
    evaluated: list[datetime] = []
    hangs = asyncio.Event()

    async def measure(_: datetime) -> None:
        hangs.set()
        await asyncio.Event().wait()

    async def evaluate(now: datetime) -> None:
        evaluated.append(now)

    engine, _, _ = _engine(
        store,
        Module("measure", measure, HOUR, lease="goals"),
        Module("evaluate", evaluate, SOON, lease="goals", after="measure"),
    )
    async with _running(engine):
        await asyncio.wait_for(hangs.wait(), PATIENCE)
        await _until(lambda: len(evaluated) >= 3)


async def test_a_module_that_comes_after_another_steps_when_that_one_has(store: Store) -> None:
    order: list[str] = []
    go = asyncio.Event()

    async def measure(_: datetime) -> None:
        await go.wait()
        order.append("measure")

    async def evaluate(_: datetime) -> None:
        order.append("evaluate")
        go.set()

    engine, _, _ = _engine(store, Module("measure", measure, HOUR), Module("evaluate", evaluate, HOUR, after="measure"))
    async with _running(engine):
        await _until(lambda: order == ["evaluate", "measure", "evaluate"])


async def test_a_program_stands_aside_from_modules_that_a_newer_one_works_on(store: Store) -> None:
    stepped: list[str] = []

    def module(name: str, version: int, *, lease: str | None = None) -> Module:
        async def step(_: datetime) -> None:
            stepped.append(f"{name} {version}")

        return Module(name, step, SOON, version=version, lease=lease)

    old, _, seen = _engine(store, module("escalate", 1), module("measure", 1, lease="goals"), module("scrape", 1))
    new, clock, _ = _engine(store, module("escalate", 2), module("measure", 2, lease="goals"), owner="theirs")
    async with _running(old):
        await _until(lambda: {"escalate 1", "measure 1", "scrape 1"} <= set(stepped))
        async with _running(new):
            await _until(lambda: _steps(seen, "escalate", "outdated") and _steps(seen, "measure", "outdated"))
            await _until(lambda: {"escalate 2", "measure 2"} <= set(stepped))
            stepped.clear()
            await _until(lambda: stepped.count("scrape 1") > 3)
            assert {"escalate 1", "measure 1"}.isdisjoint(stepped)
        assert "stands aside" in " ".join(old.troubles(clock.now()))


async def test_a_database_that_takes_no_writes_is_a_trouble_until_it_does_again(store: Store) -> None:
    async def step(_: datetime) -> None:
        return None

    engine, clock, _ = _engine(store, Module("measure", step, HOUR, lease="goals"))
    async with _running(engine):
        await _until(lambda: engine.troubles(clock.now()) == [])
        async with store.writing() as transaction:
            await transaction.execute(sa.text("ALTER TABLE leases RENAME TO leases_gone"))
        await _until(lambda: "takes no writes" in " ".join(engine.troubles(clock.now())))
        async with store.writing() as transaction:
            await transaction.execute(sa.text("ALTER TABLE leases_gone RENAME TO leases"))
        await _until(lambda: engine.troubles(clock.now()) == [])
