"""Acknowledging by the link of a message: looking changes nothing, pressing does, and pressing twice is as good as once."""

from __future__ import annotations

from datetime import timedelta

from tests.website import Website, alertmanager_body
from watchbill.org.values import EntityRef
from watchbill.practices.oncall.model import Page, PageState

ANA = EntityRef("user", "default", "ana")


async def _paged(website: Website) -> tuple[str, str]:
    """Open an incident; return its page's id and the path of Ana's link."""
    program = await website.program("alerts")
    await program.post("/api/v1/hooks/alertmanager", json=alertmanager_body())
    await website.watchbill.oncall.take_due_steps(website.clock.now())
    page_id = (await website.watchbill.oncall.open_pages())[0].id
    return page_id, website.watchbill.links.url(page_id, ANA).removeprefix(website.base_url)


async def _page(website: Website, page_id: str) -> Page:
    return await website.watchbill.oncall.page(page_id)


async def test_a_mail_scanner_that_opens_the_link_acknowledges_nothing(website: Website) -> None:
    page_id, address = await _paged(website)
    scanner = website.anybody()
    for method in ("GET", "HEAD", "GET"):
        assert (await scanner.request(method, address)).status_code == 200
    assert (await _page(website, page_id)).state is PageState.DUE


async def test_the_button_acknowledges_in_the_name_of_who_got_the_message(website: Website) -> None:
    page_id, address = await _paged(website)
    browser = website.anybody()
    assert "<form" in (await browser.get(address)).text
    answer = await browser.post(address)
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    page = await _page(website, page_id)
    assert (page.state, page.acknowledged_by) == (PageState.ACKNOWLEDGED, ANA)
    assert (await browser.get(address)).status_code == 200


async def test_pressing_twice_changes_nothing_more(website: Website) -> None:
    page_id, address = await _paged(website)
    browser = website.anybody()
    await browser.post(address)
    first = await _page(website, page_id)
    website.clock.set(website.clock.now() + timedelta(minutes=1))
    assert (await browser.post(address)).status_code == 303
    assert (await _page(website, page_id)).acknowledged_at == first.acknowledged_at


async def test_a_link_to_a_page_that_ended_says_so(website: Website) -> None:
    page_id, address = await _paged(website)
    program = await website.program("alerts")
    await program.post("/api/v1/hooks/alertmanager", json=alertmanager_body(status="resolved"))
    assert (await _page(website, page_id)).state is PageState.RESOLVED
    assert (await website.anybody().post(address)).status_code == 303
    assert (await website.anybody().get(address)).status_code == 200


async def test_a_link_that_was_altered_opens_nothing(website: Website) -> None:
    page_id, address = await _paged(website)
    for altered in (address[:-3] + "abc", "/acknowledge/eyJ9", f"/acknowledge/{page_id}"):
        answer = await website.anybody().post(altered)
        assert answer.status_code == 422
        assert "not one of ours" in answer.text
    assert (await _page(website, page_id)).state is PageState.DUE


async def test_a_link_needs_no_sign_in_and_no_form_token_but_refuses_other_sites(website: Website) -> None:
    page_id, address = await _paged(website)
    answer = await website.anybody().post(address, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert (await _page(website, page_id)).state is PageState.DUE


async def test_the_link_is_not_in_the_metrics_or_in_another_sites_referrer(website: Website) -> None:
    _, address = await _paged(website)
    answer = await website.anybody().get(address)
    assert answer.headers["referrer-policy"] == "same-origin"
    metrics = await website.anybody(client=("127.0.0.1", 1)).get("/metrics")
    assert 'route="/acknowledge/{token}"' in metrics.text
    assert address not in metrics.text
