"""Sessions: people sign in with a password, stay signed in by a secret in their browser, and sign out."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from watchbill.lib.errors import Refused
from watchbill.practices.record import service as record
from watchbill.store.store import Store, Transaction

from . import guessing, tables
from .digests import digest_of, new_secret
from .model import Account, Session
from .passwords import Passwords

SESSION_LENGTH = timedelta(days=14)


async def _wait(span: timedelta) -> None:
    await asyncio.sleep(span.total_seconds())


class SessionsService:
    """Signs people in and out. `pause` is how an attempt on a guessed address is slowed."""

    def __init__(
        self, store: Store, passwords: Passwords, pause: Callable[[timedelta], Awaitable[None]] = _wait
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._pause = pause

    async def sign_in(self, email: str, password: str, network: str, now: datetime) -> str:
        """Return a new session's secret. Raises Refused, alike for an unknown address and a wrong password.

        `network` is where the attempt comes from: one that failed too often has to wait, and no other has to for it.
        """
        email = email.strip().lower()
        async with self._store.writing() as transaction:
            attempts = await guessing.count(transaction, email, network, now)
            found = await tables.account_with_hash(transaction, email)
        if attempts.are_too_many:
            raise Refused(
                "Too many attempts for this address.", "Wait ten minutes, or ask an administrator for a link."
            )
        if attempts.delay:
            await self._pause(attempts.delay)
        if not await self._passwords.matches(found[1] if found else None, password) or found is None:
            raise _no_match()
        async with self._store.writing() as transaction:
            if await tables.account_with_hash(transaction, email) != found:
                raise _no_match()
            await guessing.succeeded(transaction, email, network, now)
            return await open_session(transaction, found[0], now, "password")

    async def known(self, secret: str, now: datetime) -> Session | None:
        """Return the session of a secret, None when there is none or it is over."""
        async with self._store.reading() as transaction:
            row = await tables.session_row(transaction, digest_of(secret))
        if row is None or row["expires_at"] <= now:
            return None
        return Session(tables.account_of(row), row["csrf"], row["expires_at"])

    async def sign_out(self, secret: str, now: datetime) -> None:
        """End a session; one that is over already stays so."""
        async with self._store.writing() as transaction:
            row = await tables.session_row(transaction, digest_of(secret))
            await transaction.execute(tables.sessions.delete().where(tables.sessions.c.digest == digest_of(secret)))
            if row is None:
                return
            account = tables.account_of(row)
            await record.changed(
                transaction, now, actor=account.name, action="signOut", subject=account.email, because="own session"
            )


async def open_session(transaction: Transaction, account: Account, now: datetime, because: str) -> str:
    """Open a session for an account within another unit of work; return the session's secret. `because` is what let it in."""
    secret = new_secret()
    await transaction.execute(
        tables.sessions.insert().values(
            digest=digest_of(secret),
            account_id=account.id,
            csrf=secrets.token_urlsafe(24),
            created_at=now,
            expires_at=now + SESSION_LENGTH,
        )
    )
    await record.changed(transaction, now, actor=account.name, action="signIn", subject=account.email, because=because)
    return secret


def _no_match() -> Refused:
    return Refused("E-mail address and password do not belong together.", "Check both, or ask for a new link.")
