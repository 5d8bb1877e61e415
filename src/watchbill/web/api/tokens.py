"""API tokens: administrators make and revoke them, signed in; a token can never make another."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from watchbill.accounts.model import Account, ApiToken, TokenScope
from watchbill.lib.errors import Refused
from watchbill.web.callers import known_caller

from . import API
from .pages import Id
from .values import Answer, Asked, FromDoors, problems

router = APIRouter(prefix=API, tags=["tokens"])

_NO_CONTROL = r"^[^\x00-\x1f\x7f]+$"


def administrator(request: Request) -> Account:
    """Return the account of a signed-in administrator. Raises Refused."""
    caller = known_caller(request)
    if not caller.is_person or caller.account is None or not caller.account.is_admin:
        raise Refused(
            "Only a signed-in administrator may do this.", "Ask one: they are named in the organisation's files."
        )
    return caller.account


Administrator = Annotated[Account, Depends(administrator)]


class TokenAnswer(Answer):
    """A program's key, without the key."""

    id: str
    name: str
    scopes: list[TokenScope]
    user: str | None = Field(description="The person in whose name it acts; null: it acts for nobody.")
    created_at: datetime
    last_used_at: datetime | None

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


class MadeToken(Answer):
    """A new token; `secret` is shown this once."""

    schema_: Literal["watchbill/token/v1"] = Field(default="watchbill/token/v1", alias="schema")
    name: str
    scopes: list[TokenScope]
    secret: str = Field(examples=["wb_…"])


@router.get("/tokens", responses=problems())
async def get_tokens(_by: Administrator, doors: FromDoors) -> TokensAnswer:
    """Return all tokens, without their secrets."""
    tokens = await doors.accounts.tokens()
    return TokensAnswer(at=doors.clock.now(), tokens=[TokenAnswer.of(token) for token in tokens])


@router.post("/tokens", status_code=201, responses=problems(413))
async def create_token(asked: NewToken, by: Administrator, doors: FromDoors) -> MadeToken:
    """Make a token that acts in the name of the administrator who makes it."""
    secret = await doors.accounts.create_token(asked.name, asked.scopes, doors.clock.now(), by)
    return MadeToken(name=asked.name.strip(), scopes=sorted(set(asked.scopes)), secret=secret)


@router.delete("/tokens/{id}", status_code=204, response_class=Response, responses=problems(404))
async def revoke_token(id: Id, by: Administrator, doors: FromDoors) -> None:  # noqa: A002 - the path's word
    """Revoke a token: it is worth nothing from now on."""
    await doors.accounts.revoke_token(id, doors.clock.now(), by)
