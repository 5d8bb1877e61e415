"""What is on record of an engagement, oldest first: its moves, its readiness reviews, its extensions, and the reviews of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .because import day_in_words
from .charters import Engagement, EngagementState, ReviewOutcome
from .organization import Organization
from .values import EntityRef, Place

_STATES = {
    EngagementState.PROPOSED: "Proposed",
    EngagementState.PREPARING: "Preparing",
    EngagementState.ACTIVE: "Active",
    EngagementState.HANDING_BACK: "Handing back",
    EngagementState.ENDED: "Ended",
    EngagementState.DECLINED: "Declined",
}
_OUTCOMES = {
    ReviewOutcome.READY: "ready",
    ReviewOutcome.READY_WITH_CONDITIONS: "ready with conditions",
    ReviewOutcome.NOT_READY: "not ready",
}
_VERDICTS = {"continue": "it goes on", "change": "it changes", "handBack": "it is handed back"}


@dataclass(frozen=True)
class Recorded:
    """One thing that happened to an engagement: on which day, by whom (nobody: the day itself), in words, and where it is written."""

    on: date
    by: tuple[EntityRef, ...]
    text: str
    place: Place


def record_of(organization: Organization, engagement: Engagement, day: date) -> tuple[Recorded, ...]:
    """Return everything on record of an engagement, oldest first; one that is over on a day by its date alone has ended by itself."""
    found = [
        Recorded(move.on, (move.by,), f"{_STATES[move.state]}: {move.why}", move.place) for move in engagement.life
    ]
    found += [
        Recorded(each.on, each.reviewers, f"Readiness review: {_OUTCOMES[each.outcome]}", each.place)
        for each in organization.reviews.values()
        if each.engagement == engagement.name
    ]
    found += [
        Recorded(each.on, (each.by,), f"Prolonged until {day_in_words(each.until)}: {each.why}", each.place)
        for each in engagement.extensions
    ]
    found += [
        Recorded(each.on, (each.by,), _reviewed(each.verdict.value, each.note), each.place)
        for each in engagement.reviews_held
    ]
    if engagement.ends is not None and engagement.has_lapsed(day):
        found.append(Recorded(engagement.ends, (), "Ended: its last day, as agreed", engagement.place))
    return tuple(sorted(found, key=lambda each: each.on))


def _reviewed(verdict: str, note: str) -> str:
    return f"Reviewed, {_VERDICTS[verdict]}" + (f": {note}" if note else "")
