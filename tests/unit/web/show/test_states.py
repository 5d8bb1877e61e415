"""States as words: what a goal and its tiers say before, while and after they alert."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.practices.goals.made import DAY, MIDNIGHT, MINUTE, goal
from watchbill.lib.durations import THIN
from watchbill.org.burn_tiers import default_tiers
from watchbill.org.objectives import BurnTier
from watchbill.practices.goals.model import Burn, GoalState, GoalStatus
from watchbill.practices.goals.standing import status_of
from watchbill.web.show.states import Shown, after_state, of_burn, of_goal

FAST, SLOW, TICKET = default_tiers(30 * DAY)
QUIET = Burn(FAST, 0.2, 0.1, 1000, 1000, 100, 100, 1.0, 1.0, holds=False, due_in=None, since=None)


def burn(tier: BurnTier = FAST, *, due_in: timedelta | None = None, holds: bool = False, rate: float = 14.52) -> Burn:
    return replace(QUIET, tier=tier, holds=holds, due_in=due_in, long_rate=rate)


def standing(state: GoalState, *burns: Burn, pages_in: timedelta | None = None) -> GoalStatus:
    unread = status_of(goal(), None, {}, MIDNIGHT)
    return replace(unread, state=state, burns=burns, pages_in=pages_in)


def told(status: GoalStatus) -> tuple[str, str, str]:
    shown = of_goal(status)
    return shown.shape, shown.word, after_state(status).replace(THIN, " ")


def test_a_goal_that_burns_says_how_fast_over_which_window_and_the_limit() -> None:
    """The rate is the one that the rule compares: that of the tier which pages, in its long window."""
    burns = burn(TICKET, holds=True, rate=3.0), burn(FAST, holds=True)
    assert told(standing(GoalState.BURNING, *burns)) == ("bad", "burning 14.5×", "over 1 h, limit 14.4×")


def test_a_goal_on_its_way_to_a_page_says_so_and_when() -> None:
    rising = burn(due_in=2 * MINUTE)
    assert told(standing(GoalState.ATTENTION, rising, pages_in=2 * MINUTE)) == (
        "warn",
        "over the paging rate",
        "pages in about 2 min",
    )
    assert told(standing(GoalState.SPENT, rising, pages_in=2 * MINUTE)) == (
        "bad",
        "budget spent",
        "pages in about 2 min",
    )


@pytest.mark.parametrize("state", list(GoalState))
def test_a_goal_that_is_not_on_its_way_says_its_state_alone(state: GoalState) -> None:
    assert after_state(standing(state, QUIET)) == ""


def test_a_tier_says_what_it_asks_for_and_when_it_will() -> None:
    assert of_burn(QUIET) == Shown("good", "quiet")
    assert of_burn(burn(holds=True)) == Shown("bad", "paging")
    assert of_burn(burn(TICKET, holds=True)) == Shown("warn", "ticket")
    assert of_burn(burn(due_in=9 * MINUTE)) == Shown("warn", f"over its limit in about 9{THIN}min")
    assert of_burn(burn(TICKET, due_in=5 * 60 * MINUTE)) == Shown("warn", f"over its limit in about 5{THIN}h")
