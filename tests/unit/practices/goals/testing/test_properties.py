"""What always holds of goals, whatever is scraped, missed, restarted, excluded or late."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.practices.goals.made import HERE, HOUR, MINUTE, SECOND, at, data_source, goal
from watchbill.org.objectives import BurnTier, Exclusion, Severity, UnknownPolicy
from watchbill.practices.goals import rules
from watchbill.practices.goals.model import MinuteCount, MinuteState
from watchbill.practices.goals.testing.given import Arrival, Given, Question
from watchbill.practices.goals.testing.running import Outcome, run

# a shared machine may be slow at any moment
checked = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

END = 25 * 60
TIERS = (
    BurnTier("fast", Severity.PAGE, Fraction(3), 6 * MINUTE, MINUTE),
    BurnTier("slow", Severity.TICKET, Fraction(1), 20 * MINUTE, 2 * MINUTE),
)


@dataclass(frozen=True)
class Life:
    """What targets served, and what is asked: whole minutes at which all of them were scraped."""

    arrivals: Sequence[Arrival]
    asked: Sequence[int]


def a_life(seed: int, *, is_steady: bool = False) -> Life:
    """Two targets that are scraped every 15 s, miss scrapes unless `is_steady`, and restart.

    Nothing happens in the last quarter of a minute, so that what is asked at its end is told by whole minutes.
    """
    chance = random.Random(seed)
    arrivals, seen = [], dict.fromkeys(range(0, END + 1, 15), 0)
    for target in ("cart-0", "cart-1"):
        good, bad, failing = chance.randint(0, 500), 0, chance.choice([0, 0, 3, 20])
        silent_from = chance.randint(60, 2 * END)
        for second in seen:
            if chance.random() < 0.02:
                good = bad = 0
            if second % 60:
                good, bad = good + chance.randint(0, 30), bad + chance.randint(0, failing)
            is_silent = silent_from <= second < silent_from + 300 or chance.random() < 0.05
            if is_steady or not is_silent:
                arrivals.append(arrival(target, second, good, bad))
                seen[second] += 1
    whole = [second for second in seen if second and second % 60 == 0 and seen[second] == seen[second - 15] == 2]
    return Life(sorted(arrivals, key=lambda one: one.at), whole)


def arrival(target: str, second: int, good: int, bad: int) -> Arrival:
    own = (("instance", target), ("job", "cart"))
    found = [("200", good)] + ([("500", bad)] if bad else [])
    values = [(("requests_total", (("code", code), *own)), float(value)) for code, value in found]
    return Arrival("metrics", at(second), at(second), values)


def outcome(
    arrivals: Iterable[Arrival],
    asked: Iterable[int] = (END + 300,),
    exclusions: Sequence[Exclusion] = (),
    unknown: UnknownPolicy = UnknownPolicy.HOLD,
) -> Outcome:
    cart = replace(goal("cart", target="90", window=HOUR, tiers=TIERS), unknown=unknown)
    questions = [Question("cart", at(second)) for second in asked]
    return run(Given({"cart": cart}, {"metrics": data_source()}, list(arrivals), exclusions, questions, ()))


SEEDS = st.integers(0, 2**32)


def exclusions() -> st.SearchStrategy[list[Exclusion]]:
    span = st.tuples(st.integers(0, 24), st.integers(1, 10))
    return st.lists(span, max_size=3).map(
        lambda spans: [Exclusion("cart", at(60 * f), at(60 * (f + n)), "drill", HERE) for f, n in spans]
    )


@checked
@given(SEEDS, exclusions(), st.sampled_from(UnknownPolicy))
def test_good_and_bad_make_the_total_and_coverage_is_never_over_1(
    seed: int, excluded: list[Exclusion], unknown: UnknownPolicy
) -> None:
    life = a_life(seed)
    found = outcome(life.arrivals, [*life.asked, END + 300], excluded, unknown)
    for minute in found.minutes["cart"]:
        assert 0 <= minute.good <= minute.total
        assert minute.state is not MinuteState.UNKNOWN or (minute.total, minute.marks) == (0, 0)
    for answered in found.answers:
        status = answered.status
        assert status.good + status.spent == status.total
        assert 0 <= status.coverage <= 1
        assert all(0 <= burn.long_measured <= 1 and 0 <= burn.short_measured <= 1 for burn in status.burns)


@checked
@given(SEEDS, exclusions())
def test_a_window_is_the_sum_of_its_minutes_and_what_is_excluded_stands_beside(
    seed: int, excluded: list[Exclusion]
) -> None:
    life = a_life(seed)
    found = outcome(life.arrivals, [END + 300], excluded)
    (answered,) = found.answers
    status, minutes = answered.status, found.minutes["cart"]
    counting = [one for one in minutes if one.state is not MinuteState.EXCLUDED]
    left_out = [one for one in minutes if one.state is MinuteState.EXCLUDED]
    assert (status.good, status.total) == (good(counting), total(counting))
    assert (status.excluded.good, status.excluded.total) == (good(left_out), total(left_out))
    assert total(minutes) == outcome(life.arrivals).answers[0].status.total


@checked
@given(SEEDS)
def test_the_order_in_which_targets_arrive_does_not_matter(seed: int) -> None:
    life, chance = a_life(seed, is_steady=True), random.Random(seed)
    prompt = outcome(life.arrivals).minutes
    shuffled = chance.sample(life.arrivals, len(life.arrivals))
    assert outcome(sorted(shuffled, key=lambda one: one.at)).minutes == prompt
    lags = {"cart-0": chance.randint(0, 100), "cart-1": chance.randint(0, 100)}
    assert outcome(sorted(late(life, lags), key=lambda one: one.arrived)).minutes == prompt


def late(life: Life, lags: Mapping[str, int]) -> Iterator[Arrival]:
    """Yield the arrivals, each target's as late as it is from the first minute on."""
    for one in life.arrivals:
        (target,) = {dict(labels)["instance"] for (_, labels), _ in one.values}
        lag = lags[target] if one.at >= at(60) else 0
        yield replace(one, arrived=one.at + lag * SECOND)


@checked
@given(SEEDS)
def test_an_alert_can_be_told_from_the_ledger_alone(seed: int) -> None:
    life = a_life(seed)
    found = outcome(life.arrivals, [*life.asked, END + 300])
    for answered in found.answers[:-1]:
        now = answered.question.at
        for burn in answered.status.burns:
            long, short = (window(found.minutes["cart"], now, span) for span in (burn.tier.long, burn.tier.short))
            assert (burn.long_good, burn.long_total) == (long.total - long.bad, long.total)
            assert (burn.short_good, burn.short_total) == (short.total - short.bad, short.total)
            over = [rules.window_holds(one, burn.tier.factor, Fraction(9, 10)) for one in (long, short)]
            if burn.since is None:
                assert not burn.holds
                assert not all(over)
            else:
                assert burn.holds
                assert all(over) or (burn.since < now and (over[1] or short.measured == 0))


def window(minutes: Sequence[MinuteCount], now: datetime, span: timedelta) -> rules.WindowSums:
    inside = [one for one in minutes if now - span <= one.minute < now]
    measured = sum(one.state is not MinuteState.UNKNOWN for one in inside)
    return rules.WindowSums(total(inside) - good(inside), total(inside), measured, span // MINUTE)


def good(minutes: Iterable[MinuteCount]) -> int:
    return sum(one.good for one in minutes)


def total(minutes: Iterable[MinuteCount]) -> int:
    return sum(one.total for one in minutes)
