"""The nouns of signing in. Secrets themselves are never kept: only their digests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from watchbill.org.values import EntityRef


class TokenScope(StrEnum):
    """What a program may do with a token: read answers, act as its person, or hand in alerts."""

    READ = "read"
    WRITE = "write"
    ALERTS = "alerts"


@dataclass(frozen=True)
class Account:
    """A person who can sign in. `user` is the person of the organisation that they are, None until they have said so."""

    id: str
    email: str
    user: EntityRef | None
    is_admin: bool
    created_at: datetime


@dataclass(frozen=True)
class Session:
    """A signed-in browser. `csrf` must come back with every form."""

    account: Account
    csrf: str
    expires_at: datetime


@dataclass(frozen=True)
class Invitation:
    """What a one-time link offers: to set a password for an e-mail address, until it is used or too old."""

    email: str
    is_admin: bool
    expires_at: datetime


@dataclass(frozen=True)
class ApiToken:
    """A program's key. `account` is the account of the person that made it, None for one made at the machine's console."""

    id: str
    name: str
    scopes: frozenset[TokenScope]
    account: Account | None
    created_at: datetime
    last_used_at: datetime | None
