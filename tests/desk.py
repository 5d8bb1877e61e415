"""The watch without its doors: the real services on a real database, the clock moved by hand, messages kept where they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry

from tests.organizations import read_small
from tests.outlets import Outlet
from watchbill.channels.inbox import InboxChannel
from watchbill.lib.clock import HandClock
from watchbill.lib.errors import WatchbillError
from watchbill.lib.signing import Signer
from watchbill.org.charters import AlertClass
from watchbill.org.in_force import OrganizationInForce
from watchbill.org.objectives import Severity
from watchbill.org.values import EntityRef
from watchbill.practices.incidents.model import Received, Signal, SignalStatus
from watchbill.practices.incidents.service import IncidentFile, IncidentsService
from watchbill.practices.oncall.links import AcknowledgeLinks
from watchbill.practices.oncall.model import Room
from watchbill.practices.oncall.service import OnCallService
from watchbill.store.store import Store

MONDAY = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
"""Ana's week on the watch of the small organisation began at 08:00 UTC of this day."""

ROOMS = {"ops": Room("ops", "webhook", "http://127.0.0.1:9/ops")}

_SIGNAL = Signal(
    source="alertmanager",
    fingerprint="c2f1a8d3b4e5f607",
    status=SignalStatus.FIRING,
    title="31 % of requests fail",
    thing=EntityRef("component", "default", "api"),
    alert_class=AlertClass.APPLICATION,
    severity=Severity.PAGE,
    starts_at=MONDAY - timedelta(minutes=3),
    labels={"alertname": "HighErrorRate", "service": "api"},
)


def firing(fingerprint: str = _SIGNAL.fingerprint, **changes: Any) -> Signal:
    """Return what a sender says of an alert that fires, by default a page for the API of the small organisation."""
    return replace(_SIGNAL, fingerprint=fingerprint, **changes)


def resolved(fingerprint: str = _SIGNAL.fingerprint, **changes: Any) -> Signal:
    """Return what a sender says of an alert that ended."""
    said: dict[str, Any] = {"status": SignalStatus.RESOLVED, "ends_at": MONDAY} | changes
    return firing(fingerprint, **said)


class Desk:
    """The services of one replica. Several desks may share one store."""

    def __init__(self, store: Store, clock: HandClock) -> None:
        self.store = store
        self.clock = clock
        self.organization = OrganizationInForce(read_small(), clock.now())
        self.mail, self.webhook = Outlet(), Outlet()
        self.links = AcknowledgeLinks(Signer(b"k" * 32), "https://watchbill.example")
        channels = {"inbox": InboxChannel(), "email": self.mail, "webhook": self.webhook}
        self.oncall = OnCallService(store, self.organization, channels, ROOMS, self.links, registry=CollectorRegistry())
        self.incidents = IncidentsService(store, self.organization, self.oncall)

    async def hear(self, *signals: Signal) -> list[Received]:
        """Take signals in, now."""
        return await self.incidents.take(signals, self.clock.now())

    async def pass_time(self, span: timedelta) -> None:
        """Move the clock on, and do what has come due."""
        self.clock.set(self.clock.now() + span)
        await self.work()

    async def work(self) -> None:
        """Take due steps and deliver due notices until nothing is due any more."""
        while await self.oncall.take_due_steps(self.clock.now()) or await self.oncall.deliver_due(
            self.clock.now(), owner="desk"
        ):
            pass

    async def file(self, number: int = 1) -> IncidentFile:
        """Return all about an incident."""
        return await self.incidents.incident(str(number))

    async def refusal(self, incident: str, actor: EntityRef) -> WatchbillError:
        """Try to resolve an incident, and return why that is not done."""
        try:
            await self.incidents.resolve(incident, actor, self.clock.now())
        except WatchbillError as error:
            return error
        raise AssertionError(f"{actor} resolved {incident}")
