"""One goal's ledger at hand: its book, and the meter that its counters are read by. Pure; stores nothing and reads no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from watchbill.org.objectives import Goal

from .counters import Counted, Meter
from .ledger import Block, Book, block_of, measured, minute_of
from .model import MinuteCount, SourceReading
from .readings import milliseconds

NEWEST_WITHIN = 5
_MINUTE = timedelta(minutes=1)


@dataclass
class Holding:
    """A goal's ledger at hand.

    `meter` is what was read and is settled; `newest` the same and what was read of the time since, which may still change.
    `stored_minute` is the first unwritten minute as the database has it, `stored_until` how far (ms) its meter had read.
    `problem` is what the source said of the last reading; `clamped_at` and `odd_at` are the last minutes (since 1970, 0: never) in
    which counts or values did not make sense.
    """

    definition: str
    book: Book
    meter: Meter
    newest: Meter
    stored_minute: int
    stored_until: int
    problem: str | None = None
    clamped_at: int = 0
    odd_at: int = 0

    @classmethod
    def new(cls, goal: Goal, cadence: timedelta, now: datetime) -> Holding:
        """Return the holding of a goal that begins now."""
        meter = Meter.starting(now, cadence)
        block = Block(block_of(meter.next_minute))
        book = Book(block)
        book.write((), meter.next_minute)
        return cls(definition_of(goal), book, meter, meter, meter.next_minute, meter.read_until)

    def take(self, total: SourceReading, part: SourceReading, until: datetime, now: datetime) -> None:
        """Count what was read up to `until` of both sides at once: settled as far as nothing more is to come at `now`."""
        meter, end = self.meter, milliseconds(until)
        odd = meter.oddities
        batch = meter.batch(total.series, part.series)
        meter.count(batch, meter.settled(batch, end, milliseconds(now)))
        self.newest = meter
        if meter.read_until < end:
            self.newest = meter.copy()
            self.newest.count(batch, end)
        if meter.oddities > odd:
            self.odd_at = minute_of(until)

    def close(self, goal: Goal) -> list[Block] | None:
        """Write the complete minutes into the book; return the blocks this sealed, None when no minute was complete."""
        before = self.book.end
        end, counted = self.meter.take_complete(part_is_good=goal.good is not None)
        if end == before:
            return None
        self.clamped_at = max((minute.minute for minute in counted if minute.clamped), default=self.clamped_at)
        return self.book.write(((m.minute, m.good, m.total, m.marks) for m in counted), end)

    def unwritten(self, goal: Goal) -> list[Counted]:
        """Return the minutes that are measured so far and not in the book yet, oldest first: they may still grow."""
        return [one for one in self.newest.measured(goal.good is not None) if one.minute >= self.book.end]

    def unwritten_minutes(self, goal: Goal) -> list[MinuteCount]:
        """Return the same as minutes of a ledger."""
        return [measured(one.minute, one.good, one.total, one.marks) for one in self.unwritten(goal)]

    def redefine(self, goal: Goal, cadence: timedelta) -> None:
        """Follow the goal's declaration: other counters begin anew, what was counted stays."""
        self.meter.cadence = round(cadence.total_seconds() * 1000)
        if definition_of(goal) != self.definition:
            self.definition = definition_of(goal)
            self.meter.restart()
            self.newest = self.meter.copy()


def definition_of(goal: Goal) -> str:
    """Return a digest of what is counted for a goal: its source and selectors."""
    part = goal.good or goal.bad
    text = "\0".join((goal.source, goal.total.text, "good" if goal.good else "bad", part.text if part else ""))
    return sha256(text.encode()).hexdigest()


def windows_of(goal: Goal) -> list[int]:
    """Return the lengths in minutes of all windows that a goal is looked at through, the newest minutes among them."""
    spans = {goal.window, *(tier.long for tier in goal.tiers), *(tier.short for tier in goal.tiers)}
    return sorted({NEWEST_WITHIN, *(span // _MINUTE for span in spans)})
