"""A page from its birth to its end on both databases, with time passed by hand: who is told when, and what is on record."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.paging import Watch, with_policy
from tests.small_org import (
    ANA,
    MINUTE,
    MONDAY,
    RAJ,
    ZOE,
    change,
    organization,
    policy,
    step,
    weekly,
)
from watchbill.lib.durations import THIN
from watchbill.lib.errors import Conflict, NotFound, Refused
from watchbill.practices.oncall import outbox
from watchbill.practices.oncall.model import (
    DeliveryError,
    Notice,
    NoticeState,
    Outcome,
    Page,
    PageState,
)
from watchbill.practices.record.model import Kind
from watchbill.store.store import Transaction

# ---- climbing


async def test_a_page_climbs_step_by_step_repeats_and_is_exhausted(watch: Watch) -> None:
    await watch.opens()
    mailed = {}
    for minute in range(32):
        await watch.at(minute)
        if len(watch.mailed) > sum(map(len, mailed.values())):
            mailed[minute] = watch.mailed[sum(map(len, mailed.values())) :]
    assert mailed == {
        0: ["user:ana"],
        5: ["user:raj", "user:dana"],
        15: ["user:ana"],
        20: ["user:raj", "user:dana"],
        30: ["user:dana"],
    }
    page = await watch.page()
    assert (page.state, page.next_step_at) == (PageState.EXHAUSTED, None)
    assert await watch.oncall.next_due() is None
    keys = [notice.key for notice in await watch.notices()]
    assert len(keys) == len(set(keys)) == 14


async def test_administrators_are_told_once_when_nobody_took_the_page(watch: Watch) -> None:
    await watch.opens()
    for minute in (*range(0, 35, 5), 60, 600):
        await watch.at(minute)
    told = [notice for notice in await watch.notices() if notice.step == 0]
    assert [(notice.channel, notice.recipient, notice.state) for notice in told] == [
        ("inbox", "user:dana", NoticeState.SENT),
        ("email", "user:dana", NoticeState.SENT),
    ]
    line = "Dana is told: administrator, because every step was taken and nobody acknowledged."
    assert line in watch.outlets["email"].got[-1].lines


async def test_a_page_that_nobody_took_is_due_again_from_its_first_step_when_another_alert_joins(watch: Watch) -> None:
    await watch.opens()
    for minute in range(0, 35, 5):
        await watch.at(minute)
    watch.outlets["email"].got.clear()
    watch.clock.set(MONDAY + 40 * MINUTE)
    await watch.another_joins("the disk is full too")
    await watch.deliver()
    page = await watch.page()
    assert (page.state, page.run, page.round, page.step) == (PageState.DUE, 1, 0, 2)
    assert watch.mailed == ["user:ana"]
    again = next(entry for entry in await watch.entries() if entry.kind is Kind.PAGE_DUE_AGAIN)
    assert again.details["title"] == "the disk is full too"
    await watch.another_joins("and another")
    assert (await watch.page()).run == 1, "a page that is on its way goes on as it was"
    await watch.acknowledges()
    await watch.another_joins("and one more")
    assert (await watch.page()).state is PageState.ACKNOWLEDGED


async def test_the_first_notice_is_in_the_outbox_when_the_alert_is_accepted(watch: Watch) -> None:
    await watch.opens()
    assert [(notice.channel, notice.recipient, notice.state) for notice in await watch.notices()] == [
        ("inbox", "user:ana", NoticeState.PENDING),
        ("email", "user:ana", NoticeState.PENDING),
    ]


async def test_the_engine_is_told_when_something_is_next_due(watch: Watch) -> None:
    assert await watch.oncall.next_due() is None
    await watch.opens()
    assert await watch.oncall.next_due() == MONDAY
    await watch.deliver()
    assert await watch.oncall.next_due() == MONDAY + 5 * MINUTE
    await watch.acknowledges()
    assert await watch.oncall.next_due() == MONDAY + 30 * MINUTE


async def test_everything_that_happened_is_a_chain_of_entries(watch: Watch) -> None:
    await watch.opens()
    await watch.at(5)
    await watch.acknowledges(RAJ)
    await watch.ends()
    entries = await watch.entries()
    by_id = {entry.id: entry for entry in entries}
    steps = [Kind.PAGE_DUE, Kind.STEP_TAKEN, Kind.STEP_TAKEN, Kind.PAGE_ACKNOWLEDGED]
    chain, entry = [], next(entry for entry in entries if entry.kind is Kind.PAGE_ACKNOWLEDGED)
    while True:
        chain.insert(0, entry.kind)
        if entry.caused_by is None:
            break
        entry = by_id[entry.caused_by]
    assert chain == [Kind.BURN_FOUND, Kind.INCIDENT_OPENED, *steps]
    sent = [entry for entry in entries if entry.kind is Kind.NOTICE_SENT]
    assert {by_id[entry.caused_by or ""].kind for entry in sent} == {Kind.STEP_TAKEN}


async def test_a_policy_that_is_edited_does_not_touch_the_page_but_schedules_are_read_live(watch: Watch) -> None:
    await watch.opens()
    await watch.at(0)
    change(
        watch.force,
        organization(policy(step("user:zoe")), schedules=[weekly("primary", ZOE), weekly("secondary", ZOE)]),
    )
    await watch.at(5)
    assert watch.mailed == ["user:ana", "user:zoe", "user:dana"]


async def test_a_step_that_is_overdue_after_downtime_is_taken_late_at_once_and_says_so(watch: Watch) -> None:
    await watch.opens()
    await watch.at(0)
    await watch.at(125)
    assert watch.mailed == ["user:ana", "user:raj", "user:dana"]
    assert f"This step is taken 2{THIN}h after its time." in watch.outlets["email"].got[-1].lines
    late = [entry.details.get("late_seconds") for entry in await watch.entries() if entry.kind is Kind.STEP_TAKEN]
    assert late == [None, 7200]
    assert (await watch.page()).next_step_at == MONDAY + 135 * MINUTE


async def test_why_nobody_was_paged_is_a_stored_value(watch: Watch) -> None:
    with_policy(watch, policy(step("schedule:gone", "channel:gone"), step("channel:ops")))
    await watch.opens()
    await watch.deliver()
    nobody = next(entry for entry in await watch.entries() if entry.kind is Kind.STEP_REACHED_NOBODY)
    assert [missed["outcome"] for missed in nobody.details["missed"]] == ["targetUnknown", "channelUnknown"]
    assert [message.recipient for message in watch.outlets["webhook"].got] == ["channel:ops"]


@pytest.mark.parametrize("missing", ["policy", "holder"])
async def test_a_page_that_nobody_is_there_to_take_is_exhausted_and_shown_to_the_administrators(
    watch: Watch, missing: str
) -> None:
    await watch.opens(None, **({"holder": None} if missing == "holder" else {}))
    await watch.deliver()
    page = await watch.page()
    (exhausted,) = (entry for entry in await watch.entries() if entry.kind is Kind.PAGE_EXHAUSTED)
    assert page.state is PageState.EXHAUSTED
    assert exhausted.details["outcome"] == ("noHolder" if missing == "holder" else "noPolicy")
    (reached,) = await watch.oncall.pages_reaching(next(iter(watch.force.organization.admins)))
    assert (reached.page.id, reached.notices[0].step) == (page.id, 0)
    assert (await watch.oncall.acknowledge(page.id, ANA, MONDAY, via="page")).state is PageState.ACKNOWLEDGED


async def test_round_robin_remembers_across_pages_who_was_last(watch: Watch) -> None:
    with_policy(watch, policy(step("group:sre", round_robin=True)))
    for number in range(4):
        await watch.opens(number=number)
        watch.clock.set(watch.clock.now() + MINUTE)
    await watch.deliver()
    assert watch.mailed == ["user:ana", "user:mei", "user:raj", "user:ana"]


# ---- acknowledging


async def test_an_acknowledgement_stops_the_escalation_and_drops_what_waits(watch: Watch) -> None:
    watch.outlets["email"].fails = DeliveryError("421 later", permanent=False)
    await watch.opens()
    await watch.deliver()
    await watch.acknowledges()
    await watch.at(29)
    assert [(notice.channel, notice.state, notice.outcome) for notice in await watch.notices()] == [
        ("inbox", NoticeState.SENT, Outcome.DELIVERED),
        ("email", NoticeState.DROPPED, Outcome.PAGE_ACKNOWLEDGED),
    ]
    assert len(watch.mailed) == 1


async def test_an_acknowledgement_that_expires_pages_again_from_the_first_step(watch: Watch) -> None:
    await watch.opens()
    await watch.at(0)
    await watch.acknowledges()
    await watch.at(29)
    assert watch.mailed == ["user:ana"]
    await watch.at(30)
    assert watch.mailed == ["user:ana", "user:ana"]
    page = await watch.page()
    assert (page.state, page.run, page.next_step_at) == (PageState.DUE, 1, MONDAY + 35 * MINUTE)


async def test_a_second_acknowledgement_is_on_record_and_lasts_longer(watch: Watch) -> None:
    await watch.opens()
    await watch.at(1)
    await watch.acknowledges(ANA)
    await watch.at(20)
    page = await watch.acknowledges(RAJ)
    assert (page.acknowledged_by, page.acknowledgement_expires_at) == (ANA, MONDAY + 50 * MINUTE)
    actors = [entry.actor for entry in await watch.entries() if entry.kind is Kind.PAGE_ACKNOWLEDGED]
    assert actors == ["user:ana", "user:raj"]


async def test_who_may_not_acknowledge_is_told_so_and_nothing_changes(watch: Watch) -> None:
    await watch.opens()
    with pytest.raises(Refused):
        await watch.acknowledges(ZOE)
    assert (await watch.page()).state is PageState.DUE
    with pytest.raises(NotFound):
        await watch.oncall.acknowledge("gone", ANA, MONDAY, via="api")


async def test_whoever_the_page_has_reached_may_acknowledge_it(watch: Watch) -> None:
    with_policy(watch, policy(step("user:zoe")))
    await watch.opens()
    assert (await watch.acknowledges(ZOE)).acknowledged_by == ZOE


async def test_a_resolved_page_cannot_be_acknowledged_and_ends_once(watch: Watch) -> None:
    await watch.opens()
    await watch.ends()
    await watch.ends()
    with pytest.raises(Conflict):
        await watch.acknowledges()
    await watch.at(60)
    assert watch.mailed == []
    assert {notice.outcome for notice in await watch.notices()} == {Outcome.PAGE_ENDED}
    assert await watch.oncall.open_pages() == []


async def test_acknowledging_and_resolving_at_once_end_in_one_of_the_two_orders(watch: Watch) -> None:
    await watch.opens()
    results = await asyncio.gather(watch.acknowledges(), watch.ends(), return_exceptions=True)
    assert (await watch.page()).state is PageState.RESOLVED
    assert isinstance(results[0], Page | Conflict)


async def test_two_engines_never_take_one_step_twice(watch: Watch) -> None:
    for number in range(10):
        await watch.opens(number=number)
    later = MONDAY + 5 * MINUTE
    other = watch.replica(dict(watch.outlets))
    moves = await asyncio.gather(*(each.take_due_steps(later) for each in (watch.oncall, other, watch.oncall)))
    assert sum(moves) == 10


async def test_a_page_that_cannot_be_moved_is_put_off_and_stops_no_other(watch: Watch) -> None:
    await watch.opens(number=1)
    bad = watch.page_id
    watch.clock.set(MONDAY + timedelta(seconds=1))
    await watch.opens(number=2)
    async with watch.store.writing() as transaction:
        await transaction.execute(
            sa.text("UPDATE pages SET policy = :broken WHERE id = :id").bindparams(
                sa.bindparam("broken", {"name": "broken"}, sa.JSON), id=bad
            )
        )
    later = MONDAY + 6 * MINUTE
    assert await watch.oncall.take_due_steps(later) == 1
    assert (await watch.page()).round == 1
    assert (await watch.oncall.page(bad)).next_step_at == later + MINUTE


async def test_a_page_that_the_database_refuses_is_put_off_on_record_and_stops_no_other(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = outbox.put

    async def refused(transaction: Transaction, new: Sequence[Notice]) -> list[Notice]:
        """Fill the outbox, save for one page: there the database finds fault with a row."""
        if any(notice.page == bad for notice in new):
            await transaction.execute(sa.text("INSERT INTO notices (id) VALUES ('no page and no key')"))
        return await put(transaction, new)

    bad = await watch.opens(number=1)
    watch.clock.set(MONDAY + timedelta(seconds=1))
    await watch.opens(number=2)
    monkeypatch.setattr(outbox, "put", refused)
    for minute in (6, 7, 8):
        await watch.oncall.take_due_steps(MONDAY + minute * MINUTE)
    assert (await watch.page()).round == 1
    assert (await watch.oncall.page(bad)).next_step_at == MONDAY + 9 * MINUTE
    (put_off,) = (entry for entry in await watch.entries(1) if entry.kind is Kind.PAGE_PUT_OFF)
    assert put_off.details["fault"] == "IntegrityError"
    monkeypatch.setattr(outbox, "put", put)
    await watch.oncall.take_due_steps(MONDAY + 9 * MINUTE)
    assert (await watch.oncall.page(bad)).round == 1


async def test_an_alert_is_accepted_although_the_database_refuses_its_first_step(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(transaction: Transaction, _new: Sequence[Notice]) -> list[Notice]:
        await transaction.execute(sa.text("INSERT INTO notices (id) VALUES ('no page and no key')"))
        return []

    monkeypatch.setattr(outbox, "put", refused)
    await watch.opens()
    assert (await watch.page()).step == 1
    monkeypatch.undo()
    await watch.at(0)
    assert watch.mailed == ["user:ana"]


async def test_an_outage_puts_off_no_page(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(_transaction: Transaction, _new: Sequence[Notice]) -> list[Notice]:
        raise ConnectionResetError("the database is gone")

    await watch.opens()
    monkeypatch.setattr(outbox, "put", gone)
    with pytest.raises(ConnectionResetError):
        await watch.oncall.take_due_steps(MONDAY + 5 * MINUTE)
    assert (await watch.page()).next_step_at == MONDAY + 5 * MINUTE


# ---- who is on call


async def test_who_is_on_call_now_and_next(watch: Watch) -> None:
    primary, _secondary = await watch.oncall.on_call_now(MONDAY)
    assert (primary.schedule.name, primary.now.people, primary.next.people) == ("primary", (ANA,), (RAJ,))
    assert await watch.oncall.on_watch(RAJ, MONDAY) == ["secondary"]
