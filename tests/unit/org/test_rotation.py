"""Shifts against a brute-force oracle that walks the clock minute by minute, and small examples to check by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbill.org.charters import Layer, Schedule
from watchbill.org.rotation import Shift, instant_of, shift_at, shifts, turn_at
from watchbill.org.values import EntityRef, Place

HERE = Place("watches.yaml", 1)
MINUTE = timedelta(minutes=1)
ZONES = [
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Antarctica/Troll",
    "Pacific/Apia",
    "Pacific/Chatham",
    "UTC",
]


def ref(name: str) -> EntityRef:
    return EntityRef("user", "default", name)


def people(*turns: str) -> tuple[tuple[EntityRef, ...], ...]:
    return tuple(tuple(ref(name) for name in turn.split("+")) if turn else () for turn in turns)


def layer(start: str, count: int, unit: str, *turns: str, name: str = "weekly") -> Layer:
    return Layer(name, datetime.fromisoformat(start), count, unit, people(*turns), HERE)


def schedule(*layers: Layer, zone: str = "Europe/Berlin") -> Schedule:
    return Schedule("primary", "Primary", zone, layers, HERE)


def at(text: str, zone: str = "Europe/Berlin", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def names(shift: Shift) -> list[str]:
    return [person.name for person in shift.people]


def starts(found: list[Shift], zone: str) -> list[str]:
    return [shift.start.astimezone(ZoneInfo(zone)).strftime("%H:%M") for shift in found]


# ---- worked examples


def test_a_weekly_watch_changes_hands_at_nine_in_winter_and_in_summer() -> None:
    watch = schedule(layer("2026-01-05T09:00", 1, "weeks", "ana", "raj", "chris"))
    found = shifts(watch, at("2026-03-23T09:00"), at("2026-04-06T09:00"))
    assert [(shift.start, names(shift)) for shift in found] == [
        (at("2026-03-23T09:00"), ["chris"]),
        (at("2026-03-30T09:00"), ["ana"]),
    ]
    assert found[0].end - found[0].start == timedelta(days=7) - timedelta(hours=1)


def test_hourly_turns_at_half_past_over_the_spring_gap_start_at_the_first_instant_after_it() -> None:
    watch = schedule(layer("2026-01-05T09:30", 1, "hours", "ana", "raj"))
    found = shifts(watch, at("2026-03-29T01:30"), at("2026-03-29T05:30"))
    assert starts(found, "Europe/Berlin") == ["01:30", "03:00", "03:30", "04:30"]


def test_hourly_turns_on_the_hour_skip_the_turn_that_the_spring_gap_swallows() -> None:
    watch = schedule(layer("2026-03-29T00:00", 1, "hours", "ana", "raj", "chris"))
    found = shifts(watch, at("2026-03-29T00:00"), at("2026-03-29T05:00"))
    assert [names(shift) for shift in found] == [["ana"], ["raj"], ["ana"], ["raj"]]
    assert starts(found, "Europe/Berlin") == ["00:00", "01:00", "03:00", "04:00"]


def test_the_turn_that_begins_in_the_repeated_hour_begins_the_first_time_and_lasts_two_hours() -> None:
    watch = schedule(layer("2026-01-05T00:30", 1, "hours", "ana", "raj"), zone="America/New_York")
    found = shifts(watch, at("2026-11-01T00:30", "America/New_York"), at("2026-11-01T03:30", "America/New_York"))
    assert starts(found, "America/New_York") == ["00:30", "01:30", "02:30"]
    assert found[1].end - found[1].start == timedelta(hours=2)


def test_a_half_hour_change_moves_a_hand_off_by_half_an_hour() -> None:
    zone = "Australia/Lord_Howe"
    watch = schedule(layer("2026-01-01T02:15", 1, "days", "ana", "raj"), zone=zone)
    spring = shift_at(watch, at("2026-10-04T12:00", zone))
    assert starts([spring], zone) == ["02:30"]


def test_twenty_four_hours_are_a_day() -> None:
    by_hours = schedule(layer("2026-01-05T09:00", 24, "hours", "ana", "raj"))
    by_days = schedule(layer("2026-01-05T09:00", 1, "days", "ana", "raj"))
    window = at("2026-03-20T00:00"), at("2026-11-05T00:00")
    assert shifts(by_hours, *window) == shifts(by_days, *window)


def test_the_order_of_people_is_the_same_before_the_anchor_as_after_it() -> None:
    turns = layer("2026-01-05T09:00", 1, "weeks", "ana", "raj", "chris")
    berlin = ZoneInfo("Europe/Berlin")
    assert [
        turn_at(turns, berlin, at(f"{day}T10:00")).people for day in ("2025-12-22", "2025-12-29", "2026-01-05")
    ] == [*people("raj", "chris", "ana")]


def test_nobody_is_on_watch_before_the_anchor() -> None:
    watch = schedule(layer("2026-01-05T09:00", 1, "weeks", "ana"))
    gap = shift_at(watch, at("2026-01-05T08:59"))
    assert (names(gap), gap.layer, gap.end) == ([], None, at("2026-01-05T09:00"))
    assert names(shift_at(watch, gap.end)) == ["ana"]


def test_an_empty_turn_lets_the_lower_layer_through_and_is_a_gap_where_there_is_none() -> None:
    lower = layer("2026-01-05T09:00", 1, "weeks", "ana", "raj", name="weekly")
    upper = layer("2026-01-05T09:00", 1, "days", "lee", "", name="office")
    found = shifts(schedule(lower, upper), at("2026-01-05T09:00"), at("2026-01-08T09:00"))
    assert [(names(shift), shift.layer) for shift in found] == [
        (["lee"], "office"),
        (["ana"], "weekly"),
        (["lee"], "office"),
    ]
    alone = shifts(schedule(upper), at("2026-01-05T09:00"), at("2026-01-08T09:00"))
    assert [names(shift) for shift in alone] == [["lee"], [], ["lee"]]


def test_several_people_stand_one_turn_together() -> None:
    assert names(shift_at(schedule(layer("2026-01-05T09:00", 1, "weeks", "ana+mei")), at("2026-02-01T00:00"))) == [
        "ana",
        "mei",
    ]


def test_a_turn_under_a_higher_layer_comes_back_after_it_as_a_shift_of_its_own() -> None:
    lower = layer("2026-01-05T09:00", 1, "weeks", "ana", name="weekly")
    upper = layer("2026-01-06T09:00", 1, "days", "lee", "", "", "", "", "", "", name="tuesday")
    found = shifts(schedule(lower, upper), at("2026-01-05T09:00"), at("2026-01-12T09:00"))
    assert [names(shift) for shift in found] == [["ana"], ["lee"], ["ana"]]
    assert shift_at(schedule(lower, upper), at("2026-01-05T12:00")).end == at("2026-01-06T09:00")


def test_a_schedule_without_people_is_one_gap() -> None:
    found = shifts(schedule(layer("2026-01-05T09:00", 1, "hours", "")), at("2026-01-01T00:00"), at("2026-06-01T00:00"))
    assert [names(shift) for shift in found] == [[]]
    assert shifts(schedule(), at("2026-06-01T00:00"), at("2026-06-01T00:00")) == []


def test_a_shift_says_which_turn_of_which_layer_it_is() -> None:
    watch = schedule(layer("2026-01-05T09:00", 1, "weeks", "ana", "raj", "chris"))
    assert shift_at(watch, at("2026-01-13T00:00")).reason == "turn 2 of 3 in layer “weekly”"


@pytest.mark.parametrize(
    ("zone", "wall", "utc"),
    [
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),
        ("America/Santiago", "2026-09-06T00:30", "2026-09-06T04:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:10", "2026-10-03T15:30"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),
    ],
)
def test_a_skipped_wall_time_is_the_first_instant_after_and_a_repeated_one_its_first(
    zone: str, wall: str, utc: str
) -> None:
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert instant_of(datetime.fromisoformat(wall), ZoneInfo(zone)) == expected


# ---- the oracle: walk the clock; a hand-off has come once the wall clock has ever shown its time


def clock_changes(zone: ZoneInfo, year: int) -> list[datetime]:
    """Return, to the day, when a zone changes its offset in a year."""
    days = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in range(366)]
    offsets = [day.astimezone(zone).utcoffset() for day in days]
    return [day for day, (one, other) in zip(days, pairwise(offsets), strict=False) if one != other]


def walk(watch: Schedule, start: datetime, end: datetime) -> list[tuple[EntityRef, ...]]:
    """Return who is on watch in each minute of a window, found by walking towards it from two days before."""
    zone = ZoneInfo(watch.time_zone)
    at, latest, on_watch = start - timedelta(days=2), datetime.min, []  # noqa: DTZ901 - a wall time
    while at < end:
        latest = max(latest, at.astimezone(zone).replace(tzinfo=None))
        if at >= start:
            on_watch.append(_highest(watch, latest))
        at += MINUTE
    return on_watch


def _highest(watch: Schedule, latest: datetime) -> tuple[EntityRef, ...]:
    for layer in reversed(watch.layers):
        if latest >= layer.start:
            step = timedelta(**{layer.unit: layer.count})
            standing = layer.turns[(latest - layer.start) // step % len(layer.turns)]
            if standing:
                return standing
    return ()


turns = st.lists(st.sampled_from(["ana", "raj", "chris", "mei+lee", ""]), min_size=1, max_size=4)


@st.composite
def watches(draw: st.DrawFn) -> tuple[Schedule, datetime]:
    """Draw a schedule and an instant near a clock change of its zone, where it has one."""
    zone = draw(st.sampled_from(ZONES))
    year = draw(st.integers(1972, 2036))
    near = draw(st.sampled_from(clock_changes(ZoneInfo(zone), year) or [datetime(year, 6, 1, tzinfo=UTC)]))
    layers = []
    for number in range(draw(st.integers(1, 3))):
        back = timedelta(minutes=15 * draw(st.integers(-200, 4000)))
        anchor = near.replace(tzinfo=None) - back
        unit, most = draw(st.sampled_from([("hours", 30), ("days", 9), ("weeks", 2)]))
        layers.append(Layer(f"layer {number}", anchor, draw(st.integers(1, most)), unit, people(*draw(turns)), HERE))
    return schedule(*layers, zone=zone), near


@settings(max_examples=60, deadline=None)
@given(watches())
def test_every_minute_of_a_clock_change_is_stood_by_whom_the_walk_finds(drawn: tuple[Schedule, datetime]) -> None:
    watch, near = drawn
    start, end = near - timedelta(hours=12), near + timedelta(hours=36)
    found = shifts(watch, start, end)
    minutes = [shift.people for shift in found for _ in range((shift.end - shift.start) // MINUTE)]
    assert minutes == walk(watch, start, end)


@settings(max_examples=150, deadline=None)
@given(watches(), st.integers(-5000, 5000), st.integers(1, 20_000), st.integers(1, 20_000))
def test_shifts_are_a_partition_and_a_window_is_the_same_part_of_the_whole(
    drawn: tuple[Schedule, datetime], offset: int, before: int, after: int
) -> None:
    watch, near = drawn
    instant = near + offset * MINUTE
    start, end = instant - before * MINUTE, instant + after * MINUTE
    found = shifts(watch, start, end)
    assert (found[0].start, found[-1].end) == (start, end)
    assert all(one.end == following.start for one, following in pairwise(found))
    assert all(shift.start < shift.end for shift in found)
    (first, *_), (*_, last) = shifts(watch, start, instant), shifts(watch, instant, end)
    assert (first, last) == (
        Shift(start, min(found[0].end, instant), found[0].people, found[0].layer, found[0].reason),
        Shift(max(found[-1].start, instant), end, found[-1].people, found[-1].layer, found[-1].reason),
    )
    whole = shift_at(watch, instant)
    inside = next(shift for shift in found if shift.start <= instant < shift.end)
    assert (max(whole.start, start), min(whole.end, end), whole.people) == (inside.start, inside.end, inside.people)
