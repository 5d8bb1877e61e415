"""What advice asks of whoever looks: recommendations that wait for their answer, break-glasses that wait for their approval.

The inbox lists it, the frame of every page counts it. Nothing here is decided: each right is asked of `org.authority`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request

from watchbill.org.authority import TABLE, Action, Role, decide, decide_approval
from watchbill.org.because import Because
from watchbill.org.values import EntityRef
from watchbill.practices.advice.model import Answer, Glass, GlassMove, Recommendation
from watchbill.practices.advice.rules import ANSWERED_WITHIN, GLASS_MOVES, may_answer
from watchbill.web.callers import caller_of
from watchbill.web.doors import Doors, doors_of
from watchbill.web.show.names import in_words

TOLD_FOR = timedelta(days=7)


@dataclass(frozen=True)
class GlassRow:
    """A break-glass with what the person who looks may do about it, and why they may decide on it."""

    glass: Glass
    moves: tuple[str, ...] = ()
    because: tuple[Because, ...] = ()

    @property
    def lapses_at(self) -> datetime:
        """When it lapses if nobody answers."""
        return self.glass.asked_at + ANSWERED_WITHIN

    @property
    def is_asked_of_me(self) -> bool:
        """Whether it waits for whoever looks."""
        return GlassMove.APPROVE.value in self.moves

    @property
    def gives(self) -> str:
        """What its holder may do while it is open."""
        *others, last = [in_words(action.value) for action, rule in TABLE.items() if Role.BROKEN_GLASS in rule.roles]
        return f"{', '.join(others)} and {last}"


@dataclass(frozen=True)
class Told:
    """What one person asked for lately: their recommendations that were answered, and their break-glasses."""

    recommendations: list[Recommendation]
    glass: list[GlassRow]


@dataclass(frozen=True)
class Asked:
    """The advice that waits for an answer of one person."""

    recommendations: list[Recommendation]
    glass: list[GlassRow]

    @property
    def count(self) -> int:
        """Return how many answers that are."""
        return len(self.recommendations) + len(self.glass)


async def asked_of(request: Request) -> Asked:
    """Return the advice that waits for an answer of whoever looks."""
    user = user_of(request)
    if user is None:
        return Asked([], [])
    doors = doors_of(request)
    organization, now = doors.in_force.organization, doors.clock.now()
    waiting, asked = await doors.advice.unanswered(now)
    own = [
        made
        for made in waiting
        if may_answer(made, Answer.ACCEPT, user)
        and decide(organization, user, Action.ACCEPT_RECOMMENDATION, made.thing, now).allowed
    ]
    return Asked(own, [row for row in glass_rows(request, asked) if row.moves])


def glass_rows(request: Request, glasses: list[Glass]) -> list[GlassRow]:
    """Return break-glasses, each with the moves that are open to whoever looks."""
    doors, user = doors_of(request), user_of(request)
    return [_row(doors, user, glass) for glass in glasses]


async def told_to(request: Request) -> Told:
    """Return what whoever looks asked for lately, and what was answered."""
    user = user_of(request)
    if user is None:
        return Told([], [])
    doors = doors_of(request)
    now = doors.clock.now()
    made, glass = await doors.advice.told_to(user, now - TOLD_FOR, now)
    return Told(made, glass_rows(request, glass))


def user_of(request: Request) -> EntityRef | None:
    """Return the person of the catalog who looks, None for anybody else."""
    caller = caller_of(request)
    return caller.user if caller is not None else None


def _row(doors: Doors, user: EntityRef | None, glass: Glass) -> GlassRow:
    allowed = GLASS_MOVES[glass.state].keys() - {GlassMove.LET_LAPSE}
    if user is None or not allowed:
        return GlassRow(glass)
    if user == glass.holder:
        return GlassRow(glass, (GlassMove.CLOSE.value,) if GlassMove.CLOSE in allowed else ())
    organization, now = doors.in_force.organization, doors.clock.now()
    act = decide(organization, glass.holder, Action.BREAK_GLASS, glass.thing, now)
    decision = decide_approval(organization, user, act, now, of=glass.holder)
    if not decision.allowed:
        return GlassRow(glass)
    return GlassRow(glass, tuple(move.value for move in GlassMove if move in allowed), decision.because)
