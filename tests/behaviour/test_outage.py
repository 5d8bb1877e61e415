"""While the database does not answer, senders are asked to send again, probes say why, and nobody sees a traceback.

Nor does the log: it would be one for every request.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from tests.website import alertmanager_body, open_website

HOOK = "/api/v1/hooks/alertmanager"


@asynccontextmanager
async def _gone(url: str) -> AsyncIterator[None]:
    """Take a database away while the block lasts: its connections are cut, and it has another name."""
    address = sa.make_url(url)
    name = address.database
    admin = create_async_engine(
        address.set(drivername="postgresql+asyncpg", database="postgres"), isolation_level="AUTOCOMMIT"
    )
    async with admin.connect() as connection:
        await connection.execute(
            sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
        )
        await connection.execute(sa.text(f"ALTER DATABASE {name} RENAME TO {name}_gone"))
        yield
        await connection.execute(sa.text(f"ALTER DATABASE {name}_gone RENAME TO {name}"))
    await admin.dispose()


async def test_a_database_that_is_gone_is_told_as_503_and_nothing_accepted_is_lost(
    postgresql_url: str, tmp_path: Path
) -> None:
    async with open_website(postgresql_url, tmp_path) as website:
        sender, reader = await website.program("alerts"), await website.program("read")
        assert (await sender.post(HOOK, json=alertmanager_body())).status_code == 202
        async with _gone(postgresql_url):
            refused = await sender.post(HOOK, json=alertmanager_body(fingerprint="another"))
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
            assert int(refused.headers["retry-after"]) > 0
            assert (await reader.get("/api/v1/incidents")).status_code == 503
            assert (await website.anybody().get("/healthz")).status_code == 200
            unready = await website.anybody().get("/readyz")
            assert unready.status_code == 503
            assert "database" in unready.json()["reasons"][0]
            metrics = await website.anybody(client=("127.0.0.1", 1)).get("/metrics")
            assert "watchbill_state_up 0.0" in metrics.text
        assert (await sender.post(HOOK, json=alertmanager_body(fingerprint="another"))).status_code == 202
        found = (await reader.get("/api/v1/incidents/1")).json()
        assert [alert["fingerprint"] for alert in found["alerts"]] == ["c0ffee00c0ffee00", "another"]


async def test_the_log_has_one_line_for_each_request_that_failed_and_no_traceback(
    postgresql_url: str, tmp_path: Path
) -> None:
    async with open_website(postgresql_url, tmp_path) as website:
        reader, machine = await website.program("read"), website.anybody(client=("127.0.0.1", 1))
        async with _gone(postgresql_url):
            with capture_logs() as lines:
                assert (await reader.get("/api/v1/goals")).status_code == 503
                assert (await machine.get("/metrics")).status_code == 200
        told = [line for line in lines if line["log_level"] == "error"]
        assert [line["event"] for line in told] == [
            "a request failed",
            "the state could not be looked up for the metrics",
        ]
        assert all("does not answer" in line["database"] and "exc_info" not in line for line in told)
