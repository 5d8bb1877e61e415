"""What advice asks of whoever looks: recommendations that wait for their answer, break-glasses that wait for their approval.

The inbox lists it, the frame of every page counts it. Nothing here is decided: each right is asked of `org.authority`.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from watchbill.org.authority import Action, decide, decide_approval
from watchbill.org.values import EntityRef
from watchbill.practices.advice.model import Answer, Glass, GlassMove, Recommendation
from watchbill.practices.advice.rules import GLASS_MOVES, may_answer
from watchbill.web.callers import caller_of
from watchbill.web.doors import Doors, doors_of


@dataclass(frozen=True)
class GlassRow:
    """A break-glass with what the person who looks may do about it."""

    glass: Glass
    moves: tuple[str, ...]


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
    return [GlassRow(glass, _moves(doors, user, glass)) for glass in glasses]


def user_of(request: Request) -> EntityRef | None:
    """Return the person of the catalog who looks, None for anybody else."""
    caller = caller_of(request)
    return caller.user if caller is not None else None


def _moves(doors: Doors, user: EntityRef | None, glass: Glass) -> tuple[str, ...]:
    allowed = GLASS_MOVES[glass.state].keys() - {GlassMove.LET_LAPSE}
    if user is None or not allowed:
        return ()
    if user == glass.holder:
        return (GlassMove.CLOSE.value,) if GlassMove.CLOSE in allowed else ()
    organization, now = doors.in_force.organization, doors.clock.now()
    act = decide(organization, glass.holder, Action.BREAK_GLASS, glass.thing, now)
    if not decide_approval(organization, user, act, now, of=glass.holder).allowed:
        return ()
    return tuple(move.value for move in GlassMove if move in allowed)
