"""What may become of a recommendation and of a break-glass, and when. Pure; who may do it is the authority's matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from watchbill.lib.errors import Conflict, Invalid
from watchbill.org.broken_glass import LONGEST, BrokenGlass
from watchbill.org.values import EntityRef

from .model import Answer, Glass, GlassMove, GlassState, Recommendation, RecommendationState, Tally

EXPIRES_AFTER = timedelta(days=30)
TAKEN_WITHIN = timedelta(days=90)
ANSWERED_WITHIN = timedelta(hours=1)
COUNTED_OVER = timedelta(days=365)
LONGEST_TITLE, LONGEST_RATIONALE = 200, 10_000

RECOMMENDATION_MOVES: Mapping[RecommendationState, Mapping[Answer, RecommendationState]] = {
    RecommendationState.WAITING: {
        Answer.ACCEPT: RecommendationState.ACCEPTED,
        Answer.DECLINE: RecommendationState.DECLINED,
        Answer.LET_EXPIRE: RecommendationState.EXPIRED,
    },
    RecommendationState.ACCEPTED: {Answer.IMPLEMENT: RecommendationState.IMPLEMENTED},
    RecommendationState.DECLINED: {},
    RecommendationState.EXPIRED: {},
    RecommendationState.IMPLEMENTED: {},
}
GLASS_MOVES: Mapping[GlassState, Mapping[GlassMove, GlassState]] = {
    GlassState.ASKED: {
        GlassMove.APPROVE: GlassState.OPEN,
        GlassMove.REFUSE: GlassState.REFUSED,
        GlassMove.LET_LAPSE: GlassState.LAPSED,
    },
    GlassState.OPEN: {GlassMove.CLOSE: GlassState.CLOSED},
    GlassState.REFUSED: {},
    GlassState.LAPSED: {},
    GlassState.CLOSED: {},
}


def check_words(title: str, rationale: str) -> None:
    """Raise Invalid, naming the field, where a recommendation does not say what to do or why, or says too much."""
    if not title.strip():
        raise Invalid("A recommendation has a title.", "Say what to do.", "title")
    if len(title) > LONGEST_TITLE:
        raise Invalid(f"A title has {LONGEST_TITLE} characters at most.", "Shorten it.", "title")
    if not rationale.strip():
        raise Invalid("A recommendation has a rationale.", "Say why.", "rationale")
    if len(rationale) > LONGEST_RATIONALE:
        raise Invalid(f"A rationale has {LONGEST_RATIONALE} characters at most.", "Shorten it.", "rationale")


def answered(
    recommendation: Recommendation, answer: Answer, by: EntityRef, now: datetime, reason: str
) -> Recommendation:
    """Return a recommendation after somebody's answer. Raises Conflict where its state does not allow it, Invalid without a reason."""
    state = RECOMMENDATION_MOVES[as_of(recommendation, now).state].get(answer)
    if state is None:
        standing = as_of(recommendation, now).state
        raise Conflict(f"The recommendation is {standing}, and cannot be answered so.", "Look at it again.")
    if answer is Answer.DECLINE and not reason:
        raise Invalid("A recommendation is declined with a reason.", "Say why in `reason`.")
    if answer is Answer.IMPLEMENT:
        return replace(recommendation, state=state, implemented_by=by, implemented_at=now)
    return replace(recommendation, state=state, decided_by=by, decided_at=now, reason=reason)


def may_answer(recommendation: Recommendation, answer: Answer, by: EntityRef) -> bool:
    """Whether an answer may be given by a person, if the owner's right is theirs: nobody accepts or declines their own."""
    return answer is Answer.IMPLEMENT or by != recommendation.made_by


def as_of(recommendation: Recommendation, now: datetime) -> Recommendation:
    """Return a recommendation as it stands at an instant: one that nobody answered in time has expired."""
    if recommendation.state is RecommendationState.WAITING and now >= recommendation.expires_at:
        return replace(recommendation, state=RecommendationState.EXPIRED)
    return recommendation


def longest_minutes() -> int:
    """Return for how many minutes a glass may be asked for at most."""
    return int(LONGEST.total_seconds() // 60)


def moved(glass: Glass, move: GlassMove, by: EntityRef, now: datetime, reason: str) -> Glass:
    """Return a break-glass after a person's move. Raises Conflict where its state does not allow it, Invalid without a reason."""
    standing = glass_as_of(glass, now)
    state = GLASS_MOVES[standing.state].get(move)
    if state is None:
        raise Conflict(f"The break-glass is {standing.state}, and cannot be changed so.", "Ask for another one.")
    if move is GlassMove.REFUSE and not reason:
        raise Invalid("A break-glass is refused with a reason.", "Say why in `reason`.")
    if move is GlassMove.CLOSE:
        return replace(glass, state=state, closed_at=now)
    ends_at = now + timedelta(minutes=glass.minutes) if move is GlassMove.APPROVE else None
    return replace(glass, state=state, decided_by=by, decided_at=now, decision_reason=reason, ends_at=ends_at)


def glass_as_of(glass: Glass, now: datetime) -> Glass:
    """Return a break-glass as it stands at an instant: one that nobody answered has lapsed, one whose time is over is closed."""
    if glass.state is GlassState.ASKED and now >= glass.asked_at + ANSWERED_WITHIN:
        return replace(glass, state=GlassState.LAPSED)
    if glass.state is GlassState.OPEN and glass.ends_at is not None and now >= glass.ends_at:
        return replace(glass, state=GlassState.CLOSED, closed_at=glass.ends_at)
    return glass


def as_broken(glass: Glass) -> BrokenGlass | None:
    """Return what an open break-glass means to the authority; None for any other."""
    if glass.state is not GlassState.OPEN or not (glass.decided_by and glass.decided_at and glass.ends_at):
        return None
    return BrokenGlass(
        glass.id, glass.holder, glass.thing, glass.decided_by, glass.decided_at, glass.ends_at, glass.reason
    )


def tally(recommendations: Iterable[Recommendation], glass: int, now: datetime) -> Tally:
    """Return what some recommendations have come to at an instant; those implemented were accepted too."""
    found = [as_of(each, now) for each in recommendations]
    counts = {state: sum(each.state is state for each in found) for state in RecommendationState}
    implemented = counts[RecommendationState.IMPLEMENTED]
    judged = [each for each in found if is_judged(each, now)]
    return Tally(
        made=len(found),
        waiting=counts[RecommendationState.WAITING],
        accepted=counts[RecommendationState.ACCEPTED] + implemented,
        declined=counts[RecommendationState.DECLINED],
        expired=counts[RecommendationState.EXPIRED],
        implemented=implemented,
        judged=len(judged),
        taken=sum(is_taken(each) for each in judged),
        glass=glass,
    )


def is_judged(recommendation: Recommendation, now: datetime) -> bool:
    """Whether a recommendation has had its 90 days; one that is younger is not counted yet, for or against."""
    return now - recommendation.made_at >= TAKEN_WITHIN


def is_taken(recommendation: Recommendation) -> bool:
    """Whether a recommendation was accepted and implemented within 90 days after it was made."""
    done = recommendation.implemented_at
    return done is not None and done - recommendation.made_at <= TAKEN_WITHIN
