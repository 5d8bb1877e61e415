"""Recommendations with what became of them, and what a team's advice came to."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field

from watchbill.practices.advice.model import (
    Answer as Said,
)
from watchbill.practices.advice.model import (
    Recommendation,
    RecommendationState,
    Tally,
)
from watchbill.practices.advice.rules import LONGEST_RATIONALE, LONGEST_TITLE
from watchbill.teams.explain import thing_named
from watchbill.web.callers import acting_user
from watchbill.web.lookups import team_named

from . import API
from .pages import Id
from .values import Answer, Asked, FromDoors, Name, problems, text_of

router = APIRouter(prefix=API, tags=["advice"])

TEXT = r"^[^\x00]*$"
OfTeam = Annotated[
    str | None, Query(min_length=1, max_length=255, description="Only those of this SRE team.", examples=["advisers"])
]


class RecommendationAnswer(Answer):
    """A recommendation; `owner` is whose answer counts, `reason` what it was answered with."""

    id: str
    service: str
    owner: str | None
    team: str | None
    engagement: str | None
    title: str
    rationale: str
    patch: str = Field(description="A patch to the organisation's files, as text; empty where there is none.")
    made_by: str
    made_at: datetime
    expires_at: datetime
    state: RecommendationState
    decided_by: str | None
    decided_at: datetime | None
    reason: str
    implemented_at: datetime | None

    @classmethod
    def of(cls, made: Recommendation) -> RecommendationAnswer:
        """Return a recommendation as it is answered."""
        return cls(
            id=made.id,
            service=str(made.thing),
            owner=text_of(made.owner),
            team=made.team,
            engagement=made.engagement,
            title=made.title,
            rationale=made.rationale,
            patch=made.patch,
            made_by=str(made.made_by),
            made_at=made.made_at,
            expires_at=made.expires_at,
            state=made.state,
            decided_by=text_of(made.decided_by),
            decided_at=made.decided_at,
            reason=made.reason,
            implemented_at=made.implemented_at,
        )


class RecommendationsAnswer(Answer):
    """The newest 200 recommendations, the newest first."""

    schema_: Literal["watchbill/recommendations/v1"] = Field(default="watchbill/recommendations/v1", alias="schema")
    at: datetime
    recommendations: list[RecommendationAnswer]


class OneRecommendationAnswer(Answer):
    """One recommendation."""

    schema_: Literal["watchbill/recommendation/v1"] = Field(default="watchbill/recommendation/v1", alias="schema")
    at: datetime
    recommendation: RecommendationAnswer


class TallyAnswer(Answer):
    """What a team's advice of the last year came to; those implemented count as accepted too, those declined stay in `judged`."""

    schema_: Literal["watchbill/advice-tally/v1"] = Field(default="watchbill/advice-tally/v1", alias="schema")
    at: datetime
    team: str
    made: int
    waiting: int
    accepted: int
    declined: int
    expired: int
    implemented: int
    judged: int = Field(description="Those that have had their 90 days; a younger one is not counted yet.")
    taken: int = Field(
        description="Those of `judged` that were accepted and implemented within 90 days after they were made."
    )
    break_glasses: int = Field(description="Break-glasses that were opened in the last year.")

    @classmethod
    def of(cls, team: str, tally: Tally, at: datetime) -> TallyAnswer:
        """Return a tally as it is answered."""
        return cls(
            at=at,
            team=team,
            made=tally.made,
            waiting=tally.waiting,
            accepted=tally.accepted,
            declined=tally.declined,
            expired=tally.expired,
            implemented=tally.implemented,
            judged=tally.judged,
            taken=tally.taken,
            break_glasses=tally.glass,
        )


class NewRecommendation(Asked):
    """What to do about a service, why, and optionally a patch to the organisation's files."""

    service: str = Field(min_length=1, max_length=255, examples=["payroll"])
    title: str = Field(min_length=1, max_length=LONGEST_TITLE, pattern=TEXT, examples=["Give payroll a second region"])
    rationale: str = Field(min_length=1, max_length=LONGEST_RATIONALE, pattern=TEXT)
    patch: str = Field(default="", max_length=100_000, pattern=TEXT)


class Explained(Asked):
    """Why it is decided so."""

    reason: str = Field(default="", max_length=2000, pattern=TEXT)


@router.get("/recommendations", responses=problems(404))
async def get_recommendations(doors: FromDoors, team: OfTeam = None) -> RecommendationsAnswer:
    """Return the newest recommendations."""
    now, name = doors.clock.now(), name_of(doors, team)
    found = await doors.advice.recommendations(now, team=name)
    return RecommendationsAnswer(at=now, recommendations=[RecommendationAnswer.of(each) for each in found])


@router.post("/recommendations", status_code=201, responses=problems(404, 413))
async def recommend(asked: NewRecommendation, request: Request, doors: FromDoors) -> OneRecommendationAnswer:
    """Recommend something about a service to its owner, in the name of the caller."""
    now = doors.clock.now()
    made = await doors.advice.recommend(
        thing_named(doors.in_force.organization, asked.service).ref,
        acting_user(request),
        now,
        title=asked.title,
        rationale=asked.rationale,
        patch=asked.patch,
    )
    return OneRecommendationAnswer(at=now, recommendation=RecommendationAnswer.of(made))


@router.get("/recommendations/{id}", responses=problems(404))
async def get_recommendation(id: Id, doors: FromDoors) -> OneRecommendationAnswer:  # noqa: A002 - the path's word
    """Return one recommendation."""
    now = doors.clock.now()
    return OneRecommendationAnswer(
        at=now, recommendation=RecommendationAnswer.of(await doors.advice.recommendation(id, now))
    )


@router.post("/recommendations/{id}/{answer}", responses=problems(404, 409, 413))
async def answer_recommendation(
    id: Id,  # noqa: A002 - the path's word
    answer: Literal["accept", "decline", "implement"],
    request: Request,
    doors: FromDoors,
    said: Explained | None = None,
) -> OneRecommendationAnswer:
    """Accept or decline a recommendation, or say that it is implemented; declining needs a reason."""
    now, reason = doors.clock.now(), said.reason if said else ""
    after = await doors.advice.answer(id, Said(answer), acting_user(request), now, reason)
    return OneRecommendationAnswer(at=now, recommendation=RecommendationAnswer.of(after))


@router.get("/teams/{name}/advice", responses=problems(404))
async def get_tally(name: Name, doors: FromDoors) -> TallyAnswer:
    """Return what the advice of an SRE team came to in the last year, and how much glass it broke in that year."""
    now, team = doors.clock.now(), team_named(doors.in_force.organization, name).name
    return TallyAnswer.of(team, await doors.advice.tally(team, now), now)


def name_of(doors: FromDoors, team: str | None) -> str | None:
    """Return the name of the SRE team that was asked for, None where none was. Raises NotFound."""
    return team_named(doors.in_force.organization, team).name if team is not None else None
