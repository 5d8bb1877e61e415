"""The nouns of advice: recommendations and break-glasses, with their states, and how often each came about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from watchbill.org.values import EntityRef

LEAST_TAKEN = Fraction(1, 2)


class RecommendationState(StrEnum):
    """Where a recommendation stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    IMPLEMENTED = "implemented"


class Answer(StrEnum):
    """What the partner, or time, makes of a recommendation."""

    ACCEPT = "accept"
    DECLINE = "decline"
    LET_EXPIRE = "letExpire"
    IMPLEMENT = "implement"


class GlassState(StrEnum):
    """Where a break-glass stands."""

    ASKED = "asked"
    OPEN = "open"
    REFUSED = "refused"
    LAPSED = "lapsed"
    CLOSED = "closed"


class GlassMove(StrEnum):
    """What happens to a break-glass: the partner or time decides on it, and its holder or time closes it."""

    APPROVE = "approve"
    REFUSE = "refuse"
    LET_LAPSE = "letLapse"
    CLOSE = "close"


@dataclass(frozen=True)
class Recommendation:
    """What somebody advises to do about a thing, with an optional patch to the organisation's files, as text.

    `owner` is whose answer counts; `team` and `engagement` are those that the person acted for, None for an owner's own. `reason`
    is what the decision was explained with, empty where nothing was said.
    """

    id: str
    thing: EntityRef
    owner: EntityRef | None
    team: str | None
    engagement: str | None
    title: str
    rationale: str
    patch: str
    made_by: EntityRef
    made_at: datetime
    expires_at: datetime
    state: RecommendationState
    decided_by: EntityRef | None = None
    decided_at: datetime | None = None
    reason: str = ""
    implemented_by: EntityRef | None = None
    implemented_at: datetime | None = None


@dataclass(frozen=True)
class Glass:
    """That `holder` asked to change a thing of the partner for `minutes`, and what became of it.

    `ends_at` is known once it is open; `decided_by` is who of the partner approved or refused it.
    """

    id: str
    holder: EntityRef
    thing: EntityRef
    partner: EntityRef
    team: str
    engagement: str
    reason: str
    minutes: int
    asked_at: datetime
    state: GlassState
    decided_by: EntityRef | None = None
    decided_at: datetime | None = None
    decision_reason: str = ""
    ends_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Tally:
    """What a team's recommendations of a year came to, and how many break-glasses were opened in it (`glass`).

    `judged` are those that have had their 90 days, declined and expired ones among them; `taken` are those of them that were
    accepted and implemented within the 90 days.
    """

    made: int
    waiting: int
    accepted: int
    declined: int
    expired: int
    implemented: int
    judged: int
    taken: int
    glass: int

    @property
    def share(self) -> Fraction | None:
        """The part of what was judged that was taken; None where nothing has had its 90 days yet."""
        return Fraction(self.taken, self.judged) if self.judged else None

    @property
    def falls_short(self) -> bool:
        """Whether less than half of what was judged was taken: advice that knows too little of the partner."""
        return self.share is not None and self.share < LEAST_TAKEN
