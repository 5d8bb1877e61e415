"""Many alerts at once, on both databases: told together, taken in parts, and shown within bounds."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.desk import MONDAY, Desk, firing, resolved
from watchbill.lib.clock import HandClock
from watchbill.org.objectives import Severity
from watchbill.org.values import EntityRef
from watchbill.practices.incidents import service
from watchbill.practices.incidents.model import IncidentState
from watchbill.practices.incidents.service import MOST_ALERTS_SHOWN, MOST_GROUPS_IN_ONE_UNIT, MOST_IN_ONE_UNIT
from watchbill.practices.record.model import Kind
from watchbill.practices.record.sentences import sentence
from watchbill.store.store import Store

SECOND = timedelta(seconds=1)
WEB = EntityRef("component", "default", "web")


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, HandClock(MONDAY))


async def test_alerts_of_one_batch_beyond_the_first_are_told_in_one_entry(desk: Desk) -> None:
    names = [f"pod {number:03}" for number in range(50)]
    await desk.hear(*(firing(name, title=name) for name in names))
    fired = [kind for kind in [entry.kind for entry in (await desk.file()).record] if kind is Kind.ALERT_FIRED]
    file = await desk.file()
    (others,) = (entry for entry in file.record if entry.kind is Kind.ALERTS_FIRED)
    assert (len(fired), others.details["count"], others.details["titles"][0]) == (21, 29, "pod 021")
    assert sentence(others) == "Alertmanager says that 29 more alerts fire: pod 021 …"
    desk.clock.set(MONDAY + SECOND)
    await desk.hear(*(resolved(name, title=name) for name in names))
    file = await desk.file()
    (over,) = (entry for entry in file.record if entry.kind is Kind.ALERTS_RESOLVED)
    assert (file.incident.state, over.details["count"]) == (IncidentState.RESOLVED, 30)
    closed = next(entry for entry in file.record if entry.kind is Kind.INCIDENT_RESOLVED)
    assert closed.caused_by == over.id


async def test_more_than_one_unit_of_work_takes_them_all_and_others_get_their_turn(desk: Desk) -> None:
    several = 2 * MOST_IN_ONE_UNIT + 1
    committed: list[int] = []
    desk.store.when_committed(lambda: committed.append(1))
    many = asyncio.create_task(desk.hear(*(firing(str(number)) for number in range(several))))
    other = asyncio.create_task(desk.hear(firing("other", thing=WEB)))
    done, _ = await asyncio.wait([many, other], return_when=asyncio.FIRST_COMPLETED)
    assert done == {other}
    received = await many
    (number,) = {each.incident_number for each in received}
    assert (len(received), len(committed)) == (several, 4)
    file = await desk.file(number)
    assert (len(file.alerts), file.alert_count) == (MOST_ALERTS_SHOWN, several)


async def test_a_long_record_is_shown_from_its_beginning_and_its_end(desk: Desk) -> None:
    for number in range(70):
        await desk.hear(*(firing(f"{number} {each}") for each in range(10)))
    file = await desk.file()
    assert (len(file.record), file.record_count) == (500, 704)
    assert [entry.kind for entry in file.record[:2]] == [Kind.ALERT_FIRED, Kind.INCIDENT_OPENED]
    assert file.record[-1].details["alert"] == file.alerts[-1].id
    assert [entry.id for entry in file.record] == sorted(entry.id for entry in file.record)


async def test_open_incidents_are_counted_beyond_what_is_listed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_MOST_LISTED", 2)
    await desk.hear(
        *(firing(name, thing=None, labels={"alertname": name}, severity=Severity.TICKET) for name in "ab"),
        firing("page", thing=WEB),
    )
    assert [incident.number for incident in await desk.incidents.open_incidents()] == [3, 1]
    assert await desk.incidents.open_count() == 3


async def test_a_unit_of_work_opens_a_bounded_number_of_incidents(desk: Desk) -> None:
    committed: list[int] = []
    desk.store.when_committed(lambda: committed.append(1))
    names = [str(number) for number in range(MOST_GROUPS_IN_ONE_UNIT + 1)]
    await desk.hear(*(firing(name, thing=None, labels={"alertname": name}, severity=Severity.TICKET) for name in names))
    assert (len(committed), await desk.incidents.open_count()) == (2, len(names))
