"""The ledger of one goal: written once, summed over any window, stored without loss."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchbill.practices.goals import blocks
from watchbill.practices.goals.ledger import BLOCK, Block, Book, Sums, block_of
from watchbill.practices.goals.model import EXACT, Mark, MinuteState

# a shared machine may be slow at any moment
checked = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

Minute = tuple[int, int, int, int]


def book(minutes: list[Minute], end: int, start: int = 0) -> tuple[Book, list[Block]]:
    it = Book(Block(block_of(start)))
    it.write((), start)
    return it, it.write(minutes, end)


def test_a_window_is_summed_from_its_minutes() -> None:
    it, sealed = book([(0, 9, 10, EXACT), (1, 0, 0, EXACT), (3, 5, 5, Mark.RESET)], 5)
    assert sealed == []
    assert it.sums(0, 5) == Sums(bad=1, total=15, measured=3, lower_bound=1)
    assert it.sums(1, 3) == Sums(bad=0, total=0, measured=1, lower_bound=0)
    assert it.sums(-100, 100) == it.sums(0, 5)


def test_each_minute_has_one_of_three_states() -> None:
    it, _ = book([(0, 9, 10, Mark.GAP), (1, 0, 0, EXACT)], 3)
    assert [(m.good, m.total, m.state, m.marks) for m in it.open.minutes(0, 3)] == [
        (9, 10, MinuteState.MEASURED, Mark.GAP),
        (0, 0, MinuteState.NO_TRAFFIC, EXACT),
        (0, 0, MinuteState.UNKNOWN, EXACT),
    ]


def test_a_full_block_is_sealed_and_one_without_a_measured_minute_is_not() -> None:
    it, sealed = book([(5, 1, 1, EXACT), (5 * BLOCK, 2, 2, EXACT)], 6 * BLOCK)
    assert [block.start for block in sealed] == [0, 5 * BLOCK]
    assert it.open.start == it.end == 6 * BLOCK
    assert it.sums(0, 6 * BLOCK).total == 3
    assert list(it.needs(3, 6 * BLOCK)) == [0]
    assert list(it.needs(BLOCK + 3, 5 * BLOCK + 3)) == [5 * BLOCK]
    it.keep_details(set())
    assert it.sums(0, 6 * BLOCK).total == 3
    with pytest.raises(KeyError):
        it.sums(3, 6 * BLOCK)


def test_a_ledger_begins_within_a_block() -> None:
    it, _ = book([(BLOCK + 7, 1, 2, EXACT)], BLOCK + 9, start=BLOCK + 7)
    assert it.open.start == BLOCK
    assert it.sums(0, 2 * BLOCK) == Sums(1, 2, 1, 0)


def test_a_block_from_before_reasons_were_kept_reads_with_its_lower_bounds() -> None:
    columns = bytes((1, 10, 0, 5)) + bytes((1, 1, 0, 0)) + bytes((1, 1, 0, 3))
    stored = b"\x01" + zlib.compress((3).to_bytes(2, "little") + columns)
    block = blocks.from_bytes(0, stored)
    assert [(m.good, m.total, m.state, m.marks) for m in block.minutes(0, 3)] == [
        (9, 10, MinuteState.MEASURED, EXACT),
        (0, 0, MinuteState.UNKNOWN, EXACT),
        (5, 5, MinuteState.MEASURED, Mark.UNSTATED),
    ]
    assert block.sums(0, 3) == Sums(bad=1, total=15, measured=2, lower_bound=1)
    assert list(blocks.from_bytes(0, blocks.to_bytes(block)).minutes(0, 3)) == list(block.minutes(0, 3))


def test_blocks_of_another_kind_are_refused() -> None:
    for stored in (b"", b"\x07abc"):
        with pytest.raises(ValueError, match="no ledger block"):
            blocks.from_bytes(0, stored)


histories = st.dictionaries(
    st.integers(0, 4 * BLOCK),
    st.tuples(st.integers(0, 2**40), st.integers(0, 2**20), st.integers(0, 31)),
    max_size=60,
).map(lambda found: [(m, good, good + bad, marks) for m, (good, bad, marks) in sorted(found.items())])


@checked
@given(histories, st.integers(-5, 4 * BLOCK), st.integers(0, 4 * BLOCK))
def test_any_window_is_the_sum_of_its_minutes(minutes: list[Minute], first: int, length: int) -> None:
    it, _ = book(minutes, 4 * BLOCK + 1)
    end = first + length
    inside = [one for one in minutes if first <= one[0] < end]
    assert it.sums(first, end) == Sums(
        sum(total - good for _, good, total, _ in inside),
        sum(total for _, _, total, _ in inside),
        len(inside),
        sum(marks > 0 for _, _, _, marks in inside),
    )


@checked
@given(histories, st.lists(st.integers(1, 4 * BLOCK), max_size=8))
def test_writing_in_pieces_gives_the_same_blocks(minutes: list[Minute], cuts: list[int]) -> None:
    whole, sealed = book(minutes, 4 * BLOCK + 1)
    pieces, found, since = Book(Block(0)), [], 0
    for until in [*sorted(set(cuts)), 4 * BLOCK + 1]:
        found += pieces.write([one for one in minutes if since <= one[0] < until], until)
        since = until
    assert [blocks.to_bytes(block) for block in found] == [blocks.to_bytes(block) for block in sealed]
    assert pieces.sums(0, 5 * BLOCK) == whole.sums(0, 5 * BLOCK)


@checked
@given(histories)
def test_a_stored_block_reads_back_the_same(minutes: list[Minute]) -> None:
    it, sealed = book(minutes, 4 * BLOCK + 1)
    for block in [*sealed, it.open]:
        again = blocks.from_bytes(block.start, blocks.to_bytes(block))
        assert list(again.minutes(0, 5 * BLOCK)) == list(block.minutes(0, 5 * BLOCK))
        assert again.sums(0, 5 * BLOCK) == block.sums(0, 5 * BLOCK)
