"""When a budget burns: the figures of the workbook, by hand."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.practices.goals.made import DAY, HOUR, MIDNIGHT, MINUTE
from watchbill.org.burn_tiers import default_tiers
from watchbill.org.calendar_windows import Period
from watchbill.org.objectives import BurnTier, Least, Severity, UnknownPolicy
from watchbill.practices.goals import rules
from watchbill.practices.goals.model import Burn, GoalState
from watchbill.practices.goals.rules import WindowSums

# a shared machine may be slow at any moment
checked = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

THREE_NINES = Fraction(999, 1000)
FAST, SLOW, TICKET = default_tiers(30 * DAY)
LONG, SHORT = 60 * 60_000, 5 * 60_000
NOTHING = WindowSums(0, 0, 0, SHORT)


def judged(
    tier: BurnTier = FAST,
    *,
    long: tuple[int, int],
    short: tuple[int, int],
    target: Fraction = THREE_NINES,
    newest: float | None = None,
    since: datetime | None = None,
) -> Burn:
    """Judge a tier by (bad, total) of two whole windows."""
    return rules.judge(
        tier,
        target,
        WindowSums(*long, LONG, LONG),
        WindowSums(*short, SHORT, SHORT),
        newest=newest,
        since=since,
        now=MIDNIGHT,
    )


def test_the_budget_of_a_million_events_at_three_nines_is_a_thousand() -> None:
    assert rules.budget_of(1_000_000, THREE_NINES) == 1000
    assert rules.remaining_of(250, 1_000_000, THREE_NINES) == 0.75
    assert rules.remaining_of(1500, 1_000_000, THREE_NINES) == -0.5
    assert rules.remaining_of(0, 0, THREE_NINES) is None


def test_a_young_goal_has_not_overspent_a_month_by_its_first_bad_minute() -> None:
    """A tenth of the window had 1,000 events, so the whole has 10,000, of which 10 may be bad: 5 are half of them.

    Of what was measured 1 might be bad, so 5 are five times as many.
    """
    tenth, whole = WindowSums(5, 1000, 6_000, 60_000), WindowSums(5, 1000, 60_000, 60_000)
    assert rules.allowed_of(tenth, THREE_NINES) == 10
    assert rules.left_of(5, rules.allowed_of(tenth, THREE_NINES)) == 0.5
    assert rules.allowed_of(whole, THREE_NINES) == rules.budget_of(1000, THREE_NINES) == 1
    assert rules.left_of(5, rules.allowed_of(whole, THREE_NINES)) == rules.remaining_of(5, 1000, THREE_NINES) == -4
    assert rules.allowed_of(WindowSums(0, 0, 0, 60_000), THREE_NINES) is None
    assert rules.left_of(0, None) is None


def test_unknown_minutes_hold_the_budget_count_as_bad_or_are_ignored() -> None:
    """Of sixty minutes six were measured, with 6,000 events; six more passed since, of which nothing is known."""
    window, missing = WindowSums(3, 6000, 6, 60), 6
    policies = UnknownPolicy.HOLD, UnknownPolicy.BAD, UnknownPolicy.IGNORE
    assert [rules.allowed_of(window, THREE_NINES, policy) for policy in policies] == [60, 60, 6]
    assert [rules.assumed_of(window, policy, missing) for policy in policies] == [0, 6000, 0]
    assert rules.assumed_of(WindowSums(0, 0, 0, 60), UnknownPolicy.BAD, missing) == 0


def test_a_window_that_is_excluded_as_a_whole_burns_nothing_and_ends_a_burn() -> None:
    nothing = WindowSums(0, 0, 0, 0)
    assert rules.burn_rate(nothing, THREE_NINES) is None
    assert rules.allowed_of(nothing, THREE_NINES) is None
    burning = WindowSums(500, 1000, LONG, LONG)
    assert rules.judge(FAST, THREE_NINES, burning, NOTHING, newest=None, since=MIDNIGHT, now=MIDNIGHT).holds
    assert not rules.judge(FAST, THREE_NINES, burning, nothing, newest=None, since=MIDNIGHT, now=MIDNIGHT).holds


def test_the_burn_rate_is_the_error_ratio_over_the_budget() -> None:
    assert rules.burn_rate(WindowSums(3, 1000, LONG, LONG), THREE_NINES) == 3.0
    assert rules.burn_rate(WindowSums(0, 0, 60_000, LONG), THREE_NINES) == 0.0
    assert rules.burn_rate(WindowSums(0, 0, 0, LONG), THREE_NINES) is None


def test_the_burn_of_an_hour_of_which_three_minutes_are_measured_is_a_twentieth() -> None:
    """It is the rate that the alert compares: 300× in 3 of 60 minutes is 15×."""
    assert rules.burn_rate(WindowSums(300, 1000, 3 * 60_000, LONG), THREE_NINES) == 15.0


ROLLING = Period(MIDNIGHT - 28 * DAY, MIDNIGHT)


def test_a_budget_lasts_its_window_by_what_is_left_over_the_burn() -> None:
    assert rules.spent_in(ROLLING, MIDNIGHT, 0.5, 4.0) == 3.5 * DAY
    assert rules.spent_in(ROLLING, MIDNIGHT, -0.2, 4.0) == 0 * DAY
    assert rules.spent_in(ROLLING, MIDNIGHT, 0.5, 1.0) is None
    assert rules.spent_in(ROLLING, MIDNIGHT, 0.5, 0.0) is None
    assert rules.spent_in(ROLLING, MIDNIGHT, None, 4.0) is None
    assert rules.spent_in(ROLLING, MIDNIGHT, 0.5, None) is None


def test_a_budget_of_the_calendar_that_lasts_longer_than_its_period_is_not_spent_in_it() -> None:
    month = Period(MIDNIGHT - 20 * DAY, MIDNIGHT + 10 * DAY)
    assert rules.spent_in(month, MIDNIGHT, 0.5, 1.4) is None
    assert rules.spent_in(month, MIDNIGHT, 0.5, 1.6) == 30 * DAY * 0.5 / 1.6


def test_the_present_burn_is_that_of_the_tier_with_the_shortest_short_window() -> None:
    burns = [judged(tier, long=(0, 1), short=(0, 1)) for tier in (TICKET, FAST, SLOW)]
    assert rules.present_of(burns) is burns[1]
    assert rules.present_of([]) is None


def test_a_tier_on_its_way_is_due_when_the_long_window_has_gained_what_it_lacks() -> None:
    """At 144× an hour gains 2.4× a minute: from 7.2× to the limit of 14.4× it takes 3 minutes."""
    assert judged(long=(72, 10_000), short=(720, 10_000), newest=144.0).due_in == 3 * MINUTE
    assert judged(long=(0, 10_000), short=(144, 10_000), newest=144.0).due_in == 6 * MINUTE


def test_a_tier_is_not_on_its_way_before_its_short_window_is_over_nor_when_the_failures_have_stopped() -> None:
    assert judged(long=(72, 10_000), short=(143, 10_000), newest=144.0).due_in is None
    assert judged(long=(72, 10_000), short=(720, 10_000), newest=14.3).due_in is None
    assert judged(long=(72, 10_000), short=(720, 10_000), newest=None).due_in is None
    assert judged(long=(144, 10_000), short=(720, 10_000), newest=144.0).due_in is None, "it holds"


def test_a_goal_says_when_the_first_page_tier_holds_unless_one_does() -> None:
    soon = judged(long=(72, 10_000), short=(720, 10_000), newest=144.0)
    later = judged(SLOW, long=(0, 10_000), short=(720, 10_000), newest=144.0)
    ticket = judged(TICKET, long=(0, 10_000), short=(720, 10_000), newest=144.0)
    holding = judged(SLOW, long=(144, 10_000), short=(144, 10_000))
    assert rules.pages_in([later, soon, ticket]) == 3 * MINUTE
    assert rules.pages_in([ticket]) is None
    assert rules.pages_in([soon, holding]) is None


def test_a_tier_holds_from_exactly_its_factor_on_in_both_windows() -> None:
    assert judged(long=(144, 10_000), short=(144, 10_000)).holds
    assert not judged(long=(143, 10_000), short=(144, 10_000)).holds
    assert not judged(long=(144, 10_000), short=(143, 10_000)).holds


def test_the_factor_is_compared_without_rounding() -> None:
    big = 10**17
    assert judged(long=(144 * big // 10_000, big), short=(1, 1)).holds
    assert not judged(long=(144 * big // 10_000 - 1, big), short=(1, 1)).holds


def test_a_tier_that_nothing_can_reach_never_holds() -> None:
    ninety = Fraction(9, 10)
    assert not rules.is_fireable(FAST.factor, ninety)
    assert rules.is_fireable(TICKET.factor, ninety)
    assert not judged(long=(10, 10), short=(10, 10), target=ninety).holds


def test_a_burn_goes_on_since_it_began_and_ends_with_the_short_window() -> None:
    before = MIDNIGHT - HOUR
    assert judged(long=(144, 10_000), short=(144, 10_000), since=before).since == before
    assert judged(long=(144, 10_000), short=(144, 10_000)).since == MIDNIGHT
    ended = judged(long=(144, 10_000), short=(0, 10_000), since=before)
    assert (ended.holds, ended.since) == (False, None)


def test_a_burn_does_not_end_while_errors_go_on_though_its_long_window_falls_below_the_limit() -> None:
    """As older errors leave it, or as a restart lost the last ones: 14.3 times over the hour, 300 times over five minutes."""
    before = MIDNIGHT - HOUR
    assert judged(long=(143, 10_000), short=(300, 1_000), since=before).since == before
    assert not judged(long=(143, 10_000), short=(300, 1_000)).holds


def test_a_burn_that_is_out_of_sight_has_not_ended() -> None:
    before = MIDNIGHT - HOUR
    long = WindowSums(144, 10_000, LONG, LONG)
    assert rules.judge(FAST, THREE_NINES, long, NOTHING, newest=None, since=before, now=MIDNIGHT).holds
    assert not rules.judge(FAST, THREE_NINES, long, NOTHING, newest=None, since=None, now=MIDNIGHT).holds


@pytest.mark.parametrize(
    ("error_percent", "tier", "seconds"), [(30, FAST, 173), (100, FAST, 52), (100, SLOW, 130), (100, TICKET, 260)]
)
def test_a_fresh_start_alerts_at_the_rules_own_detection_time(error_percent: int, tier: BurnTier, seconds: int) -> None:
    length = tier.long // MINUTE * 60_000

    def holds(second: int) -> bool:
        return rules.window_holds(
            WindowSums(error_percent * second, 100 * second, second * 1000, length), tier.factor, THREE_NINES
        )

    assert next(second for second in range(1, 4000) if holds(second)) == seconds


def test_the_first_error_after_a_fresh_start_is_no_burn() -> None:
    window = WindowSums(1, 1, 15_000, LONG)
    assert rules.burn_rate(window, THREE_NINES) == pytest.approx(1000 * 15 / 3600)
    assert not rules.window_holds(window, FAST.factor, THREE_NINES)


def test_a_goal_at_a_glance() -> None:
    page = judged(long=(144, 10_000), short=(144, 10_000))
    ticket = judged(TICKET, long=(144, 10_000), short=(144, 10_000))
    quiet = judged(long=(0, 10_000), short=(0, 10_000))
    soon = judged(long=(72, 10_000), short=(720, 10_000), newest=144.0)
    now, just, long_ago = MIDNIGHT, MIDNIGHT - MINUTE, MIDNIGHT - 11 * MINUTE
    assert rules.goal_state([page], 0.9, None, now) is GoalState.NOT_MEASURED
    assert rules.goal_state([page], 0.9, long_ago, now) is GoalState.NOT_MEASURED
    assert rules.goal_state([page, ticket], -1.0, just, now) is GoalState.BURNING
    assert rules.goal_state([ticket], 0.0, just, now) is GoalState.SPENT
    assert rules.goal_state([ticket, quiet], 0.9, just, now) is GoalState.ATTENTION
    assert rules.goal_state([soon, quiet], 0.9, just, now) is GoalState.ATTENTION
    assert rules.goal_state([soon, quiet], 0.0, just, now) is GoalState.SPENT
    assert rules.goal_state([quiet], 0.49, just, now) is GoalState.ATTENTION
    assert rules.goal_state([quiet], 0.5, just, now) is GoalState.HEALTHY
    assert rules.goal_state([quiet], None, just, now) is GoalState.HEALTHY


@checked
@given(
    st.integers(0, 10**6),
    st.integers(1, 10**6),
    st.integers(1, LONG),
    st.fractions(min_value=Fraction(1, 2), max_value=Fraction(99999, 100000)),
    st.fractions(min_value=Fraction(1, 10), max_value=100),
)
def test_what_was_not_measured_never_starts_an_alert(
    bad: int, good: int, measured: int, target: Fraction, factor: Fraction
) -> None:
    total = bad + good
    if rules.window_holds(WindowSums(bad, total, measured, LONG), factor, target):
        assert rules.window_holds(WindowSums(bad, total, LONG, LONG), factor, target)
        assert Fraction(bad, total) / (1 - target) >= factor


@checked
@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(1, LONG))
def test_the_burn_that_is_shown_is_the_one_that_decides(bad: int, good: int, measured: int) -> None:
    window = WindowSums(bad, bad + good, measured, LONG)
    shown = rules.burn_rate(window, THREE_NINES)
    assert shown is not None
    if abs(shown - FAST.factor) > 1e-9:
        assert rules.window_holds(window, FAST.factor, THREE_NINES) == (shown > FAST.factor)


def test_severities_are_told_apart() -> None:
    assert [tier.severity for tier in (FAST, SLOW, TICKET)] == [Severity.PAGE, Severity.PAGE, Severity.TICKET]


@pytest.mark.parametrize(
    ("least", "holds"), [(Least(), True), (Least(10, 3), True), (Least(11, 0), False), (Least(0, 4), False)]
)
def test_a_tier_begins_on_no_fewer_events_and_failures_than_the_least_in_both_windows(
    least: Least, holds: bool
) -> None:
    long, short = WindowSums(6, 20, LONG, LONG), WindowSums(3, 10, SHORT, SHORT)
    found = rules.judge(FAST, THREE_NINES, long, short, newest=None, since=None, now=MIDNIGHT, least=least)
    gone_on = rules.judge(FAST, THREE_NINES, long, short, newest=None, since=MIDNIGHT, now=MIDNIGHT, least=least)
    assert (found.holds, gone_on.holds) == (holds, True)
