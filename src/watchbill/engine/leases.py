"""Leases: among any number of replicas, who runs a module now. The database keeps them; nobody else needs to know.

A lease carries the module's version. A program with an older version than the lease's stands aside, so that a replica
left over from before a change of schema cannot work on data that it no longer understands.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from watchbill.store.columns import Instant, metadata
from watchbill.store.store import Store

LENGTH = timedelta(seconds=15)
RENEWED_AFTER = timedelta(seconds=5)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("module", sa.String(40), primary_key=True),
    sa.Column("owner", sa.String(64), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("until", Instant, nullable=False),
)


class Leases:
    """This instance's hold on modules. `owner` outlives a restart, so that an instance takes up its own leases at once."""

    def __init__(self, store: Store, owner: str) -> None:
        self._store = store
        self.owner = owner
        self._renewed: dict[str, datetime] = {}

    async def hold(self, module: str, version: int, now: datetime) -> bool:
        """Take or renew the lease of a module; return whether this instance has it. Renews only when that is due."""
        renewed = self._renewed.get(module)
        if renewed is not None and timedelta(0) <= now - renewed < RENEWED_AFTER:
            return True
        async with self._store.writing() as transaction:
            taken = await transaction.execute(
                leases.update()
                .where(leases.c.module == module)
                .where(leases.c.version <= version)
                .where(sa.or_(leases.c.owner == self.owner, leases.c.until <= now))
                .values(owner=self.owner, version=version, until=now + LENGTH)
            )
        held = taken.rowcount == 1 or await self._found(module, version, now)
        if held:
            self._renewed[module] = now
        else:
            self._renewed.pop(module, None)
        return held

    async def _found(self, module: str, version: int, now: datetime) -> bool:
        """Found the lease where none has ever been; return whether we were first."""
        async with self._store.reading() as transaction:
            known = (await transaction.execute(sa.select(leases.c.module).where(leases.c.module == module))).first()
        if known is not None:
            return False
        try:
            async with self._store.writing() as transaction:
                await transaction.execute(
                    leases.insert().values(module=module, owner=self.owner, version=version, until=now + LENGTH)
                )
        except IntegrityError:
            return False
        return True

    async def let_go(self, now: datetime) -> None:
        """Give up all leases at a shutdown, so that another instance need not wait for them to run out."""
        if not self._renewed:
            return
        self._renewed.clear()
        async with self._store.writing() as transaction:
            await transaction.execute(leases.update().where(leases.c.owner == self.owner).values(until=now))
