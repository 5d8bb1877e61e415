"""The built-in scraper, against real targets on loopback that answer, fail and lie."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests import small_org
from tests.unit.practices.goals.made import CADENCE, HERE, MIDNIGHT, MINUTE, SECOND, data_source, goal
from tests.unit.sources.serving import Reply, serving
from watchbill.lib.http import HttpClient
from watchbill.org.objectives import DataSource, ScrapeTarget, SourceKind
from watchbill.org.selectors import parse_selector
from watchbill.sources import scrape
from watchbill.sources.registry import SourceRegistry
from watchbill.sources.scrape import ScrapeSource

REQUESTS = parse_selector('requests_total{service="cart"}')


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    client = HttpClient(timeout_seconds=5)
    yield client
    await client.close()


def declared(*urls: str, interval: timedelta = CADENCE, **labels: str) -> DataSource:
    targets = tuple(ScrapeTarget(f"cart-{number}", url, labels, HERE) for number, url in enumerate(urls))
    return replace(data_source("shop", kind=SourceKind.SCRAPE), targets=targets, interval=interval)


def text(body: str, **more: object) -> Reply:
    return Reply(body, kind="text/plain; version=0.0.4", **more)  # type: ignore[arg-type]


async def values(source: ScrapeSource, minutes: int = 60) -> dict[str, list[float]]:
    """Return the kept values of the last minutes by instance."""
    (reading,) = await source.read([REQUESTS], MIDNIGHT - SECOND, MIDNIGHT + minutes * MINUTE)
    return {dict(series.labels)["instance"]: [sample.value for sample in series.samples] for series in reading.series}


async def problem(source: ScrapeSource) -> str | None:
    (reading,) = await source.read([REQUESTS], MIDNIGHT, MIDNIGHT + MINUTE)
    assert reading.answered
    return reading.problem


async def test_what_goals_ask_for_is_kept_with_the_labels_of_its_target(http: HttpClient) -> None:
    body = 'requests_total{service="cart",job="own"} 5\nrequests_total{service="other"} 7\nother_total 1\n'
    async with serving(text(body)) as server:
        source = ScrapeSource(declared(server.url, zone="eu"), http)
        source.want([REQUESTS])
        await source.scrape(MIDNIGHT)
        await source.scrape(MIDNIGHT + CADENCE)
    (reading,) = await source.read([REQUESTS], MIDNIGHT - SECOND, MIDNIGHT + MINUTE)
    (series,) = reading.series
    assert dict(series.labels) == {
        "exported_job": "own",
        "instance": "cart-0",
        "job": "shop",
        "service": "cart",
        "zone": "eu",
    }
    assert [(sample.at, sample.value) for sample in series.samples] == [(MIDNIGHT, 5.0), (MIDNIGHT + CADENCE, 5.0)]
    assert reading.problem is None


async def test_a_reading_leaves_its_beginning_out(http: HttpClient) -> None:
    async with serving(text('requests_total{service="cart"} 5\n')) as server:
        source = ScrapeSource(declared(server.url), http)
        source.want([REQUESTS])
        for number in range(3):
            await source.scrape(MIDNIGHT + number * CADENCE)
    (reading,) = await source.read([REQUESTS], MIDNIGHT, MIDNIGHT + CADENCE)
    assert [sample.at for sample in reading.series[0].samples] == [MIDNIGHT + CADENCE]


FAULTS = [
    (text("", status=500), "it answered 500"),
    (text("gone", status=404), "it answered 404."),
    (Reply("<html></html>", kind="text/html"), "a web page"),
    (text('requests_total{service="cart"} five'), "“five” is not a number"),
    (text('requests_total{service="cart"} 5\nrequests_total{service="ca', cut=40), "did not answer as it should"),
    (text("\udcff\udcfe 5"), "not UTF-8"),
    (text("", delay=3), "did not answer within 1 s."),
]


@pytest.mark.parametrize(("reply", "reason"), FAULTS, ids=lambda value: value if isinstance(value, str) else "")
async def test_a_failed_scrape_is_remembered_and_the_other_targets_are_read(
    http: HttpClient, reply: Reply, reason: str
) -> None:
    async with serving(reply) as bad, serving(text('requests_total{service="cart"} 5\n')) as good:
        source = ScrapeSource(declared(bad.url, good.url, interval=SECOND), http)
        source.want([REQUESTS])
        await source.scrape(MIDNIGHT)
    assert await values(source) == {"cart-1": [5.0]}
    assert list(source.failures) == ["cart-0"]
    said = await problem(source)
    assert said is not None
    assert said.startswith("Target cart-0 of “shop” could not be scraped: ")
    assert reason in said


async def test_a_target_that_answers_again_is_no_problem_any_more(http: HttpClient) -> None:
    replies = [text("", status=503), text('requests_total{service="cart"} 5\n')]
    async with serving(lambda _path, _form: replies.pop(0)) as server:
        source = ScrapeSource(declared(server.url), http)
        source.want([REQUESTS])
        await source.scrape(MIDNIGHT)
        assert await problem(source) is not None
        await source.scrape(MIDNIGHT + CADENCE)
    assert await problem(source) is None


async def test_all_failing_targets_are_counted(http: HttpClient) -> None:
    source = ScrapeSource(declared(*["http://127.0.0.1:9"] * 3), http)
    await source.scrape(MIDNIGHT)
    said = await problem(source)
    assert said is not None
    assert said.endswith("So it is with 2 more of 3 targets.")


async def test_only_the_last_ten_minutes_are_kept(http: HttpClient) -> None:
    body = ['requests_total{service="cart"} 5\n']
    async with serving(lambda _path, _form: text(body[0])) as server:
        source = ScrapeSource(declared(server.url, interval=MINUTE), http)
        source.want([REQUESTS])
        for number in range(30):
            await source.scrape(MIDNIGHT + number * MINUTE)
        assert len((await values(source))["cart-0"]) == 10
        body[0] = ""
        for number in range(30, 42):
            await source.scrape(MIDNIGHT + number * MINUTE)
    assert await values(source) == {}


async def test_too_many_series_are_refused_whole(http: HttpClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrape, "MOST_SERIES", 3)
    body = "".join(f'requests_total{{service="cart",user="{number}"}} 1\n' for number in range(4))
    async with serving(text(body)) as server:
        source = ScrapeSource(declared(server.url), http)
        source.want([REQUESTS])
        await source.scrape(MIDNIGHT)
    assert await values(source) == {}
    assert "more than 3 series" in source.failures["cart-0"]


async def test_the_registry_scrapes_what_is_due_for_the_goals_in_force(http: HttpClient) -> None:
    async with serving(text('requests_total{service="cart"} 5\n')) as server:
        organization = replace(
            small_org.organization(),
            sources={"shop": declared(server.url), "metrics": data_source()},
            goals={"g": goal("g", source="shop", total=REQUESTS.text, bad=REQUESTS.text)},
        )
        in_force = small_org.in_force(organization)
        registry = SourceRegistry(http, in_force)
        assert registry.next_scrape(MIDNIGHT) == MIDNIGHT
        assert [await registry.scrape_due(MIDNIGHT + second * SECOND) for second in (0, 1, 14, 15, 29, 31)] == [
            1, 0, 0, 1, 0, 1,
        ]  # fmt: skip
        assert registry.next_scrape(MIDNIGHT + 31 * SECOND) == MIDNIGHT + 45 * SECOND
        source = registry(organization.sources["shop"])
        assert isinstance(source, ScrapeSource)
        assert source is registry(organization.sources["shop"])
        assert len((await values(source))["cart-0"]) == 3
        assert registry(organization.sources["metrics"]) is registry(organization.sources["metrics"])
        small_org.change(in_force, replace(organization, sources={}, goals={}))
        assert registry.next_scrape(MIDNIGHT) is None
        assert await registry.scrape_due(MIDNIGHT + MINUTE) == 0
