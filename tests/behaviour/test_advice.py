"""Recommendations and break-glasses, in a company whose consultants advise a partner: made, answered, counted and audited."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa

from tests.organizations import person
from tests.website import NOW, Website, open_website
from watchbill.org.authority import Action, decide
from watchbill.org.values import EntityRef
from watchbill.practices.advice.tables import break_glasses, recommendations

ACME = Path(__file__).parents[2] / "examples" / "acme"
PAYROLL = EntityRef.parse("payroll", kind="component")
ADVICE = {
    "service": "payroll",
    "title": "A second region",
    "rationale": "One region failed twice.",
    "patch": "+ region",
}
GLASS = {"service": "payroll", "reason": "The run is stuck and pays nobody.", "minutes": 60}


@pytest.fixture
async def acme(database_url: str, tmp_path: Path) -> AsyncIterator[Website]:
    async with open_website(database_url, tmp_path / "data", organization=ACME) as opened:
        yield opened


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


@pytest.fixture
def people(acme: Website) -> People:
    return People(acme)


async def recommended(people: People) -> str:
    answer = await people.post("ruth", "/recommendations", ADVICE)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["recommendation"]["id"])


async def broken(people: People) -> str:
    answer = await people.post("ruth", "/break-glasses", GLASS)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["breakGlass"]["id"])


async def test_a_recommendation_goes_to_the_owner_who_accepts_and_implements_it_in_time(
    acme: Website, people: People
) -> None:
    made = await recommended(people)
    accepted = await people.post("greta", f"/recommendations/{made}/accept", {"reason": "agreed"})
    assert accepted.json()["recommendation"]["state"] == "accepted"
    acme.clock.set(NOW + timedelta(days=90))
    done = await people.post("greta", f"/recommendations/{made}/implement")
    assert done.json()["recommendation"]["state"] == "implemented"
    tally = await people.get("greta", "/teams/advisers/advice")
    assert (tally["made"], tally["accepted"], tally["implemented"]) == (1, 1, 1)
    assert (tally["judged"], tally["taken"]) == (1, 1)


async def test_what_is_implemented_later_than_90_days_after_it_was_made_does_not_count_for(
    acme: Website, people: People
) -> None:
    made = await recommended(people)
    await people.post("greta", f"/recommendations/{made}/accept")
    acme.clock.set(NOW + timedelta(days=90, seconds=1))
    await people.post("greta", f"/recommendations/{made}/implement")
    recommendation = (await people.get("greta", f"/recommendations/{made}"))["recommendation"]
    assert recommendation["state"] == "implemented"
    assert recommendation["patch"] == "+ region"
    tally = await people.get("greta", "/teams/advisers/advice")
    assert (tally["implemented"], tally["judged"], tally["taken"]) == (1, 1, 0)


async def test_a_year_is_counted_over_and_what_is_older_no_more(acme: Website, people: People) -> None:
    await recommended(people)
    await people.post("greta", f"/break-glasses/{await broken(people)}/approve")
    year = timedelta(days=365)
    for after, counted in ((year - timedelta(seconds=1), 1), (year, 0)):
        acme.clock.set(NOW + after)
        tally = await people.get("greta", "/teams/advisers/advice")
        assert (tally["made"], tally["judged"], tally["breakGlasses"]) == (counted, counted, counted)


async def test_declining_needs_a_reason_and_answers_once(people: People) -> None:
    made = await recommended(people)
    assert (await people.post("greta", f"/recommendations/{made}/decline")).status_code == 422
    declined = await people.post("greta", f"/recommendations/{made}/decline", {"reason": "one region is enough"})
    assert declined.json()["recommendation"]["reason"] == "one region is enough"
    assert (await people.post("greta", f"/recommendations/{made}/accept")).status_code == 409


async def test_what_nobody_answers_expires_and_is_not_accepted_any_more(acme: Website, people: People) -> None:
    made = await recommended(people)
    acme.clock.set(NOW + timedelta(days=30))
    late = await people.post("greta", f"/recommendations/{made}/accept")
    assert late.status_code == 409
    assert await acme.watchbill.advice.settle(acme.clock.now()) == 1
    assert (await people.get("greta", f"/recommendations/{made}"))["recommendation"]["state"] == "expired"


async def test_who_recommended_it_does_not_answer_it(people: People) -> None:
    made = await recommended(people)
    refused = await people.post("ruth", f"/recommendations/{made}/accept")
    assert refused.status_code == 403
    assert refused.json()["instead"][-1] == "ask the owner, group:payroll-developers"


async def test_a_stranger_recommends_nothing_and_is_told_what_to_do(people: People) -> None:
    refused = await people.post("mei", "/recommendations", ADVICE)
    assert (refused.status_code, refused.json()["code"]) == (403, "refused")
    assert "agree an engagement that covers it" in refused.json()["instead"]


async def test_a_consultant_who_would_change_something_is_offered_two_ways(people: People) -> None:
    asked = await people.get("ruth", "/allowed?person=ruth&action=changeConfig&service=payroll")
    assert asked["allowed"] is False
    assert [way.split(":")[0].split(" it ")[0] for way in asked["instead"][:2]] == ["recommend", "break glass"]


async def test_glass_that_the_partner_approves_lets_its_holder_change_that_thing_until_it_ends(
    acme: Website, people: People
) -> None:
    glass = await broken(people)
    assert not await may_change(acme)
    approved = await people.post("greta", f"/break-glasses/{glass}/approve", {"reason": "yes, now"})
    assert approved.json()["breakGlass"]["state"] == "open"
    assert await may_change(acme)
    acme.clock.set(NOW + timedelta(minutes=60))
    assert not await may_change(acme)
    assert await acme.watchbill.advice.settle(acme.clock.now()) == 1
    (closed,) = (await people.get("greta", "/break-glasses?team=advisers"))["breakGlasses"]
    assert (closed["state"], closed["closedAt"]) == ("closed", closed["endsAt"])
    assert (await people.get("greta", "/teams/advisers/advice"))["breakGlasses"] == 1


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


async def test_glass_is_given_back_early_by_its_holder(acme: Website, people: People) -> None:
    glass = await broken(people)
    await people.post("greta", f"/break-glasses/{glass}/approve")
    assert (await people.post("ruth", f"/break-glasses/{glass}/close")).status_code == 200
    assert not await may_change(acme)


async def test_only_the_partner_approves_glass_and_never_its_holder(acme: Website, people: People) -> None:
    glass = await broken(people)
    for name in ("ruth", "mei"):
        refused = await people.post(name, f"/break-glasses/{glass}/approve")
        assert refused.status_code == 403
        assert refused.json()["instead"] == ["ask for the approval of group:payroll-developers"]
    assert not await may_change(acme)


async def test_glass_is_refused_with_a_reason_and_opens_nothing(acme: Website, people: People) -> None:
    glass = await broken(people)
    assert (await people.post("greta", f"/break-glasses/{glass}/refuse")).status_code == 422
    assert (await people.post("greta", f"/break-glasses/{glass}/refuse", {"reason": "we are on it"})).status_code == 200
    assert not await may_change(acme)
    assert (await people.get("greta", "/teams/advisers/advice"))["breakGlasses"] == 0


async def test_glass_that_nobody_answers_within_the_hour_lapses(acme: Website, people: People) -> None:
    glass = await broken(people)
    acme.clock.set(NOW + timedelta(hours=1))
    assert (await people.post("greta", f"/break-glasses/{glass}/approve")).status_code == 409


@pytest.mark.parametrize("minutes", [0, 241])
async def test_glass_is_broken_for_four_hours_at_most(people: People, minutes: int) -> None:
    assert (await people.post("ruth", "/break-glasses", GLASS | {"minutes": minutes})).status_code == 422


async def test_who_is_no_consultant_breaks_no_glass(people: People) -> None:
    refused = await people.post("greta", "/break-glasses", GLASS)
    assert refused.status_code == 403


async def test_the_audit_tells_every_step_and_by_which_right(acme: Website, people: People) -> None:
    made, glass = await recommended(people), await broken(people)
    await people.post("greta", f"/recommendations/{made}/decline", {"reason": "too dear"})
    await people.post("greta", f"/break-glasses/{glass}/approve", {"reason": "do it"})
    await people.post("ruth", f"/break-glasses/{glass}/close")
    dana, _ = await acme.person("dana")
    entries = (await dana.get("/api/v1/audit?limit=50")).json()["entries"]
    found = {each["action"]: each for each in entries if each["subject"] in {made, glass}}
    assert found.keys() == {
        "recommend",
        "declineRecommendation",
        "breakGlass",
        "approveBreakGlass",
        "closeBreakGlass",
    }
    assert found["approveBreakGlass"]["because"] == "approver: user:greta speaks for group:payroll-developers."
    assert found["approveBreakGlass"]["reason"] == "do it"
    assert found["breakGlass"]["because"].startswith("consultant: Advice comes from Advisers by the engagement")


async def test_what_time_decides_is_in_the_audit_once_and_by_nobody(acme: Website, people: People) -> None:
    made, unanswered, opened = await recommended(people), await broken(people), await broken(people)
    await people.post("greta", f"/break-glasses/{opened}/approve")
    for _ in range(2):
        acme.clock.set(NOW + timedelta(days=30))
        await acme.watchbill.advice.settle(acme.clock.now())
    dana, _ = await acme.person("dana")
    entries = (await dana.get("/api/v1/audit?limit=50")).json()["entries"]
    by_time = {each["subject"]: each for each in entries if each["actor"] == "watchbill"}
    assert {subject: each["action"] for subject, each in by_time.items()} == {
        made: "letRecommendationExpire",
        unanswered: "letBreakGlassLapse",
        opened: "endBreakGlass",
    }
    assert len([each for each in entries if each["actor"] == "watchbill"]) == 3
    assert by_time[made]["because"] == "time: nobody answered it within 30 days."
    assert "let expire the recommendation" in await page_of(acme, "dana", "/audit")


async def test_no_row_can_say_what_no_move_leads_to(acme: Website, people: People) -> None:
    made, glass = await recommended(people), await broken(people)
    for impossible in (
        recommendations.update().where(recommendations.c.id == made).values(state="accepted"),
        recommendations.update().where(recommendations.c.id == made).values(state="lost"),
        break_glasses.update().where(break_glasses.c.id == glass).values(state="open"),
        break_glasses.update().where(break_glasses.c.id == glass).values(minutes=241),
        break_glasses.update()
        .where(break_glasses.c.id == glass)
        .values(state="refused", decided_by="user:ruth", decided_at=NOW),
    ):
        with pytest.raises(sa.exc.IntegrityError):
            async with acme.watchbill.store.writing() as transaction:
                await transaction.execute(impossible)


async def page_of(acme: Website, name: str, path: str) -> str:
    browser, _ = await acme.person(name)
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


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


async def form(acme: Website, name: str, path: str, **fields: str) -> httpx2.Response:
    browser, csrf = await acme.person(name)
    return await browser.post(path, data={"csrf": csrf, **fields})


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
    assert (asked.status_code, asked.headers["location"]) == (303, "/advice")
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
    assert "minutes" in asked.text


async def test_forms_are_refused_to_whoever_has_no_right_and_lead_to_what_they_may_do(acme: Website) -> None:
    fields = {"service": "component:payroll", "title": "Stop", "rationale": "why not", "reason": "now", "minutes": "5"}
    for path in ("/recommendations", "/break-glasses"):
        refused = await form(acme, "mei", path, **fields)
        assert refused.status_code == 403
        assert '<a class="btn" href="/services/payroll#yours">What you may do about payroll</a>' in refused.text


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
