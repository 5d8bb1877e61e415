"""Signing in: what opens a session, what does not, and what ends it."""

from __future__ import annotations

import pytest

from tests.unit.accounts.people import HERE, NOW, PASSWORD, PEOPLE, with_ana
from watchbill.accounts.sessions import SESSION_LENGTH
from watchbill.lib.errors import Refused
from watchbill.store.store import Store


async def test_signing_in_needs_both_and_says_the_same_for_either_fault(store: Store) -> None:
    desk, _ = await with_ana(store)
    assert await desk.sessions.known(await desk.sessions.sign_in("ANA@acme.example", PASSWORD, HERE, NOW), NOW)
    with pytest.raises(Refused) as wrong_password:
        await desk.sessions.sign_in("ana@acme.example", "wrong", HERE, NOW)
    with pytest.raises(Refused) as unknown:
        await desk.sessions.sign_in("nobody@acme.example", PASSWORD, HERE, NOW)
    assert wrong_password.value.what == unknown.value.what


async def test_a_session_ends_by_time_by_signing_out_and_by_a_new_password(store: Store) -> None:
    desk, secret = await with_ana(store)
    assert await desk.sessions.known(secret, NOW + SESSION_LENGTH) is None
    await desk.sessions.sign_out(secret, NOW)
    assert await desk.sessions.known(secret, NOW) is None
    other = await desk.sessions.sign_in("ana@acme.example", PASSWORD, HERE, NOW)
    link = await desk.accounts.invite("ana@acme.example", NOW)
    fresh = await desk.accounts.accept_link(link, "another long password", NOW, PEOPLE)
    assert await desk.sessions.known(other, NOW) is None
    renewed = await desk.sessions.known(fresh, NOW)
    assert renewed is not None
    assert renewed.account.is_admin, "an invitation to an existing person takes no rights away"
