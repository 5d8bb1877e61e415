"""Time slices: the same minutes of the ledger, judged slice by slice, exactly, and summed by windows like any others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.practices.goals.made import DAY, HOUR, MIDNIGHT, MINUTE, goal
from watchbill.org.calendar_windows import CalendarUnit, CalendarWindow
from watchbill.org.objectives import Goal, Slices
from watchbill.practices.goals import charting
from watchbill.practices.goals.counters import Counted
from watchbill.practices.goals.exclusions import NONE, Excluded
from watchbill.practices.goals.holding import Holding
from watchbill.practices.goals.ledger import BLOCK, Block, block_of, minute_of
from watchbill.practices.goals.sight import Sight
from watchbill.practices.goals.slicing import WHOLE, joined, sliced
from watchbill.practices.goals.standing import status_of

FIRST = minute_of(MIDNIGHT)
HALF = Slices(5, Fraction(9, 10))
SHARES = Slices(5, None)


def timesliced(slices: Slices, target: str = "99", window: timedelta = HOUR) -> Goal:
    return replace(goal(target=target, window=window, tiers=()), slices=slices)


def held(it: Goal, minutes: dict[int, tuple[int, int]], end: int) -> Holding:
    """Return the holding of a goal with minutes (good, total) by their number since midnight, all others unknown."""
    holding = Holding.new(it, MINUTE / 4, MIDNIGHT - MINUTE)
    holding.meter.began = holding.meter.next_minute * 60_000
    rows = ((FIRST + number, good, total, 0) for number, (good, total) in sorted(minutes.items()))
    for block in holding.book.write(rows, FIRST + end):
        if holding.slices is not None:
            holding.slices.add(block)
    return holding


def sums(it: Goal, minutes: dict[int, tuple[int, int]], end: int, excluded: Excluded = NONE) -> tuple[int, int]:
    holding = replace(held(it, minutes, end), excluded=excluded.of_whole(HALF.minutes))
    window = Sight.of(it, holding, MIDNIGHT + end * MINUTE).window(60)
    return window.bad, window.total


def test_a_slice_is_good_where_enough_of_its_events_are() -> None:
    one_bad_of_ten = {0: (5, 5), 1: (4, 5), **dict.fromkeys(range(2, 5), (0, 0))}
    two_bad_of_ten = {5: (4, 5), 6: (4, 5)}
    assert sums(timesliced(HALF), one_bad_of_ten | two_bad_of_ten, 10) == (1, 2)


def test_with_ratio_timeslices_each_slice_counts_by_its_share() -> None:
    thirds = {0: (2, 3), 5: (999, 1000), 10: (0, 0)}
    bad, total = sums(timesliced(SHARES), thirds, 15)
    assert total == 3 * WHOLE
    assert bad == 333_333_333 + 1_000_000


def test_a_quiet_slice_counts_as_much_as_a_busy_one() -> None:
    quiet_night_failure = {**dict.fromkeys(range(5), (1000, 1000)), 5: (0, 1)}
    assert sums(timesliced(HALF), quiet_night_failure, 10) == (1, 2)
    assert sums(goal(tiers=(), window=HOUR), quiet_night_failure, 10) == (1, 5001)


def test_a_slice_without_events_is_good_and_one_of_which_nothing_is_known_counts_for_nothing() -> None:
    assert sums(timesliced(HALF), {0: (0, 0)}, 10) == (0, 1)


def test_a_slice_counts_once_it_is_over() -> None:
    minutes = dict.fromkeys(range(9), (0, 1))
    assert sums(timesliced(HALF), minutes, 9) == (1, 1)
    assert sums(timesliced(HALF), minutes | {9: (0, 1)}, 10) == (2, 2)


def test_what_is_excluded_takes_its_whole_slices_with_it() -> None:
    minutes = dict.fromkeys(range(10), (0, 1))
    left_out = Excluded(((FIRST + 1, FIRST + 2),))
    assert sums(timesliced(HALF), minutes, 10, left_out) == (1, 1)


def test_the_budget_is_counted_in_slices_of_the_whole_window() -> None:
    it = timesliced(HALF, target="99", window=DAY)
    minutes = dict.fromkeys(range(60), (1, 1)) | {7: (0, 1)}
    status = status_of(it, held(it, minutes, 60), {}, MIDNIGHT + HOUR)
    assert (status.good, status.spent, status.total) == (11, 1, 12)
    assert status.allowed == Fraction(288, 100)
    assert status.left == pytest.approx(1 - 1 / 2.88)


def test_shares_of_slices_are_shown_in_whole_slices() -> None:
    it = timesliced(SHARES, target="99", window=DAY)
    status = status_of(it, held(it, {0: (1, 2), 5: (4, 4)}, 10), {}, MIDNIGHT + 10 * MINUTE)
    assert (status.good, status.spent, status.total) == (Fraction(3, 2), Fraction(1, 2), 2)
    assert status.allowed == Fraction(288, 100)


def test_a_window_of_the_calendar_has_the_budget_of_all_its_real_minutes() -> None:
    """The Sunday on which Berlin's clock goes back has 25 hours: 300 slices of five minutes."""
    window = CalendarWindow(1, CalendarUnit.DAY, MIDNIGHT.replace(tzinfo=None), "Europe/Berlin")
    it = replace(timesliced(HALF, target="99", window=DAY), calendar=window)
    now = MIDNIGHT.replace(month=10, day=25, hour=10)
    holding = Holding.new(it, MINUTE / 4, now - HOUR)
    first = minute_of(now) - 60
    holding.book.write(((first + number, 1, 1, 0) for number in range(60)), minute_of(now))
    status = status_of(it, holding, {}, now)
    assert status.window_start == MIDNIGHT.replace(month=10, day=24, hour=22)
    assert status.window_end == MIDNIGHT.replace(month=10, day=25, hour=23)
    assert status.allowed == Fraction(300, 100)
    assert status.coverage == pytest.approx(1 / 12)


counts = st.tuples(st.integers(0, 40), st.integers(0, 5)).map(lambda both: (both[0], sum(both)))
ledgers = st.dictionaries(st.integers(0, 2 * BLOCK - 1), counts, max_size=200)
methods = st.sampled_from([Slices(1, None), Slices(1, Fraction(95, 100)), HALF, SHARES, Slices(30, Fraction(1))])


@settings(max_examples=60, deadline=None)
@given(minutes=ledgers, slices=methods, length=st.integers(1, 48))
def test_any_window_is_the_sum_of_its_slices(minutes: dict[int, tuple[int, int]], slices: Slices, length: int) -> None:
    it = timesliced(slices, window=DAY)
    end = 2 * BLOCK
    window = Sight.of(it, held(it, minutes, end), MIDNIGHT + end * MINUTE).window(length * slices.minutes)
    bad = total = 0
    for first in range(max(0, end - length * slices.minutes), end, slices.minutes):
        one = [minutes[number] for number in range(first, first + slices.minutes) if number in minutes]
        good, events = sum(good for good, _ in one), sum(events for _, events in one)
        if not one:
            continue
        if slices.target is None:
            bad += round(Fraction((events - good) * WHOLE, events or 1) + Fraction(1, 10**12))
            total += WHOLE
        else:
            bad += Fraction(good, events or 1) < slices.target and events > 0
            total += 1
    assert (window.bad, window.total) == (bad, total)


@settings(max_examples=40, deadline=None)
@given(minutes=ledgers, slices=methods)
def test_a_chart_counts_the_slices_that_the_status_counts(minutes: dict[int, tuple[int, int]], slices: Slices) -> None:
    it = timesliced(slices, window=DAY)
    end = 2 * BLOCK
    holding = held(it, minutes, end)
    frame = charting.Frame.of(FIRST + end, DAY, 24, slices)
    blocks = [*holding.book.detailed.values(), holding.book.open]
    points = charting.points(it, frame, blocks, (), FIRST)
    status = status_of(it, holding, {}, MIDNIGHT + end * MINUTE)
    assert sum(point.total for point in points) == status.total
    assert sum(point.good for point in points) == status.good
    assert points[-1].left == status.left


def test_recent_minutes_join_those_that_are_written() -> None:
    block = Block(block_of(FIRST))
    for _ in range(3):
        block.append(4, 4, measured=True)
    whole = joined(
        [block], [Counted(block.start + 3, 0, 4), Counted(block.start + 4, 0, 4)], block.start, block.start + 5
    )
    own = sliced(whole, Slices(5, Fraction(1, 2)))
    assert (own.sums(own.start, own.end).bad, own.sums(own.start, own.end).total) == (0, 1)
