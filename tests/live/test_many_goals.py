"""Many goals of a real Prometheus are read with one question, or with as few as its limits allow."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import servers
from tests.unit.practices.goals.made import data_source
from tests.unit.sources.serving import Reply, serving
from watchbill.lib.http import HttpClient
from watchbill.org.selectors import parse_selector
from watchbill.practices.goals.model import SourceReading
from watchbill.sources.prometheus import PrometheusSource

pytestmark = pytest.mark.live("prometheus")

SCRAPED = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
  - job_name: shop
    static_configs: [{{targets: ["{target}"]}}]
"""
SERVICES = [f"s{number}" for number in range(300)]
TOTALS = [parse_selector(f'r{{service="{service}"}}') for service in SERVICES]
BADS = [parse_selector(f'r{{service="{service}",code=~"5.."}}') for service in SERVICES]
MATCHES_NOTHING = parse_selector('r{service="s300"}')


def exposed(_path: str, _form: dict[str, str]) -> Reply:
    lines = [
        f'r{{service="{service}",code="{code}"}} {value}'
        for number, service in enumerate(SERVICES)
        for code, value in (("200", 1000 + number), ("500", number))
    ]
    return Reply("\n".join([*lines, ""]), kind="text/plain; version=0.0.4")


async def until_scraped(source: PrometheusSource) -> None:
    end = time.monotonic() + 30
    while True:
        now = datetime.now(UTC)
        (reading,) = await source.read([TOTALS[-1]], now - timedelta(seconds=20), now)
        if reading.series and len(reading.series[0].samples) >= 3:
            return
        assert time.monotonic() < end, "three scrapes"
        await asyncio.sleep(0.05)


def last_values(readings: list[SourceReading]) -> list[list[float]]:
    return [sorted(series.samples[-1].value for series in reading.series) for reading in readings]


@pytest.mark.parametrize(("options", "first", "later"), [((), 1, 1), (("--query.max-samples=400",), 15, 8)])
async def test_three_hundred_goals(tmp_path: Path, options: tuple[str, ...], first: int, later: int) -> None:
    http = HttpClient()
    async with serving(exposed) as target:
        with servers.prometheus(tmp_path, SCRAPED.format(target=target.url.removeprefix("http://")), *options) as url:
            await until_scraped(PrometheusSource(data_source(url=url), http))
            now = datetime.now(UTC)
            source = PrometheusSource(data_source(url=url), http)
            asked = [*TOTALS, *BADS, MATCHES_NOTHING]
            readings = await source.read(asked, now - timedelta(seconds=2), now)
            in_first = source.requests
            again = await source.read(asked, now - timedelta(seconds=2), now)
            in_second = source.requests - in_first
    await http.close()
    assert all(reading.answered and reading.problem is None for reading in readings)
    expected = [[float(number), 1000.0 + number] for number in range(300)] + [[float(n)] for n in range(300)] + [[]]
    assert last_values(readings) == last_values(again) == expected
    assert in_first <= first
    assert in_second <= later
