"""Two people of a catalog, and accounts for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.organizations import person
from watchbill.accounts.model import Account
from watchbill.accounts.passwords import Passwords
from watchbill.accounts.service import AccountsService
from watchbill.accounts.sessions import SessionsService
from watchbill.accounts.tokens import TokensService
from watchbill.org.entities import User
from watchbill.org.values import EntityRef, Place
from watchbill.store.store import Store

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ANA, RAJ = person("ana"), person("raj")
PASSWORD = "correct horse battery"
HERE, THERE = "203.0.113.0/24", "198.51.100.0/24"
PEOPLE = {
    ref: User(ref, ref.name.title(), f"{ref.name.title()}@acme.example", frozenset(), Place("people.yaml", 1))
    for ref in (ANA, RAJ)
}


async def _at_once(_span: timedelta) -> None:
    return


@dataclass
class Desk:
    """The services of accounts on one store."""

    accounts: AccountsService
    sessions: SessionsService
    tokens: TokensService

    @classmethod
    def to(cls, store: Store, pause: Callable[[timedelta], Awaitable[None]] = _at_once) -> Desk:
        passwords = Passwords()
        return cls(
            AccountsService(store, passwords), SessionsService(store, passwords, pause=pause), TokensService(store)
        )


async def with_ana(store: Store, pause: Callable[[timedelta], Awaitable[None]] = _at_once) -> tuple[Desk, str]:
    """Return the services where Ana used the link of the first start, and the secret of her session."""
    desk = Desk.to(store, pause)
    link = await desk.accounts.first_start_link("Ana@acme.example", NOW)
    assert link is not None
    return desk, await desk.accounts.accept_link(link, PASSWORD, NOW, PEOPLE, ANA)


async def invited(
    accounts: AccountsService,
    email: str,
    *,
    user: EntityRef | None = None,
    chosen: EntityRef | None = None,
    is_admin: bool = False,
) -> Account:
    """Invite an address, accept the link, and return the account that it made."""
    link = await accounts.invite(email, NOW, user=user, is_admin=is_admin)
    await accounts.accept_link(link, PASSWORD, NOW, PEOPLE, chosen)
    return await accounts.account(email)
