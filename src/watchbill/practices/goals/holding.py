"""One goal's ledger at hand: its book, and the meter that its counters are read by. Pure; stores nothing and reads no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from watchbill.org.objectives import Goal

from .counters import MINUTE, Counted, Meter
from .exclusions import NONE, Excluded, Span
from .ledger import Block, Book, Sums, block_of, measured, minute_of
from .model import MinuteCount, SourceReading
from .readings import milliseconds
from .slicing import SlicedBook, ceiling, floor

NEWEST_WITHIN = 5
_MINUTE = timedelta(minutes=1)


@dataclass
class Holding:
    """A goal's ledger at hand.

    `meter` is what was read and is settled; `newest` the same and what was read of the time since, which may still change.
    `stored_minute` is the first unwritten minute as the database has it, `stored_until` how far (ms) its meter had read.
    `problem` is what the source said of the last reading; `clamped_at` and `odd_at` are the last minutes (since 1970, 0: never) in
    which counts or values did not make sense. `slices` are those of the book, where the goal's budget counts slices.
    What is `excluded` is left out wherever the book is summed, whole slices where there are slices; `left_out` keeps what was
    counted in those spans that are written.
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
    slices: SlicedBook | None = None
    excluded: Excluded = NONE
    left_out: dict[Span, Sums] = field(default_factory=dict)

    @classmethod
    def new(cls, goal: Goal, cadence: timedelta, now: datetime) -> Holding:
        """Return the holding of a goal that begins now."""
        meter = Meter.starting(now, cadence)
        block = Block(block_of(meter.next_minute))
        book = Book(block)
        book.write((), meter.next_minute)
        slices = SlicedBook(goal.slices) if goal.slices is not None else None
        return cls(definition_of(goal), book, meter, meter, meter.next_minute, meter.read_until, slices=slices)

    def is_budgeted_as(self, goal: Goal) -> bool:
        """Whether the slices at hand are those that the goal is budgeted by: none, if it is budgeted by events."""
        return goal.slices == (self.slices.slices if self.slices is not None else None)

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
        if self.newest.oddities > odd:
            self.odd_at = minute_of(until)

    def close(self, goal: Goal) -> list[Block] | None:
        """Write the complete minutes into the book; return the blocks this sealed, None when no minute was complete."""
        before = self.book.end
        end, counted = self.meter.take_complete(part_is_good=goal.good is not None)
        if end == before:
            return None
        self.clamped_at = max((minute.minute for minute in counted if minute.clamped), default=self.clamped_at)
        sealed = self.book.write(((m.minute, m.good, m.total, m.marks) for m in counted), end)
        if self.slices is not None:
            for block in sealed:
                self.slices.add(block)
        return sealed

    def bring(self, block: Block) -> None:
        """Have the minutes of a sealed block at hand."""
        self.book.detailed[block.start] = block
        if self.slices is not None:
            self.slices.bring(block)

    def needs(self, goal: Goal, now: datetime) -> set[int]:
        """Return the starts of the sealed blocks whose minutes the goal's windows need at `now`, and what is left out of them."""
        starts, end, book = starts_of(goal, now), end_of(goal, now), self.book
        needed = {start for first in starts for start in book.needs(first, end)}
        spans = self.excluded.touching(min(starts), end + 1)
        self.left_out = {span: self.left_out[span] for span in spans if span in self.left_out}
        for low, high in spans:
            if (low, high) not in self.left_out:
                needed.update(book.needs(low, high))
            elif any(low < first < high for first in starts):
                needed.update(book.needs(high, high))
        return needed

    def keep_details(self, starts: set[int]) -> None:
        """Let go of the minutes of all sealed blocks but these."""
        self.book.keep_details(starts)
        if self.slices is not None:
            self.slices.keep_details(starts)

    def unwritten(self, goal: Goal) -> list[Counted]:
        """Return the minutes that are measured so far and not in the book yet, oldest first: they may still grow."""
        return [one for one in self.newest.measured(goal.good is not None) if one.minute >= self.book.end]

    def unwritten_minutes(self, goal: Goal) -> list[MinuteCount]:
        """Return the same as minutes of a ledger."""
        return [measured(one.minute, one.good, one.total, one.marks) for one in self.unwritten(goal)]

    def begin_with(self, past: Meter, definition: str, first_minute: int) -> None:
        """Let what was filled in afterwards, from `first_minute` on, be where measuring began, if it counted the same."""
        if definition != self.definition:
            return
        first = first_minute * MINUTE
        if past.began:
            self.meter.began = min(self.meter.began or past.began, max(past.began, first))
        if past.part_begins:
            self.meter.part_begins = min(self.meter.part_begins or past.part_begins, max(past.part_begins, first))

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


def end_of(goal: Goal, now: datetime) -> int:
    """Return the minute before which a goal is seen at an instant: the one that is open, or the end of the newest time slice."""
    return floor(minute_of(now), goal.slices)


def start_of_window(goal: Goal, now: datetime) -> int:
    """Return the minute in which the window begins that a goal is judged by at an instant."""
    if goal.calendar is not None:
        return minute_of(goal.period(now).start)
    return end_of(goal, now) - ceiling(goal.window // _MINUTE, goal.slices)


def starts_of(goal: Goal, now: datetime) -> set[int]:
    """Return the minutes in which all windows begin that a goal is looked at through, that of the newest minutes among them."""
    spans = {*(tier.long for tier in goal.tiers), *(tier.short for tier in goal.tiers)}
    lengths = {NEWEST_WITHIN, *(ceiling(span // _MINUTE, goal.slices) for span in spans)}
    return {start_of_window(goal, now), *(end_of(goal, now) - length for length in lengths)}
