"""Signing in from the first link to the last sign-out, as a browser does it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.organizations import person as as_person
from tests.website import ELSEWHERE, PASSWORD, Website, open_website
from watchbill.accounts.guessing import FAILURES_ALLOWED
from watchbill.accounts.sessions import SESSION_LENGTH
from watchbill.lib.errors import Conflict
from watchbill.org.values import EntityRef
from watchbill.web.throttle import FREE_FAILURES


async def _welcomed(website: Website, **fields: str) -> tuple[str, dict[str, str]]:
    token = await website.watchbill.accounts.first_start_link("ana@shop.example", website.clock.now())
    return f"/welcome/{token}", {"password": PASSWORD, "password_again": PASSWORD, "user": "user:ana"} | fields


async def test_the_first_link_sets_a_password_says_who_one_is_and_signs_in(website: Website) -> None:
    browser = website.anybody()
    address, fields = await _welcomed(website)
    shown = await browser.get(address)
    assert shown.status_code == 200
    assert "ana@shop.example" in shown.text
    answer = await browser.post(address, data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    account = await website.watchbill.accounts.account("ana@shop.example")
    assert (account.user, account.is_admin) == (EntityRef("user", "default", "ana"), True)
    assert (await browser.get("/api/v1/goals")).status_code == 200


async def test_who_chooses_to_be_somebody_signs_in_with_their_address_as_the_page_says(website: Website) -> None:
    token = await website.watchbill.accounts.first_start_link("dora@shop.example", website.clock.now())
    browser = website.anybody()
    shown = (await browser.get(f"/welcome/{token}")).text
    assert 'value="dora@shop.example" readonly' in shown
    assert 'data-address="ana@shop.example">Ana Ruiz · ana@shop.example</option>' in shown
    fields = {"password": PASSWORD, "password_again": "another thing entirely", "user": "user:ana"}
    assert 'value="ana@shop.example" readonly' in (await browser.post(f"/welcome/{token}", data=fields)).text
    fields |= {"password_again": PASSWORD}
    assert (await browser.post(f"/welcome/{token}", data=fields)).status_code == 303
    assert "ana@shop.example" in (await browser.get("/")).text
    again = {"email": "ana@shop.example", "password": PASSWORD}
    assert (await website.anybody().post("/sign-in", data=again)).status_code == 303
    assert (await website.anybody().post("/sign-in", data=again | {"email": "dora@shop.example"})).status_code == 403


async def test_a_link_that_was_used_says_so_and_opens_nothing(website: Website) -> None:
    address, fields = await _welcomed(website)
    assert (await website.anybody().post(address, data=fields)).status_code == 303
    again = website.anybody()
    assert (await again.get(address)).status_code == 404
    assert (await again.post(address, data=fields)).status_code == 404
    assert not again.cookies


async def test_what_does_not_fit_is_said_and_the_link_stays_good(website: Website) -> None:
    browser = website.anybody()
    address, fields = await _welcomed(website)
    for misfit, words in (
        ({"password_again": "another thing entirely"}, "differ"),
        ({"password": "short", "password_again": "short"}, "shorter"),
        ({"user": "user:nobody-of-this-name"}, "not a person"),
        ({"user": "a b:c"}, "reference"),
    ):
        answer = await browser.post(address, data=fields | misfit)
        assert answer.status_code == 422
        assert words in answer.text
    assert (await browser.post(address, data=fields)).status_code == 303


async def test_password_and_address_open_a_session_that_ends_with_signing_out(website: Website) -> None:
    await website.person("ana")
    browser = website.anybody()
    fields = {"email": "Ana@shop.example", "password": PASSWORD, "next": "/goals"}
    answer = await browser.post("/sign-in", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/goals")
    assert (await browser.get("/api/v1/goals")).status_code == 200


async def test_a_session_ends_by_itself(website: Website) -> None:
    browser, _ = await website.person("ana")
    website.clock.set(website.clock.now() + SESSION_LENGTH - timedelta(seconds=1))
    assert (await browser.get("/api/v1/goals")).status_code == 200
    website.clock.set(website.clock.now() + timedelta(seconds=1))
    assert (await browser.get("/api/v1/goals")).status_code == 401


async def test_nobody_is_led_to_another_site_by_signing_in(website: Website) -> None:
    await website.person("ana")
    fields = {"email": "ana@shop.example", "password": PASSWORD, "next": "//evil.example/"}
    assert (await website.anybody().post("/sign-in", data=fields)).headers["location"] == "/"


async def test_a_wrong_password_and_an_unknown_address_look_alike(website: Website) -> None:
    await website.person("ana")
    texts = []
    for email, password in (
        ("ana@shop.example", "wrong"),
        ("eve@shop.example", PASSWORD),
        ("x" * 300, PASSWORD),
        ("İ" * 254 + "@shop.example", PASSWORD),
        ("a\0b@shop.example", PASSWORD),
    ):
        answer = await website.anybody().post("/sign-in", data={"email": email, "password": password})
        assert answer.status_code == 403
        assert "do not belong together" in answer.text
        texts.append(answer.text.replace(email, ""))
    assert texts[0] == texts[1]


async def test_an_invited_person_is_who_has_the_address_in_the_catalog_and_nobody_of_their_choice(
    website: Website,
) -> None:
    mallory = website.anybody()
    address = f"/welcome/{await website.link_for('mallory@evil.example')}"
    shown = await mallory.get(address)
    assert 'name="user"' not in shown.text
    assert "watchbill invite mallory@evil.example --as user:NAME" in shown.text
    fields = {"password": PASSWORD, "password_again": PASSWORD, "user": "user:ana"}
    assert (await mallory.post(address, data=fields)).status_code == 303
    assert (await website.watchbill.accounts.account("mallory@evil.example")).user is None
    page = (await mallory.get("/")).text
    assert "you are nobody here yet" in page
    assert "--as user:NAME" in page
    cleo = website.anybody()
    address = f"/welcome/{await website.link_for('Cleo@shop.example')}"
    assert "You are <strong>Cleo Marsh</strong>" in (await cleo.get(address)).text
    assert (await cleo.post(address, data=fields)).status_code == 303
    assert (await website.watchbill.accounts.account("cleo@shop.example")).user == as_person("cleo")


async def test_a_person_has_one_account_and_a_second_is_refused_with_how_to_end_the_first(website: Website) -> None:
    await website.person("ana")
    with pytest.raises(Conflict, match="has an account already"):
        await website.link_for("ana@elsewhere.example", user=as_person("ana"))
    first = website.anybody()
    await website.watchbill.accounts.revoke_access("ana@shop.example", website.clock.now())
    address = f"/welcome/{await website.link_for('ana@elsewhere.example', user=as_person('ana'))}"
    await website.signed_in_by(await website.link_for("ana@shop.example"))
    answer = await first.post(address, data={"password": PASSWORD, "password_again": PASSWORD})
    assert answer.status_code == 409
    assert "watchbill access revoke" in answer.text
    assert not first.cookies


async def test_a_new_password_tells_which_programs_go_on_acting_in_ones_name(website: Website) -> None:
    await website.person("ana")
    await website.program("read", "write", person="ana")
    shown = await website.anybody().get(f"/welcome/{await website.link_for('ana@shop.example')}")
    assert "Programs that act in your name stay signed in: test (read, write)" in shown.text


async def test_wrong_passwords_from_elsewhere_lock_nobody_out(website: Website) -> None:
    await website.person("ana")
    right = {"email": "ana@shop.example", "password": PASSWORD}
    for number in range(FAILURES_ALLOWED + 1):
        guesser = website.anybody(client=(f"198.51.100.{number + 1}", 1))
        assert (await guesser.post("/sign-in", data=right | {"password": "guess"})).status_code == 403
    refused = await website.anybody(client=("198.51.100.77", 1)).post("/sign-in", data=right)
    assert (refused.status_code, "Too many attempts" in refused.text) == (403, True)
    assert (await website.anybody().post("/sign-in", data=right)).status_code == 303


async def test_guessing_from_one_place_is_slowed_down_and_others_are_not(website: Website) -> None:
    await website.person("ana")
    guesser = website.anybody()
    for number in range(FREE_FAILURES):
        fields = {"email": f"guess-{number}@shop.example", "password": "guess"}
        assert (await guesser.post("/sign-in", data=fields)).status_code == 403
    right = {"email": "ana@shop.example", "password": PASSWORD}
    slowed = await guesser.post("/sign-in", data=right)
    assert slowed.status_code == 429
    assert int(slowed.headers["retry-after"]) >= 1
    assert (await website.anybody(client=("203.0.113.77", 1)).post("/sign-in", data=right)).status_code == 303
    website.clock.set(website.clock.now() + timedelta(seconds=2))
    assert (await website.anybody(client=ELSEWHERE).post("/sign-in", data=right)).status_code == 303


async def test_behind_tls_the_cookie_is_bound_to_this_host_and_to_tls(database_url: str, tmp_path: Path) -> None:
    async with open_website(database_url, tmp_path, "https://watch.example") as website:
        address, fields = await _welcomed(website)
        answer = await website.anybody().post(address, data=fields)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-watchbill=")
        assert "Secure" in cookie
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
