"""Where accounts, sessions, links and tokens are kept: digests of secrets, never secrets."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from watchbill.org.values import EntityRef
from watchbill.store.columns import Instant, Json, metadata
from watchbill.store.store import Transaction

from .model import Access, Account, ApiToken, Ended, Invitation, TokenScope

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("email", sa.String(255), nullable=False, unique=True),
    sa.Column("user_ref", sa.String(255), unique=True),
    sa.Column("is_admin", sa.Boolean, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("disabled_at", Instant),
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
    sa.Column("user_ref", sa.String(255)),
    sa.Column("may_choose", sa.Boolean, nullable=False),
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
    sa.Column("expires_at", Instant),
)

failures = sa.Table(
    "sign_in_failures",
    metadata,
    sa.Column("email", sa.String(255), primary_key=True),
    sa.Column("network", sa.String(255), primary_key=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Index("ix_sign_in_failures_started_at", "started_at"),
)


def account_of(row: sa.RowMapping) -> Account:
    """Read an account's row."""
    return Account(
        row["id"], row["email"], _person(row["user_ref"]), row["is_admin"], row["created_at"], row["disabled_at"]
    )


def invitation_of(row: sa.RowMapping) -> Invitation:
    """Read an invitation's row."""
    return Invitation(
        row["email"], row["is_admin"], row["expires_at"], _person(row["user_ref"]), may_choose=row["may_choose"]
    )


def _person(text: str | None) -> EntityRef | None:
    return EntityRef.parse(text, kind="user") if text else None


async def count_accounts(transaction: Transaction) -> int:
    """Return how many accounts there are."""
    return int((await transaction.execute(sa.select(sa.func.count()).select_from(accounts))).scalar_one())


async def account_with_hash(transaction: Transaction, email: str) -> tuple[Account, str] | None:
    """Return the account of an e-mail address with its password's hash."""
    row = (await transaction.execute(sa.select(accounts).where(accounts.c.email == email))).mappings().first()
    return (account_of(row), row["password_hash"]) if row else None


async def account_of_person(transaction: Transaction, user: EntityRef) -> Account | None:
    """Return the account that is a person of the organisation."""
    query = sa.select(accounts).where(accounts.c.user_ref == str(user))
    row = (await transaction.execute(query)).mappings().first()
    return account_of(row) if row else None


async def put_account(transaction: Transaction, account: Account, password_hash: str) -> None:
    """Keep an account as it is now, with a new password; whoever was signed in with the old one no longer is."""
    kept = {
        "email": account.email,
        "user_ref": str(account.user) if account.user else None,
        "is_admin": account.is_admin,
        "password_hash": password_hash,
        "created_at": account.created_at,
        "disabled_at": account.disabled_at,
    }
    done = await transaction.execute(accounts.update().where(accounts.c.id == account.id).values(**kept))
    if done.rowcount == 0:
        await transaction.execute(accounts.insert().values(id=account.id, **kept))
    await transaction.execute(sessions.delete().where(sessions.c.account_id == account.id))


async def end_access(transaction: Transaction, email: str, account: Account | None, now: datetime) -> Ended:
    """Take from an address every way in; its account stays, as nobody's, so that the audit can still be read."""
    invited = await transaction.execute(invitations.delete().where(invitations.c.email == email))
    if account is None:
        return Ended(0, 0, invited.rowcount)
    signed_in = await transaction.execute(sessions.delete().where(sessions.c.account_id == account.id))
    keys = await end_tokens(transaction, account)
    nothing = {"user_ref": None, "is_admin": False, "password_hash": "", "disabled_at": account.disabled_at or now}
    await transaction.execute(accounts.update().where(accounts.c.id == account.id).values(**nothing))
    return Ended(signed_in.rowcount, keys, invited.rowcount)


async def end_tokens(transaction: Transaction, account: Account) -> int:
    """Remove the tokens that act in the name of an account; return how many there were."""
    return (await transaction.execute(tokens.delete().where(tokens.c.account_id == account.id))).rowcount


async def access(transaction: Transaction, now: datetime) -> list[Access]:
    """Return every address that has or had a way in, by address."""
    rows = await transaction.execute(sa.select(accounts))
    known = {row["email"]: account_of(row) for row in rows.mappings()}
    rows = await transaction.execute(sa.select(invitations).where(invitations.c.expires_at > now))
    invited = {row["email"]: invitation_of(row) for row in rows.mappings()}
    open_sessions = await _count_by_account(transaction, sessions.c.account_id, sessions.c.expires_at > now)
    good = sa.or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now)
    open_tokens = await _count_by_account(transaction, tokens.c.account_id, good)
    found = []
    for email in sorted(known.keys() | invited.keys()):
        account = known.get(email)
        key = account.id if account else ""
        found.append(Access(email, account, invited.get(email), open_sessions.get(key, 0), open_tokens.get(key, 0)))
    return found


async def _count_by_account(
    transaction: Transaction, account_id: sa.Column[str], condition: sa.ColumnElement[bool]
) -> dict[str, int]:
    query = sa.select(account_id, sa.func.count()).where(condition, account_id.is_not(None)).group_by(account_id)
    return {str(key): int(number) for key, number in (await transaction.execute(query)).all()}


async def session_row(transaction: Transaction, digest: str) -> sa.RowMapping | None:
    """Return a session's row joined with its account's."""
    query = (
        sa.select(accounts, sessions.c.csrf, sessions.c.expires_at)
        .join(sessions, sessions.c.account_id == accounts.c.id)
        .where(sessions.c.digest == digest, accounts.c.disabled_at.is_(None))
    )
    return (await transaction.execute(query)).mappings().first()


async def token_with_id(transaction: Transaction, token_id: str) -> ApiToken | None:
    """Return the token with this id."""
    found = await _tokens(transaction, tokens.c.id == token_id)
    return found[0] if found else None


async def tokens_of(transaction: Transaction, email: str) -> list[ApiToken]:
    """Return the tokens that act in the name of an account, newest first."""
    account_ids = sa.select(accounts.c.id).where(accounts.c.email == email)
    return await _tokens(transaction, tokens.c.account_id.in_(account_ids))


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
        account = Account(
            row["owner_id"],
            row["owner_email"],
            _person(row["owner_user_ref"]),
            row["owner_is_admin"],
            row["owner_created_at"],
            row["owner_disabled_at"],
        )
    scopes = frozenset(TokenScope(scope) for scope in row["scopes"])
    return ApiToken(row["id"], row["name"], scopes, account, row["created_at"], row["last_used_at"], row["expires_at"])
