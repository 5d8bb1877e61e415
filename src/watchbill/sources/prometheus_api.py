"""One question to a server with Prometheus' HTTP API: raw samples by a range selector, as they were scraped, for the ledger; and
what a check before a merge asks, which counts nothing: values of expressions, and what the server tells of itself.

It follows no redirect, and takes an answer that the server calls incomplete for no answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from watchbill.lib.errors import Unavailable
from watchbill.lib.garbage import uncollected
from watchbill.lib.http import Answer, HttpClient, TooLarge
from watchbill.practices.goals.model import Sample, Series

from .access import Access
from .batches import NAME

LONGEST_QUERY = 15.0
LARGEST_ANSWER = 8 * 1024 * 1024
_LONGEST_REASON = 300
_OWN_ANSWERS = (200, 401, 403)
_NO_WARNING = "PromQL info"
_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Found:
    """A series that was answered: its labels, the name among them, and its samples, or what in them can be none of a counter."""

    metric: Mapping[str, str]
    series: Series
    fault: str = ""


class RefusedQueryError(Exception):
    """The server answers, and not this question; `is_partial` where it answered a part, which says nothing of the question."""

    def __init__(self, said: str, *, is_partial: bool = False) -> None:
        super().__init__(said)
        self.said = said
        self.is_partial = is_partial


class PrometheusApi:
    """The server that a data source names. `requests` is how many questions it was asked."""

    def __init__(self, name: str, url: str, http: HttpClient, access: Access) -> None:
        self.name = name
        self.requests = 0
        self._url = url.rstrip("/") + "/api/v1"
        self._http = http
        self._access = access

    async def samples(self, selector: str, since: datetime, until: datetime) -> list[Found]:
        """Return the series that a selector matches, with their samples in (since, until].

        Raises RefusedQueryError where this question is to blame, Unavailable where the server is, TimeoutError where it is slow.
        """
        span = (until - since) // _MILLISECOND
        answer = await self._ask("query", {"query": f"{selector}[{span}ms]", "time": _seconds(until)}, LONGEST_QUERY)
        with uncollected():
            return _found(self._result(answer, "matrix"), _Instants(since, until))

    async def steps(
        self, expression: str, since: datetime, until: datetime, step: timedelta, longest: float
    ) -> list[tuple[Mapping[str, str], Mapping[int, float]]]:
        """Return labels and values of an expression at `since` and each `step` later up to `until`, values by the number of the step.

        `longest` is how many seconds it may take. Raises as `samples` does.
        """
        size, begin = step.total_seconds(), since.timestamp()
        asked = {"query": expression, "start": _seconds(since), "end": _seconds(until), "step": f"{size:.0f}"}
        answer = await self._ask("query_range", asked, longest)
        return _read(
            self._result(answer, "matrix"),
            lambda one: {round((float(at) - begin) / size): float(value) for at, value in one["values"]},
        )

    async def values(self, expression: str, at: datetime, longest: float) -> list[tuple[Mapping[str, str], float]]:
        """Return labels and value of each series of an expression at an instant. Raises as `samples` does."""
        answer = await self._ask("query", {"query": expression, "time": _seconds(at)}, longest)
        return _read(self._result(answer, "vector"), lambda one: float(one["value"][1]))

    async def told(self, about: str) -> Mapping[str, Any]:
        """Return what the server tells about itself: `status/runtimeinfo`. Raises RefusedQueryError where it tells nothing of it."""
        answer = await self._ask(about, None, LONGEST_QUERY)
        if answer.status not in _OWN_ANSWERS:
            raise RefusedQueryError("it tells nothing of itself")
        data = self._succeeded(answer).get("data")
        return data if isinstance(data, dict) else {}

    async def _ask(self, about: str, form: Mapping[str, str] | None, longest: float) -> Answer:
        """Ask one question: with a form what it says, without one what stands at the address."""
        self._access = self._access.renewed()
        url, headers = f"{self._url}/{about}", self._access.headers
        self._expect_access()
        self.requests += 1
        method = "GET" if form is None else "POST"
        try:
            async with asyncio.timeout(longest):
                return await self._http.request(method, url, headers=headers, data=form, largest=LARGEST_ANSWER)
        except TooLarge as error:
            size = LARGEST_ANSWER // 1024 // 1024
            raise RefusedQueryError(f"its answer is larger than {size} MiB: it matches too many series") from error

    def _expect_access(self) -> None:
        if not self._access.is_for(self._url):
            raise Unavailable(
                f"the settings let watchbill in at {self._access.url}, and the files name another address. Nothing was sent.",
                f"Make the two the same: “url” of [sources.{self.name}] and of the DataSource.",
            )

    def _result(self, answer: Answer, kind: str) -> list[Any]:
        """Return the series that were answered; `kind` is matrix or vector."""
        said = self._succeeded(answer)
        warnings = [str(one) for one in said.get("warnings") or () if not str(one).startswith(_NO_WARNING)]
        if warnings:
            text = self._quoted("; ".join(warnings))
            raise RefusedQueryError(f"the answer is not whole ({text})", is_partial=True)
        data = said.get("data")
        if not isinstance(data, dict) or data.get("resultType") != kind or not isinstance(data.get("result"), list):
            raise RefusedQueryError("the answer holds no series of samples")
        return list(data["result"])

    def _succeeded(self, answer: Answer) -> Mapping[str, Any]:
        """Return what was answered, if the server calls it a success."""
        said = self._said(answer)
        if said.get("status") != "success":
            text = self._quoted(f"{said.get('errorType', 'error')}: {said.get('error', 'no reason given')}")
            if 400 <= answer.status < 500 and answer.status not in (401, 403, 404, 429):
                raise RefusedQueryError(text)
            raise Unavailable(f"it answered {answer.status} ({text}).", self._mend(answer.status))
        return said

    def _said(self, answer: Answer) -> Mapping[str, Any]:
        if 300 <= answer.status < 400:
            raise Unavailable(
                f"it answered {answer.status} and points to {_origin(answer.headers.get('location', ''))}.",
                "watchbill follows no redirect. Name the address of the API itself, and mind sign-in pages before it.",
            )
        try:
            said = answer.json()
        except (Unavailable, RecursionError) as error:
            what = "." if answer.status in (401, 403) else " with something that is not JSON."
            raise Unavailable(f"it answered {answer.status}{what}", self._mend(answer.status)) from error
        if not isinstance(said, dict):
            raise Unavailable("its answer is not one of the Prometheus API.", f"Check the address of “{self.name}”.")
        return said

    def _mend(self, status: int) -> str:
        if status in (401, 403):
            return f"Say in the settings how it lets watchbill in: [sources.{self.name}]."
        return f"Check that the address of “{self.name}” is that of a Prometheus API, and its log."

    def _quoted(self, said: str) -> str:
        text = self._access.without_secrets(said)
        return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}…"


def _seconds(at: datetime) -> str:
    milliseconds = (at - _EPOCH) // _MILLISECOND
    return f"{milliseconds // 1000}.{milliseconds % 1000:03d}"


def _read(result: list[Any], value: Callable[[Any], _Value]) -> list[tuple[Mapping[str, str], _Value]]:
    try:
        return [({str(name): str(text) for name, text in one["metric"].items()}, value(one)) for one in result]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise RefusedQueryError(f"the answer holds something that is no sample ({type(error).__name__})") from error


def _origin(location: str) -> str:
    try:
        parts = urlsplit(location)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "nowhere"
    return f"{parts.scheme}://{parts.hostname}{port}" if parts.hostname else "another of its pages"


class _Instants(dict[float, datetime | None]):
    """The instants of samples by their seconds since 1970, None of those outside of (`since`, `until`]: most series share them."""

    def __init__(self, since: datetime, until: datetime) -> None:
        super().__init__()
        self._since, self._until = since, until

    def __missing__(self, seconds: float) -> datetime | None:
        at = _EPOCH + timedelta(milliseconds=round(seconds * 1000))
        self[seconds] = at if self._since < at <= self._until else None
        return self[seconds]


def _found(result: list[Any], instants: _Instants) -> list[Found]:
    try:
        return [_one(entry, instants) for entry in result]
    except (KeyError, TypeError, AttributeError) as error:
        raise RefusedQueryError(f"the answer holds something that is no sample ({type(error).__name__})") from error


def _one(entry: Mapping[str, Any], instants: _Instants) -> Found:
    metric = {str(name): str(value) for name, value in entry["metric"].items()}
    labels = tuple(sorted([label for label in metric.items() if label[0] != NAME]))
    if "histograms" in entry:
        return Found(metric, Series(labels, ()), "a native histogram, which is no counter")
    try:
        samples = [Sample(at, float(value)) for seconds, value in entry["values"] if (at := instants[seconds])]
    except (TypeError, ValueError, OverflowError):
        return Found(metric, Series(labels, ()), "something that is no sample")
    return Found(metric, Series(labels, samples))
