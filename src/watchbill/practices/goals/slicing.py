"""Time slices of a ledger: the minutes of each slice judged together, in the ledger's own form, so that windows are the same sums.

A slice stands in its last minute, and its other minutes hold nothing: a window holds the slices that end in it. What is counted
of a slice is, by the goal's method, one slice, good or bad; or its bad share in units of which a whole slice has `WHOLE`, rounded
to the nearest. A slice in which nothing happened is good, one of which nothing is known counts for nothing. A slice counts once it
is over. Slices divide a block of the ledger. Pure; exact integers.
"""

from __future__ import annotations

from collections.abc import Iterable

from watchbill.org.objectives import Slices

from .counters import Counted
from .ledger import Block, Book, RunningSums

WHOLE = 1_000_000_000


def units_of(slices: Slices | None) -> int:
    """Return how many units of a ledger are one event, or one slice."""
    return WHOLE if slices is not None and slices.target is None else 1


def floor(minute: int, slices: Slices | None) -> int:
    """Return the minute in which the slice of a minute begins; the minute itself where there are no slices."""
    return minute if slices is None else minute - minute % slices.minutes


def ceiling(minutes: int, slices: Slices | None) -> int:
    """Return a number of minutes as whole slices."""
    return minutes if slices is None else -(-minutes // slices.minutes) * slices.minutes


def sliced(block: Block, slices: Slices) -> Block:
    """Return the slices of a block that are over, in a block of the same minutes."""
    of, rows, length = block.rows, RunningSums(), slices.minutes
    for first in range(0, len(of), length):
        end = first + length
        if end > len(of) or of.measured[end] == of.measured[first]:
            held = (0, 0, 0, 0)
        else:
            bad = bad_units(of.bad[end] - of.bad[first], of.total[end] - of.total[first], slices)
            held = (bad, units_of(slices), length, int(of.lower_bound[end] > of.lower_bound[first]))
        for _ in range(min(length, len(of) - first) - 1):
            rows.append(0, 0, 0, 0)
        rows.append(*held)
    return Block(block.start, rows, bytes(len(rows)))


def bad_units(bad: int, total: int, slices: Slices) -> int:
    """Return how many units of a slice are bad, of whose `total` events `bad` are."""
    if slices.target is not None:
        return int((total - bad) * slices.target.denominator < total * slices.target.numerator)
    return (2 * bad * WHOLE + total) // (2 * total) if total else 0


class SlicedBook:
    """What is held in memory of a goal's slices, beside the book of its ledger: the sums of all sealed blocks, slices where needed."""

    def __init__(self, slices: Slices) -> None:
        self.slices = slices
        self._sealed = Book(Block(0))

    def add(self, block: Block) -> None:
        """Take in a sealed block; blocks come oldest first."""
        self.bring(block)
        own = self._sealed.detailed[block.start]
        self._sealed.add_sealed(block.start, own.sums(own.start, own.end))

    def bring(self, block: Block) -> None:
        """Have the slices of a sealed block at hand."""
        self._sealed.detailed[block.start] = sliced(block, self.slices)

    def keep_details(self, starts: set[int]) -> None:
        """Let go of the slices of all blocks but these."""
        self._sealed.keep_details(starts)

    def seen(self, open_block: Block, recent: Iterable[Counted], end: int) -> Book:
        """Return the book of all slices that are over at minute `end`, the `recent` minutes that are not written yet among them."""
        whole = joined([open_block], recent, open_block.start, end)
        return Book(sliced(whole, self.slices), self._sealed.starts, self._sealed.sealed, self._sealed.detailed)


def joined(blocks: Iterable[Block], recent: Iterable[Counted], first: int, end: int) -> Block:
    """Return the minutes of [`first`, `end`) from blocks and from recent minutes as one block; in neither is unknown."""
    known = {minute.minute: (minute.total - minute.good, minute.total, 1, int(minute.lower_bound)) for minute in recent}
    for block in blocks:
        for minute in range(max(first, block.start), min(end, block.end)):
            sums = block.sums(minute, minute + 1)
            if sums.measured:
                known[minute] = (sums.bad, sums.total, 1, sums.lower_bound)
    whole = Block(first)
    for minute in range(first, end):
        whole.rows.append(*known.get(minute, (0, 0, 0, 0)))
    return whole
