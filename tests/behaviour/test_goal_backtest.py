"""Goals judged again over the ledger of a server that ran: its own alerts come out again, and others of goals that are other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

import pytest

from tests import evening
from tests.behaviour.goals_watch import GOAL, Watch
from tests.desk import MONDAY
from tests.unit.practices.goals.made import HOUR, MINUTE, SECOND
from watchbill.org.objectives import AgreedExclusion, Goal, Severity
from watchbill.org.selectors import parse_selector
from watchbill.org.values import EntityRef, Place
from watchbill.practices.goals.backtest import scoring
from watchbill.practices.goals.backtest.comparing import Sides, compared
from watchbill.practices.goals.backtest.replay import Alert, Replayed, replay
from watchbill.practices.goals.backtest.scoring import Share
from watchbill.practices.goals.backtest.service import Ledgers
from watchbill.practices.incidents.model import Course
from watchbill.store.store import Store

END = MONDAY + 2 * HOUR


@pytest.fixture
async def watch(store: Store) -> Watch:
    """Let a third of all requests fail for twelve minutes, after an hour; the server runs for two."""
    watch = Watch(store)
    await evening.pass_over(watch)
    return watch


async def replayed(watch: Watch, goal: Goal) -> Replayed:
    past = await Ledgers(watch.desk.store).past(goal, MONDAY, END)
    assert not isinstance(past, str)
    return replay(past, MONDAY, END)


async def incidents(watch: Watch, goal: Goal) -> list[Course]:
    return await Ledgers(watch.desk.store).incidents([goal], MONDAY, END)


def of(severity: Severity, alerts: Sequence[Alert]) -> Alert:
    (alert,) = [each for each in alerts if each.severity is severity]
    return alert


async def test_what_the_server_alerted_comes_out_again_within_the_minute(watch: Watch) -> None:
    found = await replayed(watch, watch.goal)
    for given in (await watch.desk.file()).alerts:
        alert = of(given.severity, found.alerts)
        assert abs(alert.began - given.starts_at) <= MINUTE
        assert _is_close(alert.ended, given.ends_at)
    assert of(Severity.PAGE, found.alerts).troubled_since == MONDAY + HOUR
    status = await watch.goals.status(GOAL, END)
    assert found.budget.left == pytest.approx(status.left, abs=0.01)
    assert (found.budget.bad, found.measured > 0.98) == (status.spent, True)


def _is_close(one: datetime | None, other: datetime | None) -> bool:
    return one is other or (one is not None and other is not None and abs(one - other) <= MINUTE)


async def test_an_alert_that_meets_its_incident_is_a_hit_and_the_incident_is_found(watch: Watch) -> None:
    found, courses = await replayed(watch, watch.goal), await incidents(watch, watch.goal)
    assert scoring.precision(found, courses, Severity.PAGE) == Share(1, 1)
    (incident,) = scoring.found([found], courses)
    assert (incident.goals, scoring.recall([incident])) == ((GOAL,), Share(1, 1))
    assert incident.after is not None
    assert abs(incident.after) <= MINUTE


async def test_a_goal_that_asks_for_less_finds_it_later_and_one_without_a_page_not_at_all(watch: Watch) -> None:
    strict = of(Severity.PAGE, (await replayed(watch, watch.goal)).alerts)
    lower = await replayed(watch, replace(watch.goal, target=Fraction(998, 1000)))
    assert of(Severity.PAGE, lower.alerts).detected_in > strict.detected_in
    blind = await replayed(watch, replace(watch.goal, target=Fraction(1, 2)))
    courses = await incidents(watch, watch.goal)
    assert (blind.alerts, scoring.recall(scoring.found([blind], courses))) == ([], Share(0, 1))


async def test_a_goal_that_counts_something_else_or_was_never_measured_has_nothing_to_replay(watch: Watch) -> None:
    ledgers = Ledgers(watch.desk.store)
    other = replace(watch.goal, total=parse_selector("other_requests_total"))
    new = replace(watch.goal, name="new")
    assert "counts something else than its ledger does" in str(await ledgers.past(other, MONDAY, END))
    assert "was not measured yet" in str(await ledgers.past(new, MONDAY, END))
    assert await ledgers.end([new]) is None
    ended = await ledgers.end([watch.goal, new])
    assert ended is not None
    assert END - ended <= 3 * MINUTE + 30 * SECOND


async def test_an_exclusion_that_comes_to_be_agreed_is_judged_as_a_change_of_its_goals(watch: Watch) -> None:
    before = watch.desk.organization.organization
    outage = AgreedExclusion(
        name="drill", title="A drill", goals=frozenset({GOAL}), things=frozenset(), zone="UTC",
        start=(MONDAY + HOUR).replace(tzinfo=None), lasts=15 * MINUTE, rule="", cap=None, why="a drill",
        by=EntityRef("user", "default", "ana"), approved_by=None, approved_on=None, place=Place("drill.yaml", 1),
    )  # fmt: skip
    after = replace(before, exclusions={outage.name: outage}, revision="with the drill")
    sides = Sides.of(before, after, END)
    found = await compared(sides, Ledgers(watch.desk.store), MONDAY, END)
    (goal,) = found["goals"]
    assert (goal["before"]["alerts"]["page"], goal["after"]["alerts"]["page"]) == (
        {"met": 1, "of": 1},
        {"met": 0, "of": 0},
    )
    assert (goal["before"]["left"] < 1, goal["after"]["left"]) == (True, 1.0)
    assert Sides.of(before, before, END).names == []
