"""API tokens: known until they are revoked or over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.accounts.people import NOW, Desk, with_ana
from watchbill.accounts.model import TokenScope
from watchbill.lib.errors import Invalid, NotFound
from watchbill.store.store import Store


async def test_a_token_is_known_until_it_is_revoked(store: Store) -> None:
    desk, secret = await with_ana(store)
    session = await desk.sessions.known(secret, NOW)
    assert session is not None
    token = await desk.tokens.create("alertmanager", [TokenScope.ALERTS], NOW)
    acting = await desk.tokens.create("ci", [TokenScope.READ, TokenScope.WRITE], NOW, session.account)
    known = await desk.tokens.known(token, NOW)
    assert known is not None
    assert (known.scopes, known.account) == (frozenset({TokenScope.ALERTS}), None)
    theirs = await desk.tokens.known(acting, NOW)
    assert theirs is not None
    assert theirs.account == session.account
    await desk.tokens.revoke(known.id, NOW)
    assert await desk.tokens.known(token, NOW) is None
    with pytest.raises(NotFound):
        await desk.tokens.revoke(known.id, NOW)


async def test_a_token_may_have_an_end(store: Store) -> None:
    desk = Desk.to(store)
    token = await desk.tokens.create("ci", [TokenScope.READ], NOW, lasts=timedelta(days=90))
    assert await desk.tokens.known(token, NOW + timedelta(days=89, hours=23))
    assert await desk.tokens.known(token, NOW + timedelta(days=90)) is None
    with pytest.raises(Invalid):
        await desk.tokens.create("ci", [TokenScope.READ], NOW, lasts=timedelta())


async def test_a_token_that_acts_needs_a_person(store: Store) -> None:
    with pytest.raises(Invalid, match="person to act as"):
        await Desk.to(store).tokens.create("ci", [TokenScope.WRITE], NOW)
