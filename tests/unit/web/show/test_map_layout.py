"""The layout of the map: nothing overlaps, nothing is lost, and what is linked stands near what it is linked with."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from watchbill.web.show.map_layout import Column, Lane, Layout, Line, Placed, layout

BOX = 20
WIDTH = 100


@st.composite
def maps(draw: st.DrawFn) -> tuple[list[Column], list[Line]]:
    columns = [
        Column(
            tuple(
                Lane(
                    f"{place}.{number}",
                    tuple(f"{place}.{number}.{box}" for box in range(draw(st.integers(0, 7)))),
                    heading=draw(st.sampled_from([0, 20, 40])),
                    box_height=draw(st.sampled_from([BOX, 38])),
                    across=draw(st.integers(1, 3)),
                    framed=draw(st.booleans()),
                )
                for number in range(draw(st.integers(0, 4)))
            ),
            WIDTH * draw(st.integers(1, 3)),
        )
        for place in range(draw(st.integers(0, 3)))
    ]
    lanes = [lane for column in columns for lane in column.lanes]
    keys = [lane.key for lane in lanes] + [key for lane in lanes for key in lane.boxes]
    ends = st.sampled_from(keys) if keys else st.nothing()
    lines = st.lists(st.builds(Line, ends, ends, st.integers(1, 6)), max_size=12) if keys else st.just([])
    return columns, draw(lines)


def overlap(one: Placed, other: Placed) -> bool:
    across = one.x < other.x + other.width and other.x < one.x + one.width
    return across and one.y < other.y + other.height and other.y < one.y + one.height


def holds(one: Placed, other: Placed) -> bool:
    across = one.x <= other.x and other.x + other.width <= one.x + one.width
    return across and one.y <= other.y and other.y + other.height <= one.y + one.height


def drawn(columns: list[list[Lane]], lines: list[Line]) -> Layout:
    return layout([Column(tuple(lanes), WIDTH) for lanes in columns], lines)


@settings(deadline=None)
@given(maps())
def test_every_box_stands_once_in_its_lane_and_nothing_overlaps(made: tuple[list[Column], list[Line]]) -> None:
    columns, lines = made
    found = layout(columns, lines)
    lanes = [lane for column in columns for lane in column.lanes]
    assert sorted(found.boxes) == sorted(key for lane in lanes for key in lane.boxes)
    assert sorted(found.lanes) == sorted(lane.key for lane in lanes)
    assert not any(overlap(one, other) for one, other in combinations(found.lanes.values(), 2))
    assert not any(overlap(one, other) for one, other in combinations(found.boxes.values(), 2))
    for lane in lanes:
        place = found.lanes[lane.key]
        below_heading = Placed(place.x, place.y + lane.heading, place.width, place.height - lane.heading)
        assert all(holds(below_heading, found.boxes[key]) for key in lane.boxes)
    whole = Placed(0, 0, found.width, found.height)
    assert all(holds(whole, place) for place in found.lanes.values())


@settings(deadline=None)
@given(maps())
def test_the_map_is_as_high_as_its_highest_column_whatever_the_lines(made: tuple[list[Column], list[Line]]) -> None:
    columns, lines = made
    assert layout(columns, lines).height == layout(columns, []).height


def test_lanes_follow_what_they_are_linked_with_and_what_is_linked_with_nothing_comes_last() -> None:
    teams = [Lane("teams", ("a", "b"), 20, BOX)]
    things = [Lane("lost", ("l",), 20, BOX), Lane("of b", ("y",), 20, BOX), Lane("of a", ("x",), 20, BOX)]
    found = drawn([teams, things], [Line("a", "x"), Line("b", "y")])
    assert list(found.lanes) == ["teams", "of a", "of b", "lost"]


def test_a_line_that_weighs_more_pulls_more() -> None:
    teams = [Lane("teams", ("a", "b", "c"), 0, BOX)]
    things = [Lane("one", ("x",), 0, BOX), Lane("two", ("y",), 0, BOX)]
    lines = [Line("a", "x"), Line("c", "x", 5), Line("a", "y", 5), Line("c", "y")]
    assert list(drawn([teams, things], lines).lanes) == ["teams", "two", "one"]


def test_a_short_column_stands_level_with_what_it_is_linked_with() -> None:
    things = [Lane("things", tuple(f"thing-{number}" for number in range(9)), 0, BOX)]
    found = drawn([[Lane("team", ("a",), 0, BOX)], things], [Line("a", "thing-8")])
    assert found.boxes["a"].middle == found.boxes["thing-8"].middle


def test_a_column_that_keeps_stands_from_the_top_in_its_own_order() -> None:
    things = Column(tuple(Lane(f"lane-{number}", (f"thing-{number}",), 0, BOX) for number in range(4)), WIDTH)
    kept = Column((Lane("one", ("x",), 0, BOX), Lane("two", ("y",), 0, BOX)), WIDTH, keeps=True)
    found = layout([things, kept], [Line("thing-3", "x"), Line("thing-0", "y")])
    assert [found.boxes[key].y for key in ("x", "y")] == [found.boxes[key].y for key in ("thing-0", "thing-1")]


def test_a_line_to_what_is_not_on_the_map_changes_nothing() -> None:
    columns = [[Lane("one", ("a",), 0, BOX)], [Lane("two", ("x",), 0, BOX)]]
    assert drawn(columns, [Line("elsewhere", "x")]) == drawn(columns, [])
