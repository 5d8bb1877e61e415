"""The record's verbs, for use inside another practice's unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from watchbill.lib.ids import new_id
from watchbill.store.store import Transaction

from . import tables
from .model import Audited, Entry, Kind

WATCHBILL = "watchbill"


async def happened(
    transaction: Transaction,
    subject: str,
    kind: Kind,
    at: datetime,
    *,
    actor: str = WATCHBILL,
    caused_by: str | None = None,
    **details: Any,
) -> str:
    """Write down that something happened to a subject; return the entry's id, for what it causes."""
    entry = Entry(new_id(at), subject, at, kind, actor, details, caused_by)
    await tables.add_entry(transaction, entry)
    return entry.id


async def changed(
    transaction: Transaction,
    at: datetime,
    *,
    actor: str,
    action: str,
    subject: str,
    because: str,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write down a person's change: every decision that changed something is audited in the same unit of work."""
    await tables.add_audited(
        transaction, Audited(new_id(at), at, actor, action, subject, because, reason, details or {})
    )


async def entries_of(transaction: Transaction, subject: str) -> list[Entry]:
    """Return what happened to a subject, oldest first."""
    return await tables.entries_of(transaction, subject)


async def newest_audited(transaction: Transaction, limit: int = 100) -> list[Audited]:
    """Return the newest audited changes, newest first."""
    return await tables.newest_audited(transaction, limit)
