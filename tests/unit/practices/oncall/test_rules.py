"""The page's state machine: its table, worked escalations with their times, and what must hold whatever happens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.small_org import ANA, LADDER, MINUTE, MONDAY, OFFICE, RAJ, organization, policy, step, weekly
from watchbill.lib.errors import Conflict
from watchbill.org.charters import EscalationPolicy
from watchbill.org.organization import Organization
from watchbill.practices.oncall.frozen_policy import freeze, thaw
from watchbill.practices.oncall.model import Outcome, Page, PageState, Room
from watchbill.practices.oncall.reach import Reach, Recipient, reach_of
from watchbill.practices.oncall.rules import (
    MOVES,
    Acknowledged,
    BroughtForward,
    CalledAgain,
    DropNotices,
    Event,
    Expired,
    Happened,
    Move,
    RanOut,
    Resolved,
    StepCame,
    Tell,
    TellAdministrators,
    can_be_brought_forward,
    decide,
    due_move,
    step_of,
)
from watchbill.practices.record.model import Kind

SOMEBODY = Reach((Recipient("user:ana", "named"),), ())
NOBODY = Reach((), ())


def born(chosen: EscalationPolicy = LADDER, at: datetime = MONDAY) -> Page:
    return Page(
        id="page",
        incident="incident",
        state=PageState.DUE,
        policy_name=chosen.name,
        policy=freeze(chosen, "UTC"),
        step=1,
        round=0,
        next_step_at=at,
        opened_at=at,
        acknowledged_at=None,
        acknowledged_by=None,
        acknowledgement_expires_at=None,
        resolved_at=None,
    )


def in_state(state: PageState) -> Page:
    page = born()
    moves: dict[PageState, list[Event]] = {
        PageState.DUE: [],
        PageState.ACKNOWLEDGED: [Acknowledged(ANA, "api")],
        PageState.EXHAUSTED: [RanOut()],
        PageState.RESOLVED: [Resolved("watchbill")],
    }
    for event in moves[state]:
        page = decide(page, event, MONDAY).page
    return page


EVENTS: dict[Move, Event] = {
    Move.TAKE_STEP: StepCame(SOMEBODY),
    Move.RUN_OUT: RanOut(),
    Move.ACKNOWLEDGE: Acknowledged(ANA, "link"),
    Move.EXPIRE: Expired(),
    Move.BRING_FORWARD: BroughtForward(1),
    Move.CALL_AGAIN: CalledAgain("the disk is full too"),
    Move.RESOLVE: Resolved("watchbill"),
}

TABLE = """
              takeStep  runOut     acknowledge   expire  bringForward  callAgain  resolve
due           due       exhausted  acknowledged  -       due           -          resolved
acknowledged  -         -          acknowledged  due     -             -          resolved
exhausted     -         -          acknowledged  -       -             due        resolved
resolved      -         -          -             -       -             -          -
"""


def test_the_table_of_moves_reads_as_it_is_written_here() -> None:
    lines = [["", *Move]] + [[state, *(MOVES[state].get(move, "-") for move in Move)] for state in PageState]
    order = ["", "due", "acknowledged", "exhausted", "resolved"]
    printed = {line[0]: line[1:] for line in lines}
    written = {line.split()[0] if line[0] != " " else "": line.split() for line in TABLE.strip("\n").split("\n")}
    assert [printed[name] for name in order] == [written[name][bool(name) :] for name in order]


@pytest.mark.parametrize("state", PageState)
@pytest.mark.parametrize("move", Move)
def test_a_page_makes_exactly_the_moves_that_the_table_allows(state: PageState, move: Move) -> None:
    page = in_state(state)
    if move in MOVES[state]:
        decision = decide(page, EVENTS[move], MONDAY)
        assert decision.page.state is MOVES[state][move]
        assert [effect for effect in decision.effects if isinstance(effect, Happened)]
    else:
        with pytest.raises(Conflict, match=f"The page is {state.value}"):
            decide(page, EVENTS[move], MONDAY)


# ---- worked examples: who is told when, if nobody acknowledges


def timeline(
    chosen: EscalationPolicy,
    declared: Organization | None = None,
    *,
    start: datetime = MONDAY,
    rooms: dict[str, Room] | None = None,
    span: timedelta = timedelta(hours=12),
) -> list[tuple[int, str]]:
    """Return (minutes since the start, what happened) until the page is exhausted or the span is over."""
    declared = declared or organization(chosen)
    page, now, lines, taken = born(chosen, start), start, [], []
    while page.next_step_at is not None and page.next_step_at <= start + span:
        now = max(now, page.next_step_at)
        decision = decide(page, next_event(page, declared, rooms or {}, now, taken), now)
        taken += [effect.recipient.name for effect in decision.effects if isinstance(effect, Tell)]
        minute = (now - start) // MINUTE
        lines += [(minute, line) for effect in decision.effects if (line := spoken(effect))]
        page = decision.page
    return lines


def next_event(page: Page, declared: Organization, rooms: dict[str, Room], now: datetime, taken: list[str]) -> Event:
    frozen, step_now = thaw(page.policy), step_of(page)
    if due_move(page, now) is Move.RUN_OUT or frozen is None or step_now is None:
        return RanOut()
    return StepCame(reach_of(step_now, frozen, declared, rooms, now, paged_before=taken))


def spoken(effect: Any) -> str | None:
    if isinstance(effect, Tell):
        return f"{effect.round}.{effect.step} {effect.recipient.name}"
    if isinstance(effect, Happened) and effect.kind is Kind.STEP_REACHED_NOBODY:
        return f"{effect.details['round']}.{effect.details['step']} {effect.details['missed'][0]['outcome']}"
    return "exhausted" if isinstance(effect, Happened) and effect.kind is Kind.PAGE_EXHAUSTED else None


def test_two_steps_and_one_repeat() -> None:
    assert timeline(LADDER) == [
        (0, "0.1 user:ana"),
        (5, "0.2 user:raj"),
        (5, "0.2 user:dana"),
        (15, "1.1 user:ana"),
        (20, "1.2 user:raj"),
        (20, "1.2 user:dana"),
        (30, "exhausted"),
    ]


def test_a_repeat_may_begin_at_a_later_step() -> None:
    chosen = policy(step("user:ana"), step("user:raj"), step("user:dana"), times=2, start_from=2)
    assert [line for _, line in timeline(chosen)] == [
        "0.1 user:ana",
        "0.2 user:raj",
        "0.3 user:dana",
        "1.2 user:raj",
        "1.3 user:dana",
        "2.2 user:raj",
        "2.3 user:dana",
        "exhausted",
    ]


def test_a_step_that_reaches_nobody_is_on_record_and_the_next_one_comes_at_once() -> None:
    gap = weekly("primary", None)
    chosen = policy(step("schedule:primary"), step("user:dana"))
    assert timeline(chosen, organization(chosen, schedules=[gap])) == [
        (0, "0.1 nobodyOnWatch"),
        (0, "0.2 user:dana"),
        (5, "exhausted"),
    ]


def test_a_round_that_reaches_nobody_is_not_repeated_at_once() -> None:
    chosen = policy(step("schedule:primary", wait=7 * MINUTE), times=2)
    assert timeline(chosen, organization(chosen, schedules=[weekly("primary", None)])) == [
        (0, "0.1 nobodyOnWatch"),
        (7, "1.1 nobodyOnWatch"),
        (14, "2.1 nobodyOnWatch"),
        (14, "exhausted"),
    ]


def test_with_hold_the_page_waits_at_the_step_until_somebody_is_on_watch() -> None:
    starts_at_nine = weekly("primary", ANA)
    chosen = policy(step("schedule:primary", wait=10 * MINUTE), step("user:dana"), hold=True)
    early = MONDAY - timedelta(minutes=25)
    assert timeline(chosen, organization(chosen, schedules=[starts_at_nine]), start=early) == [
        (0, "0.1 nobodyOnWatch"),
        (30, "0.1 user:ana"),
        (40, "0.2 user:dana"),
        (45, "exhausted"),
    ]


@pytest.mark.parametrize(
    ("hour", "expected"),
    [(9, ["0.1 user:raj", "0.2 user:dana", "exhausted"]), (19, ["0.1 outsideHours", "0.2 user:dana", "exhausted"])],
)
def test_a_step_with_hours_is_passed_over_outside_them(hour: int, expected: list[str]) -> None:
    chosen = policy(step("user:raj", when=OFFICE), step("user:dana"))
    assert [line for _, line in timeline(chosen, start=MONDAY.replace(hour=hour))] == expected


def test_hours_are_read_in_the_zone_that_the_policy_was_frozen_with() -> None:
    chosen = policy(step("user:raj", when=OFFICE))
    frozen = thaw(freeze(chosen, "America/New_York"))
    assert frozen is not None
    assert reach_of(chosen.steps[0], frozen, organization(), {}, MONDAY).is_closed
    assert not reach_of(chosen.steps[0], frozen, organization(), {}, MONDAY + timedelta(hours=6)).is_closed


def test_round_robin_takes_one_person_after_the_other_and_always_the_room() -> None:
    chosen = policy(step("group:sre", "channel:ops", round_robin=True), times=3)
    rooms = {"ops": Room("ops", "webhook", "http://127.0.0.1/")}
    told = [line.split()[1] for _, line in timeline(chosen, rooms=rooms)[:-1]]
    assert [name for name in told if name != "channel:ops"] == ["user:ana", "user:mei", "user:raj", "user:ana"]
    assert told.count("channel:ops") == 4


def test_whoever_is_named_twice_is_told_once_with_both_reasons() -> None:
    chosen = policy(step("user:ana", "schedule:primary"))
    frozen = thaw(freeze(chosen, "UTC"))
    assert frozen is not None
    (ana,) = reach_of(chosen.steps[0], frozen, organization(), {}, MONDAY).recipients
    assert ana.why == ("user:ana is named by the step; on watch in schedule:primary, turn 1 of 3 in layer “weekly”")


@pytest.mark.parametrize(
    ("target", "outcome"),
    [
        ("schedule:gone", Outcome.TARGET_UNKNOWN),
        ("user:gone", Outcome.TARGET_UNKNOWN),
        ("group:gone", Outcome.TARGET_UNKNOWN),
        ("group:sre", Outcome.GROUP_IS_EMPTY),
        ("channel:gone", Outcome.CHANNEL_UNKNOWN),
    ],
)
def test_every_target_that_leads_nowhere_says_why(target: str, outcome: Outcome) -> None:
    chosen = policy(step(target))
    frozen = thaw(freeze(chosen, "UTC"))
    assert frozen is not None
    reach = reach_of(chosen.steps[0], frozen, organization(chosen, members=[]), {}, MONDAY)
    assert (reach.recipients, [missed.outcome for missed in reach.missed]) == ((), [outcome])


def test_a_policy_comes_back_from_the_page_as_it_went_in() -> None:
    chosen = policy(step("schedule:primary", "channel:ops", when=OFFICE, round_robin=True), hold=True, times=3)
    frozen = thaw(freeze(chosen, "Europe/Berlin"))
    assert frozen is not None
    assert (frozen.policy, frozen.time_zone.key) == (chosen, "Europe/Berlin")
    assert thaw({}) is None


# ---- acknowledging, expiring, being late


def test_an_acknowledgement_stops_the_steps_and_drops_what_waits() -> None:
    decision = decide(born(), Acknowledged(ANA, "link"), MONDAY + MINUTE)
    assert (decision.page.next_step_at, decision.page.acknowledged_by) == (None, ANA)
    assert decision.effects[1] == DropNotices(Outcome.PAGE_ACKNOWLEDGED)
    assert due_move(decision.page, MONDAY + 30 * MINUTE) is None
    assert due_move(decision.page, MONDAY + 31 * MINUTE) is Move.EXPIRE


def test_a_second_acknowledgement_keeps_the_first_person_and_lasts_longer() -> None:
    first = decide(born(), Acknowledged(ANA, "link"), MONDAY).page
    second = decide(first, Acknowledged(RAJ, "api"), MONDAY + 20 * MINUTE)
    assert (second.page.acknowledged_by, second.page.acknowledged_at) == (ANA, MONDAY)
    assert second.page.acknowledgement_expires_at == MONDAY + 50 * MINUTE
    (happened,) = (effect for effect in second.effects if isinstance(effect, Happened))
    assert (happened.actor, happened.details["again"]) == ("user:raj", True)


def test_an_expired_acknowledgement_makes_the_page_due_from_its_first_step_in_a_new_run() -> None:
    later = MONDAY + 40 * MINUTE
    page = decide(decide(born(), Acknowledged(ANA, "link"), MONDAY).page, Expired(), later).page
    assert (page.state, page.run, page.round, page.step, page.next_step_at) == (PageState.DUE, 1, 0, 1, later)
    assert (page.acknowledged_by, page.acknowledgement_expires_at) == (None, None)


def test_a_step_taken_late_says_so_and_gives_people_their_full_time() -> None:
    now = MONDAY + timedelta(hours=1)
    decision = decide(born(), StepCame(SOMEBODY), now)
    happened, tell = decision.effects
    assert isinstance(happened, Happened)
    assert isinstance(tell, Tell)
    assert (happened.details["late_seconds"], tell.late) == (3600, timedelta(hours=1))
    assert decision.page.next_step_at == now + 5 * MINUTE


def test_a_step_taken_on_time_does_not_call_itself_late() -> None:
    happened, _ = decide(born(), StepCame(SOMEBODY), MONDAY + timedelta(seconds=20)).effects
    assert isinstance(happened, Happened)
    assert "late_seconds" not in happened.details


def test_a_first_step_is_due_whatever_the_clock_says() -> None:
    stepped_back = MONDAY - timedelta(hours=1)
    assert due_move(born(), stepped_back) is Move.TAKE_STEP
    taken = decide(born(), StepCame(SOMEBODY), stepped_back).page
    assert due_move(taken, stepped_back) is None
    assert due_move(taken, stepped_back + 5 * MINUTE) is Move.TAKE_STEP


def test_a_page_that_nobody_took_tells_the_administrators_once_a_run() -> None:
    exhausted = decide(born(), RanOut(), MONDAY)
    assert exhausted.effects[1] == TellAdministrators(0, "every step was taken and nobody acknowledged")
    again = decide(exhausted.page, CalledAgain("cart fails too"), MONDAY + MINUTE)
    assert (again.page.state, again.page.run, again.page.round, again.page.step) == (PageState.DUE, 1, 0, 1)
    assert again.page.next_step_at == MONDAY + MINUTE
    (happened,) = again.effects
    assert isinstance(happened, Happened)
    assert (happened.kind, happened.details["title"]) == (Kind.PAGE_DUE_AGAIN, "cart fails too")
    assert TellAdministrators(1, "of noHolder") in decide(again.page, RanOut(Outcome.NO_HOLDER), MONDAY).effects


def test_a_step_is_brought_forward_within_its_round_and_never_into_a_repeat_or_the_end() -> None:
    first = decide(born(), StepCame(SOMEBODY), MONDAY).page
    assert can_be_brought_forward(first, 0, 0, MONDAY + MINUTE)
    assert not can_be_brought_forward(first, 1, 0, MONDAY + MINUTE)
    assert not can_be_brought_forward(first, 0, 0, MONDAY + 5 * MINUTE)
    brought = decide(first, BroughtForward(1), MONDAY + MINUTE).page
    assert (brought.step, brought.next_step_at) == (2, MONDAY + MINUTE)
    repeating = decide(brought, StepCame(SOMEBODY), MONDAY + MINUTE).page
    assert not can_be_brought_forward(repeating, 0, 0, MONDAY + 2 * MINUTE)
    at_the_end = decide(born(policy(step("user:ana"))), StepCame(SOMEBODY), MONDAY).page
    assert not can_be_brought_forward(at_the_end, 0, 0, MONDAY + MINUTE)
