"""Goals shown to a partner: by who answers for them, to whoever has the link, until it ends or is revoked."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from tests.website import Website, text_of
from watchbill.org.in_force import Reading
from watchbill.practices.record.audit import AuditService
from watchbill.practices.record.model import Audited

FORM = {"partner": "group:payments-developers", "until": "2026-06-30", "reason": "Their quarterly review"}


async def share(acme: Website, name: str = "priya", **changed: str) -> tuple[httpx2.AsyncClient, str, httpx2.Response]:
    """Let somebody make a link; return their browser, the token of their forms, and the answer."""
    browser, csrf = await acme.person(name)
    return browser, csrf, await browser.post("/shares", data=FORM | {"csrf": csrf} | changed)


async def link_of(browser: httpx2.AsyncClient) -> str:
    page = (await browser.get("/shares")).text
    found = re.search(r'href="[^"]*(/shared/[^"]+)"', page)
    assert found is not None, text_of(page)
    return found[1]


def goals_on(page: str) -> set[str]:
    return set(re.findall(r'<th scope="row"><span class="strong">([^<]+)</span>', page))


async def test_a_partner_sees_its_goals_by_the_link_and_nothing_else(acme: Website) -> None:
    browser, _, answer = await share(acme)
    assert answer.status_code == 303
    page = await acme.anybody().get(await link_of(browser))
    assert page.status_code == 200
    organization = acme.watchbill.organization.organization
    own = {name for name, goal in organization.goals.items() if goal.service.name in {"payments", "settlement"}}
    assert goals_on(page.text) == {organization.goals[name].title for name in own}
    assert set(re.findall(r'href="(/[^"]*)"', page.text)) <= set(re.findall(r'href="(/static/[^"]*)"', page.text))
    told = text_of(page.text)
    others = [goal.title for name, goal in organization.goals.items() if name not in own]
    people = [user.title for user in organization.users.values()]
    teams = [team.title for team in organization.sre_teams.values()]
    assert [each for each in (*others, *people, *teams, organization.revision) if each in told] == []


@pytest.mark.parametrize("after", [timedelta(days=57, hours=11, minutes=59), timedelta(days=57, hours=12)])
async def test_a_link_shows_the_goals_until_the_end_of_its_day(acme: Website, after: timedelta) -> None:
    browser, _, _ = await share(acme)
    link = await link_of(browser)
    acme.clock.set(acme.clock.now() + after)
    answer = await acme.anybody().get(link)
    is_over = after == timedelta(days=57, hours=12)
    assert answer.status_code == (404 if is_over else 200)
    assert ("This link is over." in text_of(answer.text)) is is_over


async def test_a_link_shows_nothing_that_whoever_made_it_does_not_answer_for_any_more(acme: Website) -> None:
    browser, _, _ = await share(acme)
    link = await link_of(browser)
    assert goals_on((await acme.anybody().get(link)).text) != set()
    now, organization = acme.clock.now(), acme.watchbill.organization.organization
    (made,) = await acme.watchbill.shares.all()
    without = replace(
        organization,
        users={ref: each for ref, each in organization.users.items() if ref != made.made_by},
    )
    acme.watchbill.organization.offer(Reading(without, (), "without who made it"), now)
    assert goals_on((await acme.anybody().get(link)).text) == set()


async def test_a_revoked_link_shows_nothing_from_then_on(acme: Website) -> None:
    browser, csrf, _ = await share(acme)
    link = await link_of(browser)
    share_id = (await acme.watchbill.shares.all())[0].id
    answer = await browser.post(f"/shares/{share_id}/revoke", data={"csrf": csrf})
    assert answer.status_code == 303
    assert (await acme.anybody().get(link)).status_code == 404
    page = (await browser.get("/shares")).text
    assert "revoked" in text_of(page)
    assert "/shared/" not in page
    assert (await browser.post(f"/shares/{share_id}/revoke", data={"csrf": csrf})).status_code == 409


async def test_a_link_that_was_altered_or_made_for_something_else_opens_nothing(acme: Website) -> None:
    browser, _, _ = await share(acme)
    link = await link_of(browser)
    nobody = acme.anybody()
    forged = acme.watchbill.signer.sign("acknowledge", {"share": (await acme.watchbill.shares.all())[0].id})
    for wrong in (f"{link}x", "/shared/nothing", f"/shared/{forged}"):
        answer = await nobody.get(wrong)
        assert answer.status_code == 422
        assert goals_on(answer.text) == set()


async def test_only_who_answers_for_all_goals_of_a_partner_shares_them_or_revokes_the_link(acme: Website) -> None:
    browser, csrf, refused = await share(acme, "ana")
    assert refused.status_code == 403
    assert "Only who answers for all goals of group:payments-developers" in text_of(refused.text)
    assert '<option value="group:payments-developers"' not in refused.text
    assert await acme.watchbill.shares.all() == []
    await share(acme)
    listed = await browser.get("/shares")
    assert "/shared/" not in listed.text, "who may not share it does not get the link"
    share_id = (await acme.watchbill.shares.all())[0].id
    assert (await browser.post(f"/shares/{share_id}/revoke", data={"csrf": csrf})).status_code == 403
    assert (await acme.anybody().post("/shares", data=FORM)).status_code in {303, 401, 403}
    assert len(await acme.watchbill.shares.all()) == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"until": "2026-02-30"}, "“2026-02-30” is not a day."),
        ({"until": "2026-05-01"}, "A link ends after now and within a year."),
        ({"until": "2028-01-01"}, "A link ends after now and within a year."),
        ({"reason": " "}, "It is not said why the goals are shown."),
        ({"partner": "group:nobody"}, "There is no group “group:nobody”."),
    ],
)
async def test_what_cannot_be_taken_comes_back_with_what_is_wrong(
    acme: Website, wrong: dict[str, str], told: str
) -> None:
    _, _, answer = await share(acme, **wrong)
    assert answer.status_code in {404, 422}
    assert told in text_of(answer.text)
    assert await acme.watchbill.shares.all() == []


async def test_links_and_their_end_are_audited(acme: Website) -> None:
    browser, csrf, _ = await share(acme)
    share_id = (await acme.watchbill.shares.all())[0].id
    await browser.post(f"/shares/{share_id}/revoke", data={"csrf": csrf})
    revoked, made = (await _audit(acme))[:2]
    assert (made.actor, made.action, made.subject, made.reason) == (
        "user:priya",
        "shareGoals",
        "group:payments-developers",
        "Their quarterly review",
    )
    assert made.because.startswith("owner")
    assert (revoked.actor, revoked.action, revoked.details) == ("user:priya", "revokeShare", {"id": share_id})


async def _audit(acme: Website) -> list[Audited]:
    found = await AuditService(acme.watchbill.store).newest()
    return [each for each in found if each.action in {"shareGoals", "revokeShare"}]
