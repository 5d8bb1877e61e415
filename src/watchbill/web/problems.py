"""Every error as an answer: problem+json (RFC 9457) for programs, a page for people. The one place that maps errors to HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from watchbill.lib.errors import Invalid, NotFound, Refused, WatchbillError
from watchbill.org.values import EntityRef

from .doors import doors_of
from .refusals import FormExpired, Malformed, TooManyAttempts
from .render import render
from .security import safe_path

MEDIA_TYPE = "application/problem+json"
_TITLES = {
    "malformed": "This cannot be read",
    "invalid": "This cannot be taken as it is",
    "signInRequired": "Sign in first",
    "refused": "This is not allowed",
    "notFound": "There is no such thing",
    "methodNotAllowed": "This cannot be done here",
    "conflict": "Somebody or something got there first",
    "tooLarge": "This is too large",
    "wrongMediaType": "This kind of content is not read here",
    "tooManyAttempts": "Too many attempts",
    "unavailable": "Something that watchbill relies on does not answer",
    "error": "Something went wrong in watchbill",
}
_FOR_PROGRAMS = ("/api/", "/healthz", "/readyz", "/metrics")


class Misfit(BaseModel):
    """One part of a request that does not fit."""

    model_config = ConfigDict(frozen=True)

    at: str = Field(description="Where in the request, as in `query.limit`.", examples=["query.limit"])
    what: str = Field(description="What is wrong with it.", examples=["Input should be less than or equal to 200"])


class Problem(BaseModel):
    """A problem as RFC 9457 describes it, with what to do about it (`mend`) and a stable `code`."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(examples=["urn:watchbill:problem:notFound"])
    title: str = Field(examples=["There is no such thing"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no service “crat”."])
    mend: str = Field(description="How to mend it; may be empty.", examples=["Did you mean “cart”?"])
    code: str = Field(examples=["notFound"])
    where: str | None = Field(default=None, description="Where the problem lies, as file:line.")
    request: str = Field(description="The id of the request, as the server's log has it.")
    instead: list[str] | None = Field(
        default=None,
        description="Where something is refused: each way that is open instead.",
        examples=[["recommend it to group:devs", "ask the owner, group:devs"]],
    )
    misfits: list[Misfit] | None = Field(default=None, description="Each part of the request that does not fit.")


def answer(request: Request, error: WatchbillError, misfits: Sequence[Misfit] = ()) -> Response:
    """Return an error as a page for people, or as problem+json for programs."""
    title = _TITLES.get(error.code, HTTPStatus(error.status).phrase)
    request_id = str(getattr(request.state, "request_id", ""))
    if wants_page(request):
        response: Response = render(
            request,
            "error.html",
            status=error.status,
            title=title,
            what=error.what,
            mend=error.mend,
            where=error.where,
            code=error.code,
            request_id=request_id,
            about=EntityRef.parse(error.about, kind="component")
            if isinstance(error, Refused) and error.about
            else None,
            came_from=_came_from(request),
            typed=error.fields if isinstance(error, FormExpired) else {},
        )
    else:
        problem = Problem(
            type=f"urn:watchbill:problem:{error.code}",
            title=title,
            status=error.status,
            detail=error.what,
            mend=error.mend,
            code=error.code,
            where=error.where or None,
            request=request_id,
            instead=(list(error.instead) or None) if isinstance(error, Refused) else None,
            misfits=list(misfits) or None,
        )
        response = JSONResponse(problem.model_dump(exclude_none=True), error.status, media_type=MEDIA_TYPE)
    response.headers.update(_headers(error))
    return response


def wants_page(request: Request) -> bool:
    """Whether a person reads the answer: outside the API, unless JSON is asked for."""
    if request.url.path.startswith(_FOR_PROGRAMS):
        return False
    return "json" not in request.headers.get("accept", "")


def _came_from(request: Request) -> str:
    """Return the page of ours that led here, the empty text where none did or it is this one."""
    referer = urlsplit(request.headers.get("referer", ""))
    own = {urlsplit(doors_of(request).base_url).netloc, request.headers.get("host", "")}
    path = safe_path(f"{referer.path}?{referer.query}" if referer.query else referer.path)
    is_here = request.method == "GET" and path.partition("?")[0] == request.url.path
    return path if referer.netloc in own and referer.path not in {"", "/", "/sign-in"} and not is_here else ""


def _headers(error: WatchbillError) -> Mapping[str, str]:
    if error.status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": 'Bearer realm="watchbill"'}
    if isinstance(error, TooManyAttempts):
        return {"Retry-After": str(error.wait_seconds)}
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": "5"}
    return {}


class _NoSuchMethod(WatchbillError):
    code = "methodNotAllowed"
    status = 405


def _from_http(request: Request, error: HTTPException) -> WatchbillError:
    if error.status_code == HTTPStatus.NOT_FOUND:
        for_programs = "Check the address; the API is described in openapi.json."
        mend = "Check the address, or search for what you meant." if wants_page(request) else for_programs
        return NotFound("There is nothing at this address.", mend)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        return _NoSuchMethod("This address does not take this method.", f"It takes {allowed}." if allowed else "")
    known = {kind.status: kind for kind in _kinds()}
    return known.get(error.status_code, WatchbillError)(str(error.detail))


def _kinds() -> Sequence[type[WatchbillError]]:
    kinds: list[type[WatchbillError]] = []
    waiting = list(WatchbillError.__subclasses__())
    while waiting:
        kind = waiting.pop()
        kinds.append(kind)
        waiting += kind.__subclasses__()
    return kinds


def _misfit(found: Mapping[str, Any]) -> Misfit:
    return Misfit(at=".".join(str(part) for part in found["loc"]), what=str(found["msg"]))


async def _on_watchbill_error(request: Request, error: WatchbillError) -> Response:
    return answer(request, error)


async def _on_http_exception(request: Request, error: HTTPException) -> Response:
    response = answer(request, _from_http(request, error))
    response.headers.update(error.headers or {})
    return response


async def _on_misfit(request: Request, error: RequestValidationError) -> Response:
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return answer(request, Malformed("The body is not JSON.", "Send JSON with Content-Type: application/json."))
    misfits = [_misfit(each) for each in found]
    summary = f"{misfits[0].at}: {misfits[0].what}" + (f" (and {len(misfits) - 1} more)" if misfits[1:] else "")
    return answer(request, Invalid(summary, "Compare the request with the API's description, openapi.json."), misfits)


def install(app: FastAPI) -> None:
    """Make the application answer every error in this way."""
    app.add_exception_handler(WatchbillError, _on_watchbill_error)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _on_http_exception)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _on_misfit)  # type: ignore[arg-type]
