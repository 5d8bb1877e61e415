"""API tokens: administrators make and revoke them, signed in; a token can never make another."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from watchbill.accounts.model import ApiToken, TokenScope
from watchbill.lib.errors import Refused
from watchbill.web.administration import Administrator, administrator
from watchbill.web.callers import known_caller

from . import API
from .pages import Id
from .values import Answer, Asked, FromDoors, problems

router = APIRouter(prefix=API, tags=["tokens"])

_NO_CONTROL = r"^[^\x00-\x1f\x7f]+$"


def signed_in_administrator(request: Request) -> Administrator:
    """Return the administrator who is signed in and asks. Raises Refused."""
    if not known_caller(request).is_person:
        raise Refused("Only a signed-in administrator may do this.", "Sign in: a token never makes or ends another.")
    return administrator(request)


SignedInAdministrator = Annotated[Administrator, Depends(signed_in_administrator)]


class TokenAnswer(Answer):
    """A program's key, without the key."""

    id: str
    name: str
    scopes: list[TokenScope]
    user: str | None = Field(description="The person in whose name it acts; null: it acts for nobody.")
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None = Field(description="From when on it is worth nothing; null: it is good until revoked.")

    @classmethod
    def of(cls, token: ApiToken) -> TokenAnswer:
        """Return a token as it is answered."""
        user = token.account.user if token.account else None
        return cls(
            id=token.id,
            name=token.name,
            scopes=sorted(token.scopes),
            user=str(user) if user else None,
            created_at=token.created_at,
            last_used_at=token.last_used_at,
            expires_at=token.expires_at,
        )


class TokensAnswer(Answer):
    """All tokens, the newest first."""

    schema_: Literal["watchbill/tokens/v1"] = Field(default="watchbill/tokens/v1", alias="schema")
    at: datetime
    tokens: list[TokenAnswer]


class NewToken(Asked):
    """A token to be made: it acts in the name of who makes it."""

    name: str = Field(min_length=1, max_length=100, pattern=_NO_CONTROL, examples=["alertmanager"])
    scopes: list[Annotated[TokenScope, Field(strict=False)]] = Field(min_length=1, max_length=3, examples=[["alerts"]])
    expires_in_days: int | None = Field(default=None, ge=1, le=3650, description="How long it is good; null: for ever.")


class MadeToken(Answer):
    """A new token; `secret` is shown this once."""

    schema_: Literal["watchbill/token/v1"] = Field(default="watchbill/token/v1", alias="schema")
    name: str
    scopes: list[TokenScope]
    secret: str = Field(examples=["wb_…"])


@router.get("/tokens", responses=problems())
async def get_tokens(_by: SignedInAdministrator, doors: FromDoors) -> TokensAnswer:
    """Return all tokens, without their secrets."""
    tokens = await doors.tokens.all()
    return TokensAnswer(at=doors.clock.now(), tokens=[TokenAnswer.of(token) for token in tokens])


@router.post("/tokens", status_code=201, responses=problems(413))
async def create_token(asked: NewToken, by: SignedInAdministrator, doors: FromDoors) -> MadeToken:
    """Make a token that acts in the name of the administrator who makes it."""
    secret = await doors.tokens.create(
        asked.name,
        asked.scopes,
        doors.clock.now(),
        by.account,
        lasts=timedelta(days=asked.expires_in_days) if asked.expires_in_days else None,
        by=by.account.name,
        because=by.because,
    )
    return MadeToken(name=asked.name.strip(), scopes=sorted(set(asked.scopes)), secret=secret)


@router.delete("/tokens/{id}", status_code=204, response_class=Response, responses=problems(404))
async def revoke_token(id: Id, by: SignedInAdministrator, doors: FromDoors) -> None:  # noqa: A002 - the path's word
    """Revoke a token: it is worth nothing from now on."""
    await doors.tokens.revoke(id, doors.clock.now(), by=by.account.name, because=by.because)
