"""States as people see them: a shape first (good, warn, bad, unknown), then a word. Each state has both; colour follows the shape."""

from __future__ import annotations

from dataclasses import dataclass

from watchbill.lib.durations import about, window
from watchbill.lib.numbers import rate
from watchbill.org.charters import EngagementState, ItemStatus, ReviewItem, ReviewOutcome
from watchbill.org.duties import State
from watchbill.org.entities import Tier
from watchbill.org.faults import Level
from watchbill.org.findings import Verdict
from watchbill.org.objectives import Severity
from watchbill.practices.advice.model import GlassState, RecommendationState
from watchbill.practices.goals.model import Burn, GoalState, GoalStatus
from watchbill.practices.incidents.model import Incident, IncidentState
from watchbill.practices.oncall.model import Notice, NoticeState, Page, PageState


@dataclass(frozen=True)
class Shown:
    """A state to show: `shape` is good (disc), warn (diamond), bad (triangle), ring or unknown (dashed ring); `word` says it."""

    shape: str
    word: str


_GOALS = {
    GoalState.HEALTHY: Shown("good", "within goal"),
    GoalState.ATTENTION: Shown("warn", "attention"),
    GoalState.BURNING: Shown("bad", "burning"),
    GoalState.SPENT: Shown("bad", "budget spent"),
    GoalState.NOT_MEASURED: Shown("unknown", "not measured"),
}
_PAGES = {
    PageState.DUE: Shown("bad", "waits for somebody"),
    PageState.ACKNOWLEDGED: Shown("warn", "acknowledged"),
    PageState.EXHAUSTED: Shown("bad", "nobody answered"),
    PageState.RESOLVED: Shown("good", "resolved"),
}
_NOTICES = {
    NoticeState.PENDING: Shown("unknown", "waiting"),
    NoticeState.SENDING: Shown("unknown", "sending"),
    NoticeState.SENT: Shown("good", "sent"),
    NoticeState.FAILED: Shown("bad", "failed"),
    NoticeState.DROPPED: Shown("unknown", "dropped"),
}
_ENGAGEMENTS = {
    EngagementState.PROPOSED: Shown("unknown", "proposed"),
    EngagementState.PREPARING: Shown("unknown", "preparing"),
    EngagementState.ACTIVE: Shown("good", "active"),
    EngagementState.HANDING_BACK: Shown("warn", "handing back"),
    EngagementState.ENDED: Shown("unknown", "ended"),
    EngagementState.DECLINED: Shown("unknown", "declined"),
}
_REVIEWS = {
    ReviewOutcome.READY: Shown("good", "ready"),
    ReviewOutcome.READY_WITH_CONDITIONS: Shown("warn", "ready with conditions"),
    ReviewOutcome.NOT_READY: Shown("bad", "not ready"),
}
_RECOMMENDATIONS = {
    RecommendationState.WAITING: Shown("warn", "waits for an answer"),
    RecommendationState.ACCEPTED: Shown("good", "accepted"),
    RecommendationState.DECLINED: Shown("unknown", "declined"),
    RecommendationState.EXPIRED: Shown("unknown", "expired"),
    RecommendationState.IMPLEMENTED: Shown("good", "implemented"),
}
_GLASSES = {
    GlassState.ASKED: Shown("warn", "waits for the partner"),
    GlassState.OPEN: Shown("bad", "open"),
    GlassState.REFUSED: Shown("unknown", "refused"),
    GlassState.LAPSED: Shown("unknown", "lapsed"),
    GlassState.CLOSED: Shown("good", "closed"),
}
_PRACTICES = {
    State.DONE: Shown("good", "done"),
    State.DECLARED: Shown("ring", "declared"),
    State.NOT_MEASURED: Shown("unknown", "not measured"),
}
_VERDICTS = {
    Verdict.ERROR: Shown("bad", "error"),
    Verdict.BLOCK: Shown("bad", "block"),
    Verdict.FAIL: Shown("bad", "fail"),
    Verdict.WARN: Shown("warn", "warn"),
    Verdict.ADVICE: Shown("unknown", "advice"),
    Verdict.NOT_DECLARED: Shown("unknown", "not declared"),
}
_LEVELS = {
    Level.ERROR: Shown("bad", "error"),
    Level.WARNING: Shown("warn", "warning"),
    Level.NOTE: Shown("unknown", "note"),
}


def of_state(state: GoalState) -> Shown:
    """Return the state of a goal alone, without its figures."""
    return _GOALS[state]


def of_goal(status: GoalStatus) -> Shown:
    """Return a goal's state; while it burns, with the rate of the tier that pages, and before it does, that it is on its way."""
    shown, paging = _GOALS[status.state], _paging(status)
    if paging is not None:
        return Shown(shown.shape, f"{shown.word} {rate(paging.long_rate)}")
    if status.state is GoalState.ATTENTION and status.pages_in is not None:
        return Shown(shown.shape, "over the paging rate")
    return shown


def after_state(status: GoalStatus) -> str:
    """Return what stands under a goal's state: the window and limit of the burn that pages, or when one will; else nothing."""
    paging = _paging(status)
    if paging is not None:
        return f"over {window(paging.tier.long)}, limit {rate(paging.tier.factor)}"
    return "" if status.pages_in is None else f"pages in {about(status.pages_in)}"


def _paging(status: GoalStatus) -> Burn | None:
    if status.state is not GoalState.BURNING:
        return None
    return next((burn for burn in status.burns if burn.holds and burn.tier.severity is Severity.PAGE), None)


def of_burn(burn: Burn) -> Shown:
    """Return a tier's state: what it asks for while it holds, and when it will while it is on its way."""
    if burn.holds:
        return Shown("bad", "paging") if burn.tier.severity is Severity.PAGE else Shown("warn", "ticket")
    if burn.due_in is not None:
        return Shown("warn", f"over its limit in {about(burn.due_in)}")
    if burn.long_rate is None and burn.short_rate is None:
        return Shown("unknown", "not measured")
    return Shown("good", "quiet")


def of_page(page: Page) -> Shown:
    """Return a page's state."""
    return _PAGES[page.state]


def of_incident(incident: Incident, page: Page | None) -> Shown:
    """Return an incident's state, which is its page's while it is open."""
    if incident.state is IncidentState.RESOLVED:
        return Shown("good", "resolved")
    return of_page(page) if page else Shown("warn", "open, nobody is paged")


def of_notice(notice: Notice) -> Shown:
    """Return a notice's state."""
    return _NOTICES[notice.state]


def of_engagement(state: EngagementState | None) -> Shown:
    """Return an engagement's state; None is one whose life has not begun."""
    return _ENGAGEMENTS[state] if state is not None else Shown("unknown", "not begun")


def of_review(outcome: ReviewOutcome) -> Shown:
    """Return what a readiness review found."""
    return _REVIEWS[outcome]


def of_answer(item: ReviewItem) -> Shown:
    """Return the answer to a question of a readiness review; a no that blocks is worse than one with a day until when."""
    if item.status is ItemStatus.NO:
        return Shown("bad" if item.blocking else "warn", "no")
    return Shown("good", "yes") if item.status is ItemStatus.YES else Shown("unknown", "not applicable")


def of_recommendation(state: RecommendationState) -> Shown:
    """Return a recommendation's state."""
    return _RECOMMENDATIONS[state]


def of_glass(state: GlassState) -> Shown:
    """Return a break-glass's state; one that is open is something to look at."""
    return _GLASSES[state]


def of_practice(state: State) -> Shown:
    """Return how much is known of a practice; what is only promised is neither good nor bad."""
    return _PRACTICES[state]


def of_level(level: Level) -> Shown:
    """Return a fault's level."""
    return _LEVELS[level]


def of_verdict(level: Verdict) -> Shown:
    """Return a finding's level."""
    return _VERDICTS[level]


def of_gap(tier: Tier) -> Shown:
    """Return how bad it is that nobody of SRE answers for a thing of this tier."""
    shape = {Tier.CRITICAL: "bad", Tier.HIGH: "warn"}.get(tier, "unknown")
    return Shown(shape, f"{tier.value}, not covered by SRE")


def budget_shape(status: GoalStatus) -> str:
    """Return the shape of a budget bar."""
    return "unknown" if status.left is None else _GOALS[status.state].shape
