from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.unit.practices.goals.made import HOUR, MIDNIGHT, SECOND, goal
from watchbill.practices.goals.fleet import Fleet, GoalOrder
from watchbill.practices.goals.model import Burn, GoalState, GoalStatus
from watchbill.practices.goals.standing import status_of


def status(
    name: str, state: GoalState, left: float | None, burn: float | None, spent_in: timedelta | None
) -> GoalStatus:
    of = goal(name)
    tier = of.tiers[0]
    present = Burn(tier, burn, burn, 0, 0, 0, 0, 1.0, 1.0, holds=False, due_in=None, since=None)
    return replace(
        status_of(of, None, {}, MIDNIGHT), state=state, left=left, present=present, spent_in=spent_in, problem=None
    )


STATUSES = [
    status("a-healthy", GoalState.HEALTHY, 0.9, 0.2, None),
    status("b-burning", GoalState.BURNING, 0.4, 22.0, 3 * HOUR),
    status("c-spent", GoalState.SPENT, -0.1, 0.5, None),
    status("d-unknown", GoalState.NOT_MEASURED, None, None, None),
    status("e-attention", GoalState.ATTENTION, 0.3, 4.0, 9 * HOUR),
]
FLEET = Fleet.of({each.goal: goal(each.goal) for each in STATUSES}, STATUSES, MIDNIGHT)


def ordered(order: GoalOrder) -> str:
    return " ".join(name[0] for name in FLEET.in_order(FLEET.everything(), order))


def test_the_most_urgent_come_first_and_what_is_not_measured_before_what_is_healthy() -> None:
    assert ordered(GoalOrder.URGENCY) == "b c e d a"


def test_the_fastest_burn_comes_first_and_what_has_none_last() -> None:
    assert ordered(GoalOrder.BURN) == "b e c a d"


def test_the_least_left_comes_first_and_what_is_not_known_last() -> None:
    assert ordered(GoalOrder.LEFT) == "c e b a d"


def test_what_is_spent_comes_before_what_is_spent_soonest_and_what_does_not_burn_down_after_it() -> None:
    assert ordered(GoalOrder.EXHAUSTION) == "c b e a d"


def test_a_part_of_the_goals_is_counted_by_state() -> None:
    some = FLEET.everything()
    some[0] = False
    assert FLEET.by_state(some) == {
        GoalState.BURNING: 1,
        GoalState.SPENT: 1,
        GoalState.ATTENTION: 1,
        GoalState.NOT_MEASURED: 1,
        GoalState.HEALTHY: 0,
    }
    assert FLEET.in_order(FLEET.in_state(GoalState.SPENT), GoalOrder.NAME) == ["c-spent"]


def test_a_glance_holds_for_the_same_goals_and_not_for_long() -> None:
    assert FLEET.is_of(FLEET.goals, MIDNIGHT + 60 * SECOND)
    assert not FLEET.is_of(FLEET.goals, MIDNIGHT + 120 * SECOND)
    assert not FLEET.is_of({}, MIDNIGHT)
