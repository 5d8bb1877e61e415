"""Signing in: what opens a session, what does not, and what is left behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.accounts.people import ANA, HERE, NOW, PASSWORD, PEOPLE, RAJ, invited, with_ana
from watchbill.accounts.model import TokenScope
from watchbill.accounts.service import SESSION_LENGTH, AccountsService
from watchbill.lib.errors import Conflict, Invalid, NotFound, Refused
from watchbill.store.store import Store


async def test_the_first_start_link_makes_an_administrator_once(store: Store) -> None:
    accounts, secret = await with_ana(store)
    session = await accounts.session(secret, NOW)
    assert session is not None
    assert (session.account.email, session.account.user, session.account.is_admin) == ("ana@acme.example", ANA, True)
    assert await accounts.first_start_link("eve@acme.example", NOW) is None


async def test_a_link_opens_nothing_twice_or_late(store: Store) -> None:
    accounts = AccountsService(store)
    link = await accounts.invite("raj@acme.example", NOW)
    with pytest.raises(NotFound):
        await accounts.read_link(link, NOW + timedelta(days=3))
    await accounts.accept_link(link, PASSWORD, NOW, PEOPLE)
    with pytest.raises(NotFound):
        await accounts.accept_link(link, PASSWORD, NOW, PEOPLE)


async def test_a_short_password_is_refused_and_the_link_stays_good(store: Store) -> None:
    accounts = AccountsService(store)
    link = await accounts.invite("raj@acme.example", NOW)
    with pytest.raises(Invalid, match="shorter than 10"):
        await accounts.accept_link(link, "short", NOW, PEOPLE)
    assert (await accounts.read_link(link, NOW)).email == "raj@acme.example"


async def test_an_invitation_makes_whom_the_catalog_or_the_console_names_whatever_is_chosen(store: Store) -> None:
    accounts, _ = await with_ana(store)
    assert (await invited(accounts, "raj@acme.example", chosen=ANA)).user == RAJ
    assert (await invited(accounts, "mallory@evil.example", chosen=ANA)).user is None
    await accounts.revoke_access("raj@acme.example", NOW)
    assert (await invited(accounts, "raj@private.example", user=RAJ)).user == RAJ


async def test_an_account_of_nobody_becomes_somebody_by_a_link_once_the_catalog_has_its_address(store: Store) -> None:
    accounts = AccountsService(store)
    link = await accounts.invite("raj@acme.example", NOW)
    await accounts.accept_link(link, PASSWORD, NOW, {})
    assert (await accounts.account("raj@acme.example")).user is None
    assert (await invited(accounts, "raj@acme.example")).user == RAJ


async def test_a_person_who_has_an_account_gets_no_second_one(store: Store) -> None:
    accounts, _ = await with_ana(store)
    with pytest.raises(Conflict, match="user:ana has an account already"):
        await accounts.invite("ana@private.example", NOW, user=ANA)


async def test_an_invitation_that_names_nobody_of_the_catalog_is_said_and_stays_good(store: Store) -> None:
    accounts = AccountsService(store)
    link = await accounts.invite("raj@private.example", NOW, user=RAJ)
    with pytest.raises(Invalid, match="user:raj” is not a person"):
        await accounts.accept_link(link, PASSWORD, NOW, {})
    assert await accounts.accept_link(link, PASSWORD, NOW, PEOPLE)


async def test_signing_in_needs_both_and_says_the_same_for_either_fault(store: Store) -> None:
    accounts, _ = await with_ana(store)
    assert await accounts.session(await accounts.sign_in("ANA@acme.example", PASSWORD, HERE, NOW), NOW)
    with pytest.raises(Refused) as wrong_password:
        await accounts.sign_in("ana@acme.example", "wrong", HERE, NOW)
    with pytest.raises(Refused) as unknown:
        await accounts.sign_in("nobody@acme.example", PASSWORD, HERE, NOW)
    assert wrong_password.value.what == unknown.value.what


async def test_a_session_ends_by_time_by_signing_out_and_by_a_new_password(store: Store) -> None:
    accounts, secret = await with_ana(store)
    assert await accounts.session(secret, NOW + SESSION_LENGTH) is None
    await accounts.sign_out(secret, NOW)
    assert await accounts.session(secret, NOW) is None
    other = await accounts.sign_in("ana@acme.example", PASSWORD, HERE, NOW)
    link = await accounts.invite("ana@acme.example", NOW)
    fresh = await accounts.accept_link(link, "another long password", NOW, PEOPLE)
    assert await accounts.session(other, NOW) is None
    renewed = await accounts.session(fresh, NOW)
    assert renewed is not None
    assert renewed.account.is_admin, "an invitation to an existing person takes no rights away"


async def test_the_console_makes_a_person_with_an_account_an_administrator(store: Store) -> None:
    accounts = AccountsService(store)
    assert not (await invited(accounts, "raj@acme.example")).is_admin
    assert (await invited(accounts, "raj@acme.example", is_admin=True)).is_admin


async def test_a_token_is_known_until_it_is_revoked(store: Store) -> None:
    accounts, secret = await with_ana(store)
    session = await accounts.session(secret, NOW)
    assert session is not None
    token = await accounts.create_token("alertmanager", [TokenScope.ALERTS], NOW)
    acting = await accounts.create_token("ci", [TokenScope.READ, TokenScope.WRITE], NOW, session.account)
    known = await accounts.token(token, NOW)
    assert known is not None
    assert (known.scopes, known.account) == (frozenset({TokenScope.ALERTS}), None)
    theirs = await accounts.token(acting, NOW)
    assert theirs is not None
    assert theirs.account == session.account
    await accounts.revoke_token(known.id, NOW)
    assert await accounts.token(token, NOW) is None
    with pytest.raises(NotFound):
        await accounts.revoke_token(known.id, NOW)


async def test_a_token_may_have_an_end(store: Store) -> None:
    accounts = AccountsService(store)
    token = await accounts.create_token("ci", [TokenScope.READ], NOW, lasts=timedelta(days=90))
    assert await accounts.token(token, NOW + timedelta(days=89, hours=23))
    assert await accounts.token(token, NOW + timedelta(days=90)) is None
    with pytest.raises(Invalid):
        await accounts.create_token("ci", [TokenScope.READ], NOW, lasts=timedelta())


async def test_a_token_that_acts_needs_a_person(store: Store) -> None:
    with pytest.raises(Invalid, match="person to act as"):
        await AccountsService(store).create_token("ci", [TokenScope.WRITE], NOW)


async def test_revoking_access_ends_every_way_in_and_lets_go_of_the_person(store: Store) -> None:
    accounts, secret = await with_ana(store)
    ana = await accounts.account("ana@acme.example")
    token = await accounts.create_token("ci", [TokenScope.WRITE], NOW, ana)
    link = await accounts.invite("ana@acme.example", NOW)
    ended = await accounts.revoke_access("Ana@acme.example", NOW)
    assert (ended.sessions, ended.tokens, ended.invitations) == (1, 1, 1)
    assert await accounts.session(secret, NOW) is None
    assert await accounts.token(token, NOW) is None
    with pytest.raises(NotFound):
        await accounts.read_link(link, NOW)
    with pytest.raises(Refused, match="do not belong together"):
        await accounts.sign_in("ana@acme.example", PASSWORD, HERE, NOW)
    with pytest.raises(NotFound):
        await accounts.account("ana@acme.example")
    (left,) = await accounts.access(NOW)
    assert left.account is not None
    assert (left.account.user, left.account.is_admin, left.account.disabled_at) == (None, False, NOW)
    with pytest.raises(NotFound):
        await accounts.revoke_access("ana@acme.example", NOW)
    assert await accounts.first_start_link("eve@acme.example", NOW) is None, "nobody becomes the first again"


async def test_an_invitation_gives_a_revoked_account_back_without_its_old_rights(store: Store) -> None:
    accounts, _ = await with_ana(store)
    await accounts.revoke_access("ana@acme.example", NOW)
    again = await invited(accounts, "ana@acme.example")
    assert (again.user, again.is_admin, again.disabled_at) == (ANA, False, None)


async def test_who_has_access_is_listed_with_what_is_open(store: Store) -> None:
    accounts, _ = await with_ana(store)
    await accounts.create_token("ci", [TokenScope.READ], NOW, await accounts.account("ana@acme.example"))
    await accounts.invite("raj@acme.example", NOW)
    ana, raj = await accounts.access(NOW)
    assert (ana.email, ana.sessions, ana.tokens, ana.invitation) == ("ana@acme.example", 1, 1, None)
    assert (raj.email, raj.account, raj.invitation is not None) == ("raj@acme.example", None, True)
