"""A real Prometheus behind TLS, basic authentication and client certificates lets watchbill in, and nobody without them."""

from __future__ import annotations

import asyncio
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests import servers
from tests.unit.practices.goals.made import data_source
from tests.unit.sources.serving import Reply, serving
from watchbill.bootstrap import build
from watchbill.engine.instance import Instance
from watchbill.lib.errors import Unavailable
from watchbill.lib.http import HttpClient
from watchbill.org.selectors import parse_selector
from watchbill.practices.goals.model import Source, SourceReading
from watchbill.settings import load
from watchbill.sources.access import OPEN, Access, access
from watchbill.sources.prometheus import PrometheusSource

pytestmark = [pytest.mark.live("prometheus"), pytest.mark.live("openssl")]

ITSELF = """
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: itself
    scheme: https
    tls_config: {ca_file: ca.pem, cert_file: client.pem, key_file: client.key}
    basic_auth: {username: watch, password: hunter2-of-the-page}
    static_configs: [{targets: ["127.0.0.1:1"]}]
"""
PASSWORD = "hunter2-of-the-page"
HASH = "$2b$04$abcdefghijklmnopqrstuu2B7hPRZC3tODxuZGFfIlop9DZ71c32K"
GUARD = f"""
tls_server_config:
  {{cert_file: server.pem, key_file: server.key, client_ca_file: ca.pem, client_auth_type: RequireAndVerifyClientCert}}
basic_auth_users: {{watch: {HASH}}}
"""
UP = parse_selector("up")


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Run the guarded server; yield its URL and the folder with all certificates."""
    folder = tmp_path_factory.mktemp("guarded")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl(folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=our own", "-days", "2")
    for name in ("server", "client"):
        openssl(folder, "req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
        signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names"]
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", *signing)
    with servers.prometheus(folder, ITSELF, guarded_by=GUARD) as url:
        yield url, folder


async def read(url: str, given: Access, http: HttpClient) -> list[SourceReading]:
    return await newest(PrometheusSource(data_source(url=url), http, given))


async def newest(source: Source) -> list[SourceReading]:
    now = datetime.now(UTC)
    return await source.read([UP], now - timedelta(minutes=5), now)


async def until_read(source: Source) -> SourceReading:
    """Ask until the server is ready and holds a sample."""
    end = time.monotonic() + 30
    while True:
        try:
            (reading,) = await newest(source)
            if reading.series:
                return reading
        except Unavailable:
            if time.monotonic() > end:
                raise
        assert time.monotonic() < end, "a sample"
        await asyncio.sleep(0.05)


async def test_password_own_authority_and_client_certificate_open_it(guarded: tuple[str, Path], tmp_path: Path) -> None:
    url, folder = guarded
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    (tmp_path / "watchbill.toml").write_text(
        f'data = "{tmp_path}"\n[sources.metrics]\nurl = "{url}"\nuser = "watch"\npassword_file = "{tmp_path}/password"\n'
        f'ca_file = "{folder}/ca.pem"\ncertificate_file = "{folder}/client.pem"\nkey_file = "{folder}/client.key"\n'
    )
    settings = load(tmp_path / "watchbill.toml", {})
    example = Path(__file__).parents[2] / "examples" / "startup"
    instance = Instance(tmp_path)
    watchbill = await build(example, settings, instance)
    reading = await until_read(watchbill.sources(data_source("metrics", url=url)))
    await watchbill.close()
    instance.close()
    assert (reading.answered, reading.problem) == (True, None)


@pytest.mark.parametrize(
    ("lacks", "reason"),
    [("ca", "certificate verify failed"), ("certificate", ""), ("password", "it answered 401. Say in the settings")],
)
async def test_without_any_one_of_them_it_stays_shut(guarded: tuple[str, Path], lacks: str, reason: str) -> None:
    url, folder = guarded
    client = {"certificate_file": folder / "client.pem", "key_file": folder / "client.key"}
    given = access(
        "metrics", url, {}, user="watch", password="wrong" if lacks == "password" else PASSWORD,
        ca_file=None if lacks == "ca" else folder / "ca.pem", **({} if lacks == "certificate" else client),
    )  # fmt: skip
    http = HttpClient(tls=given.tls)
    with pytest.raises(Unavailable) as refused:
        await read(url, given, http)
    await http.close()
    assert reason in str(refused.value)
    assert PASSWORD not in str(refused.value)


async def test_a_proxy_that_asks_for_token_and_tenant_lets_the_answer_of_a_real_server_through(tmp_path: Path) -> None:
    http = HttpClient()
    config = ITSELF[: ITSELF.index("    scheme")] + '    static_configs: [{targets: ["127.0.0.1:1"]}]\n'
    with servers.prometheus(tmp_path, config) as behind:

        def through(path: str, form: dict[str, str]) -> Reply:
            head = proxy.heads[-1]
            if (head.get("authorization"), head.get("x-scope-orgid")) != ("Bearer of-the-proxy", "acme"):
                return Reply("who are you?", status=403, kind="text/plain")
            asked = urllib.request.Request(f"{behind}{path}", urlencode(form).encode())  # noqa: S310
            with urllib.request.urlopen(asked, timeout=5) as response:  # noqa: S310
                return Reply(response.read().decode(), status=response.status)

        async with serving(through) as proxy:
            given = access("metrics", proxy.url, {"x-scope-orgid": "acme"}, bearer_token="of-the-proxy")
            reading = await until_read(PrometheusSource(data_source(url=proxy.url), http, given))
            with pytest.raises(Unavailable, match="it answered 403"):
                await read(proxy.url, OPEN, http)
    await http.close()
    assert reading.answered
