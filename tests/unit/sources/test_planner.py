"""Many goals of one server: few questions, and what is wrong with one selector, or with the size of a question, stays there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.practices.goals.made import data_source
from tests.unit.sources.serving import Reply, Server, matrix, serving
from watchbill.lib.errors import Unavailable
from watchbill.lib.http import HttpClient
from watchbill.org.objectives import Selector
from watchbill.org.selectors import matches, parse_selector
from watchbill.practices.goals.model import SourceReading
from watchbill.sources.prometheus import PrometheusSource

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SERVICES = [f"s{number:03}" for number in range(300)]
TOTALS = [parse_selector(f'r{{service="{service}"}}') for service in SERVICES]
BADS = [parse_selector(f'r{{service="{service}",code="500"}}') for service in SERVICES]
Answering = Callable[[Selector], Reply | None]


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    client = HttpClient(timeout_seconds=0.3)
    yield client
    await client.close()


class Shop:
    """A server with a good and a bad series of each service; `refuses` may answer a question otherwise."""

    def __init__(self, refuses: Answering = lambda _asked: None) -> None:
        self.refuses = refuses

    def __call__(self, _path: str, form: dict[str, str]) -> Reply:
        asked = parse_selector(form["query"].split("[")[0])
        refusal = self.refuses(asked)
        if refusal is not None:
            return refusal
        metrics = [{"service": service, "code": code} for service in SERVICES for code in ("200", "500")]
        second = float(form["time"])
        found = [one for one in metrics if matches(asked, "r", one)]
        return matrix(*(({"__name__": "r", **one}, [[second, f"{one['service'][1:]}"]]) for one in found))


def names(asked: Selector, service: str) -> bool:
    return matches(asked, "r", {"service": service, "code": "500"})


def too_many(asked: Selector) -> Reply | None:
    said = (
        '{"status":"error","errorType":"execution","error":"query processing would load too many samples into memory"}'
    )
    return Reply(said, status=422) if sum(names(asked, service) for service in SERVICES) > 40 else None


async def read(source: PrometheusSource, at: datetime = NOW) -> list[SourceReading]:
    return await source.read([*TOTALS, *BADS], at - MINUTE, at)


def answered(readings: Iterable[SourceReading]) -> set[str]:
    return {reading.selector for reading in readings if reading.answered}


async def test_all_goals_are_one_question_and_each_gets_its_own_series(http: HttpClient) -> None:
    async with serving(Shop()) as server:
        readings = await read(PrometheusSource(data_source(url=server.url), http))
    assert len(server.asked) == 1
    assert [reading.selector for reading in readings] == [one.text for one in (*TOTALS, *BADS)]
    assert [len(reading.series) for reading in readings] == [2] * 300 + [1] * 300
    assert [reading.series[0].samples[0].value for reading in readings] == [*range(300), *range(300)]


async def test_a_question_that_is_too_large_is_halved_and_the_size_that_works_is_kept_for_an_hour(
    http: HttpClient,
) -> None:
    async with serving(Shop(too_many)) as server:
        source = PrometheusSource(data_source(url=server.url), http)
        first = await read(source)
        in_first = len(server.asked)
        second = await read(source, NOW + MINUTE)
        in_second = len(server.asked) - in_first
        await read(source, NOW + 90 * MINUTE)
        in_third = len(server.asked) - in_first - in_second
    assert len(answered(first)) == len(answered(second)) == 600
    assert in_first == 1 + 2 + 4 + 8
    assert in_second == 8
    assert in_third == in_first


async def test_a_refused_selector_is_found_and_asked_for_alone_and_ever_less_often(http: HttpClient) -> None:
    refusal = Reply('{"status":"error","errorType":"execution","error":"no"}', status=422)
    async with serving(Shop(lambda asked: refusal if names(asked, "s123") else None)) as server:
        source = PrometheusSource(data_source(url=server.url), http)
        counts = []
        for minute in range(12):
            before = len(server.asked)
            readings = await read(source, NOW + minute * MINUTE)
            counts.append(len(server.asked) - before)
            assert len(answered(readings)) >= 598
            assert not answered(readings) & {TOTALS[123].text}
        problem = readings[123].problem
    assert problem == '“metrics” refused r{service="s123"}: execution: no'
    assert 1 + 2 * 8 <= counts[0] <= 1 + 2 * 9
    assert sum(counts[6:]) <= 12
    assert counts[-1] <= 2


async def test_a_selector_that_is_refused_no_longer_is_read_with_the_others_again(http: HttpClient) -> None:
    shop = Shop(lambda asked: Reply("", status=500) if names(asked, "s007") else None)
    async with serving(shop) as server:
        source = PrometheusSource(data_source(url=server.url), http)
        assert TOTALS[7].text not in answered(await read(source))
        shop.refuses = lambda _asked: None
        assert len(answered(await read(source, NOW + MINUTE))) == 600
        before = len(server.asked)
        assert len(answered(await read(source, NOW + 2 * MINUTE))) == 600
    assert len(server.asked) - before == 1


async def test_a_slow_selector_takes_no_other_with_it(http: HttpClient) -> None:
    hangs = asyncio.Event()

    def slow(asked: Selector) -> Reply | None:
        return Reply("{}", after=hangs) if names(asked, "s200") else None

    async with serving(Shop(slow)) as server:
        readings = await read(PrometheusSource(data_source(url=server.url), http))
        hangs.set()
    assert len(answered(readings)) == 598
    assert "Timeout" in (readings[200].problem or "")


async def test_a_native_histogram_among_counters_is_a_fault_of_its_own_goal(http: HttpClient) -> None:
    found = [{"metric": {"__name__": "r", "service": "s000"}, "histograms": [[1, {}]]}]
    whole = matrix(({"__name__": "r", "service": "s001"}, [[NOW.timestamp(), "4"]]))
    whole.body = whole.body.replace('"result": [', f'"result": [{found[0]}, '.replace("'", '"'))
    async with serving(whole) as server:
        source = PrometheusSource(data_source(url=server.url), http)
        histogram, counter = await source.read(TOTALS[:2], NOW - MINUTE, NOW)
    assert len(server.asked) == 1
    assert histogram.problem == (
        '“metrics” refused r{service="s000"}: the answer holds a native histogram, which is no counter'
    )
    assert (counter.answered, counter.series[0].samples[0].value) == (True, 4.0)


async def test_series_without_number_are_a_clear_fault_and_the_others_are_read(http: HttpClient) -> None:
    def too_wide(asked: Selector) -> Reply | None:
        if not names(asked, "s050"):
            return None
        return Reply("[" + " " * (9 * 1024 * 1024))

    async with serving(Shop(too_wide)) as server:
        readings = await read(PrometheusSource(data_source(url=server.url), http))
    assert len(answered(readings)) == 598
    assert readings[50].problem == (
        '“metrics” refused r{service="s050"}: its answer is larger than 8 MiB: it matches too many series'
    )


async def test_a_server_that_answers_nothing_is_asked_three_times(http: HttpClient) -> None:
    async with serving(Shop(lambda _asked: Reply("", status=500))) as server:
        with pytest.raises(Unavailable, match="it answered 500"):
            await read(PrometheusSource(data_source(url=server.url), http))
    assert 3 <= len(server.asked) <= 1 + 4


async def test_a_server_that_knows_only_a_part_says_so_of_all_and_is_asked_little(http: HttpClient) -> None:
    partial = matrix(warnings=["store eu is down"])
    async with serving(Shop(lambda _asked: partial)) as server:
        with pytest.raises(Unavailable, match=r"the answer is not whole \(store eu is down\)"):
            await read(PrometheusSource(data_source(url=server.url), http))
    assert len(server.asked) <= 1 + 4


def spans(server: Server) -> set[str]:
    return {form["query"].split("[")[1] for form in server.asked}


async def test_every_question_asks_for_what_is_new_and_never_for_more(http: HttpClient) -> None:
    async with serving(Shop(too_many)) as server:
        source = PrometheusSource(data_source(url=server.url), http)
        for minute in range(3):
            await read(source, NOW + minute * MINUTE)
    assert spans(server) == {"60000ms]"}
