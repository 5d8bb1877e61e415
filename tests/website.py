"""The whole web application in this process, on a real store and a small organisation, with time passed by hand."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from starlette.types import ASGIApp

from tests.organizations import SMALL
from tests.organizations import person as as_person
from watchbill.accounts.model import TokenScope
from watchbill.bootstrap import Watchbill, build, doors_of, engine_of
from watchbill.engine.instance import Instance
from watchbill.lib.clock import HandClock
from watchbill.org.values import EntityRef
from watchbill.settings import RoomSettings, Settings
from watchbill.web.app import create_app
from watchbill.web.security import session_cookie_name

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
ELSEWHERE = ("203.0.113.9", 4711)
EVERY_PAGE = (
    "/",
    "/inbox",
    "/goals",
    "/goals?state=burning",
    "/goals?team=core&tier=critical&sort=burn&q=api",
    "/shares",
    "/goals/api-availability",
    "/goals/api-availability?span=3h&month=2026-04",
    "/goals/api-availability?span=window",
    "/services",
    "/services?covered=no",
    "/services/api",
    "/services/resource:database",
    "/map",
    "/map?team=core&practice=capacity",
    "/map?team=shop-developers&at=2026-05-03",
    "/platform",
    "/platform?product=api",
    "/findings",
    "/findings?team=core&level=fail",
    "/findings?rule=shared-fate",
    "/teams",
    "/teams/core",
    "/teams/shop-developers",
    "/incidents",
    "/incidents?state=open",
    "/incidents?state=resolved",
    "/incidents?before=1",
    "/incidents/1",
    "/oncall",
    "/advice",
    "/organization",
    "/audit",
    "/search",
    "/search?q=api",
)
"""Every page of a signed-in administrator, in each form that it has; `/incidents/1` is there once an alert was handed in."""


@dataclass
class Website:
    """The application and ways to ask it: as nobody, as a person, as a program."""

    watchbill: Watchbill
    clock: HandClock
    app: ASGIApp
    base_url: str
    clients: list[httpx2.AsyncClient] = field(default_factory=list)

    def anybody(self, client: tuple[str, int] = ELSEWHERE, **options: Any) -> httpx2.AsyncClient:
        """Return a client that is nobody in particular."""
        transport = httpx2.ASGITransport(self.app, client=client)
        made = httpx2.AsyncClient(transport=transport, base_url=self.base_url, **options)
        self.clients.append(made)
        return made

    async def link_for(self, email: str, *, is_admin: bool = False, user: EntityRef | None = None) -> str:
        """Return the secret of a one-time link; with `user` it names that person."""
        return await self.watchbill.accounts.invite(email, self.clock.now(), is_admin=is_admin, user=user)

    async def person(self, name: str, *, is_admin: bool = False) -> tuple[httpx2.AsyncClient, str]:
        """Return the browser of a signed-in person of the organisation, and the token of their forms."""
        link = await self.link_for(f"{name}@shop.example", is_admin=is_admin, user=as_person(name))
        return await self.signed_in_by(link)

    async def signed_in_by(self, link: str) -> tuple[httpx2.AsyncClient, str]:
        """Return the browser of whoever accepts a one-time link, and the token of their forms."""
        people = self.watchbill.organization.organization.users
        secret = await self.watchbill.accounts.accept_link(link, PASSWORD, self.clock.now(), people)
        session = await self.watchbill.sessions.known(secret, self.clock.now())
        assert session is not None
        cookie = session_cookie_name(is_https=self.base_url.startswith("https"))
        return self.anybody(cookies={cookie: secret}), session.csrf

    async def program(self, *scopes: str, person: str | None = None) -> httpx2.AsyncClient:
        """Return a program with a token; with `person`, it acts in the name of that person, who has an account."""
        account = await self.watchbill.accounts.account(f"{person}@shop.example") if person else None
        granted = [TokenScope(scope) for scope in scopes]
        secret = await self.watchbill.tokens.create("test", granted, self.clock.now(), account)
        return self.anybody(headers={"Authorization": f"Bearer {secret}"})


@asynccontextmanager
async def open_website(
    database_url: str, data: Path, base_url: str = "http://watchbill.test", organization: Path = SMALL
) -> AsyncIterator[Website]:
    """Build the program on an empty database; nothing runs but what a test asks for."""
    clock = HandClock(NOW)
    settings = Settings(
        data=data,
        database=database_url,
        base_url=base_url,
        rooms=(RoomSettings("ops", "webhook", "http://127.0.0.1:9/ops"),),
    )
    instance = Instance(data)
    watchbill = await build(organization, settings, instance, clock)
    website = Website(watchbill, clock, create_app(doors_of(watchbill, engine_of(watchbill))), base_url)
    try:
        yield website
    finally:
        for client in website.clients:
            await client.aclose()
        await watchbill.close()
        instance.close()


def text_of(page: str) -> str:
    """Return what a page says, without its tags, in one line, with plain spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split()).replace("\u202f", " ")


def alertmanager_body(
    *,
    status: str = "firing",
    service: str = "api",
    starts_at: str = "2026-05-04T09:55:00Z",
    fingerprint: str = "c0ffee00c0ffee00",
) -> dict[str, Any]:
    """Return what an Alertmanager posts about one alert."""
    ends_at = "2026-05-04T09:58:00Z" if status == "resolved" else "0001-01-01T00:00:00Z"
    return {
        "version": "4",
        "groupKey": '{}:{alertname="Errors"}',
        "status": status,
        "receiver": "watchbill",
        "alerts": [
            {
                "status": status,
                "labels": {"alertname": "Errors", "service": service, "severity": "page"},
                "annotations": {"summary": "One request in three fails"},
                "startsAt": starts_at,
                "endsAt": ends_at,
                "fingerprint": fingerprint,
            }
        ],
    }
