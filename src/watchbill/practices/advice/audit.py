"""What the audit is told of advice: every move of a recommendation or break-glass, by whom or by time, and by which right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from watchbill.practices.record import service as record
from watchbill.store.store import Transaction

from .model import Answer, Glass, GlassMove, GlassState, Recommendation, RecommendationState

ANSWERS: Mapping[Answer, str] = {
    Answer.ACCEPT: "acceptRecommendation",
    Answer.DECLINE: "declineRecommendation",
    Answer.IMPLEMENT: "implementRecommendation",
}
GLASS_MOVES: Mapping[GlassMove, str] = {
    GlassMove.APPROVE: "approveBreakGlass",
    GlassMove.REFUSE: "refuseBreakGlass",
    GlassMove.CLOSE: "closeBreakGlass",
}


@dataclass(frozen=True)
class Done:
    """Who did what (`action`), by which right (`because`) and with what reason."""

    actor: str
    action: str
    because: str
    reason: str = ""


_BY_TIME: Mapping[RecommendationState | GlassState, Done] = {
    RecommendationState.EXPIRED: Done(
        record.WATCHBILL, "letRecommendationExpire", "time: nobody answered it within 30 days."
    ),
    GlassState.LAPSED: Done(record.WATCHBILL, "letBreakGlassLapse", "time: nobody answered it within the hour."),
    GlassState.CLOSED: Done(record.WATCHBILL, "endBreakGlass", "time: it was open as long as it was asked for."),
}


def by_time(after: Recommendation | Glass) -> Done:
    """Return how the audit names what time did; it is never a person's act."""
    return _BY_TIME[after.state]


async def audit(transaction: Transaction, now: datetime, after: Recommendation | Glass, done: Done) -> None:
    """Write down a move in the unit of work that makes it."""
    details: dict[str, Any] = {"service": str(after.thing), "state": after.state.value}
    if isinstance(after, Recommendation):
        details["title"] = after.title
    if isinstance(after, Glass) and after.ends_at is not None:
        details["expires_at"] = after.ends_at.isoformat()
    await record.changed(
        transaction,
        now,
        actor=done.actor,
        action=done.action,
        subject=after.id,
        because=done.because,
        reason=done.reason,
        details=details,
    )
