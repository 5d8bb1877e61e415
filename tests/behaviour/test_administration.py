"""Who administers, who is shut out, and what of it the audit shows."""

from __future__ import annotations

from dataclasses import replace

import httpx2
import pytest

from tests.organizations import person
from tests.website import PASSWORD, Website, alertmanager_body
from watchbill.org.in_force import Reading
from watchbill.org.organization import Organization

FOR_ADMINISTRATORS = ("/api/v1/tokens", "/api/v1/audit", "/audit")


def _put_in_force(website: Website, changed: Organization) -> None:
    changed = replace(changed, revision=changed.revision + "+")
    assert website.watchbill.organization.offer(Reading(changed, (), changed.revision), website.clock.now())


async def _doors(browser: httpx2.AsyncClient) -> set[int]:
    return {(await browser.get(path)).status_code for path in FOR_ADMINISTRATORS}


async def test_whom_the_organisation_names_administers_without_being_told_so_and_no_longer_than_that(
    website: Website,
) -> None:
    dora, _ = await website.person("dora")
    organization = website.watchbill.organization.organization
    assert await _doors(dora) == {200}
    assert "administrator" in (await dora.get("/")).text
    _put_in_force(website, replace(organization, admins=frozenset()))
    assert await _doors(dora) == {403}
    assert "administrator" not in (await dora.get("/")).text


async def test_whom_the_console_made_an_administrator_administers_until_the_person_leaves_the_catalog(
    website: Website,
) -> None:
    cleo, _ = await website.person("cleo", is_admin=True)
    ben, _ = await website.person("ben")
    assert (await _doors(cleo), await _doors(ben)) == ({200}, {403})
    organization = website.watchbill.organization.organization
    users = {ref: user for ref, user in organization.users.items() if ref.name != "cleo"}
    _put_in_force(website, replace(organization, users=users))
    assert await _doors(cleo) == {403}
    assert "user:cleo is not in the catalog" in (await cleo.get("/api/v1/audit")).json()["detail"]


async def test_an_administrators_account_of_nobody_administers(website: Website) -> None:
    browser, _ = await website.signed_in_by(await website.link_for("root@shop.example", is_admin=True))
    assert await _doors(browser) == {200}


async def test_who_left_the_catalog_looks_and_does_nothing_any_more(website: Website) -> None:
    program = await website.program("alerts")
    await program.post("/api/v1/hooks/alertmanager", json=alertmanager_body())
    page = (await website.watchbill.oncall.open_pages())[0]
    ana, csrf = await website.person("ana")
    acting = await website.program("write", person="ana")
    link = website.watchbill.links.url(page.id, person("ana"))
    organization = website.watchbill.organization.organization
    users = {ref: user for ref, user in organization.users.items() if ref.name != "ana"}
    _put_in_force(website, replace(organization, users=users))
    assert "user:ana is not in the catalog any more" in (await ana.get("/incidents/1")).text
    for answer in (
        await ana.post(f"/pages/{page.id}/acknowledge", data={"csrf": csrf}),
        await ana.post("/api/v1/incidents/1/resolve", headers={"X-CSRF-Token": csrf}),
        await acting.post("/api/v1/incidents/1/resolve"),
        await website.anybody().post(link),
    ):
        assert answer.status_code == 403


async def test_access_that_was_revoked_ends_the_session_at_once(website: Website) -> None:
    ana, _ = await website.person("ana")
    program = await website.program("read", person="ana")
    await website.watchbill.accounts.revoke_access("ana@shop.example", website.clock.now())
    assert (await ana.get("/api/v1/goals")).status_code == 401
    assert (await program.get("/api/v1/goals")).status_code == 401
    signing_in = {"email": "ana@shop.example", "password": PASSWORD}
    assert (await website.anybody().post("/sign-in", data=signing_in)).status_code == 403


async def test_the_audit_tells_who_did_what_by_which_right(website: Website) -> None:
    program = await website.program("alerts")
    await program.post("/api/v1/hooks/alertmanager", json=alertmanager_body())
    ana, csrf = await website.person("ana")
    await ana.post("/api/v1/incidents/1/resolve", headers={"X-CSRF-Token": csrf}, json={"reason": "rolled back"})
    dora, csrf = await website.person("dora")
    made = {"name": "ci", "scopes": ["read"], "expiresInDays": 90}
    assert (await dora.post("/api/v1/tokens", json=made, headers={"X-CSRF-Token": csrf})).status_code == 201
    (newest,) = (await dora.get("/api/v1/audit?limit=1")).json()["entries"]
    assert (newest["actor"], newest["action"], newest["subject"]) == ("user:dora", "createToken", "ci")
    assert newest["because"] == "admin: user:dora is an administrator."
    assert newest["details"]["expires_at"].startswith("2026-08-02")
    shown = (await dora.get("/audit")).text
    assert "Ana Ruiz</span></td><td>resolved</td>" in shown
    assert "rolled back" in shown
    assert "Dora Lind</span></td><td>made the token</td>" in shown
    assert 'href="/audit"' in (await dora.get("/organization")).text
    assert 'href="/audit"' not in (await ana.get("/organization")).text


async def test_the_audit_is_handed_out_in_parts(website: Website) -> None:
    dora, _ = await website.person("dora")
    reader = await website.program("read", person="dora")
    whole = (await dora.get("/api/v1/audit")).json()
    assert whole["next"] is None
    first = (await reader.get("/api/v1/audit?limit=2")).json()
    rest = (await reader.get(f"/api/v1/audit?before={first['next']}")).json()
    assert first["entries"] + rest["entries"] == whole["entries"]
    assert (await dora.get(f"/audit?before={whole['entries'][-1]['id']}")).text.count("Nothing older") == 1


@pytest.mark.parametrize("failed", ["2001:db8::1", "203.0.113.9"])
async def test_failures_to_sign_in_are_shown_with_where_they_came_from(website: Website, failed: str) -> None:
    dora, _ = await website.person("dora")
    guesser = website.anybody(client=(failed, 1))
    for password in ("guess", "another guess", PASSWORD):
        await guesser.post("/sign-in", data={"email": "dora@shop.example", "password": password})
    shown = (await dora.get("/audit")).text
    assert "failed to sign in as" in shown
    assert "attempts: 2" in shown
