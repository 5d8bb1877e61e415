"""Who is asking: the caller of a request, as the gate found out. It never decides what the caller may do to the organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from watchbill.accounts.model import Account, ApiToken, Session, TokenScope
from watchbill.lib.errors import Refused
from watchbill.org.values import EntityRef


@dataclass(frozen=True)
class Caller:
    """A signed-in person (`session` and `csrf` are set) or a program with a token (`token` is its name).

    `account` is None for a token that was made at the machine's console. `scopes` are what it may ask of the API.
    """

    account: Account | None
    scopes: frozenset[TokenScope]
    session: str | None = None
    csrf: str | None = None
    token: str | None = None

    @classmethod
    def from_session(cls, secret: str, session: Session) -> Caller:
        """Return the caller of a signed-in browser."""
        return cls(session.account, frozenset(TokenScope), secret, session.csrf)

    @classmethod
    def from_token(cls, token: ApiToken) -> Caller:
        """Return the caller of a program with a token."""
        return cls(token.account, token.scopes, token=token.name)

    @property
    def user(self) -> EntityRef | None:
        """The person of the organisation in whose name the caller acts, None when it has not said who."""
        return self.account.user if self.account else None

    @property
    def is_person(self) -> bool:
        """Whether a person is signed in, rather than a program."""
        return self.session is not None

    def named_in_log(self) -> Mapping[str, str]:
        """Return what the access log says of the caller: never a secret."""
        named = {"user": str(self.user)} if self.user else {}
        if self.account is not None:
            named["account"] = self.account.id
        if self.token is not None:
            named["token"] = self.token
        return named


def caller_of(connection: HTTPConnection) -> Caller | None:
    """Return who is asking; None only on the few routes that are open to everybody."""
    caller: Caller | None = getattr(connection.state, "caller", None)
    return caller


def known_caller(connection: HTTPConnection) -> Caller:
    """Return the caller of a route that the gate opens to known callers only."""
    caller = caller_of(connection)
    if caller is None:
        raise RuntimeError(f"the gate let nobody in particular through to {connection.url.path}")
    return caller


def acting_user(connection: HTTPConnection) -> EntityRef:
    """Return the person in whose name the caller acts. Raises Refused when the caller is nobody of the organisation."""
    user = known_caller(connection).user
    if user is None:
        raise Refused(
            "Nobody of the organisation acts here: this account or token is not tied to a person of the catalog.",
            "Open a new one-time link (watchbill invite) and choose who you are, or use a token of a person.",
        )
    return user
