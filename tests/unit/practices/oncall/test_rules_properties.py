"""What must hold of a page whatever happens to it, in any order and at any time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.small_org import ANA, MINUTE, MONDAY, RAJ, policy, step
from tests.unit.practices.oncall.test_rules import NOBODY, SOMEBODY, born
from watchbill.lib.errors import Conflict
from watchbill.practices.oncall.model import PageState
from watchbill.practices.oncall.reach import Reach
from watchbill.practices.oncall.rules import (
    Acknowledged,
    BroughtForward,
    CalledAgain,
    Decision,
    Event,
    Expired,
    Happened,
    Move,
    RanOut,
    Resolved,
    StepCame,
    Tell,
    can_be_brought_forward,
    decide,
    due_move,
)


class PageMachine(RuleBasedStateMachine):
    """Throws events at a page in any order and at any time."""

    @initialize(
        steps=st.integers(1, 3), times=st.integers(0, 2), hold=st.booleans(), expires=st.sampled_from([None, 5, 60])
    )
    def open(self, steps: int, times: int, hold: bool, expires: int | None) -> None:
        chosen = policy(
            *(step("user:ana", wait=number * MINUTE) for number in range(steps)),
            times=times,
            hold=hold,
            expires=None if expires is None else expires * MINUTE,
        )
        self.page, self.now = born(chosen), MONDAY
        self.told: set[tuple[int, int, int, str]] = set()

    def take(self, event: Event) -> Decision:
        before = self.page
        decision = decide(before, event, self.now)
        happened = [effect for effect in decision.effects if isinstance(effect, Happened)]
        whereabouts = [(page.state, page.run, page.round, page.step) for page in (before, decision.page)]
        assert happened or whereabouts[0] == whereabouts[1], "a change without a record entry"
        for tell in decision.effects:
            if isinstance(tell, Tell):
                key = (tell.run, tell.round, tell.step, tell.recipient.name)
                assert key not in self.told, "a step told somebody twice"
                self.told.add(key)
        self.page = decision.page
        return decision

    @rule(seconds=st.integers(0, 4000))
    def pass_time(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(reach=st.sampled_from([SOMEBODY, NOBODY]))
    def do_what_is_due(self, reach: Reach) -> None:
        for _ in range(200):
            move = due_move(self.page, self.now)
            if move is None:
                return
            events = {Move.TAKE_STEP: StepCame(reach), Move.RUN_OUT: RanOut(), Move.EXPIRE: Expired()}
            self.take(events[move])
        raise AssertionError("a page keeps asking for something at one instant")

    @precondition(lambda self: self.page.state is PageState.EXHAUSTED)
    @rule()
    def another_alert_joins(self) -> None:
        self.take(CalledAgain("another"))

    @precondition(lambda self: can_be_brought_forward(self.page, self.page.run, self.page.round, self.now))
    @rule()
    def a_step_told_nobody(self) -> None:
        self.take(BroughtForward(self.page.step))

    @rule(via=st.sampled_from(["link", "page", "api"]), who=st.sampled_from([ANA, RAJ]))
    def acknowledge(self, via: str, who: Any) -> None:
        if self.page.state is PageState.RESOLVED:
            with pytest.raises(Conflict):
                decide(self.page, Acknowledged(who, via), self.now)
        else:
            self.take(Acknowledged(who, via))

    @precondition(lambda self: self.page.state is not PageState.RESOLVED)
    @rule()
    def resolve(self) -> None:
        self.take(Resolved("watchbill"))
        assert due_move(self.page, datetime(2100, 1, 1, tzinfo=UTC)) is None

    @invariant()
    def what_the_columns_promise(self) -> None:
        page = self.page
        assert (page.state is PageState.DUE) == (page.next_step_at is not None)
        assert (page.state is PageState.RESOLVED) == (page.resolved_at is not None)
        assert page.acknowledgement_expires_at is None or page.state is PageState.ACKNOWLEDGED
        assert page.state is not PageState.ACKNOWLEDGED or page.acknowledged_by is not None


TestPageMachine = PageMachine.TestCase
TestPageMachine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
