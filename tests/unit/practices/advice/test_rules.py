"""What may become of a recommendation and of a break-glass: every move of every state, and what is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

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


DAY = timedelta(days=1)


def accepted(after: timedelta = DAY) -> Recommendation:
    return replace(made(RecommendationState.ACCEPTED), decided_by=GRETA, decided_at=NOW + after)


def implemented(after: timedelta) -> Recommendation:
    """Make one that was accepted a day after it was made, and implemented a span after it was made."""
    return replace(accepted(), state=RecommendationState.IMPLEMENTED, implemented_by=GRETA, implemented_at=NOW + after)


def test_a_tally_says_where_each_recommendation_stands_and_counts_the_implemented_as_accepted() -> None:
    rows = [made(), made(RecommendationState.DECLINED), accepted(), implemented(40 * DAY)]
    found = tally(rows, 2, NOW + 29 * DAY)
    assert (found.made, found.waiting, found.declined, found.accepted, found.implemented) == (4, 1, 1, 2, 1)
    assert (found.expired, found.glass) == (0, 2)
    assert tally(rows, 0, NOW + 30 * DAY).expired == 1


@pytest.mark.parametrize(
    ("rows", "judged", "taken"),
    [
        ([], 0, 0),
        ([implemented(90 * DAY)], 1, 1),
        ([implemented(90 * DAY + timedelta(seconds=1))], 1, 0),
        ([made(RecommendationState.DECLINED)], 1, 0),
        ([made(RecommendationState.EXPIRED)], 1, 0),
        ([made()], 1, 0),
        ([accepted()], 1, 0),
        ([accepted(), implemented(20 * DAY), made(RecommendationState.DECLINED)], 3, 1),
    ],
    ids=["nothing", "on day 90", "a second later", "declined", "expired", "unanswered", "only accepted", "of each"],
)
def test_what_has_had_its_90_days_counts_and_only_what_was_implemented_in_them_counts_for(
    rows: list[Recommendation], judged: int, taken: int
) -> None:
    found = tally(rows, 0, NOW + 200 * DAY)
    assert (found.judged, found.taken) == (judged, taken)
    assert found.share == (Fraction(taken, judged) if judged else None)


@pytest.mark.parametrize(
    ("taken", "declined", "falls_short"), [(0, 0, False), (1, 1, False), (1, 2, True), (0, 1, True)]
)
def test_advice_of_which_less_than_half_is_taken_falls_short(taken: int, declined: int, falls_short: bool) -> None:
    rows = [implemented(20 * DAY)] * taken + [made(RecommendationState.DECLINED)] * declined
    assert tally(rows, 0, NOW + 200 * DAY).falls_short is falls_short


@pytest.mark.parametrize("row", [made(), made(RecommendationState.DECLINED), implemented(2 * DAY)])
def test_what_is_younger_than_90_days_is_not_counted_whatever_became_of_it(row: Recommendation) -> None:
    assert tally([row], 0, NOW + 90 * DAY - timedelta(seconds=1)).judged == 0
    assert tally([row], 0, NOW + 90 * DAY).judged == 1
