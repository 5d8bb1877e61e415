"""Why the web turns a request away, beside the errors of the rooms below. Each has its HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchbill.lib.errors import Refused, WatchbillError


class SignInRequired(WatchbillError):
    """Nobody is signed in, or the token is not one of ours."""

    code = "signInRequired"
    status = 401


@dataclass(eq=False)
class FormExpired(Refused):
    """A form was sent whose page belongs to another session; `fields` are what was typed, to be sent again from here."""

    fields: Mapping[str, str] = field(default_factory=dict)


class Malformed(WatchbillError):
    """The request cannot be read at all."""

    code = "malformed"
    status = 400


class TooLarge(WatchbillError):
    """The body is longer than this route takes."""

    code = "tooLarge"
    status = 413


class WrongMediaType(WatchbillError):
    """The body is of a kind that this route does not read."""

    code = "wrongMediaType"
    status = 415


@dataclass(eq=False)
class TooManyAttempts(WatchbillError):
    """Too many failures in a row; `wait_seconds` is how long to wait before the next attempt counts."""

    wait_seconds: int = 1
    code = "tooManyAttempts"
    status = 429
