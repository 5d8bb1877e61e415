"""From samples to minutes: each rule of `counters` by an example that can be checked by hand."""

from __future__ import annotations

import math

import pytest

from tests.unit.practices.goals.made import MINUTE, SECOND, at, counted, figures, meter, series
from watchbill.practices.goals import meter_state
from watchbill.practices.goals.model import EXACT, Mark, Sample, Series


def test_an_increase_belongs_to_the_minute_of_the_later_sample() -> None:
    it = meter()
    it.advance([series({52: 100, 67: 130, 82: 160, 127: 190})], [], at(180))
    assert figures(it) == {1: (60, 60), 2: (30, 30)}


def test_the_good_are_the_total_less_the_bad() -> None:
    it = meter()
    it.advance([series({7: 100, 22: 130})], [series({7: 10, 22: 14}, code="500")], at(60))
    assert figures(it) == {0: (26, 30)}


def test_the_good_are_what_the_good_selector_counts() -> None:
    it = meter()
    it.advance([series({7: 100, 22: 130})], [series({7: 90, 22: 116}, code="200")], at(60))
    assert figures(it, part_is_good=True) == {0: (26, 30)}


def test_without_any_bad_series_nothing_is_bad() -> None:
    it = meter()
    it.advance([series({7: 100, 22: 130})], [], at(60))
    assert figures(it) == {0: (30, 30)}


def test_minutes_before_the_first_good_series_are_unknown() -> None:
    it = meter()
    all_of_it = series({7: 100, 22: 130, 37: 140, 52: 140, 67: 150, 82: 160, 97: 170})
    it.advance([all_of_it], [], at(130))
    assert figures(it, part_is_good=True) == {}
    it = meter()
    it.advance([all_of_it], [series({82: 6, 97: 15}, code="200")], at(130))
    assert figures(it, part_is_good=True) == {1: (15, 30)}


def test_a_minute_without_traffic_is_measured_and_a_minute_without_samples_is_unknown() -> None:
    it = meter()
    it.advance([series({7: 100, 22: 100, 67: 100, 187: 100, 202: 105})], [], at(240))
    assert figures(it) == {0: (0, 0), 1: (0, 0), 3: (5, 5)}


def test_what_is_first_seen_with_its_target_has_an_unknown_start() -> None:
    it = meter()
    it.advance([series({7: 5000})], [], at(60))
    assert figures(it) == {}
    it.advance([series({67: 5010})], [], at(120))
    assert figures(it) == {1: (10, 10)}


def test_a_series_born_under_a_target_that_was_read_before_counts_from_zero() -> None:
    it = meter()
    ok = series({7: 100, 22: 110, 37: 120}, code="200")
    failed = series({37: 3}, code="500")
    it.advance([ok, failed], [failed], at(70))
    assert figures(it) == {0: (20, 23)}


def test_a_new_target_does_not_vouch_for_another_ones_series() -> None:
    it = meter()
    it.advance([series({7: 100, 22: 110}), series({22: 7000}, instance="cart-1")], [], at(60))
    minute = counted(it)[0]
    assert (minute.good, minute.total, minute.marks) == (10, 10, Mark.START | Mark.GAP)


def test_a_reset_counts_the_new_value_and_marks_the_minute_as_a_lower_bound() -> None:
    it = meter()
    it.advance(
        [series({7: 100, 37: 105, 52: 110, 67: 4, 82: 6, 97: 6, 112: 6, 127: 9, 142: 9, 157: 9, 172: 9, 187: 9})],
        [],
        at(190),
    )
    minutes = counted(it)
    assert {number: (one.total, one.marks) for number, one in minutes.items()} == {
        0: (10, Mark.START),
        1: (6, Mark.RESET),
        2: (3, EXACT),
    }


def test_a_series_that_comes_back_after_its_service_restarted_counts_from_zero() -> None:
    alive = {second: 1000.0 if second < 100 else second for second in range(7, 1200, 15)}
    it = meter()
    it.advance([series(alive)], [series({7: 50, 22: 50, 1192: 3}, code="500")], at(1230))
    assert figures(it)[19] == (57, 60)


def test_a_short_gap_is_bridged_and_its_minutes_stay_unknown() -> None:
    it = meter()
    it.advance([series({7: 100, 22: 110, 262: 200})], [], at(300))
    assert figures(it) == {0: (10, 10), 4: (90, 90)}


def test_the_growth_over_a_long_gap_is_dropped() -> None:
    it = meter()
    it.advance([series({7: 100, 22: 110, 382: 900, 397: 905})], [], at(430))
    minutes = counted(it)
    assert {number: (one.total, one.marks) for number, one in minutes.items()} == {
        0: (10, Mark.START | Mark.GAP),
        6: (5, Mark.GAP),
    }


def test_samples_at_the_pace_of_a_slow_source_leave_no_minute_unknown() -> None:
    it = meter(cadence=2 * MINUTE)
    it.advance([series({7: 100, 127: 112, 247: 124, 367: 136})], [], at(610))
    assert figures(it) == {1: (0, 0), 2: (12, 12), 3: (0, 0), 4: (12, 12), 5: (0, 0), 6: (12, 12)}


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf, -1.0, 2.0**63])
def test_a_value_that_no_counter_can_have_is_put_aside(odd: float) -> None:
    it = meter()
    it.advance([series({7: 100, 22: odd, 37: 130})], [], at(70))
    assert it.oddities == 1
    assert figures(it) == {0: (30, 30)}


def test_of_several_values_at_one_instant_the_greatest_counts_once() -> None:
    it = meter()
    it.advance([series({7: 100, 22: 120}), series({22: 110, 37: 130})], [], at(70))
    assert figures(it) == {0: (30, 30)}


def test_a_sample_older_than_the_last_one_of_its_series_changes_nothing() -> None:
    it = meter()
    it.advance([series({7: 100, 37: 130})], [], at(40))
    it.advance([series({22: 110, 52: 140, 67: 150})], [], at(130))
    assert figures(it) == {0: (40, 40), 1: (10, 10)}


def test_what_shows_up_when_its_minute_is_closed_is_counted_in_the_oldest_open_one() -> None:
    it = meter()
    prompt, late = dict.fromkeys(range(7, 140, 15), 100.0), {22: 50.0, 37: 53.0, 52: 55.0, 127: 60.0}
    first = {second: value for second, value in prompt.items() if second <= 67}
    it.advance([series(first), series({22: 50}, instance="cart-1")], [], at(70))
    assert figures(it) == {0: (0, 0)}
    it.advance([series(prompt), series(late, instance="cart-1")], [], at(190))
    assert figures(it) == {1: (5, 5), 2: (5, 5)}


def test_more_good_than_total_is_cut_down_to_the_total() -> None:
    it = meter()
    it.advance([series({7: 100, 22: 110})], [series({7: 100, 22: 150}, code="200")], at(60))
    minute = counted(it, part_is_good=True)[0]
    assert (minute.good, minute.total, minute.marks) == (10, 10, Mark.START | Mark.GAP | Mark.OVER)


def test_fractions_of_events_are_carried_until_they_are_whole() -> None:
    it = meter()
    it.advance([series({7: 0.0, 22: 0.4, 37: 0.8, 67: 1.2})], [], at(120))
    assert figures(it) == {0: (0, 0), 1: (1, 1)}


def test_a_minute_is_closed_once_its_end_was_seen() -> None:
    it = meter()
    it.advance([series({37: 100, 52: 130})], [], at(66))
    assert figures(it) == {}
    it.advance([series({67: 150})], [], at(67))
    (minute,) = counted(it).values()
    assert (minute.total, minute.lower_bound) == (30, True), "it began in the minute"
    it.advance([series({82: 160, 97: 170, 112: 180, 127: 190})], [], at(127))
    (minute,) = counted(it).values()
    assert (minute.total, minute.lower_bound) == (50, False)


def test_a_minute_whose_end_was_not_seen_is_a_lower_bound() -> None:
    it = meter()
    seconds = [7, 22, 37, 52, 67, 82]
    it.advance([series({second: 10.0 * second for second in seconds})], [], at(111))
    assert counted(it)[0].total == 450
    it.advance([], [], at(180))
    assert [(one.minute % 60, one.total, one.lower_bound) for one in counted(it).values()] == [(1, 300, True)]
    it.advance([series({412: 9000, 427: 9010})], [], at(480))
    assert {number: (one.total, one.lower_bound) for number, one in counted(it).items()} == {7: (10, True)}, (
        "resumed, cut off"
    )


def test_a_cadence_that_was_not_declared_is_learned_from_two_steps() -> None:
    it = meter()
    it.advance([series({7 + 120 * number: 100.0 + 12 * number for number in range(7)})], [], at(720))
    assert figures(it) == {
        2: (12, 12),
        4: (12, 12),
        5: (0, 0),
        6: (12, 12),
        7: (0, 0),
        8: (12, 12),
        9: (0, 0),
    }


def test_an_outage_is_no_cadence() -> None:
    it = meter()
    it.advance([series({7: 0, 22: 1, 37: 2, 217: 3, 232: 4, 412: 5, 427: 6})], [], at(480))
    assert sorted(figures(it)) == [0, 3, 6, 7]


def test_other_counters_begin_anew_and_what_was_counted_stays() -> None:
    it = meter()
    it.advance([series({7: 100, 22: 130})], [], at(30))
    it.restart()
    it.advance([series({37: 9000, 52: 9001})], [], at(90))
    assert figures(it) == {0: (31, 31)}


def test_a_copy_goes_its_own_way() -> None:
    it = meter()
    it.advance([series({7: 100, 22: 130})], [], at(30))
    ahead = it.copy()
    ahead.advance([series({37: 140})], [], at(70))
    it.advance([series({37: 150})], [], at(70))
    assert figures(it) == {0: (50, 50)}
    assert figures(ahead) == {0: (40, 40)}


def test_a_stored_meter_goes_on_as_if_nothing_had_been() -> None:
    it = meter()
    it.advance([series({7: 100, 22: 130})], [series({22: 3}, code="500")], at(30))
    again = meter_state.from_bytes(meter_state.to_bytes(it))
    assert again == it
    again.advance([series({37: 2})], [], at(70))
    assert figures(again) == {0: (29, 32)}


def test_a_meter_stored_by_the_first_version_goes_on_from_where_it_had_read() -> None:
    it = meter()
    it.advance([series({7: 100, 22: 130, 37: 140})], [], at(40))
    stored = meter_state.to_bytes(it)
    first = b"\x01" + stored[1 : -(3 * 8 + 2 * 8)]
    again = meter_state.from_bytes(first)
    again.advance([series({7: 100, 22: 130, 37: 140, 52: 150, 67: 160})], [], at(130))
    assert figures(again) == {0: (50, 50), 1: (10, 10)}


def test_bytes_that_are_no_meter_are_refused() -> None:
    for stored in (b"", b"\x09" * 80):
        with pytest.raises(ValueError, match="no meter"):
            meter_state.from_bytes(stored)


def test_series_without_a_target_vouch_for_each_other() -> None:
    it = meter()
    ok = Series((("code", "200"),), [Sample(at(7), 100), Sample(at(22), 110)])
    failed = Series((("code", "500"),), [Sample(at(22), 2)])
    it.advance([ok, failed], [failed], at(60))
    assert figures(it) == {0: (10, 12)}


def test_what_was_not_seen_for_a_day_is_forgotten() -> None:
    it = meter()
    it.advance([series({7: 100, 22: 130})], [], at(60))
    it.take_complete(part_is_good=False)
    it.advance([], [], at(0) + 25 * 60 * MINUTE + SECOND)
    it.take_complete(part_is_good=False)
    assert not it.series
    assert not it.targets
