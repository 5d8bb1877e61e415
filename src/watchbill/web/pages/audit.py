"""The audit as a page for administrators: who changed what, by which right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.lib.errors import Invalid
from watchbill.lib.instants import in_zone
from watchbill.org.names import name_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.org.zones import zone_of
from watchbill.practices.record.model import Audited
from watchbill.web.administration import administrator
from watchbill.web.doors import doors_of
from watchbill.web.lists import said_in
from watchbill.web.show.names import path_of

from .frame import page

PAGE_LENGTH = 50
_ID = re.compile(r"[0-9a-z]{26}")
_PERSON = re.compile(r"user:[^\s:]+")
_WORDS: Mapping[str, str] = {
    "acknowledge": "acknowledged a page of",
    "resolve": "resolved",
    "recommend": "recommended",
    "acceptRecommendation": "accepted the recommendation",
    "declineRecommendation": "declined the recommendation",
    "implementRecommendation": "reported as implemented",
    "breakGlass": "asked to break glass on",
    "approveBreakGlass": "approved break-glass on",
    "refuseBreakGlass": "refused break-glass on",
    "closeBreakGlass": "closed break-glass on",
    "letRecommendationExpire": "let expire the recommendation",
    "letBreakGlassLapse": "let lapse the break-glass on",
    "endBreakGlass": "ended break-glass on",
    "rebook": "re-booked what was spent of",
    "approveRebooking": "approved a re-booking of",
    "refuseRebooking": "refused a re-booking of",
    "signIn": "signed in as",
    "signOut": "signed out as",
    "failedSignIn": "failed to sign in as",
    "setPassword": "set the password of",
    "assignPerson": "is now the person behind",
    "invite": "invited",
    "revokeAccess": "revoked the access of",
    "createToken": "made the token",
    "revokeToken": "revoked the token",
    "shareGoals": "showed its goals by a link to",
    "revokeShare": "revoked a link to goals of",
}


@dataclass(frozen=True)
class Line:
    """One change as it is shown; `link` leads to what was changed where that has a page."""

    at: datetime
    who: str
    what: str
    to_what: str
    link: str
    right: str
    reason: str


async def audit(request: Request) -> Response:
    """Show the audit, the newest first; `?before=` goes on from an entry. Raises Refused to all but administrators."""
    administrator(request)
    doors = doors_of(request)
    before = said_in(request, ["before"]).get("before")
    if before is not None and not _ID.fullmatch(before):
        raise Invalid(
            f"“{before[:40]}” is no entry of the audit.", "Begin with the newest, and go on by “Older”.", "before"
        )
    found = await doors.audit.newest(limit=PAGE_LENGTH + 1, before=before)
    organization = doors.in_force.organization
    return await page(
        request,
        "audit.html",
        lines=[line_of(audited, organization) for audited in found[:PAGE_LENGTH]],
        more_before=found[PAGE_LENGTH - 1].id if len(found) > PAGE_LENGTH else None,
    )


def line_of(audited: Audited, organization: Organization) -> Line:
    """Return an entry in words; an action that has none yet is shown by its name."""
    to_what, link = _subject(audited)
    return Line(
        audited.at,
        _who(audited.actor, organization),
        _WORDS.get(audited.action, audited.action),
        to_what,
        link,
        audited.because,
        audited.reason or _told(audited.details, organization),
    )


def _subject(audited: Audited) -> tuple[str, str]:
    """Return what an entry is about, and the page of it; the empty text where there is none."""
    if audited.action in {"acknowledge", "resolve"}:
        number = audited.details.get("number")
        return (f"incident {number}" if number is not None else "an incident"), f"/incidents/{audited.subject}"
    if "title" in audited.details:
        return str(audited.details["title"]), f"/recommendations/{audited.subject}"
    if "breakglass" in audited.action.lower():
        return _glass_on(str(audited.details.get("service", "")), audited.subject)
    if "rebook" in audited.action.lower():
        return audited.subject, f"/goals/{quote(audited.subject)}"
    return audited.subject, ""


def _glass_on(service: str, subject: str) -> tuple[str, str]:
    if not service:
        return subject, "/advice"
    thing = EntityRef.parse(service, kind="component")
    return thing.name, f"{path_of(thing)}#advice"


def _who(actor: str, organization: Organization) -> str:
    return name_of(organization, actor) if _PERSON.fullmatch(actor) else actor


def _told(details: Mapping[str, Any], organization: Organization) -> str:
    """Return what an entry adds for whoever reads it: whom, how often, until when."""
    told = []
    if details.get("user"):
        told.append(name_of(organization, str(details["user"])))
    if details.get("administrator"):
        told.append("as an administrator")
    if details.get("attempts"):
        told.append(f"attempts: {details['attempts']}")
    if details.get("scopes"):
        told.append(f"scopes: {', '.join(details['scopes'])}")
    if details.get("expires_at"):
        told.append(f"until {in_zone(datetime.fromisoformat(details['expires_at']), zone_of(organization))}")
    return "; ".join(told)


ROUTES = [Route("/audit", audit, methods=["GET"], name="audit")]
