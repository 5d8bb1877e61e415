"""From raw counter samples to events per minute: the differences that the ledger is made of. Pure; never estimates.

The rules:

- An increase belongs to the minute of the later sample.
- A value below the one before is a reset: the new value counts, and the minute is a lower bound.
- A series that appears under a target (labels `job` and `instance`) which was already being read counts from 0. A series first
  seen together with its target has an unknown start: it adds nothing, and its minute is a lower bound.
- A target that was not read for more than five minutes (or two cadences, if that is longer) has a gap: what its counters grew by
  is dropped, never booked to one minute. A shorter gap is bridged: the growth belongs to the minute of the later sample.
- Values that no counter can have (NaN, infinite, negative, 2^63 and more) are put aside and counted as oddities. Samples that are
  not newer than what was read before are too late and put aside. Of several values at one instant the greatest counts.
- Counters are counts of events: a fraction of an event is carried until it is whole.
- A series that was not seen for a day is forgotten.

A minute is measured when at least one series of the total was counted in it, or, between two samples of a series that lie no more
than two cadences apart, around it. A minute that saw nothing is unknown.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from .model import Labels, Series

MINUTE = 60_000
_LONGEST_GAP = 5 * MINUTE
_FORGOTTEN_AFTER = 24 * 60 * MINUTE
_LARGEST = 2.0**63
_TOTAL, _PART = b"t", b"p"

Readings = list[tuple[int, int]]


def milliseconds(instant: datetime) -> int:
    """Return whole milliseconds since 1970."""
    return round(instant.timestamp() * 1000)


def instant(at: int) -> datetime:
    """Return the instant `at` milliseconds after 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)


@dataclass
class Tally:
    """The events counted in one minute so far: of the total, and of its part (the good or the bad ones)."""

    total: int = 0
    part: int = 0
    measured: bool = False
    lower_bound: bool = False


@dataclass(frozen=True)
class Counted:
    """A minute as counted: `minute` in minutes since 1970. `clamped` when more of the part than of the total was counted."""

    minute: int
    good: int
    total: int
    lower_bound: bool
    clamped: bool = False


@dataclass
class Meter:
    """The reading of one goal's counters up to `read_until` (ms): the last sample of each series, and the open minutes.

    The result does not depend on how the samples are cut into calls, and the whole meter can be stored and taken up again.
    `series` maps a digest of side and labels to (ms, value), `targets` a digest of job and instance to the last ms it was read.
    `next_minute` is the first minute that was not taken yet; `cadence` (ms) is how often the source is expected to be scraped.
    """

    read_until: int
    cadence: int
    next_minute: int = 0
    series: dict[int, tuple[int, int]] = field(default_factory=dict)
    targets: dict[int, int] = field(default_factory=dict)
    open: dict[int, Tally] = field(default_factory=dict)
    newest: int = 0
    oddities: int = 0

    @classmethod
    def starting(cls, at: datetime, cadence: timedelta) -> Meter:
        """Return a meter that knows nothing before `at`."""
        start = milliseconds(at)
        return cls(start, round(cadence.total_seconds() * 1000), start // MINUTE)

    def advance(self, total: Iterable[Series], part: Iterable[Series], until: datetime) -> None:
        """Count the samples in (`read_until`, `until`] of the goal's total and of its part; both move on together."""
        end = milliseconds(until)
        if end <= self.read_until:
            return
        batch = _Batch(self.read_until, end)
        batch.take(_TOTAL, total)
        batch.take(_PART, part)
        self.oddities += batch.oddities
        for key, readings in batch.readings.items():
            self._count(key, readings, batch)
        for target, sightings in batch.sightings().items():
            self.targets[target] = max(self.targets.get(target, 0), sightings[-1])
        self.read_until = end

    def copy(self) -> Meter:
        """Return a meter of its own in the same state."""
        return Meter(
            self.read_until, self.cadence, self.next_minute, dict(self.series), dict(self.targets), deepcopy(self.open),
            self.newest, self.oddities,
        )  # fmt: skip

    def restart(self) -> None:
        """Forget the series: the goal now reads other counters. What was counted stays."""
        self.series, self.targets = {}, {}

    def take_complete(self, part_is_good: bool) -> tuple[int, list[Counted]]:
        """Close the minutes that nothing can be added to any more.

        Returns the first minute that is still open, and the measured ones among those closed, oldest first: a closed minute that
        is not in the list is unknown.
        """
        hold = max(0, self._bridge - MINUTE)
        closed_until = max(self.next_minute, (self.read_until - hold) // MINUTE)
        closed = [
            settled(minute, self.open[minute], part_is_good)
            for minute in sorted(self.open)
            if minute < closed_until and self.open[minute].measured
        ]
        self.open = {minute: tally for minute, tally in self.open.items() if minute >= closed_until}
        self.next_minute = closed_until
        self._forget()
        return closed_until, closed

    @property
    def _bridge(self) -> int:
        return 2 * self.cadence

    def _forget(self) -> None:
        oldest = self.read_until - _FORGOTTEN_AFTER
        self.series = {key: last for key, last in self.series.items() if last[0] >= oldest}
        self.targets = {key: at for key, at in self.targets.items() if at >= oldest}

    def _count(self, key: int, readings: Readings, batch: _Batch) -> None:
        last = self.series.get(key)
        is_total = key in batch.totals
        for at, value in readings:
            if last is not None and at - last[0] > _FORGOTTEN_AFTER:
                last = None
            tally = self.open.setdefault(at // MINUTE, Tally())
            if self._is_continuous(last, key, at, batch):
                self._add(tally, last, value, is_total)
                if is_total:
                    self._measure(last, at)
            else:
                tally.lower_bound = True
            last = (at, value)
        if last is not None:
            self.series[key] = last

    def _is_continuous(self, last: tuple[int, int] | None, key: int, at: int, batch: _Batch) -> bool:
        longest = max(_LONGEST_GAP, self._bridge)
        if last is not None and at - last[0] <= longest:
            return True
        target = batch.target_of[key]
        times = batch.sightings()[target]
        before = bisect_left(times, at)
        sighted = times[before - 1] if before else self.targets.get(target)
        return sighted is not None and at - sighted <= longest

    def _add(self, tally: Tally, last: tuple[int, int] | None, value: int, is_total: bool) -> None:
        before = last[1] if last else 0
        if value < before:
            tally.lower_bound = True
        increase = value - before if value >= before else value
        if is_total:
            tally.total += increase
        else:
            tally.part += increase

    def _measure(self, last: tuple[int, int] | None, at: int) -> None:
        minute = at // MINUTE
        self.open[minute].measured = True
        self.newest = max(self.newest, at)
        if last and at - last[0] <= self._bridge:
            for between in range(max(last[0] // MINUTE + 1, self.next_minute), minute):
                self.open.setdefault(between, Tally()).measured = True


def settled(minute: int, tally: Tally, part_is_good: bool) -> Counted:
    """Return a minute's good and total; the good never exceed the total, nor do the bad."""
    part = min(tally.part, tally.total)
    clamped = part < tally.part
    good = part if part_is_good else tally.total - part
    return Counted(minute, good, tally.total, tally.lower_bound or clamped, clamped)


class _Batch:
    """The samples of one call, by series: those in (`since`, `until`], oldest first, one for each instant."""

    def __init__(self, since: int, until: int) -> None:
        self._since, self._until = since, until
        self.readings: dict[int, Readings] = {}
        self.target_of: dict[int, int] = {}
        self.totals: set[int] = set()
        self.oddities = 0
        self._sightings: dict[int, list[int]] | None = None

    def take(self, side: bytes, series: Iterable[Series]) -> None:
        for one in series:
            fresh = list(self._usable(one))
            if not fresh:
                continue
            key = _digest(side, one.labels)
            self.target_of[key] = _target(one.labels)
            if side is _TOTAL:
                self.totals.add(key)
            known = self.readings.get(key)
            self.readings[key] = _in_order(fresh if known is None else [*known, *fresh])

    def sightings(self) -> Mapping[int, Sequence[int]]:
        if self._sightings is None:
            times: dict[int, set[int]] = {}
            for key, readings in self.readings.items():
                times.setdefault(self.target_of[key], set()).update(at for at, _ in readings)
            self._sightings = {target: sorted(seen) for target, seen in times.items()}
        return self._sightings

    def _usable(self, series: Series) -> Iterator[tuple[int, int]]:
        for sample in series.samples:
            at = milliseconds(sample.at)
            if not self._since < at <= self._until:
                continue
            if math.isfinite(sample.value) and 0 <= sample.value < _LARGEST:
                yield at, int(sample.value)
            else:
                self.oddities += 1


def _in_order(readings: Readings) -> Readings:
    return readings if len(readings) == 1 else sorted(dict(sorted(readings)).items())


def _digest(side: bytes, labels: Labels) -> int:
    text = "\0".join([part for label in labels for part in label])
    return int.from_bytes(blake2b(side + text.encode(errors="surrogatepass"), digest_size=8).digest(), "little")


def _target(labels: Labels) -> int:
    return _digest(b"", tuple(label for label in labels if label[0] in ("job", "instance")))
