"""Builds the program: the only place that knows which concrete class stands behind each door."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import SQLAlchemyError

from watchbill import (
    __version__,
    tables,  # noqa: F401 - every table registers with the metadata
)
from watchbill.accounts.passwords import Passwords
from watchbill.accounts.service import AccountsService
from watchbill.accounts.sessions import SessionsService
from watchbill.accounts.tokens import TokensService
from watchbill.channels.email import EmailChannel, SmtpSettings
from watchbill.channels.inbox import InboxChannel
from watchbill.channels.mail_sink import MailSink
from watchbill.channels.webhook import WebhookChannel
from watchbill.engine.engine import Engine, Module
from watchbill.engine.instance import Instance
from watchbill.engine.leases import Leases
from watchbill.engine.organisation import FolderWatch
from watchbill.engine.signing_key import signing_key
from watchbill.lib.clock import Clock, SystemClock
from watchbill.lib.errors import Conflict, NotFound
from watchbill.lib.http import HttpClient
from watchbill.lib.signing import Signer
from watchbill.org.in_force import OrganizationInForce
from watchbill.practices.advice.service import AdviceService
from watchbill.practices.goals.backfilling import Backfilling
from watchbill.practices.goals.backtest.service import Ledgers
from watchbill.practices.goals.budgets.rebookings import RebookingsService
from watchbill.practices.goals.budgets.service import BudgetsService
from watchbill.practices.goals.service import GoalsService
from watchbill.practices.goals.sharing import SharesService
from watchbill.practices.incidents.service import IncidentsService
from watchbill.practices.oncall.links import AcknowledgeLinks
from watchbill.practices.oncall.model import Channel, Room
from watchbill.practices.oncall.service import OnCallService
from watchbill.practices.record.audit import AuditService
from watchbill.settings import Settings
from watchbill.source_settings import source_key
from watchbill.sources.access import OPEN, Access, access
from watchbill.sources.registry import SourceRegistry
from watchbill.store import place, schema
from watchbill.store.store import Store, open_store
from watchbill.teams.view import TeamsService
from watchbill.web.doors import Doors

_PATIENCE_WITH_SOURCES = timedelta(seconds=3)
_LONGEST_MEASURING = timedelta(minutes=2)
_LEDGER = 2  # the version of what goals store: since it, a minute says why it is a lower bound


@dataclass(frozen=True)
class Watchbill:
    """The built program. Whoever holds it decides what runs: the server, the engine, or one step of it in a test."""

    settings: Settings
    clock: Clock
    store: Store
    http: HttpClient
    owner: str
    signer: Signer
    registry: CollectorRegistry
    folder: FolderWatch
    organization: OrganizationInForce
    sources: SourceRegistry
    goals: GoalsService
    budgets: BudgetsService
    rebookings: RebookingsService
    incidents: IncidentsService
    oncall: OnCallService
    advice: AdviceService
    teams: TeamsService
    links: AcknowledgeLinks
    shares: SharesService
    accounts: AccountsService
    sessions: SessionsService
    tokens: TokensService
    mail_sink: MailSink | None

    async def close(self) -> None:
        """Close what was opened, last first."""
        try:
            await self.oncall.drain()
            await self.goals.put_down(self.clock.now())
        finally:
            await self.sources.close()
            await self.http.close()
            await self.store.close()


async def build(
    org_dir: Path, settings: Settings, instance: Instance, clock: Clock | None = None, store: Store | None = None
) -> Watchbill:
    """Read the organisation, bring the database up to date and link everything. Nothing runs yet."""
    clock, accesses = clock or SystemClock(), accesses_of(settings)
    folder = FolderWatch(org_dir, settings.data / "organisation")
    organization = folder.first_reading(clock.now())
    store = store or open_store(settings.database_url)
    await schema.upgrade(store)
    http = HttpClient()
    signer = Signer(settings.secret_key.encode() or await signing_key(store))
    links = AcknowledgeLinks(signer, settings.public_url)
    rooms = {room.name: Room(room.name, room.kind, room.address, room.secret) for room in settings.rooms}
    registry = CollectorRegistry()
    oncall = OnCallService(store, organization, _channels(settings, http), rooms, links, registry=registry)
    incidents = IncidentsService(store, organization, oncall)
    sources = SourceRegistry(http, organization, lambda name: accesses.get(source_key(name), OPEN))
    goals = GoalsService(store, organization, sources, incidents)
    passwords = Passwords()
    await oncall.reclaim(instance.name)
    return Watchbill(
        settings=settings,
        clock=clock,
        store=store,
        http=http,
        owner=instance.name,
        signer=signer,
        registry=registry,
        folder=folder,
        organization=organization,
        sources=sources,
        goals=goals,
        budgets=BudgetsService(store, organization, goals, incidents),
        rebookings=RebookingsService(store, organization, incidents),
        incidents=incidents,
        oncall=oncall,
        advice=AdviceService(store, organization),
        teams=TeamsService(organization, goals, incidents, oncall),
        links=links,
        shares=SharesService(store, organization, signer, settings.public_url),
        accounts=AccountsService(store, passwords),
        sessions=SessionsService(store, passwords),
        tokens=TokensService(store),
        mail_sink=MailSink(settings.mail_sink_port) if settings.mail_sink_port else None,
    )


def accesses_of(settings: Settings) -> dict[str, Access]:
    """Return how each server of counters lets us in, by the source's name as settings know it. Raises Invalid."""
    return {
        source.name: access(
            source.name,
            source.url,
            source.headers,
            user=source.user,
            password=source.password,
            bearer_token=source.bearer_token,
            bearer_token_file=source.bearer_token_file,
            ca_file=source.ca_file,
            certificate_file=source.certificate_file,
            key_file=source.key_file,
        )
        for source in settings.sources
    }


def _channels(settings: Settings, http: HttpClient) -> dict[str, Channel]:
    channels: dict[str, Channel] = {"inbox": InboxChannel(), "webhook": WebhookChannel(http)}
    if settings.smtp_host:
        channels["email"] = EmailChannel(
            SmtpSettings(
                host=settings.smtp_host,
                port=settings.smtp_port,
                user=settings.smtp_user,
                password=settings.smtp_password,
                sender=settings.smtp_sender,
                starttls=settings.smtp_starttls,
            )
        )
    return channels


def engine_of(watchbill: Watchbill) -> Engine:
    """Return the engine: its ordered list of modules is what the program does, readable in one look.

    A module whose work on the database an older program would spoil gets a higher version.
    """
    leases = Leases(watchbill.store, watchbill.owner)
    tick = timedelta(seconds=watchbill.settings.tick_seconds)

    async def read_organisation(now: datetime) -> None:
        await watchbill.folder.step(watchbill.organization, now)

    async def measure(now: datetime) -> None:
        await watchbill.goals.measure(now, _PATIENCE_WITH_SOURCES)

    async def escalate(now: datetime) -> None:
        await watchbill.oncall.take_due_steps(now)

    async def deliver(now: datetime) -> None:
        await watchbill.oncall.deliver_due(now, owner=watchbill.owner)

    async def settle_advice(now: datetime) -> None:
        await watchbill.advice.settle(now)

    goals, budgets, accounts = watchbill.goals, watchbill.budgets, watchbill.accounts
    modules = (
        Module("organisation", read_organisation, timedelta(seconds=2)),
        Module("scrape", watchbill.sources.scrape_due, timedelta(seconds=1)),
        Module(
            "measure", measure, tick, longest=_LONGEST_MEASURING, lease="goals", took_over=goals.load, version=_LEDGER
        ),
        Module("evaluate", goals.evaluate, tick, after="measure", lease="goals", took_over=goals.load, version=_LEDGER),
        Module("budgets", budgets.follow, tick, after="evaluate", lease="goals", took_over=budgets.load),
        Module("escalate", escalate, timedelta(seconds=1), wakes=True),
        Module("deliver", deliver, timedelta(seconds=1), wakes=True, workers=2),
        Module("advice", settle_advice, timedelta(minutes=1), lease="advice"),
        Module("housekeeping", accounts.forget_old, timedelta(minutes=10), lease="housekeeping"),
    )
    engine = Engine(modules, leases, watchbill.clock, watchbill.store, watchbill.registry)
    goals.when_read_late(lambda: engine.ring("evaluate"))
    return engine


def doors_of(watchbill: Watchbill, engine: Engine) -> Doors:
    """Return what the web stands on."""

    async def reasons_not_to_be_ready() -> list[str]:
        try:
            at = await schema.version(watchbill.store)
        except (SQLAlchemyError, OSError) as error:
            return [f"The database does not answer: {type(error).__name__}."]
        reasons = [] if at == schema.newest() else [f"The schema is {at}, not {schema.newest()}."]
        return reasons + engine.troubles(watchbill.clock.now())

    return Doors(
        base_url=watchbill.settings.public_url,
        version=__version__,
        clock=watchbill.clock,
        in_force=watchbill.organization,
        goals=watchbill.goals,
        budgets=watchbill.budgets,
        rebookings=watchbill.rebookings,
        incidents=watchbill.incidents,
        oncall=watchbill.oncall,
        advice=watchbill.advice,
        teams=watchbill.teams,
        accounts=watchbill.accounts,
        sessions=watchbill.sessions,
        tokens=watchbill.tokens,
        audit=AuditService(watchbill.store),
        links=watchbill.links,
        shares=watchbill.shares,
        registry=watchbill.registry,
        ready=reasons_not_to_be_ready,
        mail_sink=watchbill.mail_sink,
    )


def now() -> datetime:
    """Return the present instant, for commands that act once and end."""
    return SystemClock().now()


@asynccontextmanager
async def backfilling_of(settings: Settings, organization: OrganizationInForce) -> AsyncIterator[Backfilling]:
    """Open the database for the command that fills goals' past; the server may be running. Raises NotFound where there is none."""
    url, accesses = place.parsed(settings.database_url), accesses_of(settings)
    await _expect_made(url)
    store, http = open_store(url), HttpClient()
    sources = SourceRegistry(http, organization, lambda name: accesses.get(source_key(name), OPEN))
    try:
        await schema.upgrade(store)
        yield Backfilling(store, sources)
    finally:
        await sources.close()
        await http.close()
        await store.close()


@asynccontextmanager
async def ledgers_of(settings: Settings) -> AsyncIterator[Ledgers]:
    """Open the database for a command that only reads goals' pasts; the server may be running, and nothing is changed.

    Raises NotFound where there is none, and Conflict where another version of watchbill made it.
    """
    url = place.parsed(settings.database_url)
    await _expect_made(url)
    store = open_store(url)
    try:
        if await schema.version(store) != schema.newest():
            raise Conflict(
                f"The database at {place.named(url)} is that of another version of watchbill.",
                "Ask with the version that runs the server, or start the server with this one.",
            )
        yield Ledgers(store)
    finally:
        await store.close()


async def _expect_made(url: sa.URL) -> None:
    if not await schema.is_made(url):
        raise NotFound(
            f"There is no watchbill database at {place.named(url)}.",
            "`watchbill up ORG_DIR` makes one; name another with --data or --database.",
        )


@dataclass(frozen=True)
class Console:
    """What commands at the machine's console give and take access by.

    `database` is its place, without secrets; `is_new` says that it was made just now.
    """

    database: str
    is_new: bool
    accounts: AccountsService
    tokens: TokensService


@asynccontextmanager
async def console_of(settings: Settings, *, may_make: bool) -> AsyncIterator[Console]:
    """Open the database for commands that give and take access; the server may be running.

    Raises NotFound where there is none, unless it may be made, and Unavailable where it cannot be asked.
    """
    url = place.parsed(settings.database_url)
    is_new = not await schema.is_made(url)
    if not may_make:
        await _expect_made(url)
    store = open_store(url)
    try:
        await schema.upgrade(store)
        yield Console(place.named(url), is_new, AccountsService(store, Passwords()), TokensService(store))
    finally:
        await store.close()
