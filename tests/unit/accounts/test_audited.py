"""What the audit keeps of accounts: every change, by which right, and never a secret."""

from __future__ import annotations

from tests.unit.accounts.people import HERE, NOW, PASSWORD, RAJ, invited, with_ana
from watchbill.accounts.model import TokenScope
from watchbill.practices.record.audit import AuditService
from watchbill.store.store import Store


async def test_a_life_of_an_account_is_told_from_the_invitation_to_its_end(store: Store) -> None:
    desk, _ = await with_ana(store)
    raj = await invited(desk.accounts, "raj@private.example", user=RAJ)
    await desk.tokens.create("ci", [TokenScope.WRITE], NOW, raj, by="user:ana", because="admin: she is one.")
    session = await desk.sessions.sign_in("raj@private.example", PASSWORD, HERE, NOW)
    await desk.sessions.sign_out(session, NOW)
    (token,) = await desk.tokens.all()
    await desk.tokens.revoke(token.id, NOW)
    await desk.accounts.revoke_access("raj@private.example", NOW)
    audited = await AuditService(store).newest()
    assert [(each.actor, each.action, each.subject, each.because) for each in reversed(audited)] == [
        ("first start", "invite", "ana@acme.example", "first start"),
        ("user:ana", "setPassword", "ana@acme.example", "one-time link"),
        ("user:ana", "assignPerson", "ana@acme.example", "first start's link: chosen freely"),
        ("user:ana", "signIn", "ana@acme.example", "one-time link"),
        ("console", "invite", "raj@private.example", "console"),
        ("user:raj", "setPassword", "raj@private.example", "one-time link"),
        ("user:raj", "assignPerson", "raj@private.example", "named by the invitation"),
        ("user:raj", "signIn", "raj@private.example", "one-time link"),
        ("user:ana", "createToken", "ci", "admin: she is one."),
        ("user:raj", "signIn", "raj@private.example", "password"),
        ("user:raj", "signOut", "raj@private.example", "own session"),
        ("console", "revokeToken", "ci", "console"),
        ("console", "revokeAccess", "raj@private.example", "console"),
    ]


async def test_the_audit_is_read_in_parts_newest_first(store: Store) -> None:
    await with_ana(store)
    audit = AuditService(store)
    whole = await audit.newest()
    first = await audit.newest(limit=3)
    assert first + await audit.newest(before=first[-1].id) == whole
    assert await audit.newest(before=whole[-1].id) == []


async def test_no_secret_reaches_the_audit(store: Store) -> None:
    desk, secret = await with_ana(store)
    token = await desk.tokens.create("alertmanager", [TokenScope.ALERTS], NOW)
    audited = await AuditService(store).newest()
    assert not any(hidden in repr(audited) for hidden in (secret, token, PASSWORD))
