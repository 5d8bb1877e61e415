"""From raw counter samples to events per minute: the differences that the ledger is made of. Pure; never estimates.

The rules:

- An increase belongs to the minute of the later sample. One that shows up only when its minute is closed belongs to the oldest
  minute that is open: it is counted once, and no minute that is written changes.
- A value below the one before is a reset: the new value counts, and the minute is a lower bound.
- A series that appears under a target (labels `job` and `instance`) which was already being read counts from 0. A series first
  seen together with its target has an unknown start: it adds nothing, and its minute is a lower bound.
- A target that was not read for more than five minutes (or two cadences, if that is longer) has a gap: what its counters grew by
  is dropped, never booked to one minute. A shorter gap is bridged: the growth belongs to the minute of the later sample.
- The minute in which a target was last read before more than two cadences without it is a lower bound: its end was not seen.
- Values that no counter can have (NaN, infinite, negative, 2^63 and more) are put aside and counted as oddities. Samples that are
  not newer than the last one of their series are put aside. Of several values at one instant the greatest counts.
- Counters are counts of events: a fraction of an event is carried until it is whole.
- A series that was not seen for a day is forgotten.

A minute is measured when at least one series of the total was counted in it, or, between two samples of a series that lie no more
than two cadences apart, around it: the growth over both is known, and no scrape was to fall between. A minute that saw nothing is
unknown. The cadence is a target's own: the declared one or, if that is slower, the shorter of the last two steps between its samples.

Of a goal that counts good events, minutes before the first sample of any good series are unknown too: nothing good may have
happened, but as likely the selector matches nothing, and that must wake nobody. The bad events may have no series before the first
of them happens: without one nothing was bad.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .model import EXACT, Mark, Series
from .readings import Batch, Readings, Seen, milliseconds

MINUTE = 60_000
SETTLE = 10_000
LONGEST_LAG = 150_000
_LONGEST_GAP = 5 * MINUTE
_FORGOTTEN_AFTER = 24 * 60 * MINUTE


@dataclass
class Tally:
    """The events counted in one minute so far: of the total, and of its part (the good or the bad ones)."""

    total: int = 0
    part: int = 0
    measured: bool = False
    marks: Mark = EXACT


@dataclass(frozen=True)
class Counted:
    """A minute as counted: `minute` in minutes since 1970; `marks` say why it is a lower bound, if it is one."""

    minute: int
    good: int
    total: int
    marks: Mark = EXACT

    @property
    def lower_bound(self) -> bool:
        """Whether more events may have happened than were counted."""
        return bool(self.marks)

    @property
    def clamped(self) -> bool:
        """Whether more of the part than of the total was counted."""
        return Mark.OVER in self.marks


@dataclass
class Meter:
    """The reading of one goal's counters up to `read_until` (ms): the last sample of each series, and the open minutes.

    How samples that come in order are cut into calls does not change the result, and the whole meter can be stored and taken up again.
    `series` maps a digest of side and labels to (ms, value), `targets` a digest of job and instance to when it was seen.
    `next_minute` is the first minute that was not taken yet; `cadence` (ms) is how often the source is expected to be scraped.
    Nothing up to `floor` is counted. `newest` and `began` are the last and the first instant that was measured, `part_begins` is the
    first sample of the part since the goal counts what it counts (ms, 0: there was none yet).
    """

    read_until: int
    cadence: int
    next_minute: int = 0
    series: dict[int, tuple[int, int]] = field(default_factory=dict)
    targets: dict[int, Seen] = field(default_factory=dict)
    open: dict[int, Tally] = field(default_factory=dict)
    newest: int = 0
    oddities: int = 0
    floor: int = 0
    began: int = 0
    part_begins: int = 0

    @classmethod
    def starting(cls, at: datetime, cadence: timedelta) -> Meter:
        """Return a meter that knows nothing before `at`."""
        start = milliseconds(at)
        return cls(start, round(cadence.total_seconds() * 1000), start // MINUTE, floor=start)

    def advance(self, total: Iterable[Series], part: Iterable[Series], until: datetime) -> None:
        """Count the samples up to `until` of the goal's total and of its part; both move on together."""
        self.count(self.batch(total, part), milliseconds(until))

    def batch(self, total: Iterable[Series], part: Iterable[Series]) -> Batch:
        """Return what may still be counted of these series: all that is no older than the longest lag."""
        return Batch(total, part, self._oldest)

    def count(self, batch: Batch, end: int) -> None:
        """Count the samples of a batch up to `end` (ms), or to where reading ended before, that were not counted yet."""
        end = max(end, self.read_until)
        self.oddities += sum(self.read_until < at <= end for at in batch.odd)
        if not self.part_begins and batch.part_begins <= end:
            self.part_begins = batch.part_begins
        ways = {target: self._follow(target, times, end) for target, times in batch.times.items()}
        for key, readings in batch.readings.items():
            self._count(key, readings, batch, end, ways[batch.target_of[key]].paces)
        for target, way in ways.items():
            if way.seen is not None:
                self.targets[target] = way.seen
        self.read_until = end

    def skip_to(self, at: datetime) -> None:
        """Leave out what was not read before `at`: nobody asks for it any more."""
        self.read_until = max(self.read_until, milliseconds(at))

    def reads_from(self, now: datetime) -> int:
        """Return from where (ms) to read at `now`: where reading ended, and so far back that what comes late is not missed."""
        return max(self.floor, min(self.read_until, milliseconds(now) - self._patience(self.cadence)))

    def settled(self, batch: Batch, until: int, now: int) -> int:
        """Return the instant up to which nothing more is to come at `now` (ms), of a batch that was read up to `until`.

        That is ten seconds ago, or as far as every target has been seen: each is waited for, up to the longest lag and its cadence.
        """
        newest = {target: seen.at for target, seen in self.targets.items()}
        for target, times in batch.times.items():
            newest[target] = max(times[-1], newest.get(target, 0))
        awaited = [at for target, at in newest.items() if at + self._patience(self._pace(target)) > now]
        waited = now - self._patience(self.cadence)
        return min(until, now - SETTLE, *awaited) if awaited else min(until, waited)

    def copy(self) -> Meter:
        """Return a meter of its own in the same state."""
        return Meter(
            self.read_until, self.cadence, self.next_minute, dict(self.series), dict(self.targets),
            {minute: replace(tally) for minute, tally in self.open.items()},
            self.newest, self.oddities, self.floor, self.began, self.part_begins,
        )  # fmt: skip

    def restart(self) -> None:
        """Forget the series: the goal now reads other counters. What was counted stays."""
        self.series, self.targets = {}, {}
        self.floor, self.part_begins = self.read_until, 0

    def take_complete(self, part_is_good: bool) -> tuple[int, list[Counted]]:
        """Close the minutes that nothing can be added to any more.

        Returns the first minute that is still open, and the measured ones among those closed, oldest first: a closed minute that
        is not in the list is unknown.
        """
        closed_until = max(self.next_minute, self._decided_until())
        for seen in self.targets.values():
            tally = self.open.get(seen.at // MINUTE)
            if tally is not None and seen.at // MINUTE < closed_until:
                tally.marks |= Mark.GAP
        closed = [counted for counted in self.measured(part_is_good) if counted.minute < closed_until]
        self.open = {minute: tally for minute, tally in self.open.items() if minute >= closed_until}
        self.next_minute = closed_until
        self._forget()
        return closed_until, closed

    def measured(self, part_is_good: bool) -> list[Counted]:
        """Return the open minutes that are measured so far, oldest first."""
        if part_is_good and not self.part_begins:
            return []
        first = self.part_begins // MINUTE if part_is_good else 0
        return [
            settled(minute, tally, part_is_good)
            for minute, tally in sorted(self.open.items())
            if tally.measured and minute >= first
        ]

    @property
    def _oldest(self) -> int:
        return max(self.floor, self.read_until - LONGEST_LAG)

    def _pace(self, target: int) -> int:
        seen = self.targets.get(target)
        return self.cadence if seen is None else seen.pace(self.cadence)

    @staticmethod
    def _patience(pace: int) -> int:
        return LONGEST_LAG + pace

    def _decided_until(self) -> int:
        """Return the minute in which a target was seen that may yet be seen again in time, or else the one that is being read."""
        awaited = [seen.at for seen in self.targets.values() if seen.at + 2 * seen.pace(self.cadence) > self.read_until]
        return min(self.read_until, *awaited) // MINUTE if awaited else self.read_until // MINUTE

    def _forget(self) -> None:
        oldest = self.read_until - _FORGOTTEN_AFTER
        self.series = {key: last for key, last in self.series.items() if last[0] >= oldest}
        self.targets = {key: seen for key, seen in self.targets.items() if seen.at >= oldest}

    def _follow(self, target: int, times: Iterable[int], end: int) -> _Way:
        """Follow a target through the times at which it was seen, up to `end`; the minutes in which it went away are lower bounds."""
        seen = self.targets.get(target)
        paces: dict[int, int] = {}
        for at in times:
            if at > end:
                break
            if seen is None:
                seen = Seen(at)
            elif at > seen.at:
                paces[at] = seen.pace(self.cadence)
                if at - seen.at > 2 * paces[at] and seen.at // MINUTE >= self.next_minute:
                    self.open.setdefault(seen.at // MINUTE, Tally()).marks |= Mark.GAP
                seen = seen.again(at)
        return _Way(paces, seen)

    def _count(self, key: int, readings: Readings, batch: Batch, end: int, paces: Mapping[int, int]) -> None:
        last = self.series.get(key)
        is_total, target = key in batch.totals, batch.target_of[key]
        usual = self._pace(target)
        fresh = 0 if last is None else bisect_right(readings, last[0], key=_time_of)
        for at, value in readings[fresh:]:
            if at > end:
                break
            if last is not None and at - last[0] > _FORGOTTEN_AFTER:
                last = None
            bridge = 2 * paces.get(at, usual)
            minute = max(at // MINUTE, self.next_minute)
            tally = self.open.setdefault(minute, Tally())
            if self._is_continuous(last, target, at, batch, bridge):
                _add(tally, last, value, is_total)
                if is_total:
                    self._measure(last, at, bridge)
            else:
                tally.marks |= Mark.START if last is None else Mark.GAP
            last = (at, value)
        if last is not None:
            self.series[key] = last

    def _is_continuous(self, last: tuple[int, int] | None, target: int, at: int, batch: Batch, bridge: int) -> bool:
        longest = max(_LONGEST_GAP, bridge)
        if last is not None and at - last[0] <= longest:
            return True
        sighted = batch.seen_before(target, at)
        if sighted is None and target in self.targets:
            sighted = self.targets[target].at
        return sighted is not None and at - sighted <= longest

    def _measure(self, last: tuple[int, int] | None, at: int, bridge: int) -> None:
        minute = first = max(at // MINUTE, self.next_minute)
        if last and at - last[0] <= bridge:
            first = min(minute, max(last[0] // MINUTE + 1, self.next_minute))
        for between in range(first, minute + 1):
            self.open.setdefault(between, Tally()).measured = True
        self.newest = max(self.newest, at)
        began = max(first * MINUTE, last[0]) if last else at
        self.began = min(self.began or began, began)


@dataclass(frozen=True, slots=True)
class _Way:
    """A target's way through a batch: its cadence as known before each new time, and when it was last seen."""

    paces: Mapping[int, int]
    seen: Seen | None


def settled(minute: int, tally: Tally, part_is_good: bool) -> Counted:
    """Return a minute's good and total; the good never exceed the total, nor do the bad."""
    part = min(tally.part, tally.total)
    good = part if part_is_good else tally.total - part
    return Counted(minute, good, tally.total, tally.marks | (Mark.OVER if part < tally.part else EXACT))


def _add(tally: Tally, last: tuple[int, int] | None, value: int, is_total: bool) -> None:
    before = last[1] if last else 0
    if value < before:
        tally.marks |= Mark.RESET
    increase = value - before if value >= before else value
    if is_total:
        tally.total += increase
    else:
        tally.part += increase


def _time_of(reading: tuple[int, int]) -> int:
    return reading[0]
