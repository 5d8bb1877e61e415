"""Which version of each module works on this database: a program that meets a higher one than its own stands aside.

So a replica left over from before a change of schema does no harm, in modules that run in every replica too.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from watchbill.store.columns import metadata
from watchbill.store.store import Transaction

modules = sa.Table(
    "modules",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)


async def register(transaction: Transaction, versions: Mapping[str, int]) -> None:
    """Write down that modules of these versions work here; a higher version that was here before stays."""
    insert = postgresql.insert if transaction.dialect.name == "postgresql" else sqlite.insert
    for name, version in sorted(versions.items()):
        statement = insert(modules).values(name=name, version=version)
        await transaction.execute(
            statement.on_conflict_do_update(
                index_elements=["name"], set_={"version": version}, where=modules.c.version < version
            )
        )


async def outdated(transaction: Transaction, versions: Mapping[str, int]) -> frozenset[str]:
    """Return the modules that a program with a higher version works on."""
    rows = await transaction.execute(sa.select(modules.c.name, modules.c.version))
    return frozenset(name for name, version in rows if version > versions.get(name, version))
