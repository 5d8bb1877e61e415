from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.organizations import small
from watchbill.lib.durations import THIN
from watchbill.practices.goals.model import MinuteCount, MinuteState
from watchbill.web.show.drawings import burn_of, spark, strip

GOAL = small().goals["api-availability"]
START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def minute(index: int, good: int, total: int, state: MinuteState = MinuteState.MEASURED) -> MinuteCount:
    return MinuteCount(START + timedelta(minutes=index), good, total, state)


def test_thirty_percent_bad_burn_a_three_nines_goal_three_hundred_times_too_fast() -> None:
    assert round(burn_of(70, 100, GOAL) or 0) == 300
    assert burn_of(0, 0, GOAL) is None


def test_a_strip_says_of_each_stretch_what_it_is() -> None:
    minutes = [minute(0, 1000, 1000), minute(1, 1000, 1000), minute(2, 995, 1000), minute(4, 700, 1000)]
    runs = strip(minutes, GOAL, START, START + timedelta(minutes=5))
    assert [(run.shape, run.x, run.width) for run in runs] == [
        ("calm", 0, 2),
        ("warn", 2, 1),
        ("none", 3, 1),
        ("bad", 4, 1),
    ]
    assert runs[3].word.replace("\u202f", " ") == "over the paging rate: 300 of 1 000 bad"
    assert runs[2].word == "not measured"


def test_a_minute_without_traffic_is_calm_and_an_unknown_one_is_not() -> None:
    minutes = [minute(0, 0, 0, MinuteState.NO_TRAFFIC), minute(1, 0, 0, MinuteState.UNKNOWN)]
    runs = strip(minutes, GOAL, START, START + timedelta(minutes=2))
    assert [run.shape for run in runs] == ["calm", "none"]


@given(st.lists(st.sampled_from([None, 0, 3, 500]), max_size=60))
def test_a_strip_covers_every_minute_once(bad: list[int | None]) -> None:
    minutes = [minute(index, 1000 - count, 1000) for index, count in enumerate(bad) if count is not None]
    runs = strip(minutes, GOAL, START, START + timedelta(minutes=len(bad)))
    assert [x for run in runs for x in range(run.x, run.x + run.width)] == list(range(len(bad)))


def test_a_sparkline_breaks_where_nothing_was_measured_and_says_so() -> None:
    drawn = spark([0.0, 0.0, None, 0.0], GOAL)
    assert drawn.lines == ("0.0,19.0 32.0,19.0", "96.0,19.0 96.0,19.0")
    assert drawn.limit_y is None
    assert drawn.words == f"burn rate of the last 24 hours: at most 0×, newest 0×, 25{THIN}% of the time without events"


def test_a_sparkline_shows_the_limit_once_it_is_in_reach_and_says_its_highest_and_newest_rate() -> None:
    factor = float(max(tier.factor for tier in GOAL.tiers))
    drawn = spark([100.0, 0.5], GOAL)
    assert drawn.limit_y == round(19 - 18 * factor / 100, 1)
    assert drawn.words == "burn rate of the last 24 hours: at most 100×, newest 0.5×"


def test_a_goal_without_tiers_can_be_drawn() -> None:
    assert spark([0.0], replace(GOAL, tiers=())).lines == ("0.0,19.0 0.0,19.0",)


def test_a_goal_of_which_nothing_is_known_has_no_line() -> None:
    assert spark([], GOAL).words == "burn rate not measured in the last 24 hours"
