"""What each minute spent is what the window spent, of events and of time slices, with minutes excluded and without."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.practices.goals.made import HOUR, MIDNIGHT, MINUTE, goal
from tests.unit.practices.goals.test_slicing import FIRST, HALF, SHARES, held, timesliced
from watchbill.org.objectives import Goal
from watchbill.practices.goals.budgets.attribution import excluded_claim
from watchbill.practices.goals.budgets.books import Account, Cause, Claim, booked
from watchbill.practices.goals.exclusions import Excluded
from watchbill.practices.goals.spending import blocks_that_spent, spending_of
from watchbill.practices.goals.standing import status_of

EVENTS = goal(target="99", window=8 * HOUR, tiers=())
counts = st.integers(0, 20).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))
minutes = st.dictionaries(st.integers(0, 799), counts, max_size=60)
span = st.tuples(st.integers(0, 800), st.integers(1, 90)).map(lambda it: (FIRST + it[0], FIRST + it[0] + it[1]))


@pytest.mark.parametrize(
    "it",
    [EVENTS, timesliced(HALF, window=8 * HOUR), timesliced(SHARES, window=8 * HOUR)],
    ids=["events", "slices", "shares"],
)
@given(
    found=minutes, left_out=st.lists(span, max_size=1), claimed=st.lists(span, max_size=3), end=st.integers(730, 800)
)
def test_the_books_of_a_window_add_up_to_what_its_status_says_was_spent(
    it: Goal,
    found: dict[int, tuple[int, int]],
    left_out: list[tuple[int, int]],
    claimed: list[tuple[int, int]],
    end: int,
) -> None:
    """Over two sealed blocks and one that is open; claims are handed out by minute, and what is excluded is not spent."""
    now = MIDNIGHT + end * MINUTE + timedelta(seconds=30)
    holding = held(it, {at: count for at, count in found.items() if at < end}, end)
    excluded = Excluded(tuple(left_out)).of_whole(it.slices.minutes if it.slices else 1)
    holding = replace(holding, excluded=excluded)
    status = status_of(it, holding, {}, now)
    spent_in = blocks_that_spent(it, holding, now)
    spending = spending_of(it, holding, [holding.book.detailed[start] for start in spent_in], now)
    claims = [Claim(Account(Cause.INCIDENT, str(number)), (each,)) for number, each in enumerate(claimed)]
    bookings = booked(spending, [excluded_claim(spending), *claims])
    assert sum(each.bad for each in bookings if each.spent) == status.spent
    assert sum(each.bad for each in bookings if not each.spent) == status.excluded.total - status.excluded.good
