"""The nouns of signing in. Secrets themselves are never kept: only their digests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from watchbill.lib.errors import Invalid
from watchbill.org.values import EntityRef

CONSOLE = "console"
"""Who acts, and by which right, where somebody runs a command on the machine."""


LONGEST_ADDRESS = 254


def address_in(text: str) -> str:
    """Read an e-mail address as accounts have it. Raises Invalid for what is none."""
    address = text.strip().lower()
    if "@" not in address or len(address) > LONGEST_ADDRESS or not address.isprintable():
        raise Invalid(f"“{address[:LONGEST_ADDRESS]}” is not an e-mail address.", "As in ana@acme.example.")
    return address


class TokenScope(StrEnum):
    """What a program may do with a token: read answers, act as its person, or hand in alerts."""

    READ = "read"
    WRITE = "write"
    ALERTS = "alerts"


@dataclass(frozen=True)
class Account:
    """A person who can sign in. `user` is the person of the organisation that they are, None where nothing says who.

    `is_admin` says that the machine's console gave administration to it; who administers is decided in `org/authority.py`.
    `disabled_at` is set once its access was revoked.
    """

    id: str
    email: str
    user: EntityRef | None
    is_admin: bool
    created_at: datetime
    disabled_at: datetime | None = None

    @property
    def name(self) -> str:
        """How the audit names who acts: the person, else the e-mail address."""
        return str(self.user) if self.user else self.email


@dataclass(frozen=True)
class Session:
    """A signed-in browser. `csrf` must come back with every form."""

    account: Account
    csrf: str
    expires_at: datetime


@dataclass(frozen=True)
class Invitation:
    """What a one-time link offers: to set a password for an e-mail address, until it is used or too old.

    `user` is the person that it names, None where the catalog's e-mail addresses do; with `may_choose`, which the link of
    the first start alone has, whoever opens it says who they are.
    """

    email: str
    is_admin: bool
    expires_at: datetime
    user: EntityRef | None = None
    may_choose: bool = False


@dataclass(frozen=True)
class ApiToken:
    """A program's key. `account` is the account in whose name it acts, None for nobody's; `expires_at` None: never."""

    id: str
    name: str
    scopes: frozenset[TokenScope]
    account: Account | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether it has expired."""
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True)
class Access:
    """What an e-mail address may use to get in: an account, a one-time link that waits, or both; and what is open now."""

    email: str
    account: Account | None
    invitation: Invitation | None
    sessions: int
    tokens: int


@dataclass(frozen=True)
class Ended:
    """What a revocation ended."""

    sessions: int
    tokens: int
    invitations: int
