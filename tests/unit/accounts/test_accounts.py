"""Signing in: what opens a session, what does not, and what is left behind."""

from datetime import UTC, datetime, timedelta

import pytest

from watchbill.accounts.model import TokenScope
from watchbill.accounts.service import FAILURES_ALLOWED, SESSION_LENGTH, AccountsService
from watchbill.lib.errors import Invalid, NotFound, Refused
from watchbill.org.values import EntityRef
from watchbill.practices.record import service as record
from watchbill.store.store import Store

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ANA = EntityRef("user", "default", "ana")
PASSWORD = "correct horse battery"


async def _with_ana(store: Store) -> tuple[AccountsService, str]:
    accounts = AccountsService(store)
    link = await accounts.first_start_link("Ana@acme.example", NOW)
    assert link is not None
    return accounts, await accounts.accept_link(link, PASSWORD, ANA, NOW)


async def test_the_first_start_link_makes_an_administrator_once(store: Store) -> None:
    accounts, secret = await _with_ana(store)
    session = await accounts.session(secret, NOW)
    assert session is not None
    assert (session.account.email, session.account.user, session.account.is_admin) == ("ana@acme.example", ANA, True)
    assert await accounts.first_start_link("eve@acme.example", NOW) is None


async def test_a_link_opens_nothing_twice_or_late(store: Store) -> None:
    accounts = AccountsService(store)
    link = await accounts.invite("raj@acme.example", NOW, is_admin=False, by="user:ana")
    with pytest.raises(NotFound):
        await accounts.read_link(link, NOW + timedelta(days=3))
    await accounts.accept_link(link, PASSWORD, None, NOW)
    with pytest.raises(NotFound):
        await accounts.accept_link(link, PASSWORD, None, NOW)


async def test_a_short_password_is_refused_and_the_link_stays_good(store: Store) -> None:
    accounts = AccountsService(store)
    link = await accounts.invite("raj@acme.example", NOW, is_admin=False, by="user:ana")
    with pytest.raises(Invalid, match="shorter than 10"):
        await accounts.accept_link(link, "short", None, NOW)
    assert (await accounts.read_link(link, NOW)).email == "raj@acme.example"


async def test_signing_in_needs_both_and_says_the_same_for_either_fault(store: Store) -> None:
    accounts, _ = await _with_ana(store)
    assert await accounts.session(await accounts.sign_in("ANA@acme.example", PASSWORD, NOW), NOW)
    with pytest.raises(Refused) as wrong_password:
        await accounts.sign_in("ana@acme.example", "wrong", NOW)
    with pytest.raises(Refused) as unknown:
        await accounts.sign_in("nobody@acme.example", PASSWORD, NOW)
    assert wrong_password.value.what == unknown.value.what


async def test_guessing_is_stopped_for_ten_minutes(store: Store) -> None:
    accounts, _ = await _with_ana(store)
    for _ in range(FAILURES_ALLOWED):
        with pytest.raises(Refused, match="do not belong together"):
            await accounts.sign_in("ana@acme.example", "guess", NOW)
    with pytest.raises(Refused, match="Too many attempts"):
        await accounts.sign_in("ana@acme.example", PASSWORD, NOW)
    assert await accounts.sign_in("ana@acme.example", PASSWORD, NOW + timedelta(minutes=11))


async def test_a_session_ends_by_time_by_signing_out_and_by_a_new_password(store: Store) -> None:
    accounts, secret = await _with_ana(store)
    assert await accounts.session(secret, NOW + SESSION_LENGTH) is None
    await accounts.sign_out(secret)
    assert await accounts.session(secret, NOW) is None
    other = await accounts.sign_in("ana@acme.example", PASSWORD, NOW)
    link = await accounts.invite("ana@acme.example", NOW, is_admin=False, by="user:dana")
    fresh = await accounts.accept_link(link, "another long password", None, NOW)
    assert await accounts.session(other, NOW) is None
    renewed = await accounts.session(fresh, NOW)
    assert renewed is not None
    assert renewed.account.is_admin, "an invitation to an existing person changes the password, not the rights"


async def test_a_token_is_known_until_it_is_revoked(store: Store) -> None:
    accounts, secret = await _with_ana(store)
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
    await accounts.revoke_token(known.id, NOW, session.account)
    assert await accounts.token(token, NOW) is None
    with pytest.raises(NotFound):
        await accounts.revoke_token(known.id, NOW, session.account)


async def test_a_token_that_acts_needs_a_person(store: Store) -> None:
    with pytest.raises(Invalid, match="person to act as"):
        await AccountsService(store).create_token("ci", [TokenScope.WRITE], NOW)


async def test_no_secret_reaches_the_audit(store: Store) -> None:
    accounts, secret = await _with_ana(store)
    token = await accounts.create_token("alertmanager", [TokenScope.ALERTS], NOW)
    async with store.reading() as transaction:
        audited = await record.newest_audited(transaction)
    assert [entry.action for entry in reversed(audited)] == ["invite", "signIn", "createToken"]
    assert not any(hidden in repr(audited) for hidden in (secret, token, PASSWORD))
