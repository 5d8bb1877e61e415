"""The verbs of signing in. Every secret is random, shown once, and kept as a digest; passwords are kept by argon2id."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from watchbill.lib.errors import Conflict, Invalid, NotFound, Refused
from watchbill.lib.ids import new_id
from watchbill.org.values import EntityRef
from watchbill.practices.record import service as record
from watchbill.store.store import Store, Transaction

from . import guessing, tables
from .joining import People, person_named
from .model import Access, Account, ApiToken, Ended, Invitation, Session, TokenScope
from .passwords import Passwords

SESSION_LENGTH = timedelta(days=14)
INVITATION_LENGTH = timedelta(days=2)
SHORTEST_PASSWORD = 10
CONSOLE = "console"
"""Who acts, and by which right, where somebody runs a command on the machine."""
_LONGEST_TOKEN = timedelta(days=3660)
_TOKEN_USE_IS_NOTED_EVERY = timedelta(minutes=1)
_BY_LINK = "one-time link"
_log = structlog.get_logger("watchbill.accounts")
_BAD_LINK = "This link was used before, is too old, or is not one of ours."


async def _wait(span: timedelta) -> None:
    await asyncio.sleep(span.total_seconds())


class AccountsService:
    """Signs people in and out, and knows programs by their tokens. `pause` is how an attempt on a guessed address is slowed."""

    def __init__(self, store: Store, pause: Callable[[timedelta], Awaitable[None]] = _wait) -> None:
        self._store = store
        self._passwords = Passwords()
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
            return await self._open_session(transaction, found[0], now, "password")

    async def _open_session(self, transaction: Transaction, account: Account, now: datetime, because: str) -> str:
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
            transaction, now, actor=account.name, action="signIn", subject=account.email, because=because
        )
        return secret

    async def session(self, secret: str, now: datetime) -> Session | None:
        """Return the session of a secret, None when there is none or it is over."""
        async with self._store.reading() as transaction:
            row = await tables.session_row(transaction, _digest(secret))
        if row is None or row["expires_at"] <= now:
            return None
        return Session(tables.account_of(row), row["csrf"], row["expires_at"])

    async def sign_out(self, secret: str, now: datetime) -> None:
        """End a session; one that is over already stays so."""
        async with self._store.writing() as transaction:
            row = await tables.session_row(transaction, _digest(secret))
            await transaction.execute(tables.sessions.delete().where(tables.sessions.c.digest == _digest(secret)))
            if row is None:
                return
            account = tables.account_of(row)
            await record.changed(
                transaction, now, actor=account.name, action="signOut", subject=account.email, because="own session"
            )

    async def first_start_link(self, email: str, now: datetime) -> str | None:
        """Return a one-time link's secret for the administrator where nobody has an account yet, else None.

        Whoever opens it says who they are: nobody else can tell before there is an account.
        """
        async with self._store.reading() as transaction:
            if await tables.count_accounts(transaction):
                return None
        return await self._invite(email, now, is_admin=True, user=None, may_choose=True, by="first start")

    async def invite(
        self, email: str, now: datetime, *, is_admin: bool = False, user: EntityRef | None = None, by: str = CONSOLE
    ) -> str:
        """Return the secret of a new one-time link that lets somebody set a password for an e-mail address.

        It names `user`, or whoever has the address in the catalog when it is accepted. Raises Invalid for what is no
        address, and Conflict where `user` has another account.
        """
        return await self._invite(email, now, is_admin=is_admin, user=user, may_choose=False, by=by)

    async def _invite(
        self, email: str, now: datetime, *, is_admin: bool, user: EntityRef | None, may_choose: bool, by: str
    ) -> str:
        email = email.strip().lower()
        if "@" not in email:
            raise Invalid(f"“{email}” is not an e-mail address.", "As in ana@acme.example.")
        secret = secrets.token_urlsafe(32)
        async with self._store.writing() as transaction:
            await _refuse_second_account(transaction, user, email)
            await transaction.execute(
                tables.invitations.insert().values(
                    digest=_digest(secret),
                    email=email,
                    is_admin=is_admin,
                    user_ref=str(user) if user else None,
                    may_choose=may_choose,
                    created_at=now,
                    expires_at=now + INVITATION_LENGTH,
                )
            )
            details = {"administrator": is_admin, "user": str(user) if user else None}
            await record.changed(
                transaction, now, actor=by, action="invite", subject=email, because=by, details=details
            )
        return secret

    async def read_link(self, secret: str, now: datetime) -> Invitation:
        """Return what a one-time link offers, without using it. Raises NotFound."""
        async with self._store.reading() as transaction:
            return await self._invitation(transaction, secret, now)

    async def accept_link(
        self, secret: str, password: str, now: datetime, people: People, chosen: EntityRef | None = None
    ) -> str:
        """Use a one-time link: set the password and open a session; return the session's secret.

        `people` are those of the catalog; `joining.person_named` says which one the account becomes. Raises NotFound for a
        link that is used or too old, Invalid for a password that is too short or a person who is not in the catalog, and
        Conflict for a person who has another account.
        """
        if len(password) < SHORTEST_PASSWORD:
            raise Invalid(f"The password is shorter than {SHORTEST_PASSWORD} characters.", "Choose a longer one.")
        password_hash = await self._passwords.hashed(password)
        try:
            async with self._store.writing() as transaction:
                offered = await self._invitation(transaction, secret, now)
                used = await transaction.execute(
                    tables.invitations.delete().where(tables.invitations.c.digest == _digest(secret))
                )
                if used.rowcount != 1:
                    raise NotFound(_BAD_LINK, "Ask an administrator for a new one.")
                others = tables.invitations.c.email == offered.email
                await transaction.execute(tables.invitations.delete().where(others))
                account = await self._join(transaction, offered, password_hash, now, people=people, chosen=chosen)
                return await self._open_session(transaction, account, now, _BY_LINK)
        except IntegrityError as error:
            raise Conflict("Somebody made an account for this person just now.", "Ask an administrator.") from error

    async def _join(
        self,
        transaction: Transaction,
        offered: Invitation,
        password_hash: str,
        now: datetime,
        *,
        people: People,
        chosen: EntityRef | None,
    ) -> Account:
        """Make the account that an invitation offers, or renew the one there is; both are audited with what it became."""
        named = person_named(offered, people, chosen)
        await _refuse_second_account(transaction, named.user, offered.email)
        found = await tables.account_with_hash(transaction, offered.email)
        before = found[0] if found else Account(new_id(now), offered.email, None, is_admin=False, created_at=now)
        account = replace(
            before,
            user=named.user or before.user,
            is_admin=offered.is_admin or before.is_admin,
            disabled_at=None,
        )
        await tables.put_account(transaction, account, password_hash)
        acting = [token.name for token in await tables.tokens_of(transaction, account.email)]
        await record.changed(
            transaction,
            now,
            actor=account.name,
            action="setPassword",
            subject=account.email,
            because=_BY_LINK,
            details={"administrator": account.is_admin, "tokens": acting},
        )
        if account.user != before.user:
            await record.changed(
                transaction,
                now,
                actor=account.name,
                action="assignPerson",
                subject=account.email,
                because=named.because,
                details={"user": str(account.user), "before": str(before.user) if before.user else None},
            )
        return account

    async def _invitation(self, transaction: Transaction, secret: str, now: datetime) -> Invitation:
        query = sa.select(tables.invitations).where(tables.invitations.c.digest == _digest(secret))
        row = (await transaction.execute(query)).mappings().first()
        if row is None or row["expires_at"] <= now:
            raise NotFound(_BAD_LINK, "Ask an administrator for a new one: watchbill invite E-MAIL.")
        return tables.invitation_of(row)

    async def account(self, email: str) -> Account:
        """Return the account of an e-mail address. Raises NotFound, also where its access was revoked."""
        async with self._store.reading() as transaction:
            found = await tables.account_with_hash(transaction, email.strip().lower())
        if found is None or found[0].disabled_at is not None:
            raise NotFound(f"“{email}” has no account.", f"Make one: watchbill invite {email}")
        return found[0]

    async def access(self, now: datetime) -> list[Access]:
        """Return every e-mail address that has or had a way in, by address."""
        async with self._store.reading() as transaction:
            return await tables.access(transaction, now)

    async def revoke_access(self, email: str, now: datetime, *, by: str = CONSOLE, because: str = CONSOLE) -> Ended:
        """End every way in that an address has: sessions, links, tokens, the password. Raises NotFound where it has none.

        The account stays, disabled and nobody's: its person may be invited under another address.
        """
        email = email.strip().lower()
        async with self._store.writing() as transaction:
            found = await tables.account_with_hash(transaction, email)
            ended = await tables.end_access(transaction, email, found[0] if found else None, now)
            if (found is None or found[0].disabled_at is not None) and ended == Ended(0, 0, 0):
                raise NotFound(f"“{email}” has no way in.", "See who has: watchbill access list")
            details = {
                "user": str(found[0].user) if found and found[0].user else None,
                "sessions": ended.sessions,
                "tokens": ended.tokens,
                "invitations": ended.invitations,
            }
            await record.changed(
                transaction, now, actor=by, action="revokeAccess", subject=email, because=because, details=details
            )
        return ended

    async def create_token(
        self,
        name: str,
        scopes: Iterable[TokenScope],
        now: datetime,
        account: Account | None = None,
        *,
        lasts: timedelta | None = None,
        by: str = CONSOLE,
        because: str = CONSOLE,
    ) -> str:
        """Return the secret of a new API token that acts in the name of `account`; it is shown this once.

        It is good for `lasts`, or until it is revoked. Raises Invalid.
        """
        granted = sorted({scope.value for scope in scopes})
        if not name.strip() or not granted:
            raise Invalid("A token needs a name and at least one scope.", "Scopes are read, write and alerts.")
        if TokenScope.WRITE.value in granted and account is None:
            raise Invalid(
                "A token that acts needs a person to act as.",
                "Name them: --as E-MAIL, or make the token in the web pages.",
            )
        if lasts is not None and not timedelta() < lasts <= _LONGEST_TOKEN:
            raise Invalid("A token lasts longer than no time and at most ten years.", "As in 90d.")
        expires_at = now + lasts if lasts else None
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
                    expires_at=expires_at,
                )
            )
            details = {
                "id": token_id,
                "scopes": granted,
                "account": account.email if account else None,
                "expires_at": expires_at.isoformat(timespec="seconds") if expires_at else None,
            }
            await record.changed(
                transaction,
                now,
                actor=by,
                action="createToken",
                subject=name.strip(),
                because=because,
                details=details,
            )
        return secret

    async def token(self, secret: str, now: datetime) -> ApiToken | None:
        """Return the token of a secret, None for one that is over; its use is noted at most once a minute."""
        async with self._store.reading() as transaction:
            found = await tables.token_row(transaction, _digest(secret))
        if found is None or found.is_over(now) or (found.account and found.account.disabled_at):
            return None
        if found.last_used_at is None or now - found.last_used_at > _TOKEN_USE_IS_NOTED_EVERY:
            await self._note_use(found, now)
        return found

    async def _note_use(self, token: ApiToken, now: datetime) -> None:
        try:
            async with self._store.writing() as transaction:
                await transaction.execute(
                    tables.tokens.update().where(tables.tokens.c.id == token.id).values(last_used_at=now)
                )
        except (SQLAlchemyError, OSError) as error:  # a note alone: what is asked for may still be answered
            _log.warning("a token's use could not be noted", token=token.id, error=type(error).__name__)

    async def tokens(self, *, email: str | None = None) -> list[ApiToken]:
        """Return all tokens, newest first; with `email` those that act in the name of its account."""
        async with self._store.reading() as transaction:
            if email is None:
                return await tables.all_tokens(transaction)
            return await tables.tokens_of(transaction, email)

    async def revoke_token(self, token_id: str, now: datetime, *, by: str = CONSOLE, because: str = CONSOLE) -> None:
        """Revoke a token. Raises NotFound."""
        async with self._store.writing() as transaction:
            found = await tables.token_with_id(transaction, token_id)
            gone = await transaction.execute(tables.tokens.delete().where(tables.tokens.c.id == token_id))
            if found is None or gone.rowcount != 1:
                raise NotFound("There is no such token.", "It may have been revoked already.")
            await record.changed(
                transaction,
                now,
                actor=by,
                action="revokeToken",
                subject=found.name,
                because=because,
                details={"id": token_id},
            )

    async def forget_old(self, now: datetime) -> None:
        """Remove sessions, links and failures that are over."""
        async with self._store.writing() as transaction:
            await transaction.execute(tables.sessions.delete().where(tables.sessions.c.expires_at <= now))
            await transaction.execute(tables.invitations.delete().where(tables.invitations.c.expires_at <= now))
            await guessing.forget_old(transaction, now)


async def _refuse_second_account(transaction: Transaction, user: EntityRef | None, email: str) -> None:
    other = await tables.account_of_person(transaction, user) if user is not None else None
    if other is not None and other.email != email:
        raise Conflict(
            f"{user} has an account already, under another e-mail address.",
            "An administrator finds it with watchbill access list, and ends it with watchbill access revoke E-MAIL.",
        )


def _no_match() -> Refused:
    return Refused("E-mail address and password do not belong together.", "Check both, or ask for a new link.")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
