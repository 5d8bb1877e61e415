"""Leases: among any number of replicas, who runs a module now. The database keeps them; nobody else needs to know.

A lease carries the module's version. A program with an older version than the lease's stands aside, so that a replica
left over from before a change of schema cannot work on data that it no longer understands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from watchbill.store.columns import Instant, metadata
from watchbill.store.store import Store, Transaction

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
        self._one_at_a_time = asyncio.Lock()

    async def hold(self, module: str, version: int, now: datetime) -> bool:
        """Take or keep the lease of a module; return whether this instance has it. Writes only when there is need."""
        if self._is_fresh(module, now):
            return True
        async with self._one_at_a_time:
            return self._is_fresh(module, now) or await self._take(module, version, now)

    def _is_fresh(self, module: str, now: datetime) -> bool:
        renewed = self._renewed.get(module)
        return renewed is not None and timedelta(0) <= now - renewed < RENEWED_AFTER

    async def _take(self, module: str, version: int, now: datetime) -> bool:
        if module not in self._renewed and await self._is_elsewhere(module, version, now):
            return False
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

    async def renew(self, transaction: Transaction, now: datetime) -> dict[str, bool]:
        """Renew what this instance holds, inside a unit of work; return of each lease whether it still does.

        It counts when `renewed` is told so, after the unit of work has committed.
        """
        before = set(self._renewed)
        kept = await transaction.execute(
            leases.update()
            .where(leases.c.module.in_(before), leases.c.owner == self.owner)
            .values(until=now + LENGTH)
            .returning(leases.c.module)
        )
        still = set(kept.scalars())
        return {module: module in still for module in before}

    def renewed(self, found: Mapping[str, bool], now: datetime) -> set[str]:
        """Take note of a renewal that began at `now`; return the leases that are lost."""
        for module, is_ours in found.items():
            if is_ours and module in self._renewed:
                self._renewed[module] = max(now, self._renewed[module])
        return self._forget({module for module, is_ours in found.items() if not is_ours})

    def run_out(self, now: datetime) -> set[str]:
        """Return, and hold no longer, the leases that were not renewed in time: another instance may have them now."""
        return self._forget({module for module, renewed in self._renewed.items() if now - renewed >= LENGTH})

    def _forget(self, modules: set[str]) -> set[str]:
        for module in modules:
            self._renewed.pop(module, None)
        return modules

    async def _is_elsewhere(self, module: str, version: int, now: datetime) -> bool:
        async with self._store.reading() as transaction:
            row = (await transaction.execute(sa.select(leases).where(leases.c.module == module))).mappings().first()
        return row is not None and (row["version"] > version or (row["owner"] != self.owner and row["until"] > now))

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

    async def let_go(self, now: datetime, module: str | None = None) -> None:
        """Give up one lease or all, so that another instance need not wait for them to run out."""
        given = set(self._renewed) if module is None else {module} & self._renewed.keys()
        if not self._forget(given):
            return
        async with self._store.writing() as transaction:
            await transaction.execute(
                leases.update().where(leases.c.owner == self.owner, leases.c.module.in_(given)).values(until=now)
            )
