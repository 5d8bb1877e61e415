"""What the web stands on: the services and settings that bootstrap hands over. It never builds one itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from starlette.requests import HTTPConnection

from watchbill.accounts.service import AccountsService
from watchbill.accounts.sessions import SessionsService
from watchbill.accounts.tokens import TokensService
from watchbill.channels.mail_sink import MailSink
from watchbill.lib.clock import Clock
from watchbill.org.in_force import OrganizationInForce
from watchbill.practices.advice.service import AdviceService
from watchbill.practices.goals.budgets.rebookings import RebookingsService
from watchbill.practices.goals.budgets.service import BudgetsService
from watchbill.practices.goals.service import GoalsService
from watchbill.practices.goals.sharing import SharesService
from watchbill.practices.incidents.service import IncidentsService
from watchbill.practices.oncall.links import AcknowledgeLinks
from watchbill.practices.oncall.service import OnCallService
from watchbill.practices.record.audit import AuditService
from watchbill.teams.view import TeamsService


@dataclass(frozen=True)
class Doors:
    """The doors of the rooms below.

    `base_url` is where people reach this server, without a slash at its end. `ready` answers why the server is not ready
    (the database does not answer, the schema is not current, the engine has not stepped for too long); nothing: it is.
    `mail_sink` is set only where the built-in mail sink runs.
    """

    base_url: str
    version: str
    clock: Clock
    in_force: OrganizationInForce
    goals: GoalsService
    budgets: BudgetsService
    rebookings: RebookingsService
    incidents: IncidentsService
    oncall: OnCallService
    advice: AdviceService
    teams: TeamsService
    accounts: AccountsService
    sessions: SessionsService
    tokens: TokensService
    audit: AuditService
    links: AcknowledgeLinks
    shares: SharesService
    registry: CollectorRegistry
    ready: Callable[[], Awaitable[Sequence[str]]]
    mail_sink: MailSink | None = None

    @property
    def is_https(self) -> bool:
        """Whether people reach this server through TLS: cookies are then sent through nothing else."""
        return self.base_url.startswith("https://")


def doors_of(connection: HTTPConnection) -> Doors:
    """Return the doors of the application that a request came to."""
    doors: Doors = connection.app.state.doors
    return doors
