"""Guessing passwords: slowed down, stopped for whoever does it, and for nobody else."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.unit.accounts.people import HERE, NOW, PASSWORD, THERE, Desk, with_ana
from watchbill.accounts.guessing import FAILURES_ALLOWED, LONGEST_DELAY, Attempts
from watchbill.lib.errors import Refused
from watchbill.practices.record import service as record
from watchbill.practices.record.model import Audited
from watchbill.store.store import Store


async def guess(desk: Desk, network: str = HERE, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(Refused, match="do not belong together"):
            await desk.sessions.sign_in("ana@acme.example", "guess", network, NOW)


async def failures(store: Store) -> list[Audited]:
    async with store.reading() as transaction:
        return [each for each in await record.newest_audited(transaction) if each.action == "failedSignIn"]


async def test_guessing_from_a_network_is_stopped_for_ten_minutes(store: Store) -> None:
    desk, _ = await with_ana(store)
    await guess(desk, times=FAILURES_ALLOWED)
    with pytest.raises(Refused, match="Too many attempts"):
        await desk.sessions.sign_in("ana@acme.example", PASSWORD, HERE, NOW)
    assert await desk.sessions.sign_in("ana@acme.example", PASSWORD, HERE, NOW + timedelta(minutes=11))


async def test_whoever_comes_from_elsewhere_is_slowed_down_and_let_in(store: Store) -> None:
    waited: list[timedelta] = []

    async def pause(span: timedelta) -> None:
        waited.append(span)

    desk, _ = await with_ana(store, pause=pause)
    await guess(desk, times=FAILURES_ALLOWED)
    assert await desk.sessions.sign_in("ana@acme.example", PASSWORD, THERE, NOW)
    assert waited == [timedelta(milliseconds=250)]


async def test_of_attempts_that_come_at_once_no_more_pass_than_may(store: Store) -> None:
    desk, _ = await with_ana(store)
    tries = [desk.sessions.sign_in("ana@acme.example", "guess", HERE, NOW) for _ in range(FAILURES_ALLOWED + 6)]
    said = [str(each) for each in await asyncio.gather(*tries, return_exceptions=True)]
    assert sum("do not belong together" in each for each in said) == FAILURES_ALLOWED
    assert sum("Too many attempts" in each for each in said) == 6


@pytest.mark.parametrize(("everywhere", "seconds"), [(1, 0), (8, 0), (9, 0.25), (12, 1), (16, 2), (10_000, 2)])
def test_the_delay_grows_with_the_failures_up_to_two_seconds(everywhere: int, seconds: float) -> None:
    assert Attempts(1, everywhere).delay == timedelta(seconds=seconds) <= LONGEST_DELAY


async def test_a_run_of_failures_is_one_entry_of_the_audit_when_somebody_signs_in_after_all(store: Store) -> None:
    desk, _ = await with_ana(store)
    await guess(desk, times=3)
    assert await failures(store) == []
    await desk.sessions.sign_in("ana@acme.example", PASSWORD, HERE, NOW)
    (entry,) = await failures(store)
    assert (entry.actor, entry.subject, entry.details["attempts"]) == (HERE, "ana@acme.example", 3)


async def test_a_run_of_failures_is_one_entry_of_the_audit_when_it_is_old(store: Store) -> None:
    desk, _ = await with_ana(store)
    await guess(desk, times=2)
    await guess(desk, THERE)
    await desk.accounts.forget_old(NOW + timedelta(minutes=9))
    assert await failures(store) == []
    await desk.accounts.forget_old(NOW + timedelta(minutes=10))
    assert sorted((each.actor, each.details["attempts"]) for each in await failures(store)) == [(THERE, 1), (HERE, 2)]


async def test_signing_in_at_once_leaves_no_failure_behind(store: Store) -> None:
    desk, _ = await with_ana(store)
    await desk.sessions.sign_in("ana@acme.example", PASSWORD, HERE, NOW)
    await desk.accounts.forget_old(NOW + timedelta(minutes=10))
    assert await failures(store) == []
