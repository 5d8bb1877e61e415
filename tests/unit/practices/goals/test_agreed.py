"""What is agreed not to count, as minutes: which of them a cap lets go, by hand and against every minute one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small_org import in_force
from tests.unit.practices.goals.made import DAY, HOUR, MIDNIGHT, MINUTE, goal
from tests.unit.practices.goals.test_slicing import held
from watchbill.org.calendar_windows import CalendarUnit, CalendarWindow
from watchbill.org.objectives import AgreedExclusion, Goal, Slices
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef, Place
from watchbill.practices.goals.agreed import excluded_from, exclusions_of
from watchbill.practices.goals.exclusions import Excluded
from watchbill.practices.goals.ledger import minute_of
from watchbill.practices.goals.standing import status_of

FIRST = minute_of(MIDNIGHT)
SMALL = in_force().organization
EVENING = datetime(MIDNIGHT.year, MIDNIGHT.month, MIDNIGHT.day)  # noqa: DTZ001  # a calendar begins by the clock on the wall
CALENDAR = CalendarWindow(1, CalendarUnit.DAY, EVENING, "UTC")


def exclusion(
    start: timedelta, lasts: timedelta, *, rule: str = "", cap: timedelta | None = None, name: str = "disks"
) -> AgreedExclusion:
    """An exclusion of the goal of these tests that begins so long after midnight, UTC."""
    ana = EntityRef("user", "default", "ana")
    wall = EVENING + start
    return AgreedExclusion(
        name, name, frozenset({"cart"}), frozenset(), "UTC", wall, lasts, rule, cap, "", ana, None, None, Place("x", 1)
    )


def organisation(*exclusions: AgreedExclusion) -> Organization:
    return replace(SMALL, exclusions={each.name: each for each in exclusions})


def cart(window: timedelta = HOUR) -> Goal:
    return replace(goal(target="90", window=window, tiers=()), name="cart")


def spans(found: Excluded) -> list[tuple[int, int]]:
    return [(low - FIRST, high - FIRST) for low, high in found.spans]


def test_goals_that_an_exclusion_does_not_name_lose_nothing() -> None:
    there = organisation(exclusion(HOUR, HOUR))
    assert spans(excluded_from(there, cart(), MIDNIGHT)) == [(60, 120)]
    assert excluded_from(there, replace(cart(), name="other"), MIDNIGHT) == Excluded()
    assert excluded_from(organisation(), cart(), MIDNIGHT) == Excluded()


def test_a_minute_that_two_exclusions_name_is_left_out_once() -> None:
    there = organisation(exclusion(HOUR, HOUR), exclusion(90 * MINUTE, HOUR, name="drill"))
    assert spans(excluded_from(there, cart(), MIDNIGHT)) == [(60, 150)]
    assert [each.exclusion.name for each in exclusions_of(there, cart(), MIDNIGHT)] == ["disks", "drill"]


def test_a_window_that_rolls_loses_no_more_than_the_cap_and_the_rest_counts() -> None:
    """20 minutes every day, a window of two days, a cap of 30: the second day has 10 left.

    With each minute of the third day one of the first day leaves the window, so that all 20 find room.
    """
    daily = exclusion(timedelta(), 20 * MINUTE, rule="FREQ=DAILY;COUNT=3", cap=30 * MINUTE)
    found = excluded_from(organisation(daily), cart(2 * DAY), MIDNIGHT)
    assert spans(found) == [(0, 20), (1440, 1450), (2880, 2900)]
    assert [(low - FIRST, high - FIRST) for low, high in found.over_cap] == [(1450, 1460)]
    assert found.minutes_over_cap(FIRST, FIRST + 1455) == 5


def test_a_cap_counts_anew_in_each_period_of_the_calendar() -> None:
    night = exclusion(23 * HOUR, 2 * HOUR, cap=2 * HOUR, rule="FREQ=DAILY;COUNT=2")
    found = excluded_from(organisation(night), replace(cart(DAY), calendar=CALENDAR), MIDNIGHT)
    assert spans(found) == [(1380, 1500), (2820, 2940)]
    half = replace(night, cap=90 * MINUTE)
    found = excluded_from(organisation(half), replace(cart(DAY), calendar=CALENDAR), MIDNIGHT)
    assert spans(found) == [(1380, 1500), (2820, 2850), (2880, 2940)]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60)), min_size=1, max_size=6),
    st.integers(1, 90),
    st.integers(60, 200),
    st.booleans(),
)
def test_a_minute_is_left_out_while_less_than_the_cap_was(
    times: list[tuple[int, int]], cap: int, window: int, is_calendar: bool
) -> None:
    """Against a count of every minute, one by one, for one exclusion that happens daily at a time of those drawn."""
    start, lasts = times[0]
    lasts = min(lasts, cap)
    of = cart(window * MINUTE)
    if is_calendar:
        of = replace(of, calendar=CALENDAR)
    daily = exclusion(start * MINUTE, lasts * MINUTE, rule=f"FREQ=DAILY;COUNT={len(times)}", cap=cap * MINUTE)
    if not is_calendar:
        of = replace(of, window=(1440 + window) * MINUTE)
    length = of.window // MINUTE
    found = excluded_from(organisation(daily), of, MIDNIGHT)

    agreed = [minute for day in range(len(times)) for minute in range(day * 1440 + start, day * 1440 + start + lasts)]
    kept: list[int] = []
    for minute in agreed:
        begin = minute - minute % 1440 if is_calendar else minute - length + 1
        if sum(begin <= each for each in kept) < cap:
            kept.append(minute)
    assert [low + each for low, high in spans(found) for each in range(high - low)] == kept
    assert sum(high - low for low, high in found.over_cap) == len(agreed) - len(kept)


COUNTS = st.dictionaries(st.integers(0, 89), st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=90)
TIMES = st.lists(st.tuples(st.integers(-10, 100), st.integers(1, 40)), max_size=4)


def drawn(counts: dict[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
    return {minute: (good, good + bad) for minute, (good, bad) in counts.items()}


def left_out(times: list[tuple[int, int]]) -> Excluded:
    there = [
        exclusion(start * MINUTE, lasts * MINUTE, name=f"e{number}") for number, (start, lasts) in enumerate(times)
    ]
    return excluded_from(organisation(*there), cart(), MIDNIGHT)


@settings(deadline=None, max_examples=80)
@given(COUNTS, TIMES, st.sampled_from([None, Slices(5, Fraction(9, 10)), Slices(5, None)]))
def test_the_uncorrected_figure_is_the_one_without_exclusions(
    counts: dict[int, tuple[int, int]], times: list[tuple[int, int]], slices: Slices | None
) -> None:
    of, now = replace(cart(), slices=slices), MIDNIGHT + 90 * MINUTE
    plain = held(of, drawn(counts), 90)
    excluded = left_out(times).of_whole(slices.minutes if slices else 1)
    bare = status_of(of, plain, {}, now)
    found = status_of(of, replace(plain, excluded=excluded), {}, now)
    beside = found.uncorrected or found
    assert (beside.good, beside.total, beside.spent) == (bare.good, bare.total, bare.spent)
    assert (beside.budget, beside.remaining, beside.left) == (bare.budget, bare.remaining, bare.left)
    assert found.good + found.excluded.good == bare.good
    assert found.total + found.excluded.total == bare.total
    assert status_of(of, replace(plain, excluded=Excluded()), {}, now) == bare


@settings(deadline=None, max_examples=60)
@given(COUNTS, st.lists(st.tuples(st.integers(-10, 40), st.integers(1, 40)), max_size=4))
def test_a_window_of_the_calendar_is_the_rolling_one_where_it_ends_with_it(
    counts: dict[int, tuple[int, int]], times: list[tuple[int, int]]
) -> None:
    """In the last minute of a day, its window of the calendar is the last 24 hours, with what is excluded as without."""
    now, excluded = MIDNIGHT + 90 * MINUTE - timedelta(seconds=1), left_out(times)
    rolling = cart(DAY)
    calendar = replace(rolling, calendar=replace(CALENDAR, start=EVENING - 22 * HOUR - 30 * MINUTE))
    one, other = (
        status_of(of, replace(held(of, drawn(counts), 90), excluded=excluded), {}, now) for of in (rolling, calendar)
    )
    assert (one.good, one.total, one.left) == (other.good, other.total, other.left)
    assert one.excluded == other.excluded


def test_a_window_that_is_excluded_as_a_whole_has_no_budget_and_no_figure() -> None:
    of = cart()
    holding = replace(held(of, dict.fromkeys(range(60), (5, 10)), 60), excluded=left_out([(0, 120)]))
    status = status_of(of, holding, {}, MIDNIGHT + HOUR)
    assert (status.total, status.left, status.excluded.minutes, status.excluded.total) == (0, None, 60, 600)
    assert status.uncorrected is not None
    assert (status.uncorrected.total, status.uncorrected.left) == (600, -4.0)
