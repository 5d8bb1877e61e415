"""How a page lives: its states, the moves that are allowed between them, and what each move brings about.

Pure: (page, event, now) → (page, effects). It never reads a clock or the store, and nothing changes without an effect
`Happened` that is written to the record. Waits run from when a step was really taken, so that people have their full
time; a step that is taken late says by how much.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from watchbill.lib.errors import Conflict
from watchbill.org.charters import EscalationPolicy, EscalationStep
from watchbill.org.values import EntityRef
from watchbill.practices.record.model import Kind

from .frozen_policy import thaw
from .model import Outcome, Page, PageState
from .reach import Reach, Recipient

LATE_AFTER = timedelta(minutes=1)
SHORTEST_WAIT = timedelta(minutes=1)


class Move(StrEnum):
    """What can happen to a page."""

    TAKE_STEP = "takeStep"
    RUN_OUT = "runOut"
    ACKNOWLEDGE = "acknowledge"
    EXPIRE = "expire"
    BRING_FORWARD = "bringForward"
    CALL_AGAIN = "callAgain"
    RESOLVE = "resolve"


MOVES: Mapping[PageState, Mapping[Move, PageState]] = {
    PageState.DUE: {
        Move.TAKE_STEP: PageState.DUE,
        Move.RUN_OUT: PageState.EXHAUSTED,
        Move.BRING_FORWARD: PageState.DUE,
        Move.ACKNOWLEDGE: PageState.ACKNOWLEDGED,
        Move.RESOLVE: PageState.RESOLVED,
    },
    PageState.ACKNOWLEDGED: {
        Move.ACKNOWLEDGE: PageState.ACKNOWLEDGED,
        Move.EXPIRE: PageState.DUE,
        Move.RESOLVE: PageState.RESOLVED,
    },
    PageState.EXHAUSTED: {
        Move.CALL_AGAIN: PageState.DUE,
        Move.ACKNOWLEDGE: PageState.ACKNOWLEDGED,
        Move.RESOLVE: PageState.RESOLVED,
    },
    PageState.RESOLVED: {},
}


@dataclass(frozen=True)
class StepCame:
    """The page's step is to be taken; `reach` is whom it comes to now."""

    reach: Reach
    move = Move.TAKE_STEP


@dataclass(frozen=True)
class RanOut:
    """No step or repeat is left and the last wait is over; `outcome` says so where there was none from the beginning."""

    outcome: Outcome | None = None
    move = Move.RUN_OUT


@dataclass(frozen=True)
class Acknowledged:
    """A person took the page on, through `via` (link, page, api)."""

    by: EntityRef
    via: str
    move = Move.ACKNOWLEDGE


@dataclass(frozen=True)
class Expired:
    """The acknowledgement has run out and the incident is still open."""

    move = Move.EXPIRE


@dataclass(frozen=True)
class BroughtForward:
    """A step told nobody after all: whatever way it took has failed for good, and the next one need not wait."""

    failed_step: int
    move = Move.BRING_FORWARD


@dataclass(frozen=True)
class CalledAgain:
    """Nobody took the page, and another alert that pages has joined its incident."""

    title: str
    move = Move.CALL_AGAIN


@dataclass(frozen=True)
class Resolved:
    """The incident is over; `actor` is a user reference or `watchbill`."""

    actor: str
    move = Move.RESOLVE


Event = StepCame | RanOut | Acknowledged | Expired | BroughtForward | CalledAgain | Resolved


@dataclass(frozen=True)
class Happened:
    """To be written to the record; `actor` None stands for watchbill itself."""

    kind: Kind
    details: Mapping[str, Any]
    actor: str | None = None


@dataclass(frozen=True)
class Tell:
    """To be put into the outbox: a notice for each way to a recipient."""

    recipient: Recipient
    run: int
    round: int
    step: int
    late: timedelta


@dataclass(frozen=True)
class TellAdministrators:
    """Nobody took the page in this run: whoever administers watchbill is told, once. `why` ends “administrator, because …”."""

    run: int
    why: str


@dataclass(frozen=True)
class DropNotices:
    """Notices that still wait are no longer wanted."""

    outcome: Outcome


Effect = Happened | Tell | TellAdministrators | DropNotices


@dataclass(frozen=True)
class Decision:
    """The page after an event, and what is to be done about it in the same unit of work, in order."""

    page: Page
    effects: tuple[Effect, ...]


def decide(page: Page, event: Event, now: datetime) -> Decision:
    """Return what an event makes of a page. Raises Conflict when the page's state does not allow the move."""
    new = MOVES[page.state].get(event.move)
    if new is None:
        raise Conflict(
            f"The page is {page.state.value}; it cannot {_WORDS[event.move]} now.", "Look at the incident again."
        )
    moved = replace(page, state=new)
    match event:
        case StepCame():
            decision = _take_step(moved, event.reach, now)
        case RanOut():
            decision = _run_out(moved, event.outcome)
        case Acknowledged():
            decision = _acknowledge(page, moved, event, now)
        case Expired():
            decision = _expire(moved, now)
        case BroughtForward():
            decision = _bring_forward(moved, event, now)
        case CalledAgain():
            decision = _call_again(moved, event, now)
        case Resolved():
            decision = _resolve(moved, event, now)
    return decision


def step_of(page: Page) -> EscalationStep | None:
    """Return the step that a page takes next, None when it is past the last one or has no policy."""
    frozen = thaw(page.policy)
    if frozen is None or page.step > len(frozen.policy.steps):
        return None
    return frozen.policy.steps[page.step - 1]


def due_move(page: Page, now: datetime) -> Move | None:
    """Return what time alone asks of a page now, if anything.

    A first step is due whatever the clock says: it may have stepped back since the page was opened.
    """
    due = page.next_step_at
    if page.state is PageState.DUE and due is not None and (due <= now or due == page.opened_at):
        return Move.RUN_OUT if step_of(page) is None else Move.TAKE_STEP
    expires = page.acknowledgement_expires_at
    if page.state is PageState.ACKNOWLEDGED and expires is not None and expires <= now:
        return Move.EXPIRE
    return None


def can_be_brought_forward(page: Page, run: int, round: int, now: datetime) -> bool:  # noqa: A002 - the page's word
    """Return whether a page waits in this round for a step that could come sooner.

    The wait before a repeat stands, and so does the last one: else a channel that refuses everything would use up a whole
    page in a moment.
    """
    waits = page.state is PageState.DUE and page.held_since is None and step_of(page) is not None
    return (
        waits and (page.run, page.round) == (run, round) and page.next_step_at is not None and page.next_step_at > now
    )


def _run_out(page: Page, outcome: Outcome | None) -> Decision:
    details = {} if outcome is None else {"outcome": outcome.value}
    why = "every step was taken and nobody acknowledged" if outcome is None else f"of {outcome.value}"
    effects = (Happened(Kind.PAGE_EXHAUSTED, details), TellAdministrators(page.run, why))
    return Decision(replace(page, next_step_at=None), effects)


def _take_step(page: Page, reach: Reach, now: datetime) -> Decision:
    frozen = thaw(page.policy)
    step = step_of(page)
    if frozen is None or step is None or page.next_step_at is None:
        raise Conflict("The page has no step to take.", "Look at the incident again.")
    late = max(now - page.next_step_at, timedelta())
    details = _details(page, step, reach, late, frozen.policy.name)
    if reach.recipients:
        if page.held_since is not None:
            details["held_seconds"] = int((now - page.held_since).total_seconds())
        tells = [Tell(recipient, page.run, page.round, page.step, late) for recipient in reach.recipients]
        return Decision(_onward(page, frozen.policy, step, now), (Happened(Kind.STEP_TAKEN, details), *tells))
    nobody = Happened(Kind.STEP_REACHED_NOBODY, details)
    if frozen.policy.hold_on_nobody and not reach.is_closed:
        again = now + max(step.wait, SHORTEST_WAIT)
        held = replace(page, held_since=page.held_since or now, next_step_at=again)
        return Decision(held, () if page.held_since else (nobody,))
    return Decision(_onward(page, frozen.policy, replace(step, wait=timedelta()), now), (nobody,))


def _onward(page: Page, policy: EscalationPolicy, step: EscalationStep, now: datetime) -> Page:
    """Return the page with its next step: the following one, the first of a repeat, or one past the last."""
    page = replace(page, held_since=None)
    if page.step < len(policy.steps):
        return replace(page, step=page.step + 1, next_step_at=now + step.wait)
    if page.round < policy.repeat_times:
        again = now + max(step.wait, policy.steps[-1].wait, SHORTEST_WAIT)
        return replace(page, step=policy.repeat_from, round=page.round + 1, next_step_at=again)
    return replace(page, step=len(policy.steps) + 1, next_step_at=now + step.wait)


def _acknowledge(before: Page, page: Page, event: Acknowledged, now: datetime) -> Decision:
    frozen = thaw(page.policy)
    expires = None if frozen is None else frozen.policy.acknowledgement_expires
    again = before.state is PageState.ACKNOWLEDGED
    acknowledged = replace(
        page,
        next_step_at=None,
        held_since=None,
        acknowledged_at=before.acknowledged_at if again else now,
        acknowledged_by=before.acknowledged_by if again else event.by,
        acknowledgement_expires_at=None if expires is None else now + expires,
    )
    details: dict[str, Any] = {"via": event.via, "again": again, "after_seconds": _seconds(now - page.opened_at)}
    if expires is not None:
        details["expires_at"] = (now + expires).isoformat()
    happened = Happened(Kind.PAGE_ACKNOWLEDGED, details, str(event.by))
    return Decision(acknowledged, (happened, DropNotices(Outcome.PAGE_ACKNOWLEDGED)))


def _expire(page: Page, now: datetime) -> Decision:
    details = {"acknowledged_by": str(page.acknowledged_by), "run": page.run + 1}
    again = replace(
        _from_the_first_step(page, now), acknowledged_at=None, acknowledged_by=None, acknowledgement_expires_at=None
    )
    return Decision(again, (Happened(Kind.ACKNOWLEDGEMENT_EXPIRED, details),))


def _bring_forward(page: Page, event: BroughtForward, now: datetime) -> Decision:
    details = {"step": page.step, "round": page.round, "run": page.run, "failed_step": event.failed_step}
    return Decision(replace(page, next_step_at=now), (Happened(Kind.STEP_BROUGHT_FORWARD, details),))


def _call_again(page: Page, event: CalledAgain, now: datetime) -> Decision:
    again = _from_the_first_step(page, now)
    return Decision(again, (Happened(Kind.PAGE_DUE_AGAIN, {"title": event.title, "run": again.run}),))


def _from_the_first_step(page: Page, now: datetime) -> Page:
    return replace(page, run=page.run + 1, round=0, step=1, next_step_at=now)


def _resolve(page: Page, event: Resolved, now: datetime) -> Decision:
    resolved = replace(page, next_step_at=None, held_since=None, acknowledgement_expires_at=None, resolved_at=now)
    happened = Happened(Kind.PAGE_RESOLVED, {"open_seconds": _seconds(now - page.opened_at)}, event.actor)
    return Decision(resolved, (happened, DropNotices(Outcome.PAGE_ENDED)))


def _details(page: Page, step: EscalationStep, reach: Reach, late: timedelta, policy: str) -> dict[str, Any]:
    details: dict[str, Any] = {
        "policy": policy,
        "step": page.step,
        "round": page.round,
        "run": page.run,
        "targets": [f"{target.kind}:{target.name}" for target in step.targets],
        "reached": [{"recipient": recipient.name, "why": recipient.why} for recipient in reach.recipients],
        "missed": [{"target": missed.target, "outcome": missed.outcome.value} for missed in reach.missed],
        "file": step.place.file,
        "line": step.place.line,
    }
    if late >= LATE_AFTER:
        details["late_seconds"] = _seconds(late)
    return details


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


_WORDS = {
    Move.TAKE_STEP: "take a step",
    Move.RUN_OUT: "run out of steps",
    Move.ACKNOWLEDGE: "be acknowledged",
    Move.EXPIRE: "fall due again",
    Move.BRING_FORWARD: "take its next step sooner",
    Move.CALL_AGAIN: "be called again",
    Move.RESOLVE: "be resolved",
}
