"""An engagement has a page: found by search, with its life to its end and its readiness reviews question by question."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.behaviour.advising import page_of
from tests.website import Website

LATER = datetime(2026, 11, 25, 12, tzinfo=UTC)


async def test_an_engagement_is_found_by_search_and_shows_its_reviews_question_by_question(acme: Website) -> None:
    browser, _ = await acme.person("ana")
    found = (await browser.get("/search?q=checkout-sre-with-cart")).text
    assert '<a class="row" href="/engagements/checkout-sre-with-cart">' in found
    shown = await page_of(acme, "ana", "/engagements/checkout-sre-with-cart")
    assert "Readiness review of 27 March 2026" in shown
    assert "ready with conditions" in shown
    organization = acme.watchbill.organization.organization
    reviews = [each for each in organization.reviews.values() if each.engagement == "checkout-sre-with-cart"]
    for item in reviews[0].items:
        assert " ".join(item.question.split()) in shown
        assert " ".join((item.evidence or item.reason).split()) in shown


async def test_an_engagement_that_its_day_ended_says_so_in_its_life(acme: Website) -> None:
    acme.clock.set(LATER)
    ended = await page_of(acme, "ana", "/engagements/mei-with-mobile-launch")
    assert "31 March 2026: Ended: its last day, as agreed" in ended
    assert "Ended: its last day" not in await page_of(acme, "ana", "/engagements/mei-with-mobile-passkeys")


async def test_services_teams_and_findings_lead_to_the_engagement_by_its_title(acme: Website) -> None:
    acme.clock.set(LATER)
    browser, _ = await acme.person("ana")
    title = acme.watchbill.organization.organization.engagements["checkout-sre-with-cart"].title
    link = f'<a href="/engagements/checkout-sre-with-cart">{title}</a>'
    for path in ("/services", "/services/cart", "/teams/checkout-sre"):
        assert link in (await browser.get(path)).text
    assert 'href="/engagements/loyalty-sre-with-growth"' in (await browser.get("/findings")).text


async def test_an_engagement_that_is_not_there_is_told_with_the_nearest(acme: Website) -> None:
    browser, _ = await acme.person("ana")
    answer = await browser.get("/engagements/checkout-sre-with-card")
    assert (answer.status_code, "Did you mean “checkout-sre-with-cart”?" in answer.text) == (404, True)


async def test_who_is_embedded_with_a_group_is_among_its_people(acme: Website) -> None:
    acme.clock.set(LATER)
    shown = await page_of(acme, "ana", "/teams/mobile-developers")
    assert "Mei Chen embedded, of Embedded SRE, until 31 March 2027" in shown
    assert "embedded, of" not in await page_of(acme, "ana", "/teams/growth")
