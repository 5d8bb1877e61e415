"""The gate, route by route: closed to nobody in particular, and to those who may do something else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tests.website import Website, alertmanager_body
from watchbill.web.security import CONTENT_SECURITY_POLICY

OPEN_TO_EVERYBODY = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/welcome/{token}"),
    ("POST", "/welcome/{token}"),
    ("GET", "/acknowledge/{token}"),
    ("POST", "/acknowledge/{token}"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/shared/{token}"),  # goals that somebody shows to a partner, by a signed link
}


def _every_route(website: Website) -> Iterator[tuple[str, str]]:
    assert isinstance(website.app, FastAPI)
    for route in iter_route_contexts(website.app.routes):
        if route.path.startswith("/static"):
            continue
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield method, route.path


def _address(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "01hx3v9q8n7m6k5j4h3g2f1e0d", path)


async def test_nobody_in_particular_gets_nowhere_but_to_what_is_open_on_purpose(website: Website) -> None:
    nobody = website.anybody()
    closed = 0
    for method, path in _every_route(website):
        answer = await nobody.request(method, _address(path), headers={"Accept": "application/json"})
        if (method, path) in OPEN_TO_EVERYBODY:
            assert answer.status_code != 401, (method, path)
        else:
            assert answer.status_code == 401, (method, path)
            assert answer.json()["code"] == "signInRequired"
            assert answer.headers["www-authenticate"].startswith("Bearer")
            closed += 1
    assert closed > 30


async def test_a_browser_without_a_session_is_led_to_sign_in_and_back(website: Website) -> None:
    answer = await website.anybody().get("/goals?state=burning", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fgoals%3Fstate%3Dburning"


async def test_every_answer_says_what_browsers_must_not_do(website: Website) -> None:
    for path in ("/sign-in", "/healthz", "/api/v1/goals", "/nowhere", "/metrics"):
        headers = (await website.anybody().get(path)).headers
        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert re.fullmatch(r"[0-9a-f]{16}", headers["x-request-id"])
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY


WHAT_SCOPES_OPEN = [
    ("read", "GET", "/api/v1/goals", 200),
    ("read", "GET", "/metrics", 200),
    ("read", "POST", "/api/v1/pages/01hx3v9q8n7m6k5j4h3g2f1e0d/acknowledge", 403),
    ("read", "POST", "/api/v1/hooks/alertmanager", 403),
    ("alerts", "POST", "/api/v1/hooks/alertmanager", 202),
    ("alerts", "GET", "/api/v1/goals", 403),
    ("alerts", "GET", "/metrics", 403),
    ("write", "POST", "/api/v1/pages/01hx3v9q8n7m6k5j4h3g2f1e0d/acknowledge", 404),
    ("write", "GET", "/api/v1/goals", 403),
    ("write", "GET", "/api/v1/tokens", 403),
    ("write", "POST", "/api/v1/tokens", 403),
    ("write", "DELETE", "/api/v1/tokens/01hx3v9q8n7m6k5j4h3g2f1e0d", 403),
]


async def test_a_token_does_what_its_scope_says_and_no_more(website: Website) -> None:
    await website.person("ana", is_admin=True)
    programs = {scope: await website.program(scope, person="ana") for scope in ("read", "write", "alerts")}
    bodies = {"/api/v1/hooks/alertmanager": alertmanager_body(), "/api/v1/tokens": {"name": "more", "scopes": ["read"]}}
    for scope, method, path, status in WHAT_SCOPES_OPEN:
        answer = await programs[scope].request(method, path, json=bodies.get(path))
        assert answer.status_code == status, (scope, method, path)


async def test_a_token_that_is_not_ours_is_told_so_even_beside_a_session(website: Website) -> None:
    browser, _ = await website.person("ana")
    answer = await browser.get("/api/v1/goals", headers={"Authorization": "Bearer wb_guessed"})
    assert answer.status_code == 401
    assert "token" in answer.json()["detail"]


async def test_a_token_opens_no_page(website: Website) -> None:
    program = await website.program("read")
    assert (await program.get("/goals", headers={"Accept": "text/html"})).status_code == 303


async def test_a_form_counts_only_with_the_sessions_own_token(website: Website) -> None:
    browser, csrf = await website.person("ana")
    assert (await browser.post("/sign-out")).status_code == 403
    assert (await browser.post("/sign-out", data={"csrf": "another"})).status_code == 403
    assert (await browser.post("/sign-out", files={"csrf": (None, csrf)})).status_code == 403
    assert (await browser.get("/api/v1/goals")).status_code == 200
    assert (await browser.post("/sign-out", data={"csrf": csrf})).status_code == 303
    assert (await browser.get("/api/v1/goals")).status_code == 401


async def test_the_api_takes_a_sessions_token_in_a_header(website: Website) -> None:
    browser, csrf = await website.person("ana", is_admin=True)
    made = {"name": "alertmanager", "scopes": ["alerts"]}
    assert (await browser.post("/api/v1/tokens", json=made)).status_code == 403
    answer = await browser.post("/api/v1/tokens", json=made, headers={"X-CSRF-Token": csrf})
    assert answer.status_code == 201


async def test_a_form_from_another_site_is_refused_even_with_the_right_token(website: Website) -> None:
    browser, csrf = await website.person("ana")
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await browser.post("/sign-out", data={"csrf": csrf}, headers=headers)).status_code == 403
        signing_in = await website.anybody().post("/sign-in", data={"email": "ana@shop.example"}, headers=headers)
        assert signing_in.status_code == 403


async def test_a_form_of_our_own_origin_passes(website: Website) -> None:
    browser, csrf = await website.person("ana")
    headers = {"Origin": "http://watchbill.test", "Sec-Fetch-Site": "same-origin"}
    assert (await browser.post("/sign-out", data={"csrf": csrf}, headers=headers)).status_code == 303


async def test_bodies_have_a_limit_announced_or_not(website: Website) -> None:
    browser, csrf = await website.person("ana", is_admin=True)
    headers = {"X-CSRF-Token": csrf, "Content-Type": "application/json"}

    async def drip() -> Iterator[bytes]:
        for _ in range(5):
            yield b" " * 65_536

    for content in (b" " * (256 * 1024 + 1), drip()):
        answer = await browser.post("/api/v1/tokens", content=content, headers=headers)
        assert answer.status_code == 413
        assert answer.json()["code"] == "tooLarge"


async def test_an_address_with_a_zero_byte_is_refused_before_anything_reads_it(website: Website) -> None:
    program = await website.program("read")
    for address in ("/api/v1/goals/a%00b", "/api/v1/incidents?service=%00", "/api/v1/services/%0a"):
        assert (await program.get(address)).status_code == 400


async def test_metrics_are_open_to_this_machine_but_not_through_its_proxy(website: Website) -> None:
    here = website.anybody(client=("127.0.0.1", 4711))
    answer = await here.get("/metrics")
    assert answer.status_code == 200
    assert "watchbill_organization_stale 0.0" in answer.text
    assert 'watchbill_goals{state="notMeasured"} 1.0' in answer.text
    assert (await here.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})).status_code == 401
    assert (await website.anybody().get("/metrics")).status_code == 401


async def test_requests_are_timed_by_route_and_never_by_address(website: Website) -> None:
    program = await website.program("read")
    await program.get("/api/v1/goals/api-availability")
    text = (await program.get("/metrics")).text
    assert 'route="/api/v1/goals/{name}",status="200"' in text
    assert "api-availability" not in text


async def test_a_request_keeps_the_id_that_a_proxy_gave_it(website: Website) -> None:
    nobody = website.anybody()
    answer = await nobody.get("/api/v1/goals", headers={"X-Request-ID": "from-the-proxy-1"})
    assert answer.headers["x-request-id"] == "from-the-proxy-1"
    assert answer.json()["request"] == "from-the-proxy-1"
    forged = await nobody.get("/api/v1/goals", headers={"X-Request-ID": 'two words"'})
    assert "two" not in forged.headers["x-request-id"]
