"""Reading the audit: what people changed, by which right. Who may read it is not decided here."""

from __future__ import annotations

from watchbill.store.store import Store

from . import service as record
from .model import Audited


class AuditService:
    """Reads the audit, the newest first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def newest(self, *, limit: int = 50, before: str | None = None) -> list[Audited]:
        """Return at most `limit` entries; with `before`, an entry's id, only those that are older than it."""
        async with self._store.reading() as transaction:
            return await record.newest_audited(transaction, limit, before)
