"""What an engagement's two sides agreed on, and what is on record of how they keep it: nouns, made by `engagement_terms.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from .values import Duration, EntityRef, Place


class Selection(StrEnum):
    """The one rule by which consultants choose whom they serve."""

    REVENUE = "revenue"
    FEATURES = "features"
    WORKLOAD = "workload"


class Verdict(StrEnum):
    """What the two sides decided in a review of their engagement."""

    CONTINUE = "continue"
    CHANGE = "change"
    HAND_BACK = "handBack"


@dataclass(frozen=True)
class AgreedStep:
    """One thing to do before the SREs take part fully, or before the partner answers alone again; a day not known is None."""

    step: str
    due: date | None
    done: date | None
    place: Place


@dataclass(frozen=True)
class Maturity:
    """How mature the partner was on a day: 1 (by chance) to 5 (improves itself) for each area that was looked at."""

    on: date
    scores: Mapping[str, int]
    place: Place


@dataclass(frozen=True)
class Feedback:
    """How the partner says what it thinks of the engagement, and how often."""

    how: str
    every: Duration | None


@dataclass(frozen=True)
class Agreement:
    """What both sides agreed on beside pager, practices and authority; what was left out is None or empty.

    `operations_limit` and `review_every` hold the default of the implementation where the document says nothing.
    `repositories` are the actions that the SREs may take in a repository; one that is not named follows the engagement's
    authority. The first of `maturity` is the baseline.
    """

    goals: tuple[str, ...]
    sre_share: Fraction | None
    operations_limit: Fraction | None
    budget_policy: str | None
    escalate_to: EntityRef | None
    review_every: Duration | None
    hand_back_when: tuple[str, ...]
    place: Place
    sre_lead: EntityRef | None = None
    partner_lead: EntityRef | None = None
    repositories: Mapping[str, frozenset[str]] | None = None
    onboarding: tuple[AgreedStep, ...] = ()
    hand_back: tuple[AgreedStep, ...] = ()
    feedback: Feedback | None = None
    maturity: tuple[Maturity, ...] = ()
    selected_by: Selection | None = None


@dataclass(frozen=True)
class Extension:
    """That an engagement was prolonged: on which day, until when, by whom and why."""

    on: date
    until: date
    by: EntityRef
    why: str
    place: Place


@dataclass(frozen=True)
class ReviewHeld:
    """That the two sides looked at their engagement together, and what they decided."""

    on: date
    by: EntityRef
    verdict: Verdict
    note: str
    place: Place
