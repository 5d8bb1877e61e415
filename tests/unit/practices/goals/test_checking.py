"""Goals held against what a server has seen: what is doubted, with figures that can be counted by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from tests.unit.practices.goals import made
from watchbill.org.findings.finding import Verdict
from watchbill.org.objectives import Goal, Least
from watchbill.org.selectors import parse_selector
from watchbill.practices.goals.checking import HOURS, Doubt, Hours, Seen, doubts

DAY = made.DAY
ALL = range(HOURS)


def seen(total: Hours, part: Hours | None = None, **more: object) -> Seen:
    return Seen(made.MIDNIGHT, total, {} if part is None else part, **more)  # type: ignore[arg-type]


def every(hour: float, hours: Iterable[int] = ALL) -> Hours:
    """Return so many events in each of these hours."""
    return dict.fromkeys(hours, hour)


def rules(goal: Goal, of: Seen) -> list[tuple[str, Verdict]]:
    return [(each.rule, each.level) for each in doubts(goal, of)]


def only(goal: Goal, of: Seen) -> Doubt:
    (doubt,) = doubts(goal, of)
    return doubt


def test_a_goal_that_its_server_bears_out_raises_no_doubt() -> None:
    # of 3600 events an hour one is bad: 99.97 %
    assert doubts(made.goal(), seen(every(3600), every(1))) == []


def test_a_query_that_matches_nothing_fails_and_hides_what_follows_from_it() -> None:
    assert rules(made.goal(), seen({})) == [("no-series", Verdict.FAIL)]
    assert rules(made.goal(good="ok_total", bad=None), seen(every(3600))) == [("no-series", Verdict.FAIL)]


def test_bad_events_that_never_were_may_be_a_slip_or_luck() -> None:
    assert rules(made.goal(), seen(every(3600))) == [("no-series", Verdict.ADVICE)]


def test_what_has_no_samples_any_more_is_told_with_its_last_hour() -> None:
    stopped = only(made.goal(), seen(every(3600, range(HOURS - 5)), every(0, range(HOURS - 5))))
    assert (stopped.rule, stopped.level) == ("no-samples-now", Verdict.WARN)
    assert stopped.text == "requests_total has had no samples since 2026-01-04 19:00 UTC."


def test_one_failure_pages_where_an_hour_holds_fewer_events_than_the_tier_can_bear() -> None:
    # 13.44 times 0.1 % of an hour's events is one failure at 74.4 events; the slow tier bears it from 178 events in 6 hours on
    assert doubts(made.goal(), seen(every(75), every(0))) == []
    quiet = only(made.goal(), seen({**every(75), **every(10, range(100))}, every(0)))
    assert (quiet.rule, quiet.level) == ("one-failure-pages", Verdict.WARN)
    assert quiet.text.replace("\u202f", " ") == (
        "With this traffic a single failure pages by “fast” in 100 of 672 hours: 10 events in 1 h at the quietest, of which one "
        "bad burns 100×; the limit is 13.4×."
    )
    assert doubts(replace(made.goal(), least=Least(failures=2)), seen(every(10), every(0))) == []


def test_a_minimum_that_the_traffic_never_reaches_keeps_all_pages_away() -> None:
    # 1200 events an hour are 100 in five minutes and 600 in thirty
    asks = replace(made.goal(), least=Least(events=101))
    found = doubts(asks, seen(every(1200), every(0)))
    assert [(each.rule, "“fast”" in each.text) for each in found] == [("minimum-not-reached", True)]
    assert doubts(replace(asks, least=Least(events=100)), seen(every(1200), every(0))) == []


def latency(bound: str) -> Goal:
    return made.goal(total="seconds_count", good=f'seconds_bucket{{le="{bound}"}}', bad=None)


def test_a_threshold_that_is_the_bound_of_no_bucket_fails_with_the_nearest_ones() -> None:
    bounds = frozenset({"0.1", "0.25", "0.5", "+Inf"})
    doubt = only(latency("0.3"), seen(every(3600), bounds=bounds))
    assert (doubt.rule, doubt.level) == ("bucket-bound", Verdict.FAIL)
    assert doubt.text == "le=“0.3” is the bound of no bucket of seconds_bucket; next to it are 0.25 and 0.5."
    assert doubts(latency("0.25"), seen(every(3600), every(3600), bounds=bounds)) == []


def test_a_bucket_that_is_written_otherwise_there_is_named_as_it_is_written() -> None:
    doubt = only(latency("1"), seen(every(3600), bounds=frozenset({"1.0", "+Inf"})))
    assert (doubt.rule, "written “1.0” there" in doubt.text) == ("bucket-bound", True)
    assert 'le=~"1|1.0"' in doubt.remedy


def test_a_window_longer_than_the_server_keeps_is_worth_knowing() -> None:
    keeps = only(made.goal(), seen(every(3600), every(1), keeps=15 * DAY))
    assert (keeps.rule, keeps.level) == ("window-and-retention", Verdict.ADVICE)
    assert doubts(made.goal(), seen(every(3600), every(1), keeps=timedelta(days=28))) == []


def test_a_target_above_what_was_measured_says_what_to_begin_with() -> None:
    # 8 of 3600 are bad: 99.77 %; the target of 99.9 % bears 3.6
    above = only(made.goal(), seen(every(3600), every(8)))
    assert (above.rule, above.level) == ("goal-and-history", Verdict.WARN)
    assert above.text.replace("\u202f", " ") == (
        "99.9 % is asked for, and 99.777 % of about 2 419 200 events were good in 672 hours of the last 28 days."
    )
    assert above.remedy.replace("\u202f", " ").startswith("Begin with what was measured, 99.7 %, and raise it")
    assert doubts(replace(made.goal(), aspirational=True), seen(every(3600), every(8))) == []


def test_the_hours_of_good_events_are_those_of_the_total() -> None:
    good = made.goal(total="seconds_count", good="fast_total", bad=None)
    assert parse_selector("fast_total") == good.good
    assert rules(good, seen(every(3600), every(3598))) == []
    assert rules(good, seen(every(3600), every(3590))) == [("goal-and-history", Verdict.WARN)]
