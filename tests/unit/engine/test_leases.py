"""Who runs a module: one instance at a time, and never an old program after a new one."""

import asyncio
from datetime import UTC, datetime, timedelta

from watchbill.engine.leases import LENGTH, Leases
from watchbill.store.store import Store

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


async def test_the_first_instance_holds_and_keeps_holding(store: Store) -> None:
    ours, theirs = Leases(store, "ours"), Leases(store, "theirs")
    assert await ours.hold("goals", 1, NOON)
    assert not await theirs.hold("goals", 1, NOON)
    for seconds in range(0, 60, 6):
        assert await ours.hold("goals", 1, NOON + timedelta(seconds=seconds))
        assert not await theirs.hold("goals", 1, NOON + timedelta(seconds=seconds))


async def test_another_instance_takes_over_when_a_lease_runs_out(store: Store) -> None:
    ours, theirs = Leases(store, "ours"), Leases(store, "theirs")
    assert await ours.hold("goals", 1, NOON)
    assert await theirs.hold("goals", 1, NOON + LENGTH)
    assert not await ours.hold("goals", 1, NOON + LENGTH + timedelta(seconds=6))


async def test_a_restarted_instance_takes_up_its_own_lease_at_once(store: Store) -> None:
    assert await Leases(store, "ours").hold("goals", 1, NOON)
    assert await Leases(store, "ours").hold("goals", 1, NOON + timedelta(seconds=1))


async def test_an_orderly_end_lets_others_in_at_once(store: Store) -> None:
    ours, theirs = Leases(store, "ours"), Leases(store, "theirs")
    assert await ours.hold("goals", 1, NOON)
    await ours.let_go(NOON + timedelta(seconds=1))
    assert await theirs.hold("goals", 1, NOON + timedelta(seconds=1))


async def test_an_older_program_stands_aside_even_when_the_lease_has_run_out(store: Store) -> None:
    old, new = Leases(store, "old"), Leases(store, "new")
    assert await new.hold("goals", 2, NOON)
    assert not await old.hold("goals", 1, NOON + 10 * LENGTH)
    assert await new.hold("goals", 2, NOON + 10 * LENGTH)


async def _renew(store: Store, held: Leases, now: datetime) -> set[str]:
    async with store.writing() as transaction:
        found = await held.renew(transaction, now)
    return held.renewed(found, now)


async def test_a_renewed_lease_lasts_on_and_one_that_another_took_is_told_as_lost(store: Store) -> None:
    ours, theirs = Leases(store, "ours"), Leases(store, "theirs")
    assert await ours.hold("goals", 1, NOON)
    later = NOON + timedelta(seconds=10)
    assert await _renew(store, ours, later) == set()
    assert not await theirs.hold("goals", 1, NOON + LENGTH)
    assert await theirs.hold("goals", 1, later + LENGTH)
    assert await _renew(store, ours, later + LENGTH) == {"goals"}


async def test_a_lease_that_could_not_be_renewed_in_time_is_ours_no_more(store: Store) -> None:
    ours = Leases(store, "ours")
    assert await ours.hold("goals", 1, NOON)
    assert ours.run_out(NOON + timedelta(seconds=14)) == set()
    assert ours.run_out(NOON + LENGTH) == {"goals"}


async def test_one_lease_can_be_let_go_alone(store: Store) -> None:
    ours, theirs = Leases(store, "ours"), Leases(store, "theirs")
    assert await ours.hold("goals", 1, NOON)
    assert await ours.hold("housekeeping", 1, NOON)
    await ours.let_go(NOON, "goals")
    assert await theirs.hold("goals", 1, NOON)
    assert not await theirs.hold("housekeeping", 1, NOON)


async def test_two_modules_that_ask_at_once_for_a_lease_nobody_has_both_get_it(store: Store) -> None:
    ours = Leases(store, "ours")
    assert await asyncio.gather(*(ours.hold("goals", 1, NOON) for _ in range(2))) == [True, True]
