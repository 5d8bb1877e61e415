"""Fixtures that all tests share: a clean store on each database, and real servers that are skipped by name where absent."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from tests import servers
from tests.shop import RunningShop, running_shop
from watchbill.store import schema
from watchbill.store.store import Store, open_store


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, by name, a live test whose server is not on this machine; in CI that is a failure."""
    for marker in item.iter_markers("live"):
        for server in marker.args:
            _need(server)


def _need(server: str) -> None:
    reason = servers.missing(server)
    if reason is None:
        return
    if os.environ.get("CI"):
        pytest.fail(f"{server}: {reason}; in CI every live test runs")
    pytest.skip(f"{server}: {reason}")


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one PostgreSQL server for all tests of this process."""
    _need("postgresql")
    with servers.postgresql(tmp_path_factory.mktemp("postgresql")) as url:
        yield url


@pytest.fixture
async def postgresql_url(postgresql_server: str) -> str:
    """Return the URL of a new, empty PostgreSQL database."""
    name = f"w{uuid.uuid4().hex}"
    engine = create_async_engine(
        sa.make_url(f"{postgresql_server}postgres").set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT"
    )
    async with engine.connect() as connection:
        await connection.execute(sa.text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    return f"{postgresql_server}{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database, once for each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'watchbill.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """Return an open store with the newest schema, once for each database."""
    opened = open_store(database_url)
    await schema.upgrade(opened)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def open_shop() -> Iterator[RunningShop]:
    """Run one shop for all tests of a module."""
    with running_shop() as shop:
        yield shop


@pytest.fixture
def shop(open_shop: RunningShop) -> Iterator[RunningShop]:
    """Return the running shop, and mend afterwards what a test broke in it."""
    yield open_shop
    open_shop.order("/mend", {})
