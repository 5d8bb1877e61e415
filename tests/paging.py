"""The on-call service on a real store, with outlets for channels and a clock moved by hand."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry

from tests.outlets import Outlet
from tests.small_org import (
    ANA,
    MINUTE,
    MONDAY,
    answer,
    change,
    incident,
    organization,
)
from watchbill.lib.clock import HandClock
from watchbill.lib.signing import Signer
from watchbill.org.charters import EscalationPolicy
from watchbill.org.in_force import OrganizationInForce
from watchbill.practices.oncall.links import AcknowledgeLinks
from watchbill.practices.oncall.model import (
    Channel,
    Notice,
    Page,
    Room,
)
from watchbill.practices.oncall.service import OnCallService
from watchbill.practices.record import service as record
from watchbill.practices.record.model import Entry, Kind
from watchbill.store.store import Store

LINKS = AcknowledgeLinks(Signer(b"k" * 32), "http://127.0.0.1:8400")
ROOMS = {"ops": Room("ops", "webhook", "http://127.0.0.1:9/ops", "s3cret")}


class Watch:
    """The service on a store, with outlets for channels and a clock moved by hand."""

    def __init__(self, store: Store, force: OrganizationInForce) -> None:
        self.store, self.force, self.clock = store, force, HandClock(MONDAY)
        self.outlets = {kind: Outlet() for kind in ("inbox", "email", "webhook")}
        self.oncall = self.replica(dict(self.outlets))
        self.page_id = ""

    def replica(self, channels: dict[str, Channel], rooms: Mapping[str, Room] = ROOMS) -> OnCallService:
        return OnCallService(self.store, self.force, channels, rooms, LINKS, registry=CollectorRegistry())

    async def opens(self, policy_name: str | None = "sre", number: int = 12, **changes: object) -> str:
        async with self.store.writing() as transaction:
            subject, now = incident(number).id, self.clock.now()
            burn = await record.happened(transaction, subject, Kind.BURN_FOUND, now, figures={"long_rate": 300.214})
            opened = await record.happened(transaction, subject, Kind.INCIDENT_OPENED, now, caused_by=burn)
            self.page_id = await self.oncall.open_page(
                transaction, incident(number), answer(policy_name, **changes), now, opened
            )
        return self.page_id

    async def ends(self, number: int = 12) -> None:
        async with self.store.writing() as transaction:
            await self.oncall.end_page(
                transaction, incident(number).id, self.clock.now(), actor="watchbill", caused_by=None
            )

    async def another_joins(self, title: str, number: int = 12) -> None:
        """Let another alert that pages join the incident."""
        async with self.store.writing() as transaction:
            subject, now = incident(number).id, self.clock.now()
            fired = await record.happened(transaction, subject, Kind.ALERT_FIRED, now, title=title)
            await self.oncall.call_again(transaction, subject, now, title=title, caused_by=fired)

    async def at(self, minute: float) -> None:
        """Move the clock to a minute after the start and let the engine do what is due."""
        self.clock.set(MONDAY + minute * MINUTE)
        await self.oncall.take_due_steps(self.clock.now())
        await self.deliver()

    async def deliver(self) -> None:
        while await self.oncall.deliver_due(self.clock.now(), owner="one"):
            pass

    async def acknowledges(self, who: object = ANA) -> Page:
        return await self.oncall.acknowledge(self.page_id, who, self.clock.now(), via="api")  # type: ignore[arg-type]

    async def page(self) -> Page:
        return await self.oncall.page(self.page_id)

    async def notices(self) -> list[Notice]:
        return await self.oncall.notices_of(self.page_id)

    async def entries(self, number: int = 12) -> list[Entry]:
        async with self.store.reading() as transaction:
            return await record.entries_of(transaction, incident(number).id)

    @property
    def mailed(self) -> list[str]:
        return [message.recipient for message in self.outlets["email"].got]


def with_policy(watch: Watch, *policies: EscalationPolicy) -> None:
    change(watch.force, organization(*policies))
