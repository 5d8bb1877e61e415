"""API tokens: programs are known by them, and act in the name of the person whom a token names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from watchbill.lib.errors import Invalid, NotFound
from watchbill.lib.ids import new_id
from watchbill.practices.record import service as record
from watchbill.store.store import Store

from . import tables
from .digests import digest_of, new_secret
from .model import CONSOLE, Account, ApiToken, TokenScope

_LONGEST = timedelta(days=3660)
_USE_IS_NOTED_EVERY = timedelta(minutes=1)
_log = structlog.get_logger("watchbill.accounts")


class TokensService:
    """Makes, knows and revokes the keys of programs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def create(
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
        if lasts is not None and not timedelta() < lasts <= _LONGEST:
            raise Invalid("A token lasts longer than no time and at most ten years.", "As in 90d.")
        expires_at = now + lasts if lasts else None
        secret = f"wb_{new_secret()}"
        async with self._store.writing() as transaction:
            token_id = new_id(now)
            await transaction.execute(
                tables.tokens.insert().values(
                    id=token_id,
                    digest=digest_of(secret),
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

    async def known(self, secret: str, now: datetime) -> ApiToken | None:
        """Return the token of a secret, None for one that is over; its use is noted at most once a minute."""
        async with self._store.reading() as transaction:
            found = await tables.token_row(transaction, digest_of(secret))
        if found is None or found.is_over(now) or (found.account and found.account.disabled_at):
            return None
        if found.last_used_at is None or now - found.last_used_at > _USE_IS_NOTED_EVERY:
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

    async def all(self) -> list[ApiToken]:
        """Return all tokens, newest first."""
        async with self._store.reading() as transaction:
            return await tables.all_tokens(transaction)

    async def acting_for(self, email: str) -> list[ApiToken]:
        """Return the tokens that act in the name of an address's account, newest first."""
        async with self._store.reading() as transaction:
            return await tables.tokens_of(transaction, email)

    async def revoke(self, token_id: str, now: datetime, *, by: str = CONSOLE, because: str = CONSOLE) -> None:
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
