"""Who spent a budget: by minute and precedence, to the event."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.practices.goals.made import MIDNIGHT, MINUTE
from watchbill.practices.goals.budgets.books import NOBODYS, Account, Booking, Cause, Claim, booked
from watchbill.practices.goals.ledger import minute_of
from watchbill.practices.goals.spending import Spending

FIRST = minute_of(MIDNIGHT)
INCIDENT = Account(Cause.INCIDENT, "12", "Checkout fails")
CLUSTER = Account(Cause.DEPENDENCY, "resource:cluster", "Cluster")
RELEASE = Account(Cause.CHANGE, "release 41")


def spending(*bad: int, **more: int) -> Spending:
    """Return so many bad of 100 events in each minute from midnight on."""
    return Spending(FIRST, np.array(bad, dtype=np.int64), np.full(len(bad), 100, dtype=np.int64), **more)  # type: ignore[arg-type]


def claim(account: Account, first: int, end: int, **how: bool) -> Claim:
    return Claim(account, ((FIRST + first, FIRST + end),), **how)


def sums(found: list[Booking]) -> dict[tuple[str, str], int]:
    return {(one.account.cause.value, one.account.subject): int(one.bad) for one in found}


def test_what_nobody_claims_is_booked_to_nobody() -> None:
    (only,) = booked(spending(1, 0, 2), [])
    assert (only.account, only.bad, only.minutes, only.spent) == (NOBODYS, 3, 2, True)
    assert (only.since, only.until) == (MIDNIGHT, MIDNIGHT + 3 * MINUTE)


def test_an_incident_has_its_minutes_before_a_dependency_and_the_rest_is_the_dependencys() -> None:
    """Minutes of 10, 20, 30 and 40 bad events: the dependency burned in the first three, the incident went on in the last two."""
    found = booked(spending(10, 20, 30, 40, 5), [claim(CLUSTER, 0, 3), claim(INCIDENT, 2, 4)])
    assert sums(found) == {("incident", "12"): 70, ("dependency", "resource:cluster"): 30, ("notAttributed", ""): 5}
    assert [one.bad for one in found] == [70, 30, 5], "the largest first"


def test_what_people_rebooked_comes_first_and_what_is_excluded_before_all_and_is_not_spent() -> None:
    excluded = Account(Cause.MAINTENANCE, "excluded")
    claims = [claim(INCIDENT, 0, 3), claim(RELEASE, 1, 3, rebooked=True), claim(excluded, 2, 3, excluded=True)]
    found = booked(spending(10, 20, 30), claims)
    assert sums(found) == {("change", "release 41"): 20, ("incident", "12"): 10, ("maintenance", "excluded"): 30}
    assert [(one.account.cause, one.spent) for one in found][-1] == (Cause.MAINTENANCE, False)


def test_a_time_slice_is_booked_whole_to_what_went_on_in_any_of_its_minutes() -> None:
    """Slices of 5 minutes end in minutes 4 and 9; the incident went on in minute 5 alone, which is of the second."""
    slices = spending(0, 0, 0, 0, 1, 0, 0, 0, 0, 1, reach=5)
    found = booked(slices, [claim(INCIDENT, 5, 6)])
    assert sums(found) == {("incident", "12"): 1, ("notAttributed", ""): 1}
    incident = next(one for one in found if one.account == INCIDENT)
    assert (incident.since - MIDNIGHT, incident.until - MIDNIGHT) == (timedelta(minutes=5), timedelta(minutes=10))


def test_of_two_incidents_at_once_the_one_named_first_has_the_minute() -> None:
    other = Account(Cause.INCIDENT, "13")
    assert sums(booked(spending(7), [claim(INCIDENT, 0, 1), claim(other, 0, 1)])) == {("incident", "12"): 7}


def test_a_dependency_claims_the_minutes_in_which_it_spent_faster_than_its_budget_lasts() -> None:
    """With 99 % one bad event of a hundred is what the budget lets pass, two are more."""
    assert spending(0, 1, 2, 3, 0, 2).faster_than(Fraction(99, 100)) == [(FIRST + 2, FIRST + 4), (FIRST + 5, FIRST + 6)]


spans = st.tuples(st.integers(-3, 24), st.integers(0, 12)).map(lambda span: (span[0], span[0] + span[1]))
accounts = st.builds(Account, st.sampled_from(list(Cause)[:5]), st.sampled_from(["a", "b"]))
claims = st.builds(
    lambda account, given, how: Claim(account, tuple((FIRST + low, FIRST + high) for low, high in given), **how),
    accounts,
    st.lists(spans, max_size=3),
    st.sampled_from([{}, {"rebooked": True}, {"excluded": True}]),
)


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=20), st.lists(claims, max_size=6))
def test_the_books_balance_to_the_event_and_each_minute_is_booked_once(bad: list[int], made: list[Claim]) -> None:
    found = booked(spending(*bad), made)
    assert sum(one.bad for one in found) == sum(bad)
    assert sum(one.minutes for one in found) == sum(1 for each in bad if each)
    by_hand: Counter[tuple[Account, bool]] = Counter()
    for minute, each in enumerate(bad):
        there = [one for one in made if any(low <= FIRST + minute < high for low, high in one.spans)]
        best = min(there, key=lambda one: one.rank, default=None)
        by_hand[(NOBODYS, True) if best is None else (best.account, not best.excluded)] += each
    assert {(one.account, one.spent): one.bad for one in found} == {key: n for key, n in by_hand.items() if n}
