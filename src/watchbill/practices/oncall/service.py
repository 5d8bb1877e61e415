"""The verbs of on-call: pages open and end with their incident, climb with time, are acknowledged, and are delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import SQLAlchemyError

from watchbill.lib.errors import NotFound, Refused
from watchbill.lib.ids import new_id
from watchbill.org.authority import Action, Decision, decide
from watchbill.org.coverage import PagerAnswer
from watchbill.org.in_force import OrganizationInForce
from watchbill.org.values import EntityRef
from watchbill.practices.incidents.model import Incident
from watchbill.practices.record import service as record
from watchbill.practices.record.model import Kind
from watchbill.store.store import Store, Transaction

from . import outbox, tables
from .delivery import Delivery
from .escalation import Acknowledged, Escalation, Resolved
from .frozen_policy import freeze, thaw
from .links import AcknowledgeLinks
from .model import Attempt, Channel, Notice, OnWatch, Outcome, Page, PageState, ReachedPage, Room
from .rotation import shift_at
from .tally import Tally

_ASIDE = timedelta(minutes=1)
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
        self._escalation = Escalation(organization, channels, rooms)
        self._delivery = Delivery(store, organization, channels, rooms, links, tally=Tally(registry))

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
        try:
            async with transaction.begin_nested():
                await self._first_step(transaction, page, answer, now)
        except SQLAlchemyError:
            raise
        except Exception:  # noqa: BLE001 - no fault of ours may refuse an alert
            _log.exception("the first step of a page could not be taken; it stays due", page=page.id)
        return page.id

    async def _first_step(self, transaction: Transaction, page: Page, answer: PagerAnswer, now: datetime) -> None:
        if page.policy_name is not None:
            await self._escalation.catch_up(transaction, page, now)
        else:
            outcome = Outcome.NO_HOLDER if answer.holder is None else Outcome.NO_POLICY
            await self._escalation.run_out_at_once(transaction, page, outcome, now)

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
        standing = set(await self.on_watch(actor, now)) & _schedules_of(page)
        decision = decide(
            organization,
            actor,
            Action.ACKNOWLEDGE,
            None if thing is None else EntityRef.parse(thing, kind="component"),
            now,
            on_watch=bool(standing),
            reached=bool(await outbox.notices_of(transaction, [page.id], recipient=str(actor))),
        )
        if not decision.allowed:
            raise Refused(f"{actor} may not acknowledge this page.", "; ".join(decision.instead))
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
            due = await tables.next_page_due(transaction)
        return due is not None and due <= now

    async def _take_one(self, now: datetime) -> int | None:
        """Move the page that waits longest; return how many moves it made, None when others have all that are due."""
        page = None
        try:
            async with self._store.writing() as transaction:
                page = await tables.lock_due_page(transaction, now)
                if page is None:
                    return None
                return (await self._escalation.catch_up(transaction, page, now))[1]
        except SQLAlchemyError:
            raise
        except Exception:
            if page is None:
                raise
            _log.exception("a page could not be moved; it is put off", page=page.id, minutes=1)
            async with self._store.writing() as transaction:
                await tables.push_aside(transaction, page.id, now + _ASIDE)
            return 0

    async def deliver_due(self, now: datetime, *, owner: str) -> int:
        """Send the notices that are due, as `owner`; return how many were taken up."""
        return await self._delivery.deliver_due(now, owner=owner)

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


def _no_page(page_id: str) -> NotFound:
    return NotFound(f"There is no page “{page_id}”.", "The inbox lists the pages that reached you.")


def _schedules_of(page: Page) -> frozenset[str]:
    frozen = thaw(page.policy)
    return frozen.policy.schedules if frozen else frozenset()


async def _figures(transaction: Transaction, incident_id: str) -> Mapping[str, Any]:
    """Return the figures that came with the alert which the incident was opened for, from its record."""
    entries = await record.entries_of(transaction, incident_id)
    return next((entry.details["figures"] for entry in reversed(entries) if entry.details.get("figures")), {})


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
