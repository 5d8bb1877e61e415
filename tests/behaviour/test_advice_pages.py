"""Advice by hand: what pages offer to whom, and what their forms do."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.behaviour.advising import GLASS, People, broken, form, may_change, page_of, recommended
from tests.website import NOW, Website


async def test_a_recommendations_page_offers_its_answers_to_the_partner_alone(acme: Website, people: People) -> None:
    made = await recommended(people)
    partner, adviser = [await page_of(acme, name, f"/recommendations/{made}") for name in ("greta", "ruth")]
    assert "One region failed twice." in partner
    assert "+ region" in partner
    assert "Answer it" in partner
    assert "Accept" in partner
    assert "Answer it" not in adviser
    assert "waits for an answer" in adviser


async def test_a_partner_declines_by_the_form_of_the_page_and_stays_on_it(acme: Website, people: People) -> None:
    made = await recommended(people)
    browser, csrf = await acme.person("greta")
    answer = await browser.post(
        f"/recommendations/{made}/decline", data={"csrf": csrf, "reason": "one region is enough"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/recommendations/{made}")
    assert "one region is enough" in await page_of(acme, "ruth", f"/recommendations/{made}")


async def test_a_partner_approves_glass_by_the_form_of_the_page(acme: Website, people: People) -> None:
    glass = await broken(people)
    assert "Approve the break-glass of Ruth" in await page_of(acme, "greta", "/advice")
    assert "Approve the break-glass" not in await page_of(acme, "ruth", "/advice")
    browser, csrf = await acme.person("greta")
    answer = await browser.post(f"/break-glasses/{glass}/approve", data={"csrf": csrf})
    assert answer.status_code == 303
    assert await may_change(acme)


async def test_a_teams_page_has_its_advice_and_how_much_glass_it_broke(acme: Website, people: People) -> None:
    made, glass = await recommended(people), await broken(people)
    await people.post("greta", f"/break-glasses/{glass}/approve")
    await people.post("greta", f"/recommendations/{made}/accept")
    consultants = await page_of(acme, "ana", "/teams/advisers")
    assert "none is 90 days old yet" in consultants
    assert "1 opened in the last year" in consultants
    partner = await page_of(acme, "ana", "/teams/payroll-developers")
    assert "A second region" in partner
    assert "Break-glass" not in await page_of(acme, "ana", "/teams/checkout-sre")


async def test_a_teams_page_marks_advice_of_which_less_than_half_was_taken(acme: Website, people: People) -> None:
    made = await recommended(people)
    await people.post("greta", f"/recommendations/{made}/decline", {"reason": "too dear"})
    acme.clock.set(NOW + timedelta(days=90))
    shown = await page_of(acme, "ana", "/teams/advisers")
    assert "of a year, 0 of 1 accepted and implemented within 90 days less than half" in shown


async def test_an_adviser_recommends_and_asks_for_glass_on_the_page_of_the_service(acme: Website) -> None:
    shown = await page_of(acme, "ruth", "/services/payroll")
    assert "Recommend something" in shown
    assert "Needs the approval of Payroll developers within the hour." in shown
    recommended_so = await form(
        acme,
        "ruth",
        "/recommendations",
        service="component:payroll",
        title="A second region",
        rationale="It failed twice.",
    )
    assert recommended_so.status_code == 303
    assert "It failed twice." in await page_of(acme, "greta", recommended_so.headers["location"])
    asked = await form(
        acme, "ruth", "/break-glasses", service="component:payroll", reason="The run is stuck.", minutes="60"
    )
    assert (asked.status_code, asked.headers["location"]) == (303, "/services/payroll#advice")
    inbox = await page_of(acme, "greta", "/inbox")
    assert "Recommended to you" in inbox
    assert "Nothing waits for you" not in inbox
    assert "Approve the break-glass of Ruth Adler for payroll" in inbox
    assert "Break-glass asked of you" not in await page_of(acme, "ruth", "/inbox")


async def test_the_page_of_a_service_offers_a_member_no_glass_and_a_stranger_nothing(acme: Website) -> None:
    assert "Break glass" not in await page_of(acme, "ana", "/services/cart")
    assert "Recommend something" in await page_of(acme, "ana", "/services/cart")
    assert "Recommend something" not in await page_of(acme, "mei", "/services/payroll")


@pytest.mark.parametrize("minutes", ["", "soon", "0", "241", "²"])
async def test_a_form_for_glass_says_how_long_in_figures_and_not_for_longer_than_four_hours(
    acme: Website, minutes: str
) -> None:
    asked = await form(acme, "ruth", "/break-glasses", service="payroll", reason="It is stuck.", minutes=minutes)
    assert asked.status_code == 422
    assert 'aria-describedby="minutes-wrong"' in asked.text
    assert "It is stuck.</textarea>" in asked.text


async def test_forms_are_refused_to_whoever_has_no_right_and_lead_to_what_they_may_do(acme: Website) -> None:
    fields = {"service": "component:payroll", "title": "Stop", "rationale": "why not", "reason": "now", "minutes": "5"}
    for path in ("/recommendations", "/break-glasses"):
        refused = await form(acme, "mei", path, **fields)
        assert refused.status_code == 403
        assert '<a class="btn" href="/services/payroll#yours">What you may do about payroll</a>' in refused.text


@pytest.mark.parametrize("base", ["", "/api/v1"])
@pytest.mark.parametrize("move", ["accept", "decline", "implement", "approve", "refuse", "close"])
async def test_every_answer_is_refused_to_a_stranger_by_form_and_by_api(
    acme: Website, people: People, base: str, move: str
) -> None:
    made, glass = await recommended(people), await broken(people)
    subject = f"/recommendations/{made}" if move in {"accept", "decline", "implement"} else f"/break-glasses/{glass}"
    browser, csrf = await acme.person("mei")
    body: dict[str, Any] = {"json": {"reason": "why not"}} if base else {"data": {"csrf": csrf, "reason": "why not"}}
    answer = await browser.post(f"{base}{subject}/{move}", headers={"X-CSRF-Token": csrf}, **body)
    assert answer.status_code == 403
    assert "Payroll developers" in answer.text or "group:payroll-developers" in answer.text


async def test_advice_lies_in_the_place_of_teams(acme: Website) -> None:
    browser, _ = await acme.person("ana")
    shown = (await browser.get("/advice")).text
    assert re.search(r'href="/teams"[^>]*aria-current="page"', shown)


async def test_a_form_for_what_no_button_says_is_not_found(acme: Website, people: People) -> None:
    made = await recommended(people)
    browser, csrf = await acme.person("greta")
    answer = await browser.post(f"/recommendations/{made}/burn", data={"csrf": csrf})
    assert answer.status_code == 404


async def test_the_audit_page_leads_to_the_recommendation(acme: Website, people: People) -> None:
    made = await recommended(people)
    browser, _ = await acme.person("dana")
    shown = (await browser.get("/audit")).text
    assert f'<a href="/recommendations/{made}">A second region</a>' in shown


async def test_what_advice_asks_of_a_person_is_counted_in_the_rail_of_every_page(acme: Website, people: People) -> None:
    """Greta is the partner, Ruth the adviser; a break-glass lapses within the hour, so it shows wherever the partner looks."""
    await broken(people)
    await recommended(people)
    for path in ("/", "/services/payroll", "/inbox"):
        assert "Inbox 2 waiting" in await page_of(acme, "greta", path)
        assert "Inbox 2 waiting" not in await page_of(acme, "ruth", path)
    acme.clock.set(NOW + timedelta(hours=1))
    assert "Inbox 1 waiting" in await page_of(acme, "greta", "/")


async def test_glass_is_asked_for_once_until_it_was_answered_and_is_over(acme: Website, people: People) -> None:
    first = await broken(people)
    again = await people.post("ruth", "/break-glasses", GLASS)
    assert (again.status_code, "has not answered yet" in again.json()["detail"]) == (409, True)
    await people.post("greta", f"/break-glasses/{first}/approve")
    open_already = await people.post("ruth", "/break-glasses", GLASS)
    assert (open_already.status_code, "is open to you already" in open_already.json()["detail"]) == (409, True)
    acme.clock.set(NOW + timedelta(hours=1))
    assert (await people.post("ruth", "/break-glasses", GLASS)).status_code == 201


async def test_a_recommendation_that_cannot_be_taken_comes_back_as_typed_with_the_fault_beside_the_field(
    acme: Website,
) -> None:
    again = await form(
        acme,
        "ruth",
        "/recommendations",
        service="payroll",
        title="  ",
        rationale="It <b>failed</b> twice.",
        patch="+ x",
    )
    assert again.status_code == 422
    assert "A recommendation has a title. Say what to do." in again.text
    assert 'aria-invalid="true" aria-describedby="title-wrong"' in again.text
    assert "It &lt;b&gt;failed&lt;/b&gt; twice.</textarea>" in again.text
    assert "+ x</textarea>" in again.text
    assert "<details open><summary>Recommend something" in again.text
    assert re.search(r'href="/services"[^>]*aria-current="page"', again.text)


async def test_glass_and_recommendations_about_a_service_are_on_its_page_until_they_are_over(
    acme: Website, people: People
) -> None:
    assert "of all services" not in await page_of(acme, "ana", "/services/payroll")
    made, glass = await recommended(people), await broken(people)
    waits = await page_of(acme, "ruth", "/services/payroll")
    assert "A second region" in waits
    assert "Your break-glass waits for Payroll developers until" in waits
    assert "Ask for it" not in waits
    await people.post("greta", f"/break-glasses/{glass}/approve")
    await people.post("greta", f"/recommendations/{made}/accept")
    shown = await page_of(acme, "ruth", "/services/payroll")
    assert "Your break-glass is open until" in shown
    assert "Close the break-glass of Ruth Adler for payroll" in shown
    assert "Ask for it" not in shown
    assert "open until" in await page_of(acme, "ana", "/services/payroll")
    assert "Ruth Adler" not in await page_of(acme, "ana", "/services/cart")
    closed = await form(acme, "ruth", f"/break-glasses/{glass}/close", back="/services/payroll")
    assert closed.headers["location"] == "/services/payroll"
    assert "Ask for it" in await page_of(acme, "ruth", "/services/payroll")


async def test_whoever_asked_reads_the_answer_in_their_inbox(acme: Website, people: People) -> None:
    made, glass = await recommended(people), await broken(people)
    assert "waits for the partner" in await page_of(acme, "ruth", "/inbox")
    await people.post("greta", f"/break-glasses/{glass}/refuse", {"reason": "it pays on Monday"})
    await people.post("greta", f"/recommendations/{made}/decline", {"reason": "one region is enough"})
    inbox = await page_of(acme, "ruth", "/inbox")
    assert "refused by Greta Neumann: it pays on Monday" in inbox
    assert "Answers to your recommendations" in inbox
    assert "Answers to your recommendations" not in await page_of(acme, "greta", "/inbox")
    acme.clock.set(NOW + timedelta(days=8))
    assert "it pays on Monday" not in await page_of(acme, "ruth", "/inbox")


async def test_a_second_request_for_glass_is_told_of_the_first_and_keeps_what_was_written(
    acme: Website, people: People
) -> None:
    await broken(people)
    again = await form(acme, "ruth", "/break-glasses", service="payroll", reason="Quite another matter.", minutes="5")
    assert again.status_code == 409
    assert "Quite another matter." in again.text
    assert "Ask for it" not in again.text


async def test_who_approves_glass_reads_what_it_gives_until_when_and_by_which_right(
    acme: Website, people: People
) -> None:
    await broken(people)
    inbox = await page_of(acme, "greta", "/inbox")
    assert "waits for you" in inbox
    assert "waits for the partner" not in inbox
    assert (
        "For 60 minutes after your approval Ruth Adler may silence, plan maintenance, change code and change config on"
        in inbox
    )
    assert "Without your answer it lapses" in inbox
    assert "Why you may Greta Neumann speaks for Payroll developers." in inbox
