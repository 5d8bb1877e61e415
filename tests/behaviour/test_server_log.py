"""What the server says of its requests: enough to find one again, never a secret, and a failure only in the log."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from tests.website import PASSWORD, Website
from watchbill.org.values import EntityRef


async def test_no_secret_reaches_the_log(website: Website) -> None:
    browser, csrf = await website.person("ana")
    program = await website.program("read")
    welcome = await website.link_for("ben@shop.example")
    acknowledge = website.watchbill.links.url("01hx3v9q8n7m6k5j4h3g2f1e0d", EntityRef("user", "default", "ana"))
    secrets = [welcome, acknowledge.rpartition("/")[2], csrf, PASSWORD, program.headers["authorization"][7:]]
    secrets += [cookie.value for cookie in browser.cookies.jar if cookie.value]
    with capture_logs() as lines:
        await browser.get(f"/welcome/{welcome}")
        await browser.post(acknowledge)
        await browser.post("/sign-in", data={"email": "ana@shop.example", "password": PASSWORD})
        await program.get(f"/api/v1/goals?secret={welcome}")
        await browser.post("/sign-out", data={"csrf": csrf})
    text = str(lines)
    assert [secret for secret in secrets if secret in text] == []
    assert [line["path"] for line in lines] == [
        "/welcome/…",
        "/acknowledge/…",
        "/sign-in",
        "/api/v1/goals",
        "/sign-out",
    ]


async def test_a_request_is_logged_with_its_end_and_who_asked(website: Website) -> None:
    browser, _ = await website.person("ana")
    with capture_logs() as lines:
        await browser.get("/api/v1/goals/nothing")
    (line,) = lines
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/v1/goals/nothing", 404)
    assert line["user"] == "user:ana"
    assert line["milliseconds"] >= 0


async def test_a_mistake_of_ours_is_told_by_its_request_id_and_never_by_its_traceback(website: Website) -> None:
    async def broken(_request: Request) -> Response:
        raise ZeroDivisionError("the inner workings")

    assert isinstance(website.app, FastAPI)
    website.app.router.routes.append(Route("/api/v1/broken", broken))
    website.app.router.routes.insert(0, Route("/broken", broken))
    with capture_logs() as lines:
        problem = await (await website.program("read")).get("/api/v1/broken")
        page = await (await website.person("ana"))[0].get("/broken", headers={"Accept": "text/html"})
    assert (problem.status_code, page.status_code) == (500, 500)
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.headers["x-request-id"] in problem.json()["mend"]
    assert page.headers["content-type"].startswith("text/html")
    assert "inner workings" not in problem.text + page.text
    told = [line["exc_info"] for line in lines if line["log_level"] == "error"]
    assert [type(error) for error in told] == [ZeroDivisionError, ZeroDivisionError]
