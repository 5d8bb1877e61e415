"""The built-in scraper: reads targets in text format at an interval and keeps what is new of the series that goals ask for.

It keeps minutes, not history: what was not read in time by the ledger is unknown, never made up.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from watchbill.lib.errors import Unavailable, WatchbillError
from watchbill.lib.http import HttpClient
from watchbill.org.objectives import DataSource, ScrapeTarget, Selector
from watchbill.org.selectors import matches
from watchbill.practices.goals.model import Labels, Sample, Series, SourceReading

from . import text_format

KEPT = timedelta(minutes=10)
MOST_SERIES = 20_000
_AT_ONCE = 8
_LONGEST_SCRAPE = timedelta(seconds=8)
_ACCEPT = "text/plain;version=0.0.4;q=1, application/openmetrics-text;version=1.0.0;q=0.5, */*;q=0.1"

SeriesKey = tuple[str, Labels]


class ScrapeSource:
    """The targets of one declared source. Only series that match one of the `wanted` selectors are kept, for ten minutes."""

    def __init__(self, data_source: DataSource, http: HttpClient) -> None:
        self._source = data_source
        self._http = http
        self._wanted: dict[str, list[Selector]] = {}
        self._kept: dict[SeriesKey, deque[Sample]] = {}
        self._failures: dict[str, str] = {}

    def want(self, selectors: Collection[Selector]) -> None:
        """Keep the series of these selectors from now on, and no others."""
        self._wanted = {}
        for selector in dict.fromkeys(selectors):
            self._wanted.setdefault(selector.metric, []).append(selector)

    async def scrape(self, now: datetime) -> None:
        """Scrape all targets, up to eight at once; all samples carry `now`. A target that fails is remembered as failed."""
        turn = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(self._scrape_target(target, now, turn) for target in self._source.targets))
        self._forget(now - KEPT)

    @property
    def failures(self) -> Mapping[str, str]:
        """What went wrong with the last scrape of each target that failed, by target."""
        return self._failures

    async def read(self, selectors: Sequence[Selector], since: datetime, until: datetime) -> list[SourceReading]:
        """Return the kept samples of each selector in (since, until], in the order asked, with the targets that fail as a problem."""
        problem = self._problem()
        by_metric: dict[str, list[tuple[SeriesKey, deque[Sample]]]] = {}
        for key, samples in self._kept.items():
            by_metric.setdefault(key[0], []).append((key, samples))
        readings = []
        for selector in selectors:
            series = [
                Series(labels, [sample for sample in samples if since < sample.at <= until])
                for (name, labels), samples in by_metric.get(selector.metric, ())
                if matches(selector, name, dict(labels))
            ]
            readings.append(SourceReading(selector.text, series, since, until, problem))
        return readings

    def _problem(self) -> str | None:
        if not self._failures:
            return None
        target, why = next(iter(sorted(self._failures.items())))
        others = len(self._failures) - 1
        return f"Target {target} of “{self._source.name}” could not be scraped: {why}" + (
            f" So it is with {others} more of {len(self._source.targets)} targets." if others else ""
        )

    async def _scrape_target(self, target: ScrapeTarget, now: datetime, turn: asyncio.Semaphore) -> None:
        async with turn:
            try:
                exposed = list(self._matched(target, await self._fetch(target)))
            except TimeoutError:
                self._failures[target.name] = f"it did not answer within {self._patience:.0f} s."
                return
            except WatchbillError as error:
                self._failures[target.name] = error.what
                return
        if len(exposed) + len(self._kept) > MOST_SERIES and any(key not in self._kept for key, _ in exposed):
            self._failures[target.name] = (
                f"goals would read more than {MOST_SERIES:,} series here. Narrow their selectors."
            )
            return
        self._failures.pop(target.name, None)
        for key, value in exposed:
            self._kept.setdefault(key, deque(maxlen=self._most_samples)).append(Sample(now, value))

    async def _fetch(self, target: ScrapeTarget) -> list[text_format.Exposed]:
        async with asyncio.timeout(self._patience):
            answer = await self._http.request("GET", target.url, headers={"Accept": _ACCEPT})
        if answer.status != 200:
            raise Unavailable(f"it answered {answer.status}.")
        if answer.headers.get("content-type", "").startswith("text/html"):
            raise Unavailable("it answered with a web page, not with metrics.")
        try:
            text = answer.body.decode()
        except UnicodeDecodeError as error:
            raise Unavailable("its answer is not UTF-8 text.") from error
        return text_format.parse(text)

    @property
    def _patience(self) -> float:
        return min(self._source.interval, _LONGEST_SCRAPE).total_seconds()

    @property
    def _most_samples(self) -> int:
        return max(4, KEPT // max(self._source.interval, timedelta(seconds=1)) + 1)

    def _matched(
        self, target: ScrapeTarget, exposed: Sequence[text_format.Exposed]
    ) -> Iterator[tuple[SeriesKey, float]]:
        own = {"job": self._source.name, "instance": target.name, **target.labels}
        for one in exposed:
            selectors = self._wanted.get(one.name)
            if not selectors:
                continue
            labels = {f"exported_{name}" if name in own else name: value for name, value in one.labels} | own
            if any(matches(selector, one.name, labels) for selector in selectors):
                yield (one.name, tuple(sorted(labels.items()))), one.value

    def _forget(self, oldest: datetime) -> None:
        for samples in self._kept.values():
            while samples and samples[0].at <= oldest:
                samples.popleft()
        self._kept = {key: samples for key, samples in self._kept.items() if samples}
        names = {target.name for target in self._source.targets}
        self._failures = {name: why for name, why in self._failures.items() if name in names}
