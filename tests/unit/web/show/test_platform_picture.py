"""The picture of the common platform: each thing a row below what stands on it, each dependency a wire of its own lane."""

from __future__ import annotations

from tests.unit.org.made import ref
from tests.unit.org.platform.building import report
from watchbill.org.values import EntityRef
from watchbill.web.show.platform_picture import HEADING, ROW, picture

STANDS_ON = {"app": ["service", "db"], "service": ["db"], "batch": ["db"]}
GOALS = {"app": "99.9", "batch": "99", "db": "99.99"}


def named(of: EntityRef) -> str:
    return of.name


def test_things_lie_in_layers_by_how_deep_they_are() -> None:
    drawn = picture(report(STANDS_ON, GOALS), named)
    assert [(layer.depth, [each.name for each in layer.things]) for layer in drawn.layers] == [
        (0, ["app", "batch"]),
        (1, ["service"]),
        (2, ["db"]),
    ]
    assert drawn.height == 3 * HEADING + 4 * ROW


def test_every_dependency_is_a_wire_and_what_limits_comes_last_so_that_it_lies_on_top() -> None:
    drawn = picture(report(STANDS_ON, GOALS), named)
    assert {wire.says for wire in drawn.wires} == {
        "app stands on service",
        "app stands on db",
        "service stands on db",
        "batch stands on db",
    }
    limits = {wire.says for wire in drawn.wires if wire.limits}
    assert limits == {"app stands on service", "app stands on db"}
    assert [wire.limits for wire in drawn.wires] == sorted(wire.limits for wire in drawn.wires)


def test_wires_to_different_things_share_a_lane_only_where_they_do_not_meet() -> None:
    drawn = picture(report(STANDS_ON, GOALS), named)
    lanes = {wire.says.rpartition(" ")[2]: wire.dot_x for wire in drawn.wires}
    assert lanes["service"] > lanes["db"], "the shorter stretch lies nearer"
    apart = picture(report({"a": ["b"], "c": ["d"]}), named).wires
    assert len({wire.dot_x for wire in apart}) == 2, "two stretches that meet"


def test_things_that_stand_on_one_another_lie_in_one_layer_with_wires_both_ways() -> None:
    drawn = picture(report({"a": ["b"], "b": ["a"]}), named)
    assert [layer.things for layer in drawn.layers] == [(ref("a"), ref("b"))]
    assert len(drawn.wires) == 2
