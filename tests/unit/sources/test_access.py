"""How servers let watchbill in: what is sent, to whom, and that nothing of it comes out anywhere else."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import small_org
from tests.unit.practices.goals.made import data_source, goal
from tests.unit.sources.serving import Reply, matrix, serving
from watchbill.lib.errors import Invalid, Unavailable
from watchbill.lib.http import HttpClient
from watchbill.org.selectors import parse_selector
from watchbill.practices.goals.model import SourceReading
from watchbill.sources.access import Access, access
from watchbill.sources.prometheus import PrometheusSource
from watchbill.sources.registry import SourceRegistry

UNTIL = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECRET = "hunter2-of-the-metrics"
BASIC = b64encode(f"watch:{SECRET}".encode()).decode()


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    client = HttpClient()
    yield client
    await client.close()


def with_token(url: str) -> Access:
    return access("metrics", url, {"x-scope-orgid": "acme"}, bearer_token=SECRET)


async def read(http: HttpClient, url: str, given: Access) -> list[SourceReading]:
    source = PrometheusSource(data_source(url=url), http, given)
    return await source.read([parse_selector("requests_total")], UNTIL - timedelta(minutes=1), UNTIL)


async def test_a_token_and_further_headers_are_sent(http: HttpClient) -> None:
    async with serving(matrix()) as server:
        await read(http, f"{server.url}/prometheus", with_token(server.url))
    (head,) = server.heads
    assert (head["authorization"], head["x-scope-orgid"]) == (f"Bearer {SECRET}", "acme")


async def test_user_and_password_are_sent(http: HttpClient) -> None:
    async with serving(matrix()) as server:
        await read(http, server.url, access("metrics", server.url, {}, user="watch", password=SECRET))
    assert server.heads[0]["authorization"] == f"Basic {BASIC}"


async def test_a_token_that_is_renewed_in_its_file_is_sent_from_then_on(http: HttpClient, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first-token\n")
    async with serving(echoing(422)) as server:
        given = access("metrics", server.url, {}, bearer_token="first-token", bearer_token_file=file)
        source = PrometheusSource(data_source(url=server.url), http, given)
        for written in ("first-token", SECRET, "not\na token"):
            file.write_text(f"{written}\n")
            with pytest.raises(Unavailable) as refused:
                await source.read([parse_selector("requests_total")], UNTIL - timedelta(minutes=1), UNTIL)
        file.unlink()
        with pytest.raises(Unavailable):
            await source.read([parse_selector("requests_total")], UNTIL - timedelta(minutes=1), UNTIL)
    sent = [head["authorization"] for head in server.heads]
    assert sent == ["Bearer first-token", *[f"Bearer {SECRET}"] * 3]
    assert SECRET not in str(refused.value)


async def test_each_server_is_sent_its_own_and_no_other(http: HttpClient) -> None:
    async with serving(matrix()) as first, serving(matrix()) as second:
        goals = {one.name: one for one in (goal("a", source="first"), goal("b", source="second"))}
        sources = {"first": data_source("first", url=first.url), "second": data_source("second", url=second.url)}
        in_force = small_org.in_force(replace(small_org.organization(), sources=sources, goals=goals))
        given = {"first": with_token(first.url), "second": access("second", second.url, {"x-key": "b"})}
        registry = SourceRegistry(http, in_force, lambda name: given[name])
        for one in sources.values():
            await registry(one).read([goals["a"].total], UNTIL - timedelta(minutes=1), UNTIL)
        await registry.close()
    assert first.heads[0]["authorization"] == f"Bearer {SECRET}"
    assert "x-key" not in first.heads[0]
    assert second.heads[0]["x-key"] == "b"
    assert "authorization" not in second.heads[0]


async def test_an_address_that_only_the_files_name_is_sent_nothing(http: HttpClient) -> None:
    async with serving(matrix()) as server:
        with pytest.raises(Unavailable, match="the files name another address") as refused:
            await read(http, server.url, with_token("https://metrics.example"))
    assert server.asked == []
    assert "[sources.metrics]" in str(refused.value)


async def test_a_redirect_to_elsewhere_is_not_followed(http: HttpClient) -> None:
    async with serving(matrix()) as elsewhere:
        away = Reply("", status=307, to=f"{elsewhere.url}/api/v1/query?ticket={SECRET}")
        with pytest.raises(Unavailable) as refused:
            async with serving(away) as server:
                await read(http, server.url, with_token(server.url))
    assert elsewhere.asked == []
    assert f"points to {elsewhere.url}. watchbill follows no redirect" in str(refused.value)
    assert SECRET not in str(refused.value)


def echoing(status: int) -> Reply:
    said = f'{{"status":"error","errorType":"bad_data","error":"not Bearer {SECRET}, nor {BASIC}"}}'
    return Reply(said, status=status)


@pytest.mark.parametrize("status", [400, 401, 422, 404])
async def test_no_error_or_log_holds_a_secret_even_where_the_server_repeats_it(
    http: HttpClient, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(echoing(status)) as server:
        for given in (with_token(server.url), access("metrics", server.url, {}, user="watch", password=SECRET)):
            with pytest.raises(Unavailable) as refused:
                await read(http, server.url, given)
            assert "(hidden)" in str(refused.value)
            assert SECRET not in str(refused.value) + repr(refused.value) + repr(given) + caplog.text
            assert BASIC not in (str(refused.value) if given.headers["authorization"].startswith("Basic") else "")
            assert SECRET not in "".join(str(form) for form in server.asked)


async def test_who_is_not_let_in_is_told_where_to_say_how(http: HttpClient) -> None:
    async with serving(Reply("Unauthorized\n", status=401, kind="text/plain")) as server:
        with pytest.raises(Unavailable, match=r"it answered 401\. Say in the settings .*\[sources\.metrics\]"):
            await read(http, server.url, Access())


@pytest.mark.parametrize("name", ["ca_file", "certificate_file"])
@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_certificates_that_cannot_be_used_are_named_at_the_start(
    tmp_path: Path, name: str, content: str | None
) -> None:
    file = tmp_path / "it.pem"
    if content:
        file.write_text(content)
    with pytest.raises(Invalid) as refused:
        access("metrics", "https://metrics.example", {}, **{name: file})
    assert refused.value.where == f"sources.metrics.{name}"
    assert str(file) in refused.value.what
