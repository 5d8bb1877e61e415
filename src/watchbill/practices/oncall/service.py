"""The verbs of on-call: pages open and end with their incident, climb with time, are acknowledged, and are delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from prometheus_client import CollectorRegistry

from watchbill.lib.errors import NotFound, Refused
from watchbill.lib.ids import new_id
from watchbill.org.authority import Action, Decision, decide
from watchbill.org.coverage import PagerAnswer
from watchbill.org.in_force import OrganizationInForce
from watchbill.org.rotation import shift_at
from watchbill.org.values import EntityRef
from watchbill.practices.incidents.model import Incident
from watchbill.practices.record import service as record
from watchbill.practices.record.model import Kind
from watchbill.store.outage import is_outage
from watchbill.store.store import Store, Transaction

from . import outbox, tables
from .delivery import Delivery
from .escalation import Acknowledged, CalledAgain, Escalation, RanOut, Resolved
from .frozen_policy import freeze, thaw
from .links import AcknowledgeLinks
from .model import Attempt, Channel, Notice, OnWatch, Outcome, Page, PageState, ReachedPage, Room
from .tally import Tally

_ASIDE = timedelta(minutes=1)
_WITH_FIGURES = (Kind.BURN_FOUND, Kind.ALERT_FIRED)
_LOOKED_BACK = 20
_log = structlog.get_logger("watchbill.oncall")


class OnCallService:
    """The door to pages and schedules. `channels` are keyed by kind (`inbox`, `email`, `webhook`), `rooms` by name.

    Deliveries are counted in `registry`.
    """

    def __init__(
        self,
        store: Store,
        organization: OrganizationInForce,
        channels: Mapping[str, Channel],
        rooms: Mapping[str, Room],
        links: AcknowledgeLinks,
        *,
        registry: CollectorRegistry,
    ) -> None:
        self._store = store
        self._organization = organization
        self._escalation = Escalation(organization, rooms)
        self._delivery = Delivery(
            store, organization, channels, rooms, links, escalation=self._escalation, tally=Tally(registry)
        )

    async def open_page(
        self, transaction: Transaction, incident: Incident, answer: PagerAnswer, now: datetime, caused_by: str | None
    ) -> str:
        """Open an incident's page and take its first step, inside the incident's unit of work; return the page's id.

        A page that nobody is there to take (no holder, no policy) is exhausted at once and shown to the administrators. A
        step that cannot be taken for a fault of ours leaves the page due: the alert is accepted all the same.
        """
        policy = self._organization.organization.escalation_policies.get(answer.policy or "")
        page = Page(
            id=new_id(now),
            incident=incident.id,
            state=PageState.DUE,
            policy_name=policy.name if policy else None,
            policy=freeze(policy, self._organization.organization.time_zone) if policy else {},
            step=1,
            round=0,
            next_step_at=now,
            opened_at=now,
            acknowledged_at=None,
            acknowledged_by=None,
            acknowledgement_expires_at=None,
            resolved_at=None,
            about=_about(incident, await _figures(transaction, incident.id)),
        )
        due = await record.happened(
            transaction,
            incident.id,
            Kind.PAGE_DUE,
            now,
            caused_by=caused_by,
            page=page.id,
            policy=page.policy_name,
            holder=None if answer.holder is None else str(answer.holder),
            gap=answer.gap,
        )
        page = replace(page, last_entry=due)
        await tables.add_page(transaction, page)
        missing = Outcome.NO_HOLDER if answer.holder is None else Outcome.NO_POLICY
        await self._first_step(transaction, page, now, None if policy else missing)
        return page.id

    async def call_again(
        self, transaction: Transaction, incident_id: str, now: datetime, *, title: str, caused_by: str | None
    ) -> None:
        """Make an incident's page due again where nobody took it and another alert that pages has joined.

        A page that is on its way, or that somebody has acknowledged, stays as it is; so does one without a policy: there is
        nobody whom it could call.
        """
        page = await tables.lock_page(transaction, incident=incident_id)
        if page is not None and page.state is PageState.EXHAUSTED and page.policy_name is not None:
            again = await self._escalation.apply(transaction, page, CalledAgain(title), now, caused_by)
            await self._first_step(transaction, again, now, None)

    async def _first_step(self, transaction: Transaction, page: Page, now: datetime, missing: Outcome | None) -> None:
        """Do what is due of a page in its incident's unit of work; what fails there is tried again by the engine."""
        try:
            async with transaction.begin_nested():
                if missing is None:
                    await self._escalation.catch_up(transaction, page, now)
                else:
                    await self._escalation.apply(transaction, page, RanOut(missing), now)
        except Exception as error:
            if _passes(error):
                raise
            _log.exception("the first step of a page could not be taken; it stays due", page=page.id)

    async def end_page(
        self, transaction: Transaction, incident_id: str, now: datetime, *, actor: str, caused_by: str | None
    ) -> None:
        """End an incident's page, inside the incident's unit of work; nothing happens where it has ended or there is none."""
        page = await tables.lock_page(transaction, incident=incident_id)
        if page is not None and page.state is not PageState.RESOLVED:
            await self._escalation.apply(transaction, page, Resolved(actor), now, caused_by)

    async def acknowledge(self, page_id: str, actor: EntityRef, now: datetime, *, via: str) -> Page:
        """Take a page on; a page that is acknowledged already stays so, for longer, and the second one is on record too.

        `via` is how it came: `link`, `page` or `api`. Raises NotFound, Refused, and Conflict when the page is resolved.
        """
        async with self._store.writing() as transaction:
            page = await tables.lock_page(transaction, page_id=page_id)
            if page is None:
                raise _no_page(page_id)
            decision = await self._decide(transaction, page, actor, now)
            acknowledged = await self._escalation.apply(transaction, page, Acknowledged(actor, via), now)
            await record.changed(
                transaction,
                now,
                actor=str(actor),
                action=Action.ACKNOWLEDGE.value,
                subject=page.incident,
                because=decision.by,
                details={"page": page.id, "via": via},
            )
        return acknowledged

    async def _decide(self, transaction: Transaction, page: Page, actor: EntityRef, now: datetime) -> Decision:
        organization = self._organization.organization
        thing = page.about["thing"]
        decision = decide(
            organization,
            actor,
            Action.ACKNOWLEDGE,
            None if thing is None else EntityRef.parse(thing, kind="component"),
            now,
            on_watch=await self.is_on_watch_for(page, actor, now),
            reached=await outbox.has_reached(transaction, page.id, str(actor)),
        )
        if not decision.allowed:
            raise Refused(
                f"{actor} may not acknowledge this page.",
                "; ".join(decision.instead),
                instead=decision.instead,
                about=str(thing or ""),
            )
        return decision

    async def take_due_steps(self, now: datetime) -> int:
        """Do what time asks of pages up to `now`, however late; return how many moves were made.

        A page that fails is put off for a minute and reported; it never stops the others.
        """
        moves = 0
        while await self._is_due(now):
            taken = await self._take_one(now)
            if taken is None:
                break
            moves += taken
        return moves

    async def _is_due(self, now: datetime) -> bool:
        async with self._store.reading() as transaction:
            return await tables.is_any_due(transaction, now)

    async def _take_one(self, now: datetime) -> int | None:
        """Move the page that waits longest; return how many moves it made, None when others have all that are due."""
        page = None
        try:
            async with self._store.writing() as transaction:
                page = await tables.lock_due_page(transaction, now)
                if page is None:
                    return None
                return (await self._escalation.catch_up(transaction, page, now))[1]
        except Exception as error:
            if page is None or _passes(error):
                raise
            _log.exception("a page could not be moved; it is put off", page=page.id, minutes=1)
            await self._put_off(page, error, now)
            return 0

    async def _put_off(self, page: Page, error: Exception, now: datetime) -> None:
        """Let a page that fails wait; on record the first time that it does so, not each minute."""
        async with self._store.writing() as transaction:
            if not await tables.push_aside(transaction, page, now + _ASIDE):
                return
            if await record.kind_of(transaction, page.last_entry) is Kind.PAGE_PUT_OFF:
                return
            entry = await record.happened(
                transaction,
                page.incident,
                Kind.PAGE_PUT_OFF,
                now,
                caused_by=page.last_entry,
                page=page.id,
                fault=type(error).__name__,
            )
            await tables.tell_last_entry(transaction, page.id, entry)

    async def deliver_due(self, now: datetime, *, owner: str) -> int:
        """Send the notices that are due, as `owner`; return how many were taken up."""
        return await self._delivery.deliver_due(now, owner=owner)

    async def reclaim(self, owner: str) -> int:
        """Free the notices that a process of this owner, now dead, was sending; return how many. They are due again at once."""
        async with self._store.writing() as transaction:
            return await outbox.free_leases(transaction, owner)

    async def drain(self) -> None:
        """Let sends that still run come to their end, five seconds at most; to be called before the store is closed."""
        await self._delivery.drain()

    async def next_due(self) -> datetime | None:
        """Return when a page or a notice next wants something to be done, None when nothing waits."""
        async with self._store.reading() as transaction:
            found = [await tables.next_page_due(transaction), await outbox.next_notice_due(transaction)]
        return min((instant for instant in found if instant is not None), default=None)

    async def page(self, page_id: str) -> Page:
        """Return a page. Raises NotFound."""
        async with self._store.reading() as transaction:
            page = await tables.page_by(transaction, page_id=page_id)
        if page is None:
            raise _no_page(page_id)
        return page

    async def page_of(self, incident_id: str) -> Page | None:
        """Return an incident's page, None when it woke nobody."""
        async with self._store.reading() as transaction:
            return await tables.page_by(transaction, incident=incident_id)

    async def open_pages(self) -> list[Page]:
        """Return the pages that are not resolved, oldest first."""
        async with self._store.reading() as transaction:
            return await tables.open_pages(transaction)

    async def pages_reaching(self, user: EntityRef, limit: int = 50) -> list[ReachedPage]:
        """Return the pages that were sent to a person: those not resolved first, each the newest first."""
        async with self._store.reading() as transaction:
            pages = await tables.pages_reaching(transaction, str(user), limit)
            notices = await outbox.notices_of(transaction, [page.id for page in pages], recipient=str(user))
        return [ReachedPage(page, tuple(each for each in notices if each.page == page.id)) for page in pages]

    async def notices_of(self, page_id: str) -> list[Notice]:
        """Return a page's notices, oldest first."""
        async with self._store.reading() as transaction:
            return await outbox.notices_of(transaction, [page_id])

    async def attempts_of(self, page_id: str) -> list[Attempt]:
        """Return every attempt to deliver a page's notices."""
        async with self._store.reading() as transaction:
            return await outbox.attempts_of(transaction, page_id)

    async def on_call_now(self, at: datetime) -> list[OnWatch]:
        """Return every schedule, by name, with the shift that holds `at` and the one after it."""
        found = []
        for _, schedule in sorted(self._organization.organization.schedules.items()):
            now = shift_at(schedule, at)
            found.append(OnWatch(schedule, now, shift_at(schedule, now.end)))
        return found

    async def on_watch(self, user: EntityRef, at: datetime) -> list[str]:
        """Return the names of the schedules in which a person stands the watch `at`."""
        schedules = self._organization.organization.schedules
        return [name for name, schedule in sorted(schedules.items()) if user in shift_at(schedule, at).people]

    async def is_on_watch_for(self, page: Page, user: EntityRef, at: datetime) -> bool:
        """Return whether a person stands a watch that the page's policy, as it was frozen, leads to."""
        return not _schedules_of(page).isdisjoint(await self.on_watch(user, at))

    async def has_reached(self, page_id: str, user: EntityRef) -> bool:
        """Return whether a page has a notice to a person."""
        async with self._store.reading() as transaction:
            return await outbox.has_reached(transaction, page_id, str(user))


def _passes(error: Exception) -> bool:
    """Whether an error is the database's and passes by itself, rather than a fault of the page that was worked on."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    return is_outage(error) or state.startswith("40")


def _no_page(page_id: str) -> NotFound:
    return NotFound(f"There is no page “{page_id}”.", "The inbox lists the pages that reached you.")


def _schedules_of(page: Page) -> frozenset[str]:
    frozen = thaw(page.policy)
    return frozen.policy.schedules if frozen else frozenset()


async def _figures(transaction: Transaction, incident_id: str) -> Mapping[str, Any]:
    """Return the figures that came with the alert which the incident was opened for, from its record."""
    entries = await record.newest_of(transaction, incident_id, _WITH_FIGURES, _LOOKED_BACK)
    return next((entry.details["figures"] for entry in entries if entry.details.get("figures")), {})


def _about(incident: Incident, figures: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": incident.number,
        "title": incident.title,
        "thing": None if incident.thing is None else str(incident.thing),
        "class": incident.alert_class.value,
        "severity": incident.severity.value,
        "since": incident.opened_at.isoformat(),
        "holder": None if incident.holder is None else str(incident.holder),
        "team": incident.team,
        "engagement": incident.engagement,
        "because": [dict(reason) for reason in incident.because],
        "figures": dict(figures),
    }
