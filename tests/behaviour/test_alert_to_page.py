"""The way of one page, on both databases and with time passed by hand: from an alert to its end, every step on record."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.desk import MONDAY, Desk
from tests.organizations import person
from watchbill.hooks import alertmanager
from watchbill.lib.clock import HandClock
from watchbill.practices.incidents.model import IncidentState
from watchbill.practices.oncall.model import NoticeState, PageState
from watchbill.practices.record.model import Entry, Kind
from watchbill.practices.record.sentences import sentence
from watchbill.store.store import Store


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, HandClock(MONDAY))


def body(status: str) -> bytes:
    alert = {
        "status": status,
        "labels": {"alertname": "HighErrorRate", "service": "api", "severity": "critical"},
        "annotations": {"summary": "31 % of requests fail"},
        "startsAt": "2026-03-02T17:57:00Z",
        "endsAt": "2026-03-02T18:20:00Z" if status == "resolved" else "0001-01-01T00:00:00Z",
        "fingerprint": "c2f1a8d3b4e5f607",
    }
    return json.dumps({"version": "4", "alerts": [alert]}).encode()


async def post(desk: Desk, status: str) -> None:
    await desk.hear(*alertmanager.read(body(status), desk.organization.organization, desk.clock.now()).signals)


def chain_is_whole(record: list[Entry]) -> bool:
    """Return whether the first entry has no cause, and every other one an earlier entry of the same record for a cause."""
    seen: set[str | None] = set()
    for entry in record:
        if entry.caused_by not in seen and (entry.caused_by is not None or seen):
            return False
        seen.add(entry.id)
    return True


async def test_an_alert_pages_climbs_is_acknowledged_and_ends_and_each_entry_names_its_cause(desk: Desk) -> None:
    await post(desk, "firing")
    await desk.work()
    assert [message.recipient for message in desk.webhook.got] == ["channel:ops"]
    assert [message.recipient for message in desk.mail.got] == ["user:ana"]

    await desk.pass_time(timedelta(minutes=4, seconds=59))
    assert len(desk.mail.got) == 1
    await desk.pass_time(timedelta(seconds=1))
    assert [message.recipient for message in desk.mail.got] == ["user:ana", "user:ana"]

    link = desk.mail.got[-1].acknowledge_url
    assert link is not None
    page_id, user = desk.links.read(link.rpartition("/")[2])
    desk.clock.set(desk.clock.now() + timedelta(minutes=1))
    page = await desk.oncall.acknowledge(page_id, user, desk.clock.now(), via="link")
    assert (page.state, page.acknowledged_by) == (PageState.ACKNOWLEDGED, person("ana"))

    await desk.pass_time(timedelta(hours=1))
    assert len(desk.mail.got) == 2

    await post(desk, "resolved")
    await desk.work()
    file = await desk.file()
    assert (file.incident.state, file.page and file.page.state) == (IncidentState.RESOLVED, PageState.RESOLVED)
    assert {notice.state for notice in file.notices} == {NoticeState.SENT}
    assert chain_is_whole(file.record)
    told = [entry.kind for entry in file.record if entry.kind is not Kind.NOTICE_SENT]
    assert told == [
        Kind.ALERT_FIRED,
        Kind.INCIDENT_OPENED,
        Kind.HOLDER_NAMED,
        Kind.PAGE_DUE,
        Kind.STEP_TAKEN,
        Kind.STEP_TAKEN,
        Kind.PAGE_ACKNOWLEDGED,
        Kind.ALERT_RESOLVED,
        Kind.INCIDENT_RESOLVED,
        Kind.PAGE_RESOLVED,
    ]
    sentences = [sentence(entry) for entry in file.record]
    assert all(sentences)
    assert sentences[0] == "Alertmanager says it fires: 31 % of requests fail"
    assert "ana acknowledged by the link in the message, 6\u202fmin after the page" in sentences


async def test_a_person_resolves_and_the_page_wakes_nobody_any_more(desk: Desk) -> None:
    await post(desk, "firing")
    await desk.work()
    await desk.incidents.resolve("1", person("ana"), desk.clock.now(), "rolled back")
    await desk.pass_time(timedelta(hours=1))
    file = await desk.file()
    assert len(desk.mail.got) == len(desk.webhook.got) == 1
    assert chain_is_whole(file.record)
    assert "ana resolved incident 1 after 0\u202fs: rolled back" in [sentence(entry) for entry in file.record]


async def test_an_alert_that_ends_before_anything_was_sent_sends_nothing(desk: Desk) -> None:
    await post(desk, "firing")
    await post(desk, "resolved")
    await desk.pass_time(timedelta(hours=1))
    assert desk.mail.got == desk.webhook.got == []
    assert chain_is_whole((await desk.file()).record)


async def test_nobody_answers_and_the_page_goes_on_to_its_last_step_and_says_so(desk: Desk) -> None:
    await post(desk, "firing")
    for _ in range(60):
        await desk.pass_time(timedelta(minutes=1))
    file = await desk.file()
    assert file.page is not None
    assert file.page.state is PageState.EXHAUSTED
    assert [message.recipient for message in desk.webhook.got] == ["channel:ops", "channel:ops"]
    assert [message.recipient for message in desk.mail.got] == ["user:ana"] * 4 + ["user:dora"]
    assert len({message.key for message in desk.mail.got}) == 5
    exhausted = next(entry for entry in file.record if entry.kind is Kind.PAGE_EXHAUSTED)
    assert sentence(exhausted) == "Every step was taken in every round, and nobody acknowledged"
    assert chain_is_whole(file.record)
