"""Counters from any server that speaks Prometheus' HTTP API: raw samples by range selectors, as they were scraped.

It never asks for rates, never interpolates, and takes an answer that the server calls incomplete for no answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from watchbill.lib.errors import Unavailable
from watchbill.lib.http import Answer, HttpClient
from watchbill.org.objectives import DataSource, Selector
from watchbill.org.selectors import matches
from watchbill.practices.goals.model import Labels, Sample, Series, SourceReading

_AT_ONCE = 4
_PATIENCE = 3
_LONGEST_QUERY = 15.0
_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Metric = Mapping[str, str]
Asked = list[tuple[Metric, Series]]


class PrometheusSource:
    """One server. Selectors that a wider one of the same call covers are answered from that one's samples, so that the good and
    the total of a goal come from the same answer.
    """

    def __init__(self, data_source: DataSource, http: HttpClient) -> None:
        self._name = data_source.name
        self._url = data_source.url.rstrip("/") + "/api/v1/query"
        self._http = http

    async def read(self, selectors: Sequence[Selector], since: datetime, until: datetime) -> list[SourceReading]:
        """Return the raw samples of each selector in (since, until], in the order asked; four queries run at once.

        A selector that the server refuses, or whose answer is not whole, is not answered, with its problem, and the others are. After
        three queries without any usable answer the rest is not asked. Raises Unavailable when nothing was answered.
        """
        asked = _widest(selectors)
        call = _Call(self._name, self._url, self._http, since, until)
        answers = dict(zip(asked, await asyncio.gather(*(call.ask(selector) for selector in asked)), strict=True))
        if answers and not any(reading.answered for _, reading in answers.values()):
            problem = next(reading.problem for _, reading in answers.values())
            raise Unavailable(
                problem or f"“{self._name}” did not answer.", "What was missed is read when it answers again."
            )
        return [_narrowed(selector, *answers[asked_for]) for selector, asked_for in _cover(selectors, asked)]


class _Call:
    """The queries of one call: how many run at once, and when to give up."""

    def __init__(self, name: str, url: str, http: HttpClient, since: datetime, until: datetime) -> None:
        self._name, self._url, self._http = name, url, http
        self._since, self._until = since, until
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._failures: list[str] = []

    async def ask(self, selector: Selector) -> tuple[Asked, SourceReading]:
        """Return the series of a selector with their metrics, and the reading they make."""
        async with self._turn:
            if len(self._failures) >= _PATIENCE:
                return self._unanswered(selector, self._failures[-1])
            try:
                async with asyncio.timeout(_LONGEST_QUERY):
                    answer = await self._http.request("POST", self._url, data=self._query(selector))
                found = _series(_result(self._name, answer), self._since, self._until)
            except _RefusedSelectorError as refusal:
                return self._unanswered(selector, f"“{self._name}” refused {selector.text}: {refusal.said}")
            except TimeoutError:
                self._failures.append(f"“{self._name}” did not answer within {_LONGEST_QUERY:.0f} s.")
            except Unavailable as error:
                self._failures.append(f"“{self._name}” could not be read: {error.what}")
            else:
                return found, SourceReading(selector.text, [series for _, series in found], self._since, self._until)
            return self._unanswered(selector, self._failures[-1])

    def _query(self, selector: Selector) -> dict[str, str]:
        span = (self._until - self._since) // _MILLISECOND
        at = (self._until - _EPOCH) // _MILLISECOND
        return {"query": f"{selector.text}[{span}ms]", "time": f"{at // 1000}.{at % 1000:03d}"}

    def _unanswered(self, selector: Selector, problem: str) -> tuple[Asked, SourceReading]:
        return [], SourceReading(selector.text, (), self._since, self._until, problem, answered=False)


class _RefusedSelectorError(Exception):
    """The server answers, and says that it cannot answer this."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


def _widest(selectors: Sequence[Selector]) -> list[Selector]:
    """Return the selectors that no other one covers, each once."""
    distinct = list(dict.fromkeys(selectors))
    by_metric: dict[str, list[Selector]] = {}
    for selector in distinct:
        by_metric.setdefault(selector.metric, []).append(selector)
    return [s for s in distinct if not any(_covers(other, s) and other != s for other in by_metric[s.metric])]


def _covers(wide: Selector, narrow: Selector) -> bool:
    return wide.metric == narrow.metric and set(wide.matchers) <= set(narrow.matchers)


def _cover(selectors: Sequence[Selector], asked: Sequence[Selector]) -> list[tuple[Selector, Selector]]:
    known = set(asked)
    by_metric: dict[str, list[Selector]] = {}
    for selector in asked:
        by_metric.setdefault(selector.metric, []).append(selector)
    return [
        (s, s if s in known else next(other for other in by_metric[s.metric] if _covers(other, s))) for s in selectors
    ]


def _narrowed(selector: Selector, found: Asked, reading: SourceReading) -> SourceReading:
    if reading.selector == selector.text:
        return reading
    series = [series for metric, series in found if matches(selector, selector.metric, metric)]
    return replace(reading, selector=selector.text, series=series)


def _result(name: str, answer: Answer) -> list[Mapping[str, Any]]:
    """Return the matrix that a server answered. Raises Unavailable, or _RefusedSelectorError where only this query is to blame."""
    said = _json(name, answer)
    if said.get("status") != "success":
        text = f"{said.get('errorType', 'error')}: {said.get('error', 'no reason given')}"
        if 400 <= answer.status < 500 and answer.status not in (401, 403, 404, 429):
            raise _RefusedSelectorError(text)
        raise Unavailable(f"it answered {answer.status} ({text}).", "Check its log.")
    if said.get("warnings"):
        raise _RefusedSelectorError(f"the answer is not whole ({'; '.join(map(str, said['warnings']))})")
    data = said.get("data")
    if not isinstance(data, dict) or data.get("resultType") != "matrix" or not isinstance(data.get("result"), list):
        raise _RefusedSelectorError("the answer holds no series of samples")
    return list(data["result"])


def _json(name: str, answer: Answer) -> Mapping[str, Any]:
    try:
        said = answer.json()
    except Unavailable as error:
        raise Unavailable(
            f"it answered {answer.status} with something that is not JSON.",
            f"Check that the address of “{name}” is that of a Prometheus API, and that no sign-in page stands before it.",
        ) from error
    if not isinstance(said, dict):
        raise Unavailable("its answer is not one of the Prometheus API.", f"Check the address of “{name}”.")
    return said


def _series(result: Sequence[Mapping[str, Any]], since: datetime, until: datetime) -> Asked:
    try:
        return [_one(entry, since, until) for entry in result]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise _RefusedSelectorError(f"the answer holds something that is no sample ({error})") from error


def _one(entry: Mapping[str, Any], since: datetime, until: datetime) -> tuple[Metric, Series]:
    if "histograms" in entry:
        raise ValueError("a native histogram")
    metric = {str(name): str(value) for name, value in entry["metric"].items() if name != "__name__"}
    labels: Labels = tuple(sorted(metric.items()))
    samples = [Sample(_instant(at), float(value)) for at, value in entry["values"]]
    return metric, Series(labels, [sample for sample in samples if since < sample.at <= until])


def _instant(seconds: float) -> datetime:
    return _EPOCH + timedelta(milliseconds=round(seconds * 1000))
