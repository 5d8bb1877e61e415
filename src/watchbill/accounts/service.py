"""Who has a way in, and since when: one-time links given and used, accounts, and the end of both.

Every secret is random, shown once, and kept as a digest; passwords are kept by argon2id.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from watchbill.lib.errors import Conflict, Invalid, NotFound
from watchbill.lib.ids import new_id
from watchbill.org.values import EntityRef
from watchbill.practices.record import service as record
from watchbill.store.store import Store, Transaction

from . import guessing, tables
from .digests import digest_of, new_secret
from .joining import Named, People, person_named
from .model import CONSOLE, Access, Account, Ended, Invitation, address_in
from .passwords import Passwords
from .sessions import open_session

INVITATION_LENGTH = timedelta(days=2)
SHORTEST_PASSWORD = 10
_BY_LINK = "one-time link"
_BAD_LINK = "This link was used before, is too old, or is not one of ours."


class AccountsService:
    """Gives people a way in, and takes it."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        self._store = store
        self._passwords = passwords

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
        email = address_in(email)
        secret = new_secret()
        async with self._store.writing() as transaction:
            await _refuse_second_account(transaction, user, email)
            await transaction.execute(
                tables.invitations.insert().values(
                    digest=digest_of(secret),
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

        `people` are those of the catalog; `joining.person_named` says which one the account becomes, and which address it
        signs in with. Raises NotFound for a link that is used or too old, Invalid for a password that is too short or a
        person who is not in the catalog, and Conflict for a person who has another account.
        """
        if len(password) < SHORTEST_PASSWORD:
            raise Invalid(f"The password is shorter than {SHORTEST_PASSWORD} characters.", "Choose a longer one.")
        password_hash = await self._passwords.hashed(password)
        try:
            async with self._store.writing() as transaction:
                offered = await self._invitation(transaction, secret, now)
                used = await transaction.execute(
                    tables.invitations.delete().where(tables.invitations.c.digest == digest_of(secret))
                )
                if used.rowcount != 1:
                    raise NotFound(_BAD_LINK, "Ask an administrator for a new one.")
                named = person_named(offered, people, chosen)
                account = await self._join(transaction, offered, named, password_hash, now)
                same = tables.invitations.c.email.in_({offered.email, account.email})
                over = sa.or_(same, tables.invitations.c.may_choose)
                await transaction.execute(tables.invitations.delete().where(over))
                return await open_session(transaction, account, now, _BY_LINK)
        except IntegrityError as error:
            raise Conflict("Somebody made an account for this person just now.", "Ask an administrator.") from error

    async def _join(
        self, transaction: Transaction, offered: Invitation, named: Named, password_hash: str, now: datetime
    ) -> Account:
        """Make the account that an invitation offers, or renew the one there is; both are audited with what it became.

        Who comes after somebody else to the same address inherits neither their tokens nor their administration.
        """
        await _refuse_second_account(transaction, named.user, named.email)
        found = await tables.account_with_hash(transaction, named.email)
        before = found[0] if found else Account(new_id(now), named.email, None, is_admin=False, created_at=now)
        user = named.user or before.user
        is_another = before.user not in (None, user)
        is_admin = offered.is_admin or (before.is_admin and not is_another)
        account = replace(before, user=user, is_admin=is_admin, disabled_at=None)
        await tables.put_account(transaction, account, password_hash)
        revoked = await tables.end_tokens(transaction, account) if is_another else 0
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
                details={
                    "user": str(account.user),
                    "before": str(before.user) if before.user else None,
                    "revoked_tokens": revoked,
                },
            )
        return account

    async def _invitation(self, transaction: Transaction, secret: str, now: datetime) -> Invitation:
        query = sa.select(tables.invitations).where(tables.invitations.c.digest == digest_of(secret))
        row = (await transaction.execute(query)).mappings().first()
        is_late = row is not None and row["may_choose"] and await tables.count_accounts(transaction) > 0
        if row is None or row["expires_at"] <= now or is_late:
            raise NotFound(_BAD_LINK, "Ask an administrator for a new one: watchbill invite E-MAIL.")
        return tables.invitation_of(row)

    async def account(self, email: str) -> Account:
        """Return the account of an e-mail address. Raises NotFound, also where its access was revoked."""
        async with self._store.reading() as transaction:
            found = await tables.account_with_hash(transaction, email.strip().lower())
        if found is None or found[0].disabled_at is not None:
            raise NotFound(
                f"“{email}” has no account.",
                f"Make one: watchbill invite {email}, with the same --data or --database; it is there once the link was opened.",
            )
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
