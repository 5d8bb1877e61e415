"""What always holds of counting, however the samples arrive."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.practices.goals.made import at, counted, meter, series
from watchbill.practices.goals import meter_state
from watchbill.practices.goals.counters import Counted
from watchbill.practices.goals.model import Series
from watchbill.practices.goals.readings import milliseconds

# a shared machine may be slow at any moment
checked = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

END = 1500


@dataclass(frozen=True)
class Scrape:
    second: int
    instance: str
    ok: int
    failed: int | None


def a_life(seed: int) -> list[Scrape]:
    """Two targets that are scraped every 15 s or so, fail to answer, restart, and have no failures at first."""
    chance = random.Random(seed)
    found: list[Scrape] = []
    for instance in ("cart-0", "cart-1"):
        ok, failed = chance.randint(0, 500), None
        for second in range(chance.randint(1, 200), END - 60, 15):
            event = chance.choice(["plain"] * 12 + ["missed"] * 3 + ["restart"])
            if event == "restart":
                ok, failed = 0, None
            ok += chance.randint(0, 30)
            if chance.random() < 0.15:
                failed = (failed or 0) + chance.randint(1, 5)
            if event == "plain":
                found.append(Scrape(second, instance, ok, failed))
    return found


def lives() -> st.SearchStrategy[list[Scrape]]:
    return st.integers(0, 2**32).map(a_life)


def sides(scrapes: Sequence[Scrape]) -> tuple[list[Series], list[Series]]:
    total, bad = [], []
    for one in scrapes:
        total.append(series({one.second: one.ok}, instance=one.instance, code="200"))
        if one.failed is not None:
            failed = series({one.second: one.failed}, instance=one.instance, code="500")
            total.append(failed)
            bad.append(failed)
    return total, bad


def whole(scrapes: Sequence[Scrape]) -> dict[int, Counted]:
    it = meter()
    it.advance(*sides(scrapes), at(END))
    return counted(it)


@checked
@given(lives())
def test_good_and_bad_make_the_total(scrapes: list[Scrape]) -> None:
    for minute in whole(scrapes).values():
        assert 0 <= minute.good <= minute.total


@checked
@given(lives(), st.randoms())
def test_the_order_of_arrival_within_a_reading_does_not_matter(scrapes: list[Scrape], chance: random.Random) -> None:
    shuffled = list(scrapes)
    chance.shuffle(shuffled)
    assert whole(shuffled) == whole(scrapes)


@checked
@given(lives(), st.lists(st.integers(1, END - 1), max_size=40))
def test_reading_in_any_pieces_with_a_restart_between_gives_the_same_minutes(
    scrapes: list[Scrape], cuts: list[int]
) -> None:
    it, found, since = meter(), {}, 0
    for until in [*sorted(set(cuts)), END]:
        it.advance(*sides([one for one in scrapes if since < one.second <= until]), at(until))
        found |= counted(it)
        it = meter_state.from_bytes(meter_state.to_bytes(it))
        since = until
    assert found == whole(scrapes)


@checked
@given(lives())
def test_reading_the_same_again_counts_nothing_twice(scrapes: list[Scrape]) -> None:
    it = meter()
    it.advance(*sides(scrapes), at(END - 30))
    it.advance(*sides(scrapes), at(END))
    assert counted(it) == whole(scrapes)


@checked
@given(st.lists(st.integers(0, 40), min_size=2, max_size=80))
def test_without_resets_and_gaps_the_minutes_add_up_to_the_counters_growth(steps: list[int]) -> None:
    values = {7 + 15 * number: float(sum(steps[: number + 1])) for number in range(len(steps))}
    it = meter()
    it.advance([series(values)], [], at(7 + 15 * len(steps) + 120))
    assert sum(minute.total for minute in counted(it).values()) == sum(steps[1:])


@checked
@given(st.tuples(st.integers(0, 135), st.integers(0, 135)), st.integers(5, 20), st.integers(1, 15))
def test_however_late_two_targets_can_be_read_all_is_counted_once_and_in_its_minute(
    lags: tuple[int, int], pace: int, offset: int
) -> None:
    it, found, goes_on = meter(), {}, range(offset, END, 15)
    for now in range(pace, END + 300, pace):
        since = it.reads_from(at(now))
        seen = [
            series({second: 2.0 * second for second in goes_on if second + lag <= now}, instance=f"cart-{lag_of}")
            for lag_of, lag in enumerate(lags)
        ]
        assert since <= it.read_until
        batch = it.batch(seen, [])
        it.count(batch, it.settled(batch, milliseconds(at(now)), milliseconds(at(now))))
        found |= counted(it)
    assert sum(minute.total for minute in found.values()) == 2 * 2 * (goes_on[-1] - goes_on[0])
    assert {minute.total for number, minute in found.items() if 5 <= number < END // 60} == {240}
