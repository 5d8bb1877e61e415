"""What behaviour tests share: the whole web application on each database, with time passed by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.behaviour.advising import ACME, People
from tests.paging import Watch
from tests.small_org import in_force
from tests.website import Website, open_website
from watchbill.store.store import Store


@pytest.fixture
async def website(database_url: str, tmp_path: Path) -> AsyncIterator[Website]:
    """Return the web application, once for each database."""
    async with open_website(database_url, tmp_path / "data") as opened:
        yield opened


@pytest.fixture
async def watch(store: Store) -> AsyncIterator[Watch]:
    """Return the on-call service with a small organisation in force, once for each database."""
    opened = Watch(store, in_force())
    yield opened
    for outlet in opened.outlets.values():
        outlet.open.set()
    await opened.oncall.drain()


@pytest.fixture
async def acme(database_url: str, tmp_path: Path) -> AsyncIterator[Website]:
    """Return the web application of the example company, once for each database."""
    async with open_website(database_url, tmp_path / "data", organization=ACME) as opened:
        yield opened


@pytest.fixture
def people(acme: Website) -> People:
    """Return the people of the example company, asking the API."""
    return People(acme)
