"""The samples of one reading of a goal's counters: by series, oldest first, and when each target was seen. Pure; counts nothing."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b

from .model import Labels, Series

_SLOWEST = 5 * 60_000
_LARGEST = 2.0**63

Readings = list[tuple[int, int]]


@lru_cache(maxsize=4096)
def milliseconds(instant: datetime) -> int:
    """Return whole milliseconds since 1970."""
    return round(instant.timestamp() * 1000)


def instant(at: int) -> datetime:
    """Return the instant `at` milliseconds after 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)


@dataclass(frozen=True, slots=True)
class Seen:
    """When a target was last seen (ms), and the steps (ms) between the last times, the newer one first; 0 where there was none."""

    at: int
    step: int = 0
    step_before: int = 0

    def again(self, at: int) -> Seen:
        """Return the target as seen once more, later."""
        return Seen(at, at - self.at, self.step)

    def pace(self, declared: int) -> int:
        """Return how often the target is read (ms): as declared or, if that is slower, as observed.

        Observed is the shorter of the last two steps: one missed scrape, or one outage, is no pace. Nor is more than five minutes.
        """
        observed = min(self.step, self.step_before)
        return max(declared, observed) if observed <= _SLOWEST else declared


class Batch:
    """The samples later than `since` (ms) of a goal's total and of its part (the good or the bad events).

    `readings` holds (ms, value) by a digest of side and labels, one for each instant: of several values the greatest.
    `target_of` names a series' target, `totals` are the series of the total, `odd` the times of values that no counter can have,
    `times` when each target was seen, and `part_begins` the time of the first sample of the part (0: there is none).
    """

    def __init__(self, total: Iterable[Series], part: Iterable[Series], since: int) -> None:
        self._since = since
        self.readings: dict[int, Readings] = {}
        self.target_of: dict[int, int] = {}
        self.odd: list[int] = []
        self._take(b"t", total)
        self.totals = frozenset(self.readings)
        self._take(b"p", part)
        parts = (readings[0][0] for key, readings in self.readings.items() if key not in self.totals)
        self.part_begins = min(parts, default=0)
        self.times = self._times()

    def seen_before(self, target: int, at: int) -> int | None:
        """Return when this batch saw the target last before `at`."""
        times = self.times[target]
        before = bisect_left(times, at)
        return times[before - 1] if before else None

    def _take(self, side: bytes, series: Iterable[Series]) -> None:
        for one in series:
            fresh = list(self._usable(one))
            if not fresh:
                continue
            key = _digest(side, one.labels)
            self.target_of[key] = _target(one.labels)
            known = self.readings.get(key)
            self.readings[key] = _in_order(fresh if known is None else [*known, *fresh])

    def _times(self) -> Mapping[int, Sequence[int]]:
        times: dict[int, set[int]] = {}
        for key, readings in self.readings.items():
            times.setdefault(self.target_of[key], set()).update([at for at, _ in readings])
        return {target: sorted(seen) for target, seen in times.items()}

    def _usable(self, series: Series) -> Iterator[tuple[int, int]]:
        for sample in series.samples:
            at = milliseconds(sample.at)
            if at <= self._since:
                continue
            if math.isfinite(sample.value) and 0 <= sample.value < _LARGEST:
                yield at, int(sample.value)
            else:
                self.odd.append(at)


def _in_order(readings: Readings) -> Readings:
    return readings if len(readings) == 1 else sorted(dict(sorted(readings)).items())


def _digest(side: bytes, labels: Labels) -> int:
    text = "\0".join([part for label in labels for part in label])
    return int.from_bytes(blake2b(side + text.encode(errors="surrogatepass"), digest_size=8).digest(), "little")


def _target(labels: Labels) -> int:
    return _digest_of_target(tuple([label for label in labels if label[0] in ("job", "instance")]))


@lru_cache(maxsize=4096)
def _digest_of_target(labels: Labels) -> int:
    return _digest(b"", labels)
