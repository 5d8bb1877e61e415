"""Counters from any server that speaks Prometheus' HTTP API: raw samples by range selectors, as they were scraped.

It never asks for rates, never interpolates, and takes an answer that the server calls incomplete for no answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from watchbill.lib.errors import Unavailable
from watchbill.lib.http import HttpClient
from watchbill.org.objectives import DataSource, Selector
from watchbill.org.selectors import matches
from watchbill.practices.goals.model import SourceReading

from .access import OPEN, Access
from .prometheus_api import LONGEST_QUERY, Found, PrometheusApi, RefusedQueryError

_AT_ONCE = 4
_PATIENCE = 3

Asked = list[Found]


class PrometheusSource:
    """One server. Selectors that a wider one of the same call covers are answered from that one's samples, so that the good and
    the total of a goal come from the same answer.
    """

    def __init__(self, data_source: DataSource, http: HttpClient, access: Access = OPEN) -> None:
        self._api = PrometheusApi(data_source.name, data_source.url, http, access)

    async def read(self, selectors: Sequence[Selector], since: datetime, until: datetime) -> list[SourceReading]:
        """Return the raw samples of each selector in (since, until], in the order asked; four queries run at once.

        A selector that the server refuses, or whose answer is not whole, is not answered, with its problem, and the others are. After
        three queries without any usable answer the rest is not asked. Raises Unavailable when nothing was answered.
        """
        asked = _widest(selectors)
        call = _Call(self._api, since, until)
        answers = dict(zip(asked, await asyncio.gather(*(call.ask(selector) for selector in asked)), strict=True))
        if answers and not any(reading.answered for _, reading in answers.values()):
            problem = next(reading.problem for _, reading in answers.values())
            raise Unavailable(
                problem or f"“{self._api.name}” did not answer.", "What was missed is read when it answers again."
            )
        return [_narrowed(selector, *answers[asked_for]) for selector, asked_for in _cover(selectors, asked)]


class _Call:
    """The queries of one call: how many run at once, and when to give up."""

    def __init__(self, api: PrometheusApi, since: datetime, until: datetime) -> None:
        self._api = api
        self._since, self._until = since, until
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._failures: list[str] = []

    async def ask(self, selector: Selector) -> tuple[Asked, SourceReading]:
        """Return the series of a selector with their metrics, and the reading they make."""
        async with self._turn:
            if len(self._failures) >= _PATIENCE:
                return self._unanswered(selector, self._failures[-1])
            name = self._api.name
            try:
                found = await self._api.samples(selector.text, self._since, self._until)
            except RefusedQueryError as refusal:
                return self._unanswered(selector, f"“{name}” refused {selector.text}: {refusal.said}")
            except TimeoutError:
                self._failures.append(f"“{name}” did not answer within {LONGEST_QUERY:.0f} s.")
            except Unavailable as error:
                self._failures.append(f"“{name}” could not be read: {error.what} {error.mend}".rstrip())
            else:
                return self._answered(selector, found)
            return self._unanswered(selector, self._failures[-1])

    def _answered(self, selector: Selector, found: Asked) -> tuple[Asked, SourceReading]:
        fault = next((one.fault for one in found if one.fault), "")
        if fault:
            return self._unanswered(selector, f"“{self._api.name}” refused {selector.text}: the answer holds {fault}")
        return found, SourceReading(selector.text, [one.series for one in found], self._since, self._until)

    def _unanswered(self, selector: Selector, problem: str) -> tuple[Asked, SourceReading]:
        return [], SourceReading(selector.text, (), self._since, self._until, problem, answered=False)


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
    series = [one.series for one in found if matches(selector, selector.metric, one.metric)]
    return replace(reading, selector=selector.text, series=series)
