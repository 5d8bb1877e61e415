"""The family of errors that a person may meet: each says what happened, where, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(eq=False)
class WatchbillError(Exception):
    """What went wrong (`what`), where it did (`where`, may be empty) and what to do about it (`mend`)."""

    what: str
    mend: str = ""
    where: str = ""
    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __str__(self) -> str:
        """Return the error as one or two lines for a terminal."""
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f"\n  {self.mend}" if self.mend else "")


class Invalid(WatchbillError):
    """The input cannot be taken as it is; sending it again unchanged will not help."""

    code = "invalid"
    status = 422


class NotFound(WatchbillError):
    """There is no such thing."""

    code = "notFound"
    status = 404


@dataclass(eq=False)
class Refused(WatchbillError):
    """The person may not do this; `mend` names what would be needed or what can be done instead, `instead` each way on its own.

    `about` is the reference of the service that it was about, empty where it was about none.
    """

    instead: tuple[str, ...] = ()
    about: str = ""
    code = "refused"
    status = 403


class Conflict(WatchbillError):
    """The thing is no longer in a state in which this can be done: somebody or something got there first."""

    code = "conflict"
    status = 409


class Unavailable(WatchbillError):
    """A server that watchbill relies on did not answer as it should; trying again later may help."""

    code = "unavailable"
    status = 503
