"""The pages on the whole application: each opens, says what it is for, escapes what senders say, and shows what happened."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.website import EVERY_PAGE, NOW, Website, alertmanager_body
from watchbill.channels.mail_sink import SunkMail
from watchbill.org.folder import read
from watchbill.web.pages.mail import Part, parts_of


async def page_ana(website: Website, **said: str) -> None:
    """Hand in an alert and let the page that follows reach Ana's inbox."""
    program = await website.program("alerts")
    answer = await program.post("/api/v1/hooks/alertmanager", json=alertmanager_body(**said))
    assert answer.status_code == 202
    oncall, now = website.watchbill.oncall, website.clock.now()
    await oncall.take_due_steps(now)
    while await oncall.deliver_due(now, owner="test"):
        pass


def text_of(page: str) -> str:
    """Return what a page says, without its tags, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


async def test_every_page_opens_with_and_without_anything_to_show(website: Website) -> None:
    browser, _ = await website.person("ana", is_admin=True)
    for path in EVERY_PAGE:
        if path != "/incidents/1":
            assert (await browser.get(path)).status_code == 200, path
    await page_ana(website)
    for path in EVERY_PAGE:
        assert (await browser.get(path)).status_code == 200, path


@pytest.mark.parametrize("path", ["/goals/x", "/services/x", "/services/a:b:c", "/teams/x", "/incidents/77", "/mail"])
async def test_what_is_not_there_is_a_page_that_says_how_to_go_on(website: Website, path: str) -> None:
    browser, _ = await website.person("ana")
    answer = await browser.get(path)
    assert answer.status_code == 404
    assert "What to do" in answer.text


async def test_who_is_refused_reads_why_and_whom_to_ask(website: Website) -> None:
    browser, _ = await website.person("ana")
    answer = await browser.get("/audit")
    assert answer.status_code == 403
    shown = text_of(answer.text)
    assert "Only administrators may do this. Ana Ruiz may not administer: that needs the role admin." in shown
    assert "What to do Ask an administrator: Dora Lind" in shown


async def test_the_inbox_shows_the_page_its_consequence_and_its_reasons(website: Website) -> None:
    browser, csrf = await website.person("ana")
    assert "No page waits for an answer" in (await browser.get("/inbox")).text
    await page_ana(website)
    shown = (await browser.get("/inbox")).text
    assert "One request in three fails" in shown
    assert "You take it" in shown
    assert re.search(r"<code>[\w/]+\.yaml:\d+</code>", shown)
    page_id = re.search(r'action="/pages/(\w+)/acknowledge"', shown)
    assert page_id
    answer = await browser.post(f"/pages/{page_id[1]}/acknowledge", data={"csrf": csrf, "back": "/inbox"})
    assert answer.headers["location"] == "/inbox"
    after = (await browser.get("/inbox")).text
    assert "data-acknowledge" not in after
    assert "Ana Ruiz since" in after


async def test_the_inbox_shows_the_persons_own_shifts(website: Website) -> None:
    browser, _ = await website.person("ana")
    shown = text_of((await browser.get("/inbox")).text)
    assert "Your watch" in shown
    assert "SRE core watch in 6 days Mon 11 May, 09:00 to Mon 18 May, 09:00 · for SRE core" in shown
    other, _ = await website.person("dora")
    assert "You stand no watch in the next eight weeks" in (await other.get("/inbox")).text


@pytest.mark.parametrize("path", ["/", "/teams"])
async def test_who_is_on_watch_is_shown_with_the_watch_and_its_team(website: Website, path: str) -> None:
    browser, _ = await website.person("ana")
    assert "Ben Okoro till Mon 11 May, 09:00 SRE core watch · SRE core" in text_of((await browser.get(path)).text)


async def test_every_page_names_the_zone_of_its_times(website: Website) -> None:
    browser, _ = await website.person("ana", is_admin=True)
    await page_ana(website)
    for path in EVERY_PAGE:
        assert re.search(r"<span data-zone>Berlin time, UTC\+2</span>", (await browser.get(path)).text), path


@pytest.mark.parametrize("path", ["/incidents", "/services/api"])
async def test_a_list_of_incidents_says_when_each_opened(website: Website, path: str) -> None:
    browser, _ = await website.person("ana")
    await page_ana(website)
    opened = re.findall(
        r'<(\w+)(?: class="([^"]*)")?>[^<]*<time [^>]*data-local="clock"[^>]*>12:00</time>',
        (await browser.get(path)).text,
    )
    assert any("wide" not in classes for _, classes in opened), opened


async def test_the_reasons_on_a_page_have_names_not_references(website: Website) -> None:
    browser, _ = await website.person("ana")
    await page_ana(website)
    for path in ("/incidents/1", "/inbox", "/services/api"):
        because = " ".join(re.findall(r'class="because".*?</details>', (await browser.get(path)).text, re.DOTALL))
        assert "SRE core" in because
        assert not re.search(r"(user|group|component|schedule|channel):\w", because), path


async def test_the_incident_shows_the_whole_way_with_times_and_reasons(website: Website) -> None:
    browser, csrf = await website.person("ana")
    await page_ana(website)
    page = (await website.watchbill.oncall.open_pages())[0]
    website.clock.set(website.clock.now() + timedelta(seconds=114))
    await browser.post(f"/pages/{page.id}/acknowledge", data={"csrf": csrf})
    shown = (await browser.get("/incidents/1")).text.replace("\u202f", " ")
    kinds = re.findall(r'<span class="k">(\w+)</span>', shown)
    assert kinds[:6] == ["sender", "alert", "incident", "coverage", "page", "step"]
    assert "ack" in kinds[6:]
    assert "Ana Ruiz acknowledged on the page, 1 min 54 s after the page" in shown


async def test_an_incidents_id_leads_to_its_number(website: Website) -> None:
    browser, _ = await website.person("ana")
    await page_ana(website)
    incident = (await website.watchbill.incidents.open_incidents())[0]
    answer = await browser.get(f"/incidents/{incident.id}")
    assert (answer.status_code, answer.headers["location"]) == (307, "/incidents/1")


async def test_what_a_sender_says_is_never_taken_for_a_page(website: Website) -> None:
    browser, _ = await website.person("ana")
    program = await website.program("alerts")
    body = alertmanager_body()
    body["alerts"][0]["annotations"]["summary"] = "<script>alert(1)</script>"
    body["alerts"][0]["labels"]["alertname"] = '"><img src=x onerror=alert(1)>'
    body["alerts"][0]["generatorURL"] = "javascript:alert(1)"
    await program.post("/api/v1/hooks/alertmanager", json=body)
    for path in ("/", "/incidents", "/incidents/1"):
        shown = (await browser.get(path)).text
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert 'href="javascript:' not in shown


async def test_every_page_says_when_the_files_no_longer_lint(website: Website, tmp_path: Path) -> None:
    browser, _ = await website.person("ana", is_admin=True)
    (tmp_path / "broken.yaml").write_text("apiVersion: watchbill/v1\nkind: Schedule\nmetadata: {name: x}\nspec: {}\n")
    website.watchbill.organization.offer(read(tmp_path), website.clock.now())
    for path in EVERY_PAGE:
        if path != "/incidents/1":
            assert "The files no longer lint" in (await browser.get(path)).text, path
    assert "broken.yaml:" in (await browser.get("/organization")).text


async def test_the_number_of_an_incident_leads_straight_to_it(website: Website) -> None:
    browser, _ = await website.person("ana")
    await page_ana(website)
    assert (await browser.get("/search?q=%231")).headers["location"] == "/incidents/1"
    assert "Nothing bears that name" in (await browser.get("/search?q=77")).text


async def test_no_page_has_styles_or_scripts_of_its_own(website: Website) -> None:
    browser, _ = await website.person("ana", is_admin=True)
    await page_ana(website)
    for path in EVERY_PAGE:
        shown = (await browser.get(path)).text
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", shown), path


def test_the_addresses_in_a_mail_can_be_opened() -> None:
    link = "http://127.0.0.1/acknowledge/token"
    mail = SunkMail(NOW, "", (), "", (), f"Acknowledge: {link}\nBye", (link,))
    assert parts_of(mail) == [Part("Acknowledge: "), Part(link, link), Part("\nBye")]
