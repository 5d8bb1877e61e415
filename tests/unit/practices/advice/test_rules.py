"""What may become of a recommendation and of a break-glass: every move of every state, and what is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from watchbill.lib.errors import Conflict
from watchbill.org.values import EntityRef
from watchbill.practices.advice.model import (
    Answer,
    Glass,
    GlassMove,
    GlassState,
    Recommendation,
    RecommendationState,
)
from watchbill.practices.advice.rules import answered, as_broken, glass_as_of, moved, tally

NOW = datetime(2026, 5, 4, 10, tzinfo=UTC)
THING, OWNER = EntityRef.parse("payroll", kind="component"), EntityRef.parse("devs", kind="group")
RUTH, GRETA = EntityRef.parse("ruth", kind="user"), EntityRef.parse("greta", kind="user")

MOVES = {
    (RecommendationState.WAITING, Answer.ACCEPT): RecommendationState.ACCEPTED,
    (RecommendationState.WAITING, Answer.DECLINE): RecommendationState.DECLINED,
    (RecommendationState.ACCEPTED, Answer.IMPLEMENT): RecommendationState.IMPLEMENTED,
}
GLASS = {
    (GlassState.ASKED, GlassMove.APPROVE): GlassState.OPEN,
    (GlassState.ASKED, GlassMove.REFUSE): GlassState.REFUSED,
    (GlassState.OPEN, GlassMove.CLOSE): GlassState.CLOSED,
}


def made(state: RecommendationState = RecommendationState.WAITING) -> Recommendation:
    return Recommendation(
        "r", THING, OWNER, "advisers", "e", "More regions", "because", "", RUTH, NOW, NOW + timedelta(days=30), state
    )


def asked(state: GlassState = GlassState.ASKED) -> Glass:
    ends_at = NOW + timedelta(minutes=60) if state is GlassState.OPEN else None
    return Glass("g", RUTH, THING, OWNER, "advisers", "e", "stuck", 60, NOW, state, ends_at=ends_at)


@pytest.mark.parametrize("state", list(RecommendationState))
@pytest.mark.parametrize("answer", [Answer.ACCEPT, Answer.DECLINE, Answer.IMPLEMENT])
def test_a_recommendation_moves_only_as_its_table_says(state: RecommendationState, answer: Answer) -> None:
    expected = MOVES.get((state, answer))
    if expected is None:
        with pytest.raises(Conflict):
            answered(made(state), answer, GRETA, NOW, "why")
    else:
        assert answered(made(state), answer, GRETA, NOW, "why").state is expected


@pytest.mark.parametrize("state", list(GlassState))
@pytest.mark.parametrize("move", [GlassMove.APPROVE, GlassMove.REFUSE, GlassMove.CLOSE])
def test_a_break_glass_moves_only_as_its_table_says(state: GlassState, move: GlassMove) -> None:
    expected = GLASS.get((state, move))
    if expected is None:
        with pytest.raises(Conflict):
            moved(asked(state), move, GRETA, NOW, "why")
    else:
        assert moved(asked(state), move, GRETA, NOW, "why").state is expected


def test_the_time_of_a_break_glass_begins_when_it_is_approved() -> None:
    later = NOW + timedelta(minutes=40)
    opened = moved(asked(), GlassMove.APPROVE, GRETA, later, "")
    assert opened.ends_at == later + timedelta(minutes=60)
    broken = as_broken(opened)
    assert broken is not None
    assert (broken.holder, broken.approved_by) == (RUTH, GRETA)
    assert as_broken(glass_as_of(opened, later + timedelta(minutes=60))) is None


def test_a_tally_counts_what_was_implemented_as_accepted_and_only_within_90_days_as_in_time() -> None:
    def implemented(days: int) -> Recommendation:
        accepted = replace(made(RecommendationState.IMPLEMENTED), decided_by=GRETA, decided_at=NOW)
        return replace(accepted, implemented_by=GRETA, implemented_at=NOW + timedelta(days=days))

    rows = [
        made(),
        made(RecommendationState.DECLINED),
        made(RecommendationState.ACCEPTED),
        implemented(90),
        implemented(91),
    ]
    found = tally(rows, 2, NOW)
    assert (found.made, found.waiting, found.declined, found.accepted) == (5, 1, 1, 3)
    assert (found.implemented, found.in_time, found.glass) == (2, 1, 2)
    assert tally(rows, 0, NOW + timedelta(days=30)).expired == 1
