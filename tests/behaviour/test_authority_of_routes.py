"""Every route that changes something asks the authority: walked one by one, so that a new one cannot be forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tests.website import Website, alertmanager_body

ABOUT_ONESELF = {
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    ("POST", "/welcome/{token}"),
}
BY_ITS_SERVICE = {
    ("POST", "/api/v1/recommendations"),
    ("POST", "/api/v1/recommendations/{id}/{answer}"),
    ("POST", "/api/v1/break-glasses"),
    ("POST", "/api/v1/break-glasses/{id}/{move}"),
    ("POST", "/api/v1/goals/{name}/rebookings"),
    ("POST", "/api/v1/rebookings/{id}/{answer}"),
    ("POST", "/recommendations"),
    ("POST", "/recommendations/{id}/{answer}"),
    ("POST", "/break-glasses"),
    ("POST", "/break-glasses/{id}/{move}"),
    ("POST", "/shares"),
    ("POST", "/shares/{id}/revoke"),
}
"""Advice: who may is shown in test_advice.py, to whom each is refused in test_advice_pages.py; both of books in test_rebookings.py and
of shared goals in test_shares.py."""
BY_SCOPE = {("POST", "/api/v1/hooks/alertmanager")}
IN_SOMEBODYS_NAME = {("POST", "/acknowledge/{token}")}
NEEDS_A_RIGHT = {
    ("POST", "/pages/{id}/acknowledge"): "Ask the owner, Shop developers",
    ("POST", "/incidents/{id}/resolve"): "Ask the owner, Shop developers",
    ("POST", "/api/v1/pages/{id}/acknowledge"): "ask the owner, group:shop-developers",
    ("POST", "/api/v1/incidents/{id}/resolve"): "ask the owner, group:shop-developers",
    ("POST", "/api/v1/tokens"): "ask an administrator: user:dora",
    ("DELETE", "/api/v1/tokens/{id}"): "ask an administrator: user:dora",
}


def _changing_routes(website: Website) -> Iterator[tuple[str, str]]:
    assert isinstance(website.app, FastAPI)
    for route in iter_route_contexts(website.app.routes):
        yield from ((method, route.path) for method in (route.methods or set()) - {"GET", "HEAD"})


def test_every_route_that_changes_something_is_known_here(website: Website) -> None:
    assert (
        set(_changing_routes(website))
        == ABOUT_ONESELF | BY_ITS_SERVICE | BY_SCOPE | IN_SOMEBODYS_NAME | NEEDS_A_RIGHT.keys()
    )


async def test_whoever_has_no_right_is_refused_and_told_what_to_do_instead(website: Website) -> None:
    program = await website.program("alerts")
    await program.post("/api/v1/hooks/alertmanager", json=alertmanager_body())
    page = (await website.watchbill.oncall.open_pages())[0]
    eli, csrf = await website.person("eli")
    for (method, path), instead in NEEDS_A_RIGHT.items():
        about = page.id if "/pages/" in path else page.incident
        body = {"json": {"name": "ci", "scopes": ["read"]}} if path.endswith("/tokens") else {}
        address = re.sub(r"\{id\}", about, path)
        answer = await eli.request(method, address, headers={"X-CSRF-Token": csrf}, **body)
        assert answer.status_code == 403, (method, path)
        assert instead in answer.text, (method, path)
    assert (await website.watchbill.oncall.page(page.id)).acknowledged_by is None
    assert await website.watchbill.tokens.acting_for("eli@shop.example") == []


async def test_a_link_in_the_name_of_somebody_who_has_no_right_is_refused(website: Website) -> None:
    program = await website.program("alerts")
    await program.post("/api/v1/hooks/alertmanager", json=alertmanager_body())
    page = (await website.watchbill.oncall.open_pages())[0]
    eli = next(user for user in website.watchbill.organization.organization.users if user.name == "eli")
    link = website.watchbill.links.url(page.id, eli)
    answer = await website.anybody().post(link)
    assert answer.status_code == 403
    assert "Ask the owner, Shop developers" in answer.text
