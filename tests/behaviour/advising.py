"""Consultants and their partner in the example company: who asks, what is asked for, and what their pages say."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path
from typing import Any

import httpx2

from tests.organizations import person
from tests.website import Website
from watchbill.org.authority import Action, decide
from watchbill.org.values import EntityRef

ACME = Path(__file__).parents[2] / "examples" / "acme"
PAYROLL = EntityRef.parse("payroll", kind="component")
ADVICE = {
    "service": "payroll",
    "title": "A second region",
    "rationale": "One region failed twice.",
    "patch": "+ region",
}
GLASS = {"service": "payroll", "reason": "The run is stuck and pays nobody.", "minutes": 60}


class People:
    """Asks the API in the names of people, each signed in once a day."""

    def __init__(self, website: Website) -> None:
        self._website = website
        self._browsers: dict[tuple[str, date], tuple[httpx2.AsyncClient, str]] = {}

    async def post(self, name: str, path: str, body: dict[str, Any] | None = None) -> httpx2.Response:
        browser, csrf = await self._signed_in(name)
        return await browser.post(f"/api/v1{path}", json=body or {}, headers={"X-CSRF-Token": csrf})

    async def get(self, name: str, path: str) -> Any:
        browser, _ = await self._signed_in(name)
        return (await browser.get(f"/api/v1{path}")).json()

    async def _signed_in(self, name: str) -> tuple[httpx2.AsyncClient, str]:
        key = (name, self._website.clock.now().date())
        if key not in self._browsers:
            self._browsers[key] = await self._website.person(name)
        return self._browsers[key]


async def recommended(people: People) -> str:
    answer = await people.post("ruth", "/recommendations", ADVICE)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["recommendation"]["id"])


async def broken(people: People) -> str:
    answer = await people.post("ruth", "/break-glasses", GLASS)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["breakGlass"]["id"])


async def may_change(acme: Website) -> bool:
    organization, now = acme.watchbill.organization.organization, acme.clock.now()
    glass = await acme.watchbill.advice.open_glass(now)
    by_authority = decide(organization, person("ruth"), Action.CHANGE_CONFIG, PAYROLL, now, glass=glass).allowed
    browser = await acme.program("read")
    asked = await browser.get("/api/v1/allowed?person=ruth&action=changeConfig&service=payroll")
    assert asked.json()["allowed"] is by_authority
    explained = await browser.get("/api/v1/explain/change?person=ruth&service=payroll")
    assert (explained.json()["people"][0]["config"] == "brokenGlass") is by_authority
    return by_authority


async def page_of(acme: Website, name: str, path: str) -> str:
    browser, _ = await acme.person(name)
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def form(acme: Website, name: str, path: str, **fields: str) -> httpx2.Response:
    browser, csrf = await acme.person(name)
    return await browser.post(path, data={"csrf": csrf, **fields})
