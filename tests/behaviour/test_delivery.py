"""Notices from the outbox to where they end, on both databases: leases, retries, failures, and what a message says."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.paging import LINKS, Watch, with_policy
from tests.small_org import (
    ANA,
    MINUTE,
    MONDAY,
    answer,
    change,
    incident,
    organization,
    policy,
    step,
    weekly,
)
from watchbill.practices.oncall import delivery
from watchbill.practices.oncall.model import (
    DeliveryError,
    NoticeState,
    Outcome,
    PageState,
)
from watchbill.practices.record import service as record
from watchbill.practices.record.model import Kind


async def test_two_workers_never_send_one_notice_side_by_side(watch: Watch) -> None:
    for number in range(20):
        await watch.opens(number=number)
    other = watch.replica(dict(watch.outlets))
    await asyncio.gather(
        *(each.deliver_due(MONDAY, owner=name) for each in (watch.oncall, other) for name in ("one", "two"))
    )
    await watch.deliver()
    keys = [message.key for outlet in watch.outlets.values() for message in outlet.got]
    assert len(keys) == len(set(keys)) == 40


async def test_a_notice_whose_sender_was_broken_off_is_sent_again_with_the_same_key(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(delivery, "DRAIN_SECONDS", 0.05)
    await watch.opens()
    watch.outlets["email"].open.clear()
    dying = watch.replica(dict(watch.outlets))
    await dying.deliver_due(MONDAY, owner="dying")
    await watch.outlets["email"].reached.wait()
    await dying.drain()
    watch.outlets["email"].open.set()
    watch.clock.set(MONDAY + delivery.LEASE - timedelta(seconds=1))
    await watch.deliver()
    assert len(watch.mailed) == 1
    watch.clock.set(MONDAY + delivery.LEASE)
    await watch.deliver()
    first, second = watch.outlets["email"].got
    assert first.key == second.key
    tries = [(each.number, each.owner, each.outcome) for each in await watch.oncall.attempts_of(watch.page_id)]
    assert tries[1:] == [(1, "dying", None), (2, "one", Outcome.DELIVERED)]


async def test_a_temporary_failure_is_tried_again_after_longer_and_longer_pauses(watch: Watch) -> None:
    watch.outlets["email"].fails = DeliveryError("451 busy", permanent=False)
    with_policy(watch, policy(step("user:ana", wait=600 * MINUTE)))
    await watch.opens()
    pauses = []
    for _ in range(6):
        await watch.deliver()
        (mail,) = (notice for notice in await watch.notices() if notice.channel == "email")
        pauses.append(int((mail.due_at - watch.clock.now()).total_seconds()))
        watch.clock.set(mail.due_at)
    assert (pauses, len(watch.mailed)) == ([5, 15, 45, 135, 300, 300], 6)
    assert (mail.state, mail.outcome, mail.detail) == (NoticeState.PENDING, Outcome.RETRY_LATER, "451 busy")


async def test_processes_that_died_while_they_sent_make_no_pause_longer(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(delivery, "DRAIN_SECONDS", 0.05)
    await watch.opens()
    email = watch.outlets["email"]
    email.open.clear()
    for death in range(4):
        watch.clock.set(MONDAY + death * delivery.LEASE)
        email.reached.clear()
        dying = watch.replica(dict(watch.outlets))
        await dying.deliver_due(watch.clock.now(), owner=f"dying {death}")
        await email.reached.wait()
        await dying.drain()
    email.open.set()
    email.fails = DeliveryError("451 busy", permanent=False)
    watch.clock.set(MONDAY + 4 * delivery.LEASE)
    await watch.deliver()
    (mail,) = (notice for notice in await watch.notices() if notice.channel == "email")
    pause = (mail.due_at - watch.clock.now()) // timedelta(seconds=1)
    assert (mail.attempt, pause) == (5, 5)


async def test_a_notice_is_tried_for_a_day_and_then_given_up(watch: Watch) -> None:
    watch.outlets["email"].fails = DeliveryError("421 later", permanent=False)
    with_policy(watch, policy(step("user:ana", wait=6000 * MINUTE)))
    await watch.opens()
    for hours in (0, 1, 12, 23):
        watch.clock.set(MONDAY + timedelta(hours=hours))
        await watch.deliver()
        assert not [entry for entry in await watch.entries() if entry.kind is Kind.NOTICE_FAILED]
    for hours in (24, 25):
        watch.clock.set(MONDAY + timedelta(hours=hours))
        await watch.deliver()
    assert len(watch.mailed) == 5
    (failed,) = (entry for entry in await watch.entries() if entry.kind is Kind.NOTICE_FAILED)
    assert failed.details["outcome"] == "tooManyAttempts"


async def test_mail_that_was_down_for_hours_still_brings_the_page_when_it_is_back(watch: Watch) -> None:
    watch.outlets["email"].fails = DeliveryError("ConnectError", permanent=False)
    await watch.opens()
    for minute in range(0, 241, 5):
        await watch.at(minute)
    watch.outlets["email"].fails = None
    watch.outlets["email"].got.clear()
    await watch.at(246)
    assert (await watch.page()).state is PageState.EXHAUSTED
    assert watch.mailed.count("user:ana") == 2
    assert {notice.outcome for notice in await watch.notices()} == {Outcome.DELIVERED}


async def test_notices_of_a_page_that_was_acknowledged_are_not_tried_again(watch: Watch) -> None:
    watch.outlets["email"].fails = DeliveryError("ConnectError", permanent=False)
    await watch.opens()
    await watch.at(0)
    await watch.acknowledges()
    watch.outlets["email"].got.clear()
    await watch.at(20)
    assert watch.mailed == []


async def test_a_channel_that_breaks_is_tried_again_like_one_that_does_not_answer(watch: Watch) -> None:
    watch.outlets["email"].fails = RuntimeError("a fault of ours")
    await watch.opens()
    await watch.deliver()
    (mail,) = (notice for notice in await watch.notices() if notice.channel == "email")
    assert (mail.outcome, mail.detail) == (Outcome.RETRY_LATER, "the channel failed: RuntimeError")


async def test_a_permanent_failure_is_not_tried_again_and_is_on_record(watch: Watch) -> None:
    watch.outlets["email"].fails = DeliveryError("550 no such mailbox", permanent=True)
    await watch.opens()
    await watch.deliver()
    watch.clock.set(MONDAY + 4 * MINUTE)
    await watch.deliver()
    assert len(watch.mailed) == 1
    (failed,) = (entry for entry in await watch.entries() if entry.kind is Kind.NOTICE_FAILED)
    assert (failed.details["outcome"], failed.details["detail"]) == ("refusedByChannel", "550 no such mailbox")


async def test_a_person_without_an_address_has_the_inbox_and_a_stored_reason(watch: Watch) -> None:
    change(watch.force, organization(without_mail=[ANA]))
    await watch.opens()
    await watch.deliver()
    assert [(notice.channel, notice.state, notice.outcome) for notice in await watch.notices()] == [
        ("inbox", NoticeState.SENT, Outcome.DELIVERED),
        ("email", NoticeState.FAILED, Outcome.NO_ADDRESS),
    ]


async def test_a_channel_that_hangs_holds_up_no_other_and_is_given_up_in_bounded_time(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(delivery, "SEND_SECONDS", 0.5)
    with_policy(watch, policy(step("channel:ops", "user:ana")))
    watch.outlets["webhook"].open.clear()
    for number in range(3):
        await watch.opens(number=number)
        await watch.deliver()
        assert len(watch.mailed) == number + 1
    await watch.oncall.drain()
    stuck = [notice for notice in await watch.notices() if notice.channel == "webhook"]
    assert [(notice.outcome, notice.detail) for notice in stuck] == [(Outcome.RETRY_LATER, "no answer within 0.5 s")]


async def test_a_replica_leaves_what_it_has_no_way_for_to_the_others(watch: Watch) -> None:
    with_policy(watch, policy(step("user:ana", "channel:ops")))
    elsewhere = watch.replica({"inbox": watch.outlets["inbox"], "webhook": watch.outlets["webhook"]}, rooms={})
    await watch.opens()
    for minute in range(10):
        await elsewhere.deliver_due(MONDAY + minute * MINUTE, owner="elsewhere")
    assert [(notice.channel, notice.state) for notice in await watch.notices()] == [
        ("inbox", NoticeState.SENT),
        ("email", NoticeState.PENDING),
        ("webhook", NoticeState.PENDING),
    ]
    await watch.deliver()
    assert {notice.state for notice in await watch.notices()} == {NoticeState.SENT}


async def test_a_step_that_a_replica_without_mail_takes_is_mailed_by_the_other(watch: Watch) -> None:
    await watch.opens()
    without_mail = watch.replica({"inbox": watch.outlets["inbox"]})
    await without_mail.take_due_steps(MONDAY + 5 * MINUTE)
    watch.clock.set(MONDAY + 5 * MINUTE)
    await watch.deliver()
    assert watch.mailed == ["user:ana", "user:raj", "user:dana"]


async def test_a_notice_that_nobody_has_a_way_for_fails_after_ten_minutes(watch: Watch) -> None:
    with_policy(watch, policy(step("user:ana", wait=60 * MINUTE), step("user:dana")))
    await watch.opens()
    without_mail = watch.replica({"inbox": watch.outlets["inbox"]})
    counted: list[tuple[str, Outcome | None]] = []
    for minute in (0, 9, 10):
        await without_mail.deliver_due(MONDAY + minute * MINUTE, owner="one")
        counted += [(notice.channel, notice.outcome) for notice in await watch.notices()]
    assert counted[1::2] == [("email", None), ("email", None), ("email", Outcome.CHANNEL_UNKNOWN)]
    (failed,) = (entry for entry in await watch.entries() if entry.kind is Kind.NOTICE_FAILED)
    assert failed.details["outcome"] == "channelUnknown"
    assert (await watch.page()).next_step_at == MONDAY + 60 * MINUTE, "the inbox is the one way, and it was told"


async def test_a_replica_that_has_just_started_ends_nothing_that_waits_for_longer(watch: Watch) -> None:
    await watch.opens()
    without_mail = watch.replica({"inbox": watch.outlets["inbox"]})
    for minute in (120, 129):
        await without_mail.deliver_due(MONDAY + minute * MINUTE, owner="one")
    assert [notice.state for notice in await watch.notices()] == [NoticeState.SENT, NoticeState.PENDING]


async def test_what_was_being_sent_when_a_process_died_is_due_again_when_it_is_back(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(delivery, "DRAIN_SECONDS", 0.05)
    await watch.opens()
    watch.outlets["email"].open.clear()
    dying = watch.replica(dict(watch.outlets))
    await dying.deliver_due(MONDAY, owner="one")
    await dying.drain()
    watch.outlets["email"].open.set()
    assert (await watch.oncall.reclaim("two"), await watch.oncall.reclaim("one")) == (0, 1)
    await watch.deliver()
    assert len({message.key for message in watch.outlets["email"].got}) == 1
    assert {notice.state for notice in await watch.notices()} == {NoticeState.SENT}


async def test_a_clock_that_steps_back_holds_up_no_first_attempt(watch: Watch) -> None:
    await watch.opens()
    watch.clock.set(MONDAY - timedelta(hours=1))
    await watch.deliver()
    assert watch.mailed == ["user:ana"]


# ---- a step that told nobody


async def test_when_the_last_way_of_a_step_is_refused_the_next_step_comes_at_once(watch: Watch) -> None:
    with_policy(watch, policy(step("channel:ops", wait=15 * MINUTE), step("user:dana")))
    watch.outlets["webhook"].fails = DeliveryError("answered 410", permanent=True)
    await watch.opens()
    await watch.deliver()
    await watch.at(0)
    assert watch.mailed == ["user:dana"]
    brought = next(entry for entry in await watch.entries() if entry.kind is Kind.STEP_BROUGHT_FORWARD)
    assert (brought.details["failed_step"], brought.details["step"]) == (1, 2)
    causes = {entry.id: entry.kind for entry in await watch.entries()}
    assert causes[brought.caused_by or ""] is Kind.NOTICE_FAILED


async def test_an_inbox_reaches_nobody_whose_mail_is_refused(watch: Watch) -> None:
    watch.outlets["email"].fails = DeliveryError("550 no such mailbox", permanent=True)
    await watch.opens()
    await watch.deliver()
    assert (await watch.page()).next_step_at == MONDAY
    for _ in range(3):
        await watch.at(0)
    page = await watch.page()
    assert (page.round, page.step, page.next_step_at) == (1, 1, MONDAY + 10 * MINUTE), "a repeat keeps its wait"


async def test_a_step_of_which_somebody_was_told_is_waited_out(watch: Watch) -> None:
    with_policy(watch, policy(step("channel:ops", "user:ana", wait=15 * MINUTE), step("user:dana")))
    watch.outlets["webhook"].fails = DeliveryError("answered 410", permanent=True)
    await watch.opens()
    await watch.at(14)
    assert watch.mailed == ["user:ana"]


# ---- text that no database keeps, and values of any length


async def test_what_no_database_keeps_and_values_of_any_length_fail_no_page(watch: Watch) -> None:
    strange = organization(policy(step("user:ana")))
    users = {
        ref: replace(user, email="a" * 450 + "@acme.example", title="half \ud800 and \0")
        for ref, user in strange.users.items()
    }
    reasons = ({"rule": "owner", "text": "SRE \0 owns \ud800 it.", "file": "org.yaml", "line": 7},)
    change(watch.force, replace(strange, users=users))
    odd = replace(incident(), title="zero \0 and half a pair \ud800", because=reasons)
    async with watch.store.writing() as transaction:
        await record.happened(transaction, odd.id, Kind.BURN_FOUND, MONDAY, title=odd.title, figures={"rate": math.nan})
        watch.page_id = await watch.oncall.open_page(transaction, odd, answer(), MONDAY, None)
    watch.outlets["email"].fails = DeliveryError("250 \0 bytes \ud800" + "x" * 2000, permanent=False)
    await watch.deliver()
    assert (await watch.page()).about["title"] == "zero � and half a pair �"
    (mail,) = (notice for notice in await watch.notices() if notice.channel == "email")
    assert (len(mail.address), mail.outcome) == (463, Outcome.RETRY_LATER)


async def test_looking_for_work_where_there_is_none_writes_nothing(watch: Watch) -> None:
    commits: list[datetime] = []
    watch.store.when_committed(lambda: commits.append(MONDAY))
    assert (await watch.oncall.take_due_steps(MONDAY), await watch.oncall.deliver_due(MONDAY, owner="one")) == (0, 0)
    assert commits == []


# ---- what a message says


async def test_a_message_says_what_since_when_whom_and_why_and_how_to_acknowledge(watch: Watch) -> None:
    await watch.opens()
    await watch.deliver()
    (mail,) = watch.outlets["email"].got
    assert mail.subject == "[page] cart: availability budget burns 300× (incident 12)"
    assert mail.address == "ana@acme.example"
    assert mail.incident_url == "http://127.0.0.1:8400/incidents/12"
    assert mail.acknowledge_url is not None
    assert LINKS.read(mail.acknowledge_url.rpartition("/")[2]) == (watch.page_id, ANA)
    assert mail.lines == (
        "cart: availability budget burns 300×",
        "It concerns cart, alert class application.",
        "Since Mon 5 Jan 2026, 09:00 UTC.",
        "long rate: 300.2",
        "",
        "Ana is paged by step 1 of policy sre: on watch in primary, turn 1 of 3 in layer “weekly”.",
        "- SRE owns the cart. (org.yaml:7)",
        "Unless somebody acknowledges, step 2 calls secondary and Dana at Mon 5 Jan 2026, 09:05 UTC.",
    )


async def test_a_message_says_times_in_the_zone_of_its_readers_watch_with_utc_beside_it(watch: Watch) -> None:
    change(watch.force, organization(schedules=[replace(weekly("primary", ANA), time_zone="America/Sao_Paulo")]))
    watch.clock.set(MONDAY + timedelta(hours=4))
    await watch.opens()
    await watch.deliver()
    (mail,) = watch.outlets["email"].got
    assert mail.lines[2] == "Since Mon 5 Jan 2026, 06:00 UTC−3 (09:00 UTC)."
    assert mail.lines[-1].endswith("step 2 calls secondary and Dana at Mon 5 Jan 2026, 10:05 UTC−3 (13:05 UTC).")


async def test_a_room_gets_its_address_and_secret_when_it_is_sent_and_no_link_that_acknowledges(watch: Watch) -> None:
    with_policy(watch, policy(step("channel:ops")))
    await watch.opens()
    await watch.deliver()
    (post,) = watch.outlets["webhook"].got
    assert (post.address, post.secret, post.acknowledge_url) == ("http://127.0.0.1:9/ops", "s3cret", None)
    assert [notice.address for notice in await watch.notices()] == ["ops"]
    assert (post.facts["schema"], post.facts["number"]) == ("watchbill/page/v1", 12)
