"""The key that signs links, one for all replicas: made once, kept in the database."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from watchbill.store.columns import metadata
from watchbill.store.store import Store

_ONLY = 1

keys = sa.Table(
    "signing_keys",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("key", sa.String(64), nullable=False),
)


async def signing_key(store: Store) -> bytes:
    """Return the key; whoever asks first makes it, and of two that ask at once both get the same."""
    async with store.reading() as transaction:
        known = (await transaction.execute(sa.select(keys.c.key))).scalar()
    if known is not None:
        return str(known).encode()
    async with store.writing() as transaction:
        insert = postgresql.insert if transaction.dialect.name == "postgresql" else sqlite.insert
        await transaction.execute(
            insert(keys).values(id=_ONLY, key=secrets.token_hex(32)).on_conflict_do_nothing(index_elements=["id"])
        )
        return str((await transaction.execute(sa.select(keys.c.key))).scalar_one()).encode()
