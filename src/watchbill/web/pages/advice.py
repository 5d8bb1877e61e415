"""Advice: what was recommended to whom and what became of it, and the glass that was broken; one recommendation with its answer."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.org.authority import Action, Decision, decide
from watchbill.org.values import EntityRef
from watchbill.practices.advice.model import Answer, GlassState, Recommendation, Tally
from watchbill.practices.advice.rules import RECOMMENDATION_MOVES, may_answer
from watchbill.web.doors import doors_of
from watchbill.web.lists import said_in

from .asked import GlassRow, glass_rows, user_of
from .frame import page

MOST_ABOUT_THING = 5
ALIVE = frozenset({GlassState.ASKED, GlassState.OPEN})


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
        glass_rows(request, await doors.advice.glasses(now, team=team)),
        await doors.advice.tally(team, now),
    )


@dataclass(frozen=True)
class Ways:
    """What whoever looks may do about a service: recommend, and break glass; `nobody` says why nobody could approve that."""

    recommend: Decision
    glass: Decision
    nobody: str


@dataclass(frozen=True)
class ThingAdvice:
    """The newest advice about a service; `own` is the glass that whoever looks has asked for or holds, None for none."""

    recommendations: list[Recommendation]
    glass: list[GlassRow]
    own: GlassRow | None


async def advice_about(request: Request, thing: EntityRef) -> ThingAdvice:
    """Return the advice that belongs on the page of a service; glass that is asked for or open is all there."""
    doors, user = doors_of(request), user_of(request)
    now = doors.clock.now()
    rows = glass_rows(request, await doors.advice.glasses(now, thing=thing))
    alive = [row for row in rows if row.glass.state in ALIVE]
    return ThingAdvice(
        (await doors.advice.recommendations(now, thing=thing))[:MOST_ABOUT_THING],
        alive + [row for row in rows if row not in alive][: max(0, MOST_ABOUT_THING - len(alive))],
        next((row for row in alive if row.glass.holder == user), None),
    )


def ways_about(request: Request, thing: EntityRef) -> Ways:
    """Return the ways that are open to whoever looks at the page of a service."""
    doors = doors_of(request)
    organization, now = doors.in_force.organization, doors.clock.now()
    recommend, glass = (
        decide(organization, user_of(request), action, thing, now) for action in (Action.RECOMMEND, Action.BREAK_GLASS)
    )
    is_unapproved = bool(glass.because) and glass.because[0].rule == "nobody-approves"
    return Ways(recommend, glass, glass.instead[-1] if is_unapproved else "")


async def listed(request: Request) -> Response:
    """Show the newest recommendations and break-glasses of all teams."""
    said_in(request, ())
    doors = doors_of(request)
    now = doors.clock.now()
    return await page(
        request,
        "advice.html",
        recommendations=await doors.advice.recommendations(now),
        glass=glass_rows(request, await doors.advice.glasses(now)),
    )


async def one(request: Request) -> Response:
    """Show one recommendation, with the answers that the person who looks may give."""
    doors = doors_of(request)
    now = doors.clock.now()
    made = await doors.advice.recommendation(request.path_params["id"], now)
    decision = decide(doors.in_force.organization, user_of(request), Action.ACCEPT_RECOMMENDATION, made.thing, now)
    return await page(
        request,
        "recommendation.html",
        made=made,
        decision=decision,
        answers=_answers(made, user_of(request)) if decision.allowed else (),
    )


def _answers(made: Recommendation, user: EntityRef | None) -> tuple[str, ...]:
    moves = [answer for answer in RECOMMENDATION_MOVES[made.state] if answer is not Answer.LET_EXPIRE]
    return tuple(answer.value for answer in moves if user is not None and may_answer(made, answer, user))


ROUTES = [
    Route("/advice", listed, methods=["GET"], name="advice"),
    Route("/recommendations/{id}", one, methods=["GET"], name="recommendation"),
]
