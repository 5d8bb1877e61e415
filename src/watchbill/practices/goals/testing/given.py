"""What a goal test is given, read and checked: the goals, what arrived when, what is asked and what is expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from watchbill.org.objectives import AgreedExclusion, DataSource, Exclusion, Goal
from watchbill.org.values import Place
from watchbill.practices.goals.model import Labels

SeriesKey = tuple[str, Labels]


@dataclass(frozen=True)
class Arrival:
    """What one target of a `source` served at `at`, known from `arrived` on; no values where its scrape failed."""

    source: str
    at: datetime
    arrived: datetime
    values: Sequence[tuple[SeriesKey, float]]


@dataclass(frozen=True)
class Question:
    """A goal, and the instant at which it is asked how it stands."""

    goal: str
    at: datetime


@dataclass(frozen=True)
class Expectation:
    """What is expected of a goal's minute (`of` is “minute”) or answer (“at”) at an instant: the fields it names, and no others."""

    goal: str
    of: str
    at: datetime
    fields: Mapping[str, Any]
    place: Place


@dataclass(frozen=True)
class Given:
    """A goal test. There is at least one goal and one arrival; arrivals are in the order in which they became known.

    `exclusions` are its own, `agreed` those of its documents.
    """

    goals: Mapping[str, Goal]
    sources: Mapping[str, DataSource]
    arrivals: Sequence[Arrival]
    exclusions: Sequence[Exclusion]
    questions: Sequence[Question]
    expectations: Sequence[Expectation]
    agreed: Mapping[str, AgreedExclusion] = field(default_factory=dict)
