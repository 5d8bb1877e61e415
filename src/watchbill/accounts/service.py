"""The verbs of signing in. Every secret is random, shown once, and kept as a digest; passwords are kept by argon2id."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from watchbill.lib.errors import Invalid, NotFound, Refused
from watchbill.lib.ids import new_id
from watchbill.org.values import EntityRef
from watchbill.practices.record import service as record
from watchbill.store.store import Store, Transaction

from . import tables
from .model import Account, ApiToken, Invitation, Session, TokenScope

SESSION_LENGTH = timedelta(days=14)
INVITATION_LENGTH = timedelta(days=2)
SHORTEST_PASSWORD = 10
FAILURES_ALLOWED, FAILURES_WITHIN = 8, timedelta(minutes=10)
_TOKEN_USE_IS_NOTED_EVERY = timedelta(minutes=1)
_BAD_LINK = "This link was used before, is too old, or is not one of ours."


class AccountsService:
    """Signs people in and out, and knows programs by their tokens."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hasher = PasswordHasher()

    async def sign_in(self, email: str, password: str, now: datetime) -> str:
        """Return a new session's secret. Raises Refused, alike for an unknown address and a wrong password."""
        email = email.strip().lower()
        async with self._store.reading() as transaction:
            failed = await tables.failures_since(transaction, email, now - FAILURES_WITHIN)
            found = await tables.account_with_hash(transaction, email)
        if failed >= FAILURES_ALLOWED:
            raise Refused(
                "Too many attempts for this address.", "Wait ten minutes, or ask an administrator for a link."
            )
        matches = await asyncio.to_thread(self._matches, found[1] if found else None, password)
        if found is None or not matches:
            async with self._store.writing() as transaction:
                await transaction.execute(tables.failures.insert().values(id=new_id(now), email=email, at=now))
            raise Refused("E-mail address and password do not belong together.", "Check both, or ask for a new link.")
        async with self._store.writing() as transaction:
            await transaction.execute(tables.failures.delete().where(tables.failures.c.email == email))
            return await self._open_session(transaction, found[0], now)

    @cached_property
    def _hash_of_nobody(self) -> str:
        """What an unknown address is checked against, so that it takes as long as a known one."""
        return self._hasher.hash(secrets.token_urlsafe(16))

    def _matches(self, password_hash: str | None, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash or self._hash_of_nobody, password)
        except (VerifyMismatchError, InvalidHashError):
            return False

    async def _open_session(self, transaction: Transaction, account: Account, now: datetime) -> str:
        secret = secrets.token_urlsafe(32)
        await transaction.execute(
            tables.sessions.insert().values(
                digest=_digest(secret),
                account_id=account.id,
                csrf=secrets.token_urlsafe(24),
                created_at=now,
                expires_at=now + SESSION_LENGTH,
            )
        )
        await record.changed(
            transaction, now, actor=_name(account), action="signIn", subject=account.email, because="password"
        )
        return secret

    async def session(self, secret: str, now: datetime) -> Session | None:
        """Return the session of a secret, None when there is none or it is over."""
        async with self._store.reading() as transaction:
            row = await tables.session_row(transaction, _digest(secret))
        if row is None or row["expires_at"] <= now:
            return None
        return Session(tables.account_of(row), row["csrf"], row["expires_at"])

    async def sign_out(self, secret: str) -> None:
        """End a session; one that is over already stays so."""
        async with self._store.writing() as transaction:
            await transaction.execute(tables.sessions.delete().where(tables.sessions.c.digest == _digest(secret)))

    async def first_start_link(self, email: str, now: datetime) -> str | None:
        """Return a one-time link's secret for the administrator where nobody has an account yet, else None."""
        async with self._store.reading() as transaction:
            if await tables.count_accounts(transaction):
                return None
        return await self.invite(email, now, is_admin=True, by="first start")

    async def invite(self, email: str, now: datetime, *, is_admin: bool, by: str) -> str:
        """Return the secret of a new one-time link that lets somebody set a password for an e-mail address."""
        email = email.strip().lower()
        if "@" not in email:
            raise Invalid(f"“{email}” is not an e-mail address.", "As in ana@acme.example.")
        secret = secrets.token_urlsafe(32)
        async with self._store.writing() as transaction:
            await transaction.execute(tables.invitations.delete().where(tables.invitations.c.email == email))
            await transaction.execute(
                tables.invitations.insert().values(
                    digest=_digest(secret),
                    email=email,
                    is_admin=is_admin,
                    created_at=now,
                    expires_at=now + INVITATION_LENGTH,
                )
            )
            await record.changed(transaction, now, actor=by, action="invite", subject=email, because="administer")
        return secret

    async def read_link(self, secret: str, now: datetime) -> Invitation:
        """Return what a one-time link offers, without using it. Raises NotFound."""
        async with self._store.reading() as transaction:
            return await self._invitation(transaction, secret, now)

    async def accept_link(self, secret: str, password: str, user: EntityRef | None, now: datetime) -> str:
        """Use a one-time link: set the password and open a session; return the session's secret.

        Raises NotFound for a link that is used or too old, Invalid for a password that is too short.
        """
        if len(password) < SHORTEST_PASSWORD:
            raise Invalid(f"The password is shorter than {SHORTEST_PASSWORD} characters.", "Choose a longer one.")
        password_hash = await asyncio.to_thread(self._hasher.hash, password)
        async with self._store.writing() as transaction:
            offered = await self._invitation(transaction, secret, now)
            used = await transaction.execute(
                tables.invitations.delete().where(tables.invitations.c.digest == _digest(secret))
            )
            if used.rowcount != 1:
                raise NotFound(_BAD_LINK, "Ask an administrator for a new one.")
            fresh = Account(new_id(now), offered.email, user, offered.is_admin, now)
            account = await tables.put_account(transaction, fresh, password_hash)
            return await self._open_session(transaction, account, now)

    async def _invitation(self, transaction: Transaction, secret: str, now: datetime) -> Invitation:
        query = sa.select(tables.invitations).where(tables.invitations.c.digest == _digest(secret))
        row = (await transaction.execute(query)).mappings().first()
        if row is None or row["expires_at"] <= now:
            raise NotFound(_BAD_LINK, "Ask an administrator for a new one: watchbill invite E-MAIL.")
        return Invitation(row["email"], row["is_admin"], row["expires_at"])

    async def create_token(
        self, name: str, scopes: Iterable[TokenScope], now: datetime, account: Account | None = None
    ) -> str:
        """Return the secret of a new API token; it is shown this once."""
        granted = sorted({scope.value for scope in scopes})
        if not name.strip() or not granted:
            raise Invalid("A token needs a name and at least one scope.", "Scopes are read, write and alerts.")
        if TokenScope.WRITE.value in granted and account is None:
            raise Invalid(
                "A token that acts needs a person to act as.",
                "Name them: --as E-MAIL, or make the token in the web pages.",
            )
        secret = f"wb_{secrets.token_urlsafe(32)}"
        async with self._store.writing() as transaction:
            token_id = new_id(now)
            await transaction.execute(
                tables.tokens.insert().values(
                    id=token_id,
                    digest=_digest(secret),
                    name=name.strip(),
                    scopes=granted,
                    account_id=account.id if account else None,
                    created_at=now,
                )
            )
            actor = _name(account) if account else "console"
            await record.changed(
                transaction, now, actor=actor, action="createToken", subject=name, because="administer"
            )  # fmt: skip
        return secret

    async def token(self, secret: str, now: datetime) -> ApiToken | None:
        """Return the token of a secret; its use is noted at most once a minute."""
        async with self._store.reading() as transaction:
            found = await tables.token_row(transaction, _digest(secret))
        if found and (found.last_used_at is None or now - found.last_used_at > _TOKEN_USE_IS_NOTED_EVERY):
            async with self._store.writing() as transaction:
                await transaction.execute(
                    tables.tokens.update().where(tables.tokens.c.id == found.id).values(last_used_at=now)
                )
        return found

    async def tokens(self) -> list[ApiToken]:
        """Return all tokens, newest first."""
        async with self._store.reading() as transaction:
            return await tables.all_tokens(transaction)

    async def revoke_token(self, token_id: str, now: datetime, by: Account) -> None:
        """Revoke a token. Raises NotFound."""
        async with self._store.writing() as transaction:
            gone = await transaction.execute(tables.tokens.delete().where(tables.tokens.c.id == token_id))
            if gone.rowcount != 1:
                raise NotFound("There is no such token.", "It may have been revoked already.")
            await record.changed(
                transaction, now, actor=_name(by), action="revokeToken", subject=token_id, because="administer"
            )

    async def account(self, email: str) -> Account:
        """Return the account of an e-mail address. Raises NotFound."""
        async with self._store.reading() as transaction:
            found = await tables.account_with_hash(transaction, email.strip().lower())
        if found is None:
            raise NotFound(f"“{email}” has no account.", f"Make one: watchbill invite {email}")
        return found[0]

    async def forget_old(self, now: datetime) -> None:
        """Remove sessions, links and failures that are over."""
        async with self._store.writing() as transaction:
            await transaction.execute(tables.sessions.delete().where(tables.sessions.c.expires_at <= now))
            await transaction.execute(tables.invitations.delete().where(tables.invitations.c.expires_at <= now))
            await transaction.execute(tables.failures.delete().where(tables.failures.c.at < now - FAILURES_WITHIN))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _name(account: Account) -> str:
    return str(account.user) if account.user else account.email
