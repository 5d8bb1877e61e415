"""Seven kinds of traffic whose true budget is known to the event: what counters show at each scrape, and how many events there were.

The target is 99.9 %. 0.02 % of the requests fail, and half of them in the bad hour. Daily traffic goes from 5 requests a second at
02:00 to 500 at 14:00. The series of failures of a process exists from its first failure on. Where pods are replaced, it is daily at
midnight: new ones are scraped two minutes before traffic is theirs, old ones for two minutes after.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

START = datetime(2026, 1, 5, tzinfo=UTC)
DAY = 86_400
OFFSET = 7
PODS = ("a", "b", "c")
_OVERLAP = 120
_FAILING, _BROKEN = 0.0002, 0.5
Column = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One kind of traffic: `flat` requests a second or, without, those of a day; what goes wrong in it."""

    name: str
    flat: float | None = None
    bad_hour: int | None = None
    silent_hour: int | None = None
    is_replaced: bool = False


CASES = (
    Case("flat 100/s, bad hour", flat=100, bad_hour=14),
    Case("daily, bad hour at 02:00", bad_hour=2),
    Case("daily, bad hour at 14:00", bad_hour=14),
    Case("daily, bad hour at 02:00, pods replaced", bad_hour=2, is_replaced=True),
    Case("flat 2/s, pods replaced", flat=2, is_replaced=True),
    Case("flat 2/s", flat=2),
    Case("daily, one hour without traffic", silent_hour=4),
)


@dataclass(frozen=True)
class Pod:
    """A process that serves traffic between two seconds, and is scraped between two others."""

    name: str
    share: float
    serves: tuple[int, int]
    is_scraped: tuple[int, int]


class Traffic:
    """A case over some days, scraped every `pace` seconds; the bad or silent hour is on the day in the middle."""

    def __init__(self, case: Case, days: int, pace: int, pods: tuple[str, ...] = PODS) -> None:
        self.case, self.days, self.pace = case, days, pace
        self._names = pods

    @property
    def end(self) -> datetime:
        """When the traffic ends; the last scrape is a moment before."""
        return START + timedelta(days=self.days)

    @cached_property
    def pods(self) -> list[Pod]:
        """Every process there is."""
        share, whole = 1 / len(self._names), self.days * DAY
        if not self.case.is_replaced:
            return [Pod(name, share, (0, whole), (0, whole)) for name in self._names]
        return [
            Pod(
                f"{name}-{day}", share, (day * DAY, day * DAY + DAY), (day * DAY - _OVERLAP, day * DAY + DAY + _OVERLAP)
            )
            for day in range(self.days)
            for name in self._names
        ]

    def scrapes(self, day: int | None = None) -> Iterator[tuple[int, Pod, int, int | None]]:
        """Yield second, pod, good requests so far and failed ones, None before the first failure; in order of time.

        All of them, or those of one day; the pace divides a day.
        """
        first, end = (0, self.days * DAY) if day is None else (day * DAY, day * DAY + DAY)
        for second in range(first + OFFSET, end, self.pace):
            for pod in self._alive(second):
                good, bad = self._counts(pod, second)
                yield second, pod, good, bad or None

    def truth(self) -> tuple[int, int]:
        """Return the bad events and all events since the first scrape, up to the last."""
        last = OFFSET + (self.days * DAY - 1 - OFFSET) // self.pace * self.pace
        bad = total = 0
        for pod in self.pods:
            for second, sign in ((last, 1), (OFFSET, -1)):
                if pod.serves[0] <= second:
                    good, failed = self._counts(pod, second)
                    bad, total = bad + sign * failed, total + sign * (good + failed)
        return bad, total

    def _alive(self, second: int) -> list[Pod]:
        if not self.case.is_replaced:
            return self.pods
        day, count = second // DAY, len(self._names)
        near = self.pods[max(0, day - 1) * count : (day + 2) * count]
        return [pod for pod in near if pod.is_scraped[0] <= second <= pod.is_scraped[1]]

    def _counts(self, pod: Pod, second: int) -> tuple[int, int]:
        first, until = pod.serves[0], min(max(second, pod.serves[0]), pod.serves[1])
        total, bad = self._sums
        failed = math.floor(pod.share * (bad[until] - bad[first]) + 1e-6)
        return math.floor(pod.share * (total[until] - total[first]) + 1e-6) - failed, failed

    @cached_property
    def _sums(self) -> tuple[Column, Column]:
        """Requests and failed requests from the start to each second."""
        second = np.arange(self.days * DAY)
        hour, day = second % DAY / 3600, second // DAY
        rate = np.full(len(second), self.case.flat) if self.case.flat else 50 * 10 ** np.cos((hour - 14) * math.pi / 12)
        failing = np.full(len(second), _FAILING)
        middle = day == self.days // 2
        if self.case.bad_hour is not None:
            failing[middle & (hour.astype(int) == self.case.bad_hour)] = _BROKEN
        if self.case.silent_hour is not None:
            rate = np.where(middle & (hour.astype(int) == self.case.silent_hour), 0, rate)
        return np.concatenate(([0.0], np.cumsum(rate))), np.concatenate(([0.0], np.cumsum(rate * failing)))


def spent(bad: float, total: float) -> float:
    """Return the share of a budget of one in a thousand that is spent, in percent."""
    return 100 * bad / total / 0.001
