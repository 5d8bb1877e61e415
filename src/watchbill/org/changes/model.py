"""What a change of the organisation means: the nouns of a plan. Nothing is compared here, and nothing is put into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Generic, TypeVar

from watchbill.org.charters import Hours
from watchbill.org.duties import How
from watchbill.org.faults import Fault
from watchbill.org.findings import Finding
from watchbill.org.values import EntityRef

Value = TypeVar("Value")
Item = TypeVar("Item")


@dataclass(frozen=True)
class Span:
    """The days on which something differs: from `since` (None: at once) to `until`, its last day (None: as far as was looked)."""

    since: date | None
    until: date | None


@dataclass(frozen=True)
class Change(Generic[Value]):
    """That `before` becomes `after` for some things; None where there is nothing on that side.

    `whole` is the System or the Domain that the things make up, where they make up one. `of` says of which alert classes,
    practices or group it is told.
    """

    things: tuple[EntityRef, ...]
    whole: EntityRef | None
    of: tuple[str, ...]
    before: Value | None
    after: Value | None
    span: Span


@dataclass(frozen=True)
class Holding:
    """Who covers a thing (`team`), which group is paged for it by which policy, and what is missing where nobody can be (`gap`).

    Within `hours`, where there are any, `holder` is paged; outside of them it is `outside`, by `outside_policy`, or nobody can
    be, as `outside_gap` says.
    """

    team: str | None
    holder: EntityRef | None
    policy: str | None
    gap: str | None
    hours: tuple[Hours, ...] = ()
    outside: EntityRef | None = None
    outside_policy: str | None = None
    outside_gap: str | None = None


@dataclass(frozen=True)
class Accountability:
    """Who is accountable for a practice, and whether both sides do it."""

    accountable: EntityRef | None
    how: How


@dataclass(frozen=True)
class PersonChange:
    """What changes for a person: the groups that they belong to, and the share of all time that they are on call.

    The shares are those of the days in `span`, were it so for good; they join and leave on its first.
    """

    user: EntityRef
    before: Fraction
    after: Fraction
    span: Span
    joins: tuple[EntityRef, ...] = ()
    leaves: tuple[EntityRef, ...] = ()


@dataclass(frozen=True)
class OfficeChange:
    """That an office of a document or a thing (`of`) is held by others: the people and groups before and after, none where vacant."""

    office: str
    of: str
    before: tuple[EntityRef, ...]
    after: tuple[EntityRef, ...]


@dataclass(frozen=True)
class DocumentChange:
    """That a document comes (`is_there` alone), goes (`was_there` alone), or says something else in some of its fields."""

    kind: str
    name: str
    was_there: bool
    is_there: bool
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Turnover(Generic[Item]):
    """What is there after a change and was not before (`opened`), and the other way round (`closed`)."""

    opened: tuple[Item, ...]
    closed: tuple[Item, ...]


@dataclass(frozen=True)
class Harm:
    """Why a change should not be taken as it is: which rule, about whom or what, in words, and from when (None: at once)."""

    rule: str
    subjects: tuple[str, ...]
    text: str
    since: date | None = None


@dataclass(frozen=True)
class Plan:
    """What a change means, at `at` and on the days after it on which an engagement changes or somebody leaves, up to `looked_until`.

    `days_left_out` counts later such days. `limit` is how much of their time anybody should be on call, None where the
    organisation switched that rule off. Findings and faults are those at `at`; `waived` are findings that nothing mended: their rules
    are overridden otherwise than before.
    """

    at: datetime
    looked_until: date
    days_left_out: int
    pagers: tuple[Change[Holding], ...]
    advice: tuple[Change[frozenset[str]], ...]
    practices: tuple[Change[Accountability], ...]
    rights: tuple[Change[frozenset[str]], ...]
    offices: tuple[OfficeChange, ...]
    people: tuple[PersonChange, ...]
    limit: Fraction | None
    documents: tuple[DocumentChange, ...]
    faults: Turnover[Fault]
    findings: Turnover[Finding]
    blocking: tuple[Fault, ...]
    harms: tuple[Harm, ...]
    waived: tuple[Finding, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the change means nothing."""
        parts = (self.pagers, self.advice, self.practices, self.rights, self.offices, self.people, self.documents)
        turnovers = (
            *self.faults.opened,
            *self.faults.closed,
            *self.findings.opened,
            *self.findings.closed,
            *self.waived,
        )
        return not any(parts) and not turnovers
