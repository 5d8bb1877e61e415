"""Advice: what was recommended to whom and what became of it, and the glass that was broken; one recommendation with its answer."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.org.authority import Action, Decision, decide, decide_approval
from watchbill.org.values import EntityRef
from watchbill.practices.advice.model import Glass, GlassMove, GlassState, Recommendation, RecommendationState, Tally
from watchbill.practices.advice.rules import GLASS_MOVES, RECOMMENDATION_MOVES
from watchbill.web.callers import caller_of
from watchbill.web.doors import Doors, doors_of

from .frame import page


@dataclass(frozen=True)
class GlassRow:
    """A break-glass with what the person who looks may do about it."""

    glass: Glass
    moves: tuple[str, ...]


@dataclass(frozen=True)
class TeamAdvice:
    """What a page of a team shows of advice: given by it or, to a group that owns things, given to it; `tally` is of an SRE team."""

    recommendations: list[Recommendation]
    glass: list[GlassRow]
    tally: Tally | None


async def team_advice(request: Request, team: str | None, group: EntityRef) -> TeamAdvice:
    """Return the advice that belongs on the page of an SRE team, or of a group that is asked."""
    doors = doors_of(request)
    now = doors.clock.now()
    if team is None:
        return TeamAdvice(await doors.advice.recommendations(now, owner=group), [], None)
    return TeamAdvice(
        await doors.advice.recommendations(now, team=team),
        _rows(request, await doors.advice.glasses(now, team=team)),
        await doors.advice.tally(team, now),
    )


@dataclass(frozen=True)
class Ways:
    """What whoever looks may do about a service: recommend, and break glass; `nobody` says why nobody could approve that."""

    recommend: Decision
    glass: Decision
    nobody: str


def ways_about(request: Request, thing: EntityRef) -> Ways:
    """Return the ways that are open to whoever looks at the page of a service."""
    doors = doors_of(request)
    organization, now = doors.in_force.organization, doors.clock.now()
    recommend, glass = (
        decide(organization, _user(request), action, thing, now) for action in (Action.RECOMMEND, Action.BREAK_GLASS)
    )
    is_unapproved = bool(glass.because) and glass.because[0].rule == "nobody-approves"
    return Ways(recommend, glass, glass.instead[-1] if is_unapproved else "")


async def asked_of(request: Request) -> TeamAdvice:
    """Return the advice that waits for an answer of whoever looks."""
    doors = doors_of(request)
    organization, now = doors.in_force.organization, doors.clock.now()
    waiting = [
        made
        for made in await doors.advice.recommendations(now)
        if made.state is RecommendationState.WAITING
        and decide(organization, _user(request), Action.ACCEPT_RECOMMENDATION, made.thing, now).allowed
    ]
    asked = [each for each in await doors.advice.glasses(now) if each.state is GlassState.ASKED]
    return TeamAdvice(waiting, [row for row in _rows(request, asked) if row.moves], None)


async def listed(request: Request) -> Response:
    """Show the newest recommendations and break-glasses of all teams."""
    doors = doors_of(request)
    now = doors.clock.now()
    return await page(
        request,
        "advice.html",
        recommendations=await doors.advice.recommendations(now),
        glass=_rows(request, await doors.advice.glasses(now)),
    )


async def one(request: Request) -> Response:
    """Show one recommendation, with the answers that the person who looks may give."""
    doors = doors_of(request)
    now = doors.clock.now()
    made = await doors.advice.recommendation(request.path_params["id"], now)
    decision = decide(doors.in_force.organization, _user(request), Action.ACCEPT_RECOMMENDATION, made.thing, now)
    return await page(
        request,
        "recommendation.html",
        made=made,
        decision=decision,
        answers=_answers(made) if decision.allowed else (),
    )


def _answers(made: Recommendation) -> tuple[str, ...]:
    return tuple(answer.value for answer in RECOMMENDATION_MOVES[made.state] if answer.value != "letExpire")


def _user(request: Request) -> EntityRef | None:
    caller = caller_of(request)
    return caller.user if caller is not None else None


def _rows(request: Request, glasses: list[Glass]) -> list[GlassRow]:
    doors, user = doors_of(request), _user(request)
    return [GlassRow(glass, _moves(doors, user, glass)) for glass in glasses]


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


ROUTES = [
    Route("/advice", listed, methods=["GET"], name="advice"),
    Route("/recommendations/{id}", one, methods=["GET"], name="recommendation"),
]
