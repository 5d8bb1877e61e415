"""The schema's version: whether the database is ready for this program, and how it gets there."""

from __future__ import annotations

from .columns import metadata
from .store import Store


async def upgrade(store: Store) -> None:
    """Bring the database to the newest schema."""
    from watchbill import tables  # noqa: F401

    async with store.writing() as transaction:
        await transaction.run_sync(metadata.create_all)
