"""Alerts received, grouped and resolved, on both databases: nothing is lost and nothing doubled, in whatever order it is said."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from tests.desk import MONDAY, Desk, firing, resolved
from tests.organizations import person
from watchbill.lib.clock import HandClock
from watchbill.lib.errors import Conflict, NotFound, Refused
from watchbill.org.charters import AlertClass
from watchbill.org.in_force import Reading
from watchbill.org.objectives import Severity
from watchbill.org.values import EntityRef
from watchbill.practices.incidents import tables
from watchbill.practices.incidents.model import AlertState, IncidentState, Signal
from watchbill.practices.incidents.rules import AlertMove
from watchbill.practices.oncall.model import PageState
from watchbill.practices.record import service as record
from watchbill.practices.record.model import Kind
from watchbill.store.columns import metadata
from watchbill.store.store import Store, Transaction, open_store

SECOND = timedelta(seconds=1)
WEB = EntityRef("component", "default", "web")
DATABASE = EntityRef("resource", "default", "database")


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, HandClock(MONDAY))


async def kinds(desk: Desk, number: int = 1) -> list[Kind]:
    """Return the kinds on an incident's record, without what became of notices."""
    entries = (await desk.file(number)).record
    return [entry.kind for entry in entries if not entry.kind.value.startswith("notice")]


async def test_an_alert_opens_an_incident_names_the_holder_and_opens_the_page(desk: Desk) -> None:
    [received] = await desk.hear(firing())
    file = await desk.file()
    assert (received.incident_id, received.incident_number, received.news) == (file.incident.id, 1, True)
    assert (file.incident.state, file.incident.title) == (IncidentState.OPEN, "31 % of requests fail")
    assert (str(file.incident.holder), file.incident.team) == ("group:sre-core", "core")
    assert [reason["rule"] for reason in file.incident.because][-1] == "policy-for-group"
    assert {reason["file"] for reason in file.incident.because} <= {"organization.yaml", "catalog.yaml", "watch.yaml"}
    assert [alert.state for alert in file.alerts] == [AlertState.FIRING]
    assert file.page is not None
    assert file.page.state is PageState.DUE
    assert await kinds(desk) == [
        Kind.ALERT_FIRED,
        Kind.INCIDENT_OPENED,
        Kind.HOLDER_NAMED,
        Kind.PAGE_DUE,
        Kind.STEP_TAKEN,
    ]


async def test_saying_it_again_changes_nothing_but_how_often_it_was_said(desk: Desk) -> None:
    await desk.hear(firing())
    desk.clock.set(MONDAY + 5 * SECOND)
    [again] = await desk.hear(firing(annotations={"summary": "34 % by now"}))
    file = await desk.file()
    [alert] = file.alerts
    assert (again.news, alert.times_said, alert.last_said_at) == (False, 2, MONDAY + 5 * SECOND)
    assert alert.annotations == {"summary": "34 % by now"}
    assert len(file.record) == 5
    assert desk.incidents.moves == {AlertMove.FIRES: 1, AlertMove.SAID_AGAIN: 1}


async def test_alerts_of_one_thing_share_an_incident_that_ends_with_the_last_of_them(desk: Desk) -> None:
    await desk.hear(firing("a"), firing("b"), firing("c", thing=WEB))
    assert [incident.number for incident in await desk.incidents.open_incidents()] == [1, 2]
    await desk.hear(resolved("a"))
    assert (await desk.file()).incident.state is IncidentState.OPEN
    await desk.hear(resolved("b"))
    file = await desk.file()
    assert (file.incident.state, file.incident.resolved_at) == (IncidentState.RESOLVED, MONDAY)
    assert file.page is not None
    assert file.page.state is PageState.RESOLVED
    assert (await kinds(desk))[-4:] == [
        Kind.ALERT_RESOLVED,
        Kind.ALERT_RESOLVED,
        Kind.INCIDENT_RESOLVED,
        Kind.PAGE_RESOLVED,
    ]
    assert [incident.number for incident in await desk.incidents.open_incidents()] == [2]


async def test_an_alert_that_starts_anew_after_its_end_opens_a_new_incident(desk: Desk) -> None:
    await desk.hear(firing())
    await desk.hear(resolved())
    [received] = await desk.hear(firing(starts_at=MONDAY))
    assert received.incident_number == 2


async def test_a_batch_that_ends_one_alert_and_begins_another_does_not_close_the_incident_between(desk: Desk) -> None:
    await desk.hear(firing("a"))
    await desk.hear(resolved("a"), firing("b"))
    assert [incident.number for incident in await desk.incidents.open_incidents()] == [1]


async def test_the_end_of_an_alert_never_heard_of_opens_nothing_and_is_counted(desk: Desk) -> None:
    assert await desk.hear(resolved()) == []
    assert await desk.incidents.incidents() == []
    assert desk.incidents.moves == {AlertMove.ENDS_UNHEARD: 1}


async def test_a_firing_that_arrives_after_its_end_stays_resolved(desk: Desk) -> None:
    await desk.hear(resolved())
    assert await desk.hear(firing()) == []
    assert await desk.incidents.incidents() == []
    await desk.hear(firing("b"))
    await desk.hear(resolved("b"))
    desk.clock.set(MONDAY + 60 * SECOND)
    [late] = await desk.hear(firing("b"))
    assert (late.incident_number, late.news) == (1, False)
    assert (await desk.file()).alerts[0].state is AlertState.RESOLVED


async def test_an_alert_that_its_sender_finds_again_later_pages_again(desk: Desk) -> None:
    await desk.hear(firing(), firing("never heard of", thing=WEB))
    await desk.hear(resolved())
    await desk.hear(resolved("unheard"))
    desk.clock.set(MONDAY + 61 * SECOND)
    [again] = await desk.hear(firing())
    assert (again.incident_number, again.news) == (3, True)
    file = await desk.file(3)
    assert (file.alerts[0].state, file.alerts[0].ends_at) == (AlertState.FIRING, None)
    assert file.page is not None
    [unheard] = await desk.hear(firing("unheard", thing=DATABASE))
    assert unheard.incident_number == 4


async def test_an_alert_that_joins_a_page_that_nobody_took_calls_again_and_says_why(desk: Desk) -> None:
    await desk.hear(firing("a"))
    for _ in range(60):
        await desk.pass_time(timedelta(minutes=1))
    file = await desk.file()
    assert file.page is not None
    assert file.page.state is PageState.EXHAUSTED
    await desk.hear(firing("a"), firing("ticket", severity=Severity.TICKET))
    assert (await desk.oncall.page(file.page.id)).run == 0
    await desk.hear(firing("b", title="the disk is full too"), firing("c"))
    file = await desk.file()
    assert file.page is not None
    assert (file.page.state, file.page.run) == (PageState.DUE, 1)
    causes = {entry.id: entry for entry in file.record}
    again = next(entry for entry in file.record if entry.kind is Kind.PAGE_DUE_AGAIN)
    assert causes[again.caused_by or ""].details["title"] == "the disk is full too"
    await desk.oncall.acknowledge(file.page.id, person("ana"), desk.clock.now(), via="api")
    await desk.hear(firing("d"))
    assert (await desk.oncall.page(file.page.id)).state is PageState.ACKNOWLEDGED
    assert (await desk.file()).record[-1].kind is Kind.ALERT_FIRED


async def test_whoever_stands_a_watch_of_the_frozen_policy_may_acknowledge_and_resolve_alike(desk: Desk) -> None:
    await desk.hear(firing())
    file = await desk.file()
    assert file.page is not None
    now = desk.organization.organization
    changed = replace(now, escalation_policies={}, groups={}, revision="2")
    assert desk.organization.offer(Reading(changed, (), "2"), desk.clock.now())
    await desk.oncall.acknowledge(file.page.id, person("ana"), desk.clock.now(), via="api")
    await desk.incidents.resolve("1", person("ana"), desk.clock.now())
    async with desk.store.reading() as transaction:
        rights = {each.action: each.because for each in await record.newest_audited(transaction)}
    assert rights == {"acknowledge": "onWatch", "resolve": "onWatch"}


async def test_an_alert_of_no_known_thing_goes_to_the_catch_all(desk: Desk) -> None:
    await desk.hear(
        firing("a", thing=None), firing("b", thing=None), firing("c", thing=None, labels={"alertname": "X"})
    )
    first, second = await desk.incidents.open_incidents()
    assert (first.thing, str(first.holder), second.number) == (None, "group:sre-core", 2)
    assert {reason["rule"] for reason in first.because} >= {"unknown-thing", "catch-all"}


async def test_a_ticket_wakes_nobody_until_an_alert_asks_for_a_page(desk: Desk) -> None:
    await desk.hear(firing("a", severity=Severity.TICKET))
    file = await desk.file()
    assert (file.incident.severity, file.page) == (Severity.TICKET, None)
    desk.clock.set(MONDAY + SECOND)
    await desk.hear(firing("b"))
    file = await desk.file()
    assert file.incident.severity is Severity.PAGE
    assert file.page is not None
    assert file.page.opened_at == MONDAY + SECOND
    assert (await kinds(desk))[-4:] == [Kind.ALERT_FIRED, Kind.HOLDER_NAMED, Kind.PAGE_DUE, Kind.STEP_TAKEN]


async def test_an_alert_said_again_as_a_page_opens_the_page_once(desk: Desk) -> None:
    await desk.hear(firing(severity=Severity.TICKET))
    [raised] = await desk.hear(firing())
    await desk.hear(firing(severity=Severity.TICKET))
    await desk.hear(firing())
    file = await desk.file()
    assert raised.news
    assert (file.alerts[0].severity, [entry.kind for entry in file.record].count(Kind.PAGE_DUE)) == (Severity.PAGE, 1)


async def test_a_ticket_ends_without_a_page(desk: Desk) -> None:
    await desk.hear(firing(severity=Severity.TICKET))
    await desk.hear(resolved(severity=Severity.TICKET))
    assert await kinds(desk) == [
        Kind.ALERT_FIRED,
        Kind.INCIDENT_OPENED,
        Kind.HOLDER_NAMED,
        Kind.ALERT_RESOLVED,
        Kind.INCIDENT_RESOLVED,
    ]


async def test_an_alert_said_to_be_of_the_platform_joins_the_incident_of_what_the_thing_depends_on(desk: Desk) -> None:
    await desk.hear(firing("database", thing=DATABASE))
    [joined] = await desk.hear(firing("api", alert_class=AlertClass.PLATFORM))
    [apart] = await desk.hear(firing("api itself"))
    assert (joined.incident_number, apart.incident_number) == (1, 2)


async def test_a_burn_is_told_as_a_burn(desk: Desk) -> None:
    figures = {"long_rate": 22.0}
    await desk.hear(firing(source="goal", figures=figures))
    await desk.hear(resolved(source="goal"))
    first, *others = (await desk.file()).record
    assert (first.kind, first.details["figures"]) == (Kind.BURN_FOUND, figures)
    assert [entry.caused_by for entry in others if entry.kind is Kind.BURN_ENDED] == [first.id]


async def test_members_owners_and_whoever_was_reached_may_resolve_and_others_may_not(desk: Desk) -> None:
    for number, thing in enumerate(("api", "web"), start=1):
        await desk.hear(firing(thing, thing=EntityRef("component", "default", thing)))
        refusal = await desk.refusal(str(number), person("eli"))
        assert isinstance(refusal, Refused)
        assert "group:shop-developers" in refusal.mend
    resolved_one = await desk.incidents.resolve("1", person("ben"), desk.clock.now(), "the disk is emptied")
    await desk.incidents.resolve("2", person("cleo"), desk.clock.now())
    assert resolved_one.state is IncidentState.RESOLVED
    file = await desk.file()
    assert file.page is not None
    assert file.page.state is PageState.RESOLVED
    entry = next(entry for entry in file.record if entry.kind is Kind.INCIDENT_RESOLVED)
    assert (entry.actor, entry.details["reason"]) == ("user:ben", "the disk is emptied")
    async with desk.store.reading() as transaction:
        newest, audited = await record.newest_audited(transaction)
    assert (audited.actor, audited.action, audited.subject) == ("user:ben", "resolve", file.incident.id)
    assert (audited.because, audited.reason, newest.because) == ("member", "the disk is emptied", "owner")


async def test_a_resolved_incident_cannot_be_resolved_and_an_unknown_one_is_not_found(desk: Desk) -> None:
    await desk.hear(firing())
    await desk.hear(resolved())
    assert isinstance(await desk.refusal("1", person("ana")), Conflict)
    for unknown in ("2", "0" * 26, "", "#", "99999999999", "éé"):
        assert isinstance(await desk.refusal(unknown, person("ana")), NotFound)


async def test_an_alert_that_goes_on_after_a_person_resolved_it_opens_a_new_incident_when_said_again(
    desk: Desk,
) -> None:
    await desk.hear(firing())
    await desk.incidents.resolve("1", person("ana"), desk.clock.now())
    [at_once] = await desk.hear(firing())
    desk.clock.set(MONDAY + 61 * SECOND)
    [later] = await desk.hear(firing())
    assert (at_once.incident_number, later.incident_number) == (1, 2)


async def test_incidents_are_listed_by_what_is_asked(desk: Desk) -> None:
    await desk.hear(firing("a", severity=Severity.TICKET), firing("b", thing=WEB), firing("c", thing=DATABASE))
    await desk.hear(resolved("c", thing=DATABASE))
    listed = desk.incidents.incidents

    async def numbers(**asked: object) -> list[int]:
        return [incident.number for incident in await listed(**asked)]  # type: ignore[arg-type]

    assert await numbers() == [3, 2, 1]
    assert await numbers(limit=2) == [3, 2]
    assert await numbers(before=2) == [1]
    assert await numbers(state=IncidentState.RESOLVED) == [3]
    assert await numbers(thing=WEB) == [2]
    assert await numbers(holder=EntityRef("group", "default", "sre-core")) == [3, 2, 1]
    assert await numbers(holder=EntityRef("group", "default", "shop-developers")) == []
    assert [incident.number for incident in await desk.incidents.open_incidents()] == [2, 1]


async def test_a_unit_of_work_that_fails_leaves_nothing(desk: Desk) -> None:
    async def receive_and_fail() -> None:
        async with desk.store.writing() as transaction:
            await desk.incidents.receive(transaction, [firing()], MONDAY)
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        await receive_and_fail()
    assert await desk.incidents.incidents() == []
    [received] = await desk.hear(firing())
    assert received.incident_number == 1


def said(seed: int) -> list[Signal]:
    """Return what is said of four alerts, each firing and some of them ended, in some order and more than once."""
    chance = random.Random(seed)
    signals = [
        *(firing(name, thing=thing) for name in "ab" for thing in (None,)),
        firing("a", starts_at=MONDAY),
        firing("c", thing=WEB),
        resolved("a", thing=None, ends_at=MONDAY - SECOND),
        resolved("c", thing=WEB, ends_at=MONDAY),
    ]
    return chance.sample(signals + chance.choices(signals, k=4), len(signals) + 4)


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_and_repetition_ends_in_the_same_alerts(desk: Desk, seed: int) -> None:
    for signal in said(seed):
        await desk.hear(signal)
    assert await states(desk) == {
        ("a", MONDAY - timedelta(minutes=3)): AlertState.RESOLVED,
        ("a", MONDAY): AlertState.FIRING,
        ("b", MONDAY - timedelta(minutes=3)): AlertState.FIRING,
        ("c", MONDAY - timedelta(minutes=3)): AlertState.RESOLVED,
    }


async def states(desk: Desk) -> dict[tuple[str, object], AlertState]:
    """Return the state of every alert ever heard of: those without an incident are all over."""
    found = {}
    for incident in await desk.incidents.incidents():
        for alert in (await desk.file(incident.number)).alerts:
            found[alert.fingerprint, alert.starts_at] = alert.state
    unheard = {(signal.fingerprint, signal.starts_at): AlertState.RESOLVED for signal in said(0)}
    return unheard | found


async def test_two_replicas_that_hear_the_same_at_once_make_one_alert_and_one_incident(postgresql_url: str) -> None:
    stores = [open_store(postgresql_url), open_store(postgresql_url)]
    async with stores[0].writing() as transaction:
        await transaction.run_sync(metadata.create_all)
    desks = [Desk(store, HandClock(MONDAY)) for store in stores]
    alerts = [firing(f"{thing} {number}", thing=thing) for number in range(4) for thing in (None, WEB, DATABASE)]
    batches = [random.Random(seed).sample(alerts, len(alerts)) for seed in range(4)]
    heard = await asyncio.gather(*(desk.hear(*batch) for desk in desks for batch in batches))
    news = Counter(received.alert_id for batch in heard for received in batch if received.news)
    assert (len(news), set(news.values())) == (12, {1})
    assert sorted(incident.number for incident in await desks[0].incidents.incidents()) == [1, 2, 3]
    assert len(await desks[0].oncall.open_pages()) == 3
    for store in stores:
        await store.close()


async def test_a_replica_that_vanishes_in_its_turn_holds_up_the_others_only_for_a_while(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "SILENT_SECONDS", 1)
    vanished, other = open_store(postgresql_url), open_store(postgresql_url)
    async with other.writing() as transaction:
        await transaction.run_sync(metadata.create_all)

    async def take_the_turn_while_the_other_hears() -> None:
        async with vanished.writing() as transaction:
            await tables.take_turn(transaction)
            [received] = await Desk(other, HandClock(MONDAY)).hear(firing())
            assert received.incident_number == 1

    with pytest.raises(DBAPIError):
        await take_the_turn_while_the_other_hears()
    await vanished.close()
    await other.close()


async def test_a_unit_of_work_that_lost_a_race_is_done_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    known_alerts, attempts = tables.known_alerts, []

    async def known_too_late(transaction: Transaction, keys: list[tables.AlertKey]) -> object:
        """Answer once as a replica sees it that looked before the other one committed."""
        attempts.append(keys)
        return {} if len(attempts) == 1 else await known_alerts(transaction, keys)

    await desk.hear(firing())
    monkeypatch.setattr(tables, "known_alerts", known_too_late)
    [again] = await desk.hear(firing())
    assert (len(attempts), again.incident_number, again.news) == (2, 1, False)


async def test_opening_takes_a_number_without_holes_whoever_opens(desk: Desk) -> None:
    await asyncio.gather(
        *(desk.hear(replace(firing(str(n)), thing=None, labels={"alertname": str(n)})) for n in range(5))
    )
    assert [incident.number for incident in await desk.incidents.incidents()] == [5, 4, 3, 2, 1]
