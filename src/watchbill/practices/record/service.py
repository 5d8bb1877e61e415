"""The record's verbs, for use inside another practice's unit of work."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from watchbill.lib.ids import new_id
from watchbill.store.store import Transaction

from . import tables
from .model import Audited, Entry, Kind

WATCHBILL = "watchbill"
FIRST_SHOWN, LAST_SHOWN = 100, 400


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
    await tables.add_entries(transaction, [entry])
    return entry.id


async def all_happened(transaction: Transaction, entries: Sequence[Entry]) -> None:
    """Write down many things that happened, at once; their ids are the caller's."""
    await tables.add_entries(transaction, entries)


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


async def file_of(transaction: Transaction, subject: str) -> tuple[list[Entry], int]:
    """Return what is shown of a subject's record, oldest first, and how many entries it has.

    Of a long record these are the first hundred entries and the last four hundred: how it began, and how it stands.
    """
    entries = await tables.ends_of(transaction, subject, FIRST_SHOWN, LAST_SHOWN)
    shown_whole = len(entries) < FIRST_SHOWN + LAST_SHOWN
    return entries, len(entries) if shown_whole else await tables.count_of(transaction, subject)


async def newest_of(transaction: Transaction, subject: str, kinds: Collection[Kind], limit: int) -> list[Entry]:
    """Return the newest entries of some kinds of a subject, newest first."""
    return await tables.newest_of(transaction, subject, kinds, limit)


async def kind_of(transaction: Transaction, entry: str | None) -> Kind | None:
    """Return the kind of an entry, None where there is no such entry."""
    return None if entry is None else await tables.kind_of(transaction, entry)


async def newest_audited(transaction: Transaction, limit: int = 100, before: str | None = None) -> list[Audited]:
    """Return the newest audited changes, newest first; with `before` only those older than the one with this id."""
    return await tables.newest_audited(transaction, limit, before)
