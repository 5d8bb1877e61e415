"""The data folder of a server that ran one evening, for commands that look back at it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.behaviour.goals_watch import Watch
from tests.unit.practices.goals.made import HOUR, MINUTE
from watchbill.store import schema
from watchbill.store.store import open_store


def spend(folder: Path) -> Path:
    """Let a server of the small organisation run from 18:00 to 20:00; from 19:00 on three in ten requests fail for 12 minutes."""
    asyncio.run(_spend(folder))
    return folder


async def _spend(folder: Path) -> None:
    store = open_store(f"sqlite:///{folder / 'watchbill.db'}")
    await schema.upgrade(store)
    watch = Watch(store)
    await pass_over(watch)
    await store.close()


async def pass_over(watch: Watch) -> None:
    """Let the evening pass, with close looks while something happens."""
    watch.traffic.break_between(HOUR, HOUR + 12 * MINUTE)
    await watch.until(HOUR, MINUTE)
    await watch.until(HOUR + 45 * MINUTE)
    await watch.until(2 * HOUR, MINUTE)
