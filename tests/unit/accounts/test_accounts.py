"""Access given and taken: what a one-time link makes of whom, who has a way in, and how it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.accounts.people import ANA, HERE, NOW, PASSWORD, PEOPLE, RAJ, Desk, invited, with_ana
from watchbill.accounts.model import TokenScope
from watchbill.lib.errors import Conflict, Invalid, NotFound, Refused
from watchbill.store.store import Store


async def test_the_first_start_link_makes_an_administrator_once(store: Store) -> None:
    desk, secret = await with_ana(store)
    session = await desk.sessions.known(secret, NOW)
    assert session is not None
    assert (session.account.email, session.account.user, session.account.is_admin) == ("ana@acme.example", ANA, True)
    assert await desk.accounts.first_start_link("eve@acme.example", NOW) is None


async def test_the_first_start_link_makes_an_account_under_the_own_address_of_who_is_chosen(store: Store) -> None:
    desk = Desk.to(store)
    link = await desk.accounts.first_start_link("dana@acme.example", NOW)
    other = await desk.accounts.first_start_link("dana@acme.example", NOW)
    assert link is not None
    assert other is not None
    await desk.accounts.accept_link(link, PASSWORD, NOW, PEOPLE, ANA)
    ana = await desk.accounts.account("ana@acme.example")
    assert (ana.user, ana.is_admin) == (ANA, True)
    assert await desk.sessions.sign_in("ana@acme.example", PASSWORD, HERE, NOW)
    with pytest.raises(NotFound):
        await desk.accounts.account("dana@acme.example")
    with pytest.raises(NotFound):
        await desk.accounts.read_link(other, NOW)


@pytest.mark.parametrize("email", [None, "", "ana", "Raj@acme.example"])
async def test_who_has_no_address_of_their_own_signs_in_with_that_of_the_first_start(
    store: Store, email: str | None
) -> None:
    desk = Desk.to(store)
    link = await desk.accounts.first_start_link("dana@acme.example", NOW)
    assert link is not None
    people = PEOPLE | {ANA: replace(PEOPLE[ANA], email=email)}
    await desk.accounts.accept_link(link, PASSWORD, NOW, people, ANA)
    assert (await desk.accounts.account("dana@acme.example")).user == ANA


async def test_the_first_start_link_opens_nothing_once_anybody_has_an_account(store: Store) -> None:
    desk = Desk.to(store)
    link = await desk.accounts.first_start_link("dana@acme.example", NOW)
    assert link is not None
    await invited(desk.accounts, "ana@acme.example")
    for chosen in (ANA, RAJ):
        with pytest.raises(NotFound):
            await desk.accounts.accept_link(link, "another long password", NOW, PEOPLE, chosen)
    assert await desk.sessions.sign_in("ana@acme.example", PASSWORD, HERE, NOW)


async def test_who_comes_to_an_address_after_somebody_else_inherits_neither_tokens_nor_administration(
    store: Store,
) -> None:
    desk = Desk.to(store)
    raj = await invited(desk.accounts, "oncall@acme.example", user=RAJ, is_admin=True)
    key = await desk.tokens.create("script", [TokenScope.WRITE], NOW, raj)
    renewed = await invited(desk.accounts, "oncall@acme.example", user=RAJ)
    assert renewed.is_admin
    assert await desk.tokens.known(key, NOW)
    ana = await invited(desk.accounts, "oncall@acme.example", user=ANA)
    assert (ana.user, ana.is_admin) == (ANA, False)
    assert await desk.tokens.known(key, NOW) is None


async def test_only_the_first_start_link_lets_the_choice_decide_the_address(store: Store) -> None:
    desk = Desk.to(store)
    await invited(desk.accounts, "raj@private.example", user=RAJ, chosen=ANA)
    assert [each.email for each in await desk.accounts.access(NOW)] == ["raj@private.example"]


async def test_a_link_opens_nothing_twice_or_late(store: Store) -> None:
    desk = Desk.to(store)
    link = await desk.accounts.invite("raj@acme.example", NOW)
    with pytest.raises(NotFound):
        await desk.accounts.read_link(link, NOW + timedelta(days=3))
    await desk.accounts.accept_link(link, PASSWORD, NOW, PEOPLE)
    with pytest.raises(NotFound):
        await desk.accounts.accept_link(link, PASSWORD, NOW, PEOPLE)


async def test_a_short_password_is_refused_and_the_link_stays_good(store: Store) -> None:
    desk = Desk.to(store)
    link = await desk.accounts.invite("raj@acme.example", NOW)
    with pytest.raises(Invalid, match="shorter than 10"):
        await desk.accounts.accept_link(link, "short", NOW, PEOPLE)
    assert (await desk.accounts.read_link(link, NOW)).email == "raj@acme.example"


async def test_an_invitation_makes_whom_the_catalog_or_the_console_names_whatever_is_chosen(store: Store) -> None:
    desk, _ = await with_ana(store)
    assert (await invited(desk.accounts, "raj@acme.example", chosen=ANA)).user == RAJ
    assert (await invited(desk.accounts, "mallory@evil.example", chosen=ANA)).user is None
    await desk.accounts.revoke_access("raj@acme.example", NOW)
    assert (await invited(desk.accounts, "raj@private.example", user=RAJ)).user == RAJ


async def test_an_account_of_nobody_becomes_somebody_by_a_link_once_the_catalog_has_its_address(store: Store) -> None:
    desk = Desk.to(store)
    link = await desk.accounts.invite("raj@acme.example", NOW)
    await desk.accounts.accept_link(link, PASSWORD, NOW, {})
    assert (await desk.accounts.account("raj@acme.example")).user is None
    assert (await invited(desk.accounts, "raj@acme.example")).user == RAJ


async def test_a_person_who_has_an_account_gets_no_second_one(store: Store) -> None:
    desk, _ = await with_ana(store)
    with pytest.raises(Conflict, match="user:ana has an account already"):
        await desk.accounts.invite("ana@private.example", NOW, user=ANA)


async def test_an_invitation_that_names_nobody_of_the_catalog_is_said_and_stays_good(store: Store) -> None:
    desk = Desk.to(store)
    link = await desk.accounts.invite("raj@private.example", NOW, user=RAJ)
    with pytest.raises(Invalid, match="user:raj” is not a person"):
        await desk.accounts.accept_link(link, PASSWORD, NOW, {})
    assert await desk.accounts.accept_link(link, PASSWORD, NOW, PEOPLE)


async def test_the_console_makes_a_person_with_an_account_an_administrator(store: Store) -> None:
    desk = Desk.to(store)
    assert not (await invited(desk.accounts, "raj@acme.example")).is_admin
    assert (await invited(desk.accounts, "raj@acme.example", is_admin=True)).is_admin


async def test_revoking_access_ends_every_way_in_and_lets_go_of_the_person(store: Store) -> None:
    desk, secret = await with_ana(store)
    ana = await desk.accounts.account("ana@acme.example")
    token = await desk.tokens.create("ci", [TokenScope.WRITE], NOW, ana)
    link = await desk.accounts.invite("ana@acme.example", NOW)
    ended = await desk.accounts.revoke_access("Ana@acme.example", NOW)
    assert (ended.sessions, ended.tokens, ended.invitations) == (1, 1, 1)
    assert await desk.sessions.known(secret, NOW) is None
    assert await desk.tokens.known(token, NOW) is None
    with pytest.raises(NotFound):
        await desk.accounts.read_link(link, NOW)
    with pytest.raises(Refused, match="do not belong together"):
        await desk.sessions.sign_in("ana@acme.example", PASSWORD, HERE, NOW)
    with pytest.raises(NotFound):
        await desk.accounts.account("ana@acme.example")
    (left,) = await desk.accounts.access(NOW)
    assert left.account is not None
    assert (left.account.user, left.account.is_admin, left.account.disabled_at) == (None, False, NOW)
    with pytest.raises(NotFound):
        await desk.accounts.revoke_access("ana@acme.example", NOW)
    assert await desk.accounts.first_start_link("eve@acme.example", NOW) is None, "nobody becomes the first again"


async def test_an_invitation_gives_a_revoked_account_back_without_its_old_rights(store: Store) -> None:
    desk, _ = await with_ana(store)
    await desk.accounts.revoke_access("ana@acme.example", NOW)
    again = await invited(desk.accounts, "ana@acme.example")
    assert (again.user, again.is_admin, again.disabled_at) == (ANA, False, None)


async def test_who_has_access_is_listed_with_what_is_open(store: Store) -> None:
    desk, _ = await with_ana(store)
    await desk.tokens.create("ci", [TokenScope.READ], NOW, await desk.accounts.account("ana@acme.example"))
    await desk.accounts.invite("raj@acme.example", NOW)
    ana, raj = await desk.accounts.access(NOW)
    assert (ana.email, ana.sessions, ana.tokens, ana.invitation) == ("ana@acme.example", 1, 1, None)
    assert (raj.email, raj.account, raj.invitation is not None) == ("raj@acme.example", None, True)
