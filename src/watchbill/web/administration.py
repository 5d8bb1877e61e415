"""Who administers: the one place of the web that asks the authority about it. It decides nothing itself."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from watchbill.accounts.model import Account
from watchbill.lib.errors import Refused
from watchbill.org.authority import Action, Decision, decide

from .callers import caller_of
from .doors import doors_of


@dataclass(frozen=True)
class Administrator:
    """An account that may administer now; `because` is by which right, for the audit."""

    account: Account
    because: str


def is_administrator(connection: HTTPConnection) -> bool:
    """Whether whoever asks may administer; nobody in particular may not."""
    account = _account(connection)
    return account is not None and _decide(connection, account).allowed


def administrator(connection: HTTPConnection) -> Administrator:
    """Return the administrator who asks. Raises Refused, with what else there is to do."""
    account = _account(connection)
    if account is None:
        raise Refused("Only administrators may do this.", "Sign in as one, or use a token that acts as one.")
    decision = _decide(connection, account)
    if not decision.allowed:
        what = f"Only administrators may do this. {decision.because[0].text}"
        raise Refused(what, "; ".join(decision.instead), instead=decision.instead)
    return Administrator(account, decision.ground)


def _account(connection: HTTPConnection) -> Account | None:
    caller = caller_of(connection)
    return caller.account if caller is not None else None


def _decide(connection: HTTPConnection, account: Account) -> Decision:
    # The account's own person, in the catalog or not: who has left it does not administer, whatever the console once gave.
    doors = doors_of(connection)
    return decide(
        doors.in_force.organization,
        account.user,
        Action.ADMINISTER,
        None,
        doors.clock.now(),
        administrator=account.is_admin,
    )
