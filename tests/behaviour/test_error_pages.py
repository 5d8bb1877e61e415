"""Pages that say what went wrong: where one came from and whereto, in words for whoever reads them in a browser."""

from __future__ import annotations

import pytest

from tests.behaviour.advising import page_of
from tests.website import Website


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/services/nope", "services"),
        ("/teams/nope", "teams"),
        ("/goals/nope", "goals"),
        ("/recommendations/x", "teams"),
    ],
)
async def test_what_is_not_there_leads_back_to_the_list_and_to_where_one_came_from(
    acme: Website, path: str, place: str
) -> None:
    browser, _ = await acme.person("ana")
    shown = (await browser.get(path, headers={"Referer": f"{acme.base_url}/services?tier=critical"})).text
    assert f'<a class="btn" href="/{place}">' in shown
    assert '<a class="btn" href="/services?tier=critical">Back to where you were</a>' in shown
    assert '<a class="btn" href="/search">Search</a>' in shown


@pytest.mark.parametrize(
    "referer", ["https://elsewhere.example/services", "", "javascript:alert(1)", "//elsewhere.example"]
)
async def test_no_page_of_others_is_taken_for_where_one_came_from(acme: Website, referer: str) -> None:
    browser, _ = await acme.person("ana")
    assert "Back to where you were" not in (await browser.get("/services/nope", headers={"Referer": referer})).text


@pytest.mark.parametrize(
    "path", ["/nowhere", "/services/nope", "/teams/nope", "/findings?team=nope", "/services?team=nope"]
)
async def test_errors_in_a_browser_speak_of_no_commands_and_no_interfaces(acme: Website, path: str) -> None:
    browser, _ = await acme.person("ana")
    shown = (await browser.get(path)).text
    for word in ("`", "openapi", "watchbill show"):
        assert word not in shown
    program = await acme.program("read")
    assert "openapi.json" in (await program.get("/api/v1/nowhere")).text


async def test_a_name_is_held_against_names_not_against_kinds(acme: Website) -> None:
    browser, _ = await acme.person("ana")
    assert "Did you mean" not in (await browser.get("/services/resource:nope")).text
    assert "Did you mean “cart-db”?" in (await browser.get("/services/resource:cart-bd")).text


@pytest.mark.parametrize("place", ["map", "teams", "services", "findings", "inbox"])
async def test_an_address_that_ends_with_a_slash_leads_to_the_place(acme: Website, place: str) -> None:
    browser, _ = await acme.person("ana")
    answer = await browser.get(f"/{place}/?q=x")
    assert (answer.status_code, answer.headers["location"]) == (308, f"/{place}?q=x")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/findings?severity=bad", "severity"),
        ("/inbox?at=foo", "at"),
        ("/advice?state=open", "state"),
        ("/findings?level=dire", "level"),
        ("/services?tier=vital", "tier"),
    ],
)
async def test_a_value_that_means_nothing_is_refused_and_its_field_is_named(
    acme: Website, path: str, field: str
) -> None:
    browser, _ = await acme.person("ana")
    answer = await browser.get(path)
    assert answer.status_code == 422
    assert f"In the field</span> <code>{field}</code>" in answer.text


async def test_the_audit_refuses_a_place_that_is_none(acme: Website) -> None:
    browser, _ = await acme.person("dana")
    answer = await browser.get("/audit?before=yesterday")
    assert answer.status_code == 422
    assert "“yesterday” is no entry of the audit." in answer.text


async def test_a_form_of_another_session_is_shown_as_typed_and_can_be_sent_from_there(acme: Website) -> None:
    browser, csrf = await acme.person("ruth")
    fields = {"service": "payroll", "title": "A <second> region", "rationale": "It failed twice."}
    old = await browser.post("/recommendations", data=fields | {"csrf": "of-an-older-session"})
    assert old.status_code == 403
    assert "A &lt;second&gt; region" in old.text
    assert (
        f'<form class="stack tight" method="post" action="/recommendations"><input type="hidden" name="csrf" value="{csrf}">'
        in old.text
    )
    assert "of-an-older-session" not in old.text
    again = await browser.post("/recommendations", data=fields | {"csrf": csrf})
    assert again.status_code == 303
    assert "A <second> region" in await page_of(acme, "ruth", again.headers["location"])
