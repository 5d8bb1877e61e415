"""The nouns of on-call: shifts, pages and the notices that carry a page to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from watchbill.org.charters import Schedule
from watchbill.org.rotation import Shift
from watchbill.org.values import EntityRef


@dataclass(frozen=True)
class OnWatch:
    """A schedule with the shift that holds now and the one after it."""

    schedule: Schedule
    now: Shift
    next: Shift


class PageState(StrEnum):
    """Where a page stands. `exhausted` means every step and repeat was taken and nobody acknowledged; it can still be."""

    DUE = "due"
    ACKNOWLEDGED = "acknowledged"
    EXHAUSTED = "exhausted"
    RESOLVED = "resolved"


class NoticeState(StrEnum):
    """Where a notice stands in the outbox. `dropped` means it was no longer wanted when its turn came (`outcome` says why)."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Outcome(StrEnum):
    """Why a notice was or was not sent, or why a step reached nobody: values that are stored, counted and shown."""

    DELIVERED = "delivered"
    RETRY_LATER = "retryLater"
    REFUSED_BY_CHANNEL = "refusedByChannel"
    TOO_MANY_ATTEMPTS = "tooManyAttempts"
    PAGE_ENDED = "pageEnded"
    PAGE_ACKNOWLEDGED = "pageAcknowledged"
    NO_ADDRESS = "noAddress"
    NOBODY_ON_WATCH = "nobodyOnWatch"
    GROUP_IS_EMPTY = "groupIsEmpty"
    TARGET_UNKNOWN = "targetUnknown"
    CHANNEL_UNKNOWN = "channelUnknown"
    OUTSIDE_HOURS = "outsideHours"
    NO_POLICY = "noPolicy"
    NO_HOLDER = "noHolder"


@dataclass(frozen=True)
class Page:
    """A call for a person, born with an incident. `policy` is the escalation policy frozen at birth, as plain JSON.

    `round` counts from 0 (first pass), `step` from 1 and is the step to be taken at `next_step_at` (None: none is due; one
    past the last step: the page runs out then). `run` counts from 0 how often the escalation has begun anew because an
    acknowledgement expired. `held_since` is set while a step that reaches nobody holds the page. `about` is what the page is
    about, as plain JSON frozen at birth: number, title, thing, class, severity, since, holder, figures. `last_entry` is the
    record's entry that led to the present state.
    """

    id: str
    incident: str
    state: PageState
    policy_name: str | None
    policy: Mapping[str, Any]
    step: int
    round: int
    next_step_at: datetime | None
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: EntityRef | None
    acknowledgement_expires_at: datetime | None
    resolved_at: datetime | None
    run: int = 0
    held_since: datetime | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    last_entry: str | None = None


@dataclass(frozen=True)
class Notice:
    """One intent to tell one recipient about one page through one channel: a row of the outbox.

    `key` is the idempotency key: page, run, round, step, recipient and channel. The same key is never enqueued twice; a
    notice that is sent twice (a crash between sending and recording) carries the same key both times. `recipient` is a user
    reference or `channel:NAME`; `why` says which target of the step led to them; `late_seconds` is how long after its time
    the step was taken. Step 0 tells the administrators of a page that nobody is there to take, or that nobody took.
    `created_at` is when it was put into the outbox, `due_at` when it is next to be tried.
    """

    id: str
    key: str
    page: str
    incident: str
    round: int
    step: int
    channel: str
    recipient: str
    address: str
    state: NoticeState
    created_at: datetime
    due_at: datetime
    attempt: int
    outcome: Outcome | None
    detail: str
    sent_at: datetime | None
    run: int = 0
    why: str = ""
    late_seconds: int = 0
    caused_by: str | None = None


@dataclass(frozen=True)
class Attempt:
    """One try to deliver a notice. `outcome` is None while it runs, and for ever when the process died in it."""

    notice: str
    number: int
    owner: str
    begun_at: datetime
    took_ms: int | None
    outcome: Outcome | None
    detail: str


@dataclass(frozen=True)
class ReachedPage:
    """A page with the notices of it that went to one person, oldest first."""

    page: Page
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class Room:
    """A place outside that steps name as `channel:NAME`; `kind` is the channel that carries, `secret` signs what is sent."""

    name: str
    kind: str
    address: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Message:
    """What a channel carries: everything a person needs at three at night, already in words.

    An empty one of the `lines` parts what happened from who is told and why. `facts` says the same for programs; `secret`
    signs it where the recipient has one, and is never stored or shown.
    """

    key: str
    recipient: str
    address: str
    subject: str
    lines: tuple[str, ...]
    acknowledge_url: str | None
    incident_url: str
    facts: Mapping[str, Any]
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Receipt:
    """A channel's word that the message left our hands, with what the other side answered."""

    detail: str


class DeliveryError(Exception):
    """The channel could not deliver; `permanent` means that trying again cannot help."""

    def __init__(self, detail: str, *, permanent: bool) -> None:
        super().__init__(detail)
        self.detail = detail
        self.permanent = permanent


class Channel(Protocol):
    """A way out: sends one message or raises DeliveryError. It must bound its own time."""

    async def send(self, message: Message) -> Receipt:
        """Send; return when the other side has accepted it."""
        ...
