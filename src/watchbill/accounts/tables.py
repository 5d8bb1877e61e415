"""Where accounts, sessions, links and tokens are kept: digests of secrets, never secrets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from watchbill.org.values import EntityRef
from watchbill.store.columns import Instant, Json, metadata
from watchbill.store.store import Transaction

from .model import Account, ApiToken, TokenScope

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("email", sa.String(255), nullable=False, unique=True),
    sa.Column("user_ref", sa.String(255)),
    sa.Column("is_admin", sa.Boolean, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("account_id", sa.String(26), sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Index("ix_sessions_account_id", "account_id"),
)

invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("email", sa.String(255), nullable=False),
    sa.Column("is_admin", sa.Boolean, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
)

tokens = sa.Table(
    "api_tokens",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("scopes", Json, nullable=False),
    sa.Column("account_id", sa.String(26), sa.ForeignKey("accounts.id", ondelete="CASCADE")),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("last_used_at", Instant),
)

failures = sa.Table(
    "sign_in_failures",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("email", sa.String(255), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index("ix_sign_in_failures_email_at", "email", "at"),
)


def account_of(row: sa.RowMapping) -> Account:
    """Read an account's row."""
    user = EntityRef.parse(row["user_ref"], kind="user") if row["user_ref"] else None
    return Account(row["id"], row["email"], user, row["is_admin"], row["created_at"])


async def count_accounts(transaction: Transaction) -> int:
    """Return how many accounts there are."""
    return int((await transaction.execute(sa.select(sa.func.count()).select_from(accounts))).scalar_one())


async def account_with_hash(transaction: Transaction, email: str) -> tuple[Account, str] | None:
    """Return the account of an e-mail address with its password's hash."""
    row = (await transaction.execute(sa.select(accounts).where(accounts.c.email == email))).mappings().first()
    return (account_of(row), row["password_hash"]) if row else None


async def put_account(transaction: Transaction, account: Account, password_hash: str) -> Account:
    """Add an account, or give the one with this e-mail address a new password; return the account as kept."""
    old = await account_with_hash(transaction, account.email)
    if old is None:
        await transaction.execute(
            accounts.insert().values(
                id=account.id,
                email=account.email,
                user_ref=str(account.user) if account.user else None,
                is_admin=account.is_admin,
                password_hash=password_hash,
                created_at=account.created_at,
            )
        )
        return account
    values: dict[str, Any] = {"password_hash": password_hash}
    if account.user is not None:
        values["user_ref"] = str(account.user)
    await transaction.execute(accounts.update().where(accounts.c.id == old[0].id).values(values))
    await transaction.execute(sessions.delete().where(sessions.c.account_id == old[0].id))
    return old[0]


async def session_row(transaction: Transaction, digest: str) -> sa.RowMapping | None:
    """Return a session's row joined with its account's."""
    query = (
        sa.select(accounts, sessions.c.csrf, sessions.c.expires_at)
        .join(sessions, sessions.c.account_id == accounts.c.id)
        .where(sessions.c.digest == digest)
    )
    return (await transaction.execute(query)).mappings().first()


async def token_row(transaction: Transaction, digest: str) -> ApiToken | None:
    """Return the token with this digest."""
    found = await _tokens(transaction, tokens.c.digest == digest)
    return found[0] if found else None


async def all_tokens(transaction: Transaction) -> list[ApiToken]:
    """Return all tokens, newest first."""
    return await _tokens(transaction, sa.true())


async def _tokens(transaction: Transaction, condition: sa.ColumnElement[bool]) -> list[ApiToken]:
    owner = accounts.alias("owner")
    columns = [column.label(f"owner_{column.name}") for column in owner.c]
    query = (
        sa.select(tokens, *columns)
        .outerjoin(owner, owner.c.id == tokens.c.account_id)
        .where(condition)
        .order_by(tokens.c.created_at.desc())
    )
    return [_token_of(row) for row in (await transaction.execute(query)).mappings()]


def _token_of(row: sa.RowMapping) -> ApiToken:
    account = None
    if row["owner_id"]:
        user = EntityRef.parse(row["owner_user_ref"], kind="user") if row["owner_user_ref"] else None
        account = Account(row["owner_id"], row["owner_email"], user, row["owner_is_admin"], row["owner_created_at"])
    scopes = frozenset(TokenScope(scope) for scope in row["scopes"])
    return ApiToken(row["id"], row["name"], scopes, account, row["created_at"], row["last_used_at"])


async def failures_since(transaction: Transaction, email: str, since: datetime) -> int:
    """Return how often signing in with an e-mail address failed since an instant."""
    query = (
        sa.select(sa.func.count()).select_from(failures).where(failures.c.email == email).where(failures.c.at >= since)
    )
    return int((await transaction.execute(query)).scalar_one())
