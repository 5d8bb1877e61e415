"""Who is asking: the caller of a request, as the gate found out. It never decides what the caller may do to the organisation."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from watchbill.accounts.model import Account, ApiToken, Session, TokenScope
from watchbill.lib.errors import Refused
from watchbill.org.values import EntityRef


@dataclass(frozen=True)
class Caller:
    """A signed-in person (`session` and `csrf` are set) or a program with a token (`token` is its name).

    `account` is None for a token that acts in nobody's name. `user` is the person of the organisation in whose name the
    caller acts, None where nothing says who, or where the person has left the catalog. `scopes` are what it may ask of the API.
    """

    account: Account | None
    user: EntityRef | None
    scopes: frozenset[TokenScope]
    session: str | None = None
    csrf: str | None = None
    token: str | None = None

    @classmethod
    def from_session(cls, secret: str, session: Session, people: Container[EntityRef]) -> Caller:
        """Return the caller of a signed-in browser; `people` are those of the catalog."""
        return cls(session.account, _user(session.account, people), frozenset(TokenScope), secret, session.csrf)

    @classmethod
    def from_token(cls, token: ApiToken, people: Container[EntityRef]) -> Caller:
        """Return the caller of a program with a token; `people` are those of the catalog."""
        return cls(token.account, _user(token.account, people), token.scopes, token=token.name)

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


def _user(account: Account | None, people: Container[EntityRef]) -> EntityRef | None:
    user = account.user if account is not None else None
    return user if user in people else None


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
    caller = known_caller(connection)
    if caller.user is not None:
        return caller.user
    if caller.account is None:
        raise Refused(
            "This token acts in nobody's name.", "Use one that was made with --as E-MAIL, and the scope write."
        )
    if caller.account.user is not None:
        raise Refused(
            f"{caller.account.user} is not in the catalog any more, and may not act.",
            "Ask an administrator to put the person into the catalog again.",
        )
    raise Refused(
        "This account is not tied to a person of the catalog, and may not act.",
        "Put its e-mail address into the catalog and open a new one-time link, or ask for one that names you: "
        f"watchbill invite {caller.account.email} --as user:NAME",
    )
