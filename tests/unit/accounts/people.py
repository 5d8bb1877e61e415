"""Two people of a catalog, and accounts for them."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.organizations import person
from watchbill.accounts.model import Account
from watchbill.accounts.service import AccountsService
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


async def with_ana(store: Store, **options: object) -> tuple[AccountsService, str]:
    """Return accounts where Ana used the link of the first start, and the secret of her session."""
    accounts = AccountsService(store, **options)  # type: ignore[arg-type]
    link = await accounts.first_start_link("Ana@acme.example", NOW)
    assert link is not None
    return accounts, await accounts.accept_link(link, PASSWORD, NOW, PEOPLE, ANA)


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
