"""A source of counters whose truth is known at every instant: scraped every 15 seconds, late or failing when asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from watchbill.lib.errors import Unavailable
from watchbill.org.objectives import DataSource, Selector
from watchbill.org.selectors import matches
from watchbill.practices.goals.model import Sample, Series, Source, SourceReading

PACE, OFFSET = 15, 7


class Traffic:
    """Requests of one service since `start`: `rate` a second, of which `failing` percent fail while broken; scraped every `pace` s."""

    def __init__(self, start: datetime, *, rate: int = 10, failing: int = 30, pace: int = PACE) -> None:
        self.start, self.rate, self.failing, self.pace = start, rate, failing, pace
        self.broken: list[tuple[float, float]] = []
        self.silent: list[tuple[float, float]] = []

    def break_between(self, first: timedelta, end: timedelta) -> None:
        """Let requests fail in this span after the start."""
        self.broken.append((first.total_seconds(), end.total_seconds()))

    def silence_between(self, first: timedelta, end: timedelta) -> None:
        """Let scrapes fail in this span after the start."""
        self.silent.append((first.total_seconds(), end.total_seconds()))

    def is_scraped(self, second: int) -> bool:
        return second >= 0 and not any(first <= second < end for first, end in self.silent)

    def counts(self, second: float) -> tuple[int, int]:
        """Return (good, bad) requests so far."""
        total = int(self.rate * second)
        failed = sum(self.rate * max(0.0, min(second, end) - first) for first, end in self.broken)
        bad = int(failed * self.failing / 100)
        return total - bad, bad


class Recorded:
    """Answers selectors of `http_requests_total{service, code}` from the traffic of services; refuses those in `refused`.

    The samples of services in `visible` can be read only up to the instant that it gives.
    """

    def __init__(self, services: dict[str, Traffic]) -> None:
        self.services = services
        self.visible: dict[str, Callable[[], datetime]] = {}
        self.away = False
        self.refused: set[str] = set()
        self.asked: list[tuple[datetime, datetime, int]] = []

    async def read(self, selectors: Sequence[Selector], since: datetime, until: datetime) -> list[SourceReading]:
        self.asked.append((since, until, len(selectors)))
        if self.away:
            raise Unavailable("The recorded source is away.", "Bring it back.")
        return [
            SourceReading(one.text, (), since, until, f"{one.text} was refused.", answered=False)
            if one.text in self.refused
            else SourceReading(one.text, self._series(one, since, until), since, until)
            for one in selectors
        ]

    def _series(self, selector: Selector, since: datetime, until: datetime) -> list[Series]:
        found = []
        for service, traffic in self.services.items():
            for side, code in enumerate(("200", "500")):
                labels = {"code": code, "instance": f"{service}-0", "job": "shop", "service": service}
                if matches(selector, "http_requests_total", labels):
                    visible = self.visible[service]() if service in self.visible else until
                    samples = self._samples(traffic, side, since, min(until, visible))
                    found.append(Series(tuple(sorted(labels.items())), samples))
        return found

    def _samples(self, traffic: Traffic, side: int, since: datetime, until: datetime) -> list[Sample]:
        pace = traffic.pace
        first = int((since - traffic.start).total_seconds()) // pace - 1
        last = int((until - traffic.start).total_seconds()) // pace + 1
        samples = []
        for second in range(first * pace + OFFSET, last * pace + OFFSET, pace):
            at = traffic.start + timedelta(seconds=second)
            value = traffic.counts(second)[side]
            if since < at <= until and traffic.is_scraped(second) and (side == 0 or value):
                samples.append(Sample(at, float(value)))
        return samples


def by_name(sources: dict[str, Source]) -> Callable[[DataSource], Source]:
    """Return what gives these sources by the name of their declaration."""
    return lambda data_source: sources[data_source.name]
