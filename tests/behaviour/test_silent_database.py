"""A database whose connections fall silent, as after a failover behind one address, holds up pages for a moment only."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa

from tests.organizations import SMALL
from tests.website import alertmanager_body
from watchbill.accounts.model import TokenScope
from watchbill.bootstrap import Watchbill, build, doors_of, engine_of
from watchbill.engine.instance import Instance
from watchbill.practices.oncall.model import NoticeState
from watchbill.settings import Settings
from watchbill.store.postgres import Patience
from watchbill.store.store import Store, open_store
from watchbill.web.app import create_app

SECONDS = 5.0
IMPATIENT = Patience(connect=1.0, command=0.5, close=0.2)


class Proxy:
    """Stands before a server. Connections that fell silent stay open; nothing goes through them any more."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._pumps: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers += [writer, back_writer]
        for source, sink in ((reader, back_writer), (back_reader, writer)):
            pump = asyncio.create_task(self._pump(source, sink))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        sink.close()

    def fall_silent(self) -> None:
        """Let the connections that there are carry nothing more; new ones do."""
        for pump in list(self._pumps):
            pump.cancel()

    async def close(self) -> None:
        self.fall_silent()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*self._pumps, return_exceptions=True)


@contextlib.asynccontextmanager
async def _proxy_before(url: str) -> AsyncIterator[tuple[Proxy, str]]:
    address = sa.make_url(url)
    proxy = Proxy(address.port or 5432)
    server = await asyncio.start_server(proxy.take, "127.0.0.1", 0)
    try:
        yield proxy, address.set(port=server.sockets[0].getsockname()[1]).render_as_string(hide_password=False)
    finally:
        server.close()
        await proxy.close()


@contextlib.asynccontextmanager
async def _running(url: str, data: Path) -> AsyncIterator[tuple[Watchbill, httpx2.AsyncClient]]:
    """Run the engine and the web application, on the machine's clock."""
    instance = Instance(data)
    watchbill = await build(SMALL, Settings(data=data, database=url), instance, store=open_store(url, IMPATIENT))
    engine = engine_of(watchbill)
    secret = await watchbill.tokens.create("test", [TokenScope.ALERTS], watchbill.clock.now())
    transport = httpx2.ASGITransport(create_app(doors_of(watchbill, engine)))
    headers = {"Authorization": f"Bearer {secret}"}
    task = asyncio.create_task(engine.run())
    try:
        async with httpx2.AsyncClient(transport=transport, base_url="http://watchbill.test", headers=headers) as client:
            yield watchbill, client
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await watchbill.close()
        instance.close()


async def _until(holds: Callable[[], Awaitable[bool]], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.05)


@pytest.mark.live("postgresql")
async def test_connections_that_fall_silent_are_replaced_and_pages_go_out_again(
    postgresql_url: str, tmp_path: Path
) -> None:
    async with _proxy_before(postgresql_url) as (proxy, url), _running(url, tmp_path) as (watchbill, client):

        async def accepted() -> bool:
            return (await client.post("/api/v1/hooks/alertmanager", json=alertmanager_body())).status_code == 202

        async def ready() -> bool:
            return (await client.get("/readyz")).status_code == 200

        async def delivered() -> bool:
            pages = await watchbill.oncall.open_pages()
            notices = [notice for page in pages for notice in await watchbill.oncall.notices_of(page.id)]
            return any(notice.state is NoticeState.SENT for notice in notices)

        await _until(ready)
        proxy.fall_silent()
        await _until(accepted)
        await _until(delivered)
        await _until(ready)


@pytest.mark.live("postgresql")
async def test_a_statement_on_a_silent_connection_ends_in_time_and_the_next_works(postgresql_url: str) -> None:
    async with _proxy_before(postgresql_url) as (proxy, url):
        store, loop = open_store(url, IMPATIENT), asyncio.get_running_loop()
        for within in (False, True):
            began = loop.time()
            async with store.reading() as transaction:
                await transaction.execute(sa.text("SELECT 1"))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(_fall_silent_during(store, proxy, within=within), SECONDS)
            assert loop.time() - began < SECONDS
            async with asyncio.timeout(SECONDS), store.reading() as transaction:
                assert (await transaction.execute(sa.text("SELECT 2"))).scalar() == 2
        async with asyncio.timeout(SECONDS):
            await store.close()


async def _fall_silent_during(store: Store, proxy: Proxy, *, within: bool) -> None:
    """Ask over a connection that falls silent before its unit of work begins, or within it."""
    if not within:
        proxy.fall_silent()
    async with store.writing() as transaction:
        await transaction.execute(sa.text("SELECT 1"))
        proxy.fall_silent()
        await transaction.execute(sa.text("SELECT 1"))
