"""Reading a Prometheus-compatible server: what is asked, what is taken, and each way in which it can go wrong."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.practices.goals.made import data_source
from tests.unit.sources.serving import Reply, matrix, serving
from watchbill.lib.errors import Unavailable
from watchbill.lib.http import HttpClient
from watchbill.org.objectives import Selector
from watchbill.org.selectors import parse_selector
from watchbill.practices.goals.model import Sample, SourceReading
from watchbill.sources.prometheus import PrometheusSource

UNTIL = datetime(2026, 1, 5, 12, 0, 0, 250_000, tzinfo=UTC)
SINCE = UNTIL - timedelta(seconds=30)
SECOND = UNTIL.timestamp()
TOTAL = parse_selector('requests_total{service="cart"}')
BAD = parse_selector('requests_total{service="cart",code=~"5.."}')
OTHER = parse_selector("logins_total")


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    client = HttpClient()
    yield client
    await client.close()


async def read(http: HttpClient, url: str, *selectors: Selector) -> list[SourceReading]:
    return await PrometheusSource(data_source(url=url), http).read(selectors or (TOTAL,), SINCE, UNTIL)


async def test_raw_samples_are_asked_for_and_taken_as_they_are(http: HttpClient) -> None:
    metric = {"__name__": "requests_total", "service": "cart", "job": "shop"}
    answer = matrix((metric, [[SECOND - 30, "1"], [SECOND - 15.003, "2"], [SECOND, "1e3"]]))
    async with serving(answer) as server:
        (reading,) = await read(http, server.url + "/")
    assert server.asked == [{"query": 'requests_total{service="cart"}[30000ms]', "time": "1767614400.250"}]
    (series,) = reading.series
    assert series.labels == (("job", "shop"), ("service", "cart"))
    assert series.samples == [Sample(UNTIL - timedelta(seconds=15.003), 2.0), Sample(UNTIL, 1000.0)]
    assert (reading.selector, reading.since, reading.until, reading.answered) == (TOTAL.text, SINCE, UNTIL, True)


async def test_a_selector_that_another_one_covers_is_answered_from_the_same_samples(http: HttpClient) -> None:
    answer = matrix(
        ({"__name__": "requests_total", "service": "cart", "code": "200"}, [[SECOND, "90"]]),
        ({"__name__": "requests_total", "service": "cart", "code": "503"}, [[SECOND, "7"]]),
    )
    async with serving(answer) as server:
        bad, total = await read(http, server.url, BAD, TOTAL)
    assert len(server.asked) == 1
    assert [series.samples[0].value for series in total.series] == [90.0, 7.0]
    assert [series.samples[0].value for series in bad.series] == [7.0]
    assert bad.selector == BAD.text


async def test_values_that_are_no_numbers_are_left_to_the_counting(http: HttpClient) -> None:
    async with serving(matrix(({}, [[SECOND - 2, "NaN"], [SECOND - 1, "+Inf"], [SECOND, "-3"]]))) as server:
        (reading,) = await read(http, server.url)
    values = [sample.value for sample in reading.series[0].samples]
    assert math.isnan(values[0])
    assert values[1:] == [math.inf, -3.0]


async def test_no_more_than_four_queries_run_at_once(http: HttpClient) -> None:
    selectors = [parse_selector(f'm{number}{{label{number}="x"}}') for number in range(12)]
    reply = matrix()
    reply.delay = 0.02
    async with serving(reply) as server:
        readings = await read(http, server.url, *selectors)
    assert [reading.selector for reading in readings] == [selector.text for selector in selectors]
    assert (len(server.asked), server.busiest) == (12, 4)


WHOLE_SERVER = [
    (Reply("", status=500), "it answered 500"),
    (Reply("", status=429), "it answered 429"),
    (Reply("<html>sign in</html>", kind="text/html"), "something that is not JSON"),
    (Reply("moved", status=302), "it answered 302 and points to another of its pages"),
    (Reply('{"status":"success","data":{"resultType":"matrix","result":[]}}', cut=20), "did not answer as it should"),
    (Reply('["a"]'), "not one of the Prometheus API"),
    (Reply('{"status":"error","errorType":"unauthorized","error":"no"}', status=401), "unauthorized: no"),
]


@pytest.mark.parametrize(("reply", "reason"), WHOLE_SERVER, ids=lambda value: value if isinstance(value, str) else "")
async def test_a_server_that_cannot_be_read_says_why(http: HttpClient, reply: Reply, reason: str) -> None:
    async with serving(reply) as server:
        with pytest.raises(Unavailable) as refusal:
            await read(http, server.url)
    assert refusal.value.what.startswith("“metrics” could not be read: ")
    assert reason in refusal.value.what


async def test_a_server_that_hangs_is_given_up_on() -> None:
    impatient = HttpClient(timeout_seconds=0.2)
    async with serving(Reply("{}", delay=60)) as server:
        with pytest.raises(Unavailable, match="Timeout"):
            await read(impatient, server.url)
    await impatient.close()


async def test_a_server_that_is_not_there_is_unavailable_and_given_up_on_soon(http: HttpClient) -> None:
    selectors = [parse_selector(f"m{number}") for number in range(500)]
    with pytest.raises(Unavailable, match="could not be read"):
        await read(http, "http://127.0.0.1:9", *selectors)


THIS_QUERY = [
    (Reply('{"status":"error","errorType":"bad_data","error":"unknown"}', status=400), "bad_data: unknown"),
    (Reply('{"status":"error","errorType":"execution","error":"too many"}', status=422), "execution: too many"),
    (matrix(warnings=["store eu is down"]), "the answer is not whole (store eu is down)"),
    (Reply('{"status":"success","data":{"resultType":"vector","result":[]}}'), "holds no series of samples"),
    (Reply('{"status":"success","data":{"resultType":"string","result":[1,"a"]}}'), "holds no series of samples"),
    (Reply('{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"histograms":[]}]}}'), "native"),
    (matrix(({}, [[SECOND, "many"]])), "something that is no sample"),
    (matrix(({}, [["soon", "1"]])), "something that is no sample"),
    (Reply('{"status":"success","data":{"resultType":"matrix","result":[7]}}'), "something that is no sample"),
]


@pytest.mark.parametrize(("reply", "reason"), THIS_QUERY, ids=lambda value: value if isinstance(value, str) else "")
async def test_a_refused_selector_stops_no_other(http: HttpClient, reply: Reply, reason: str) -> None:
    def answer(_path: str, form: dict[str, str]) -> Reply:
        return matrix() if "logins" in form["query"] else reply

    async with serving(answer) as server:
        refused, read_well = await read(http, server.url, TOTAL, OTHER)
    assert not refused.answered
    assert refused.problem is not None
    assert refused.problem.startswith('“metrics” refused requests_total{service="cart"}: ')
    assert reason in refused.problem
    assert (read_well.answered, read_well.problem) == (True, None)


async def test_three_failures_without_an_answer_end_the_asking(http: HttpClient) -> None:
    selectors = [parse_selector(f'm{number}{{label{number}="x"}}') for number in range(50)]
    async with serving(Reply("", status=503)) as server:
        with pytest.raises(Unavailable):
            await read(http, server.url, *selectors)
    assert len(server.asked) <= 3 + 4
