"""What a rule is and what it finds: nouns. What the rules look at is `situation.py`; the rules stand in modules of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from watchbill.lib.numbers import amount, several
from watchbill.lib.shares import part
from watchbill.org.charters import RuleOverride
from watchbill.org.values import Place, parse_share

if TYPE_CHECKING:
    from .situation import Situation


class Verdict(StrEnum):
    """How much a finding matters, the worst first.

    `error`: the organisation contradicts itself. `block`: a step that is planned has to wait. `fail`: a limit is broken. `warn`: it
    will be, or is in part. `advice`: another way would be better. `notDeclared`: it cannot be told, as a document does not say.
    """

    ERROR = "error"
    BLOCK = "block"
    FAIL = "fail"
    WARN = "warn"
    ADVICE = "advice"
    NOT_DECLARED = "notDeclared"

    @property
    def rank(self) -> int:
        """The place in the order: 0 is the worst."""
        return _RANKS[self]

    @property
    def is_failing(self) -> bool:
        """Whether a check with such a finding fails."""
        return self.rank <= Verdict.FAIL.rank


_RANKS = {level: rank for rank, level in enumerate(Verdict)}


class Unit(StrEnum):
    """What a threshold counts; the value is how one is called."""

    SHARE = "share"
    PEOPLE = "person"
    GROUPS = "group"
    TEAMS = "team"
    SERVICES = "service"
    PRODUCTS = "product"
    TIMES = "time"
    HOURS = "hour"
    MONTHS = "month"
    RATIO = "ratio"

    def read(self, written: object) -> Fraction:
        """Return a threshold as it is written in an override: `30%` for a share, else a number. Raises ValueError."""
        text = str(written).strip()
        if self is Unit.SHARE:
            return parse_share(text)
        if not (_NUMBER if self in _DIVISIBLE else _WHOLE_NUMBER).match(text):
            raise ValueError(f"“{text}” is not {self.example}")
        return Fraction(text)

    @property
    def example(self) -> str:
        """What is written, with an example."""
        if self is Unit.SHARE:
            return "a share, as in 30%"
        if self is Unit.RATIO:
            return "a number, as in 1.5"
        number = "number" if self in _DIVISIBLE else "whole number"
        return f"a {number} of {_MANY.get(self, f'{self.value}s')}, as in 6"

    def said(self, value: Fraction) -> str:
        """Return a value with its unit."""
        if self is Unit.SHARE:
            return part(value)
        if self is Unit.RATIO:
            return f"{amount(value)}×"
        if value.denominator == 1:
            return several(int(value), self.value, _MANY.get(self, ""))
        return f"{amount(value)} {_MANY.get(self, f'{self.value}s')}"


_WHOLE_NUMBER = re.compile(r"\d{1,6}\Z")
_NUMBER = re.compile(r"\d{1,6}(\.\d{1,6})?\Z")
_DIVISIBLE = frozenset({Unit.HOURS, Unit.RATIO})
_MANY = {Unit.PEOPLE: "people"}


class Bound(StrEnum):
    """What keeps a limit: what does not pass it, what does not even reach it, or what reaches it. The value is how one says so."""

    AT_MOST = "at most"
    LESS_THAN = "less than"
    AT_LEAST = "at least"


@dataclass(frozen=True)
class Threshold:
    """The limit of a rule."""

    value: Fraction
    unit: Unit
    bound: Bound = Bound.AT_MOST

    def said(self, value: Fraction) -> str:
        """Return the limit in words, at another value where it is overridden."""
        return f"{self.bound.value} {self.unit.said(value)}"


@dataclass(frozen=True)
class Observation:
    """What a rule sees in one place: of what, in which words and figures. `level` and `remedy` where they differ from the rule's."""

    subject: str
    text: str
    place: Place
    team: str | None = None
    figures: Mapping[str, str] = field(default_factory=dict)
    level: Verdict | None = None
    remedy: str | None = None


Find = Callable[["Situation", Fraction], Iterator[Observation]]


@dataclass(frozen=True)
class Rule:
    """A rule of good practice: what it asks for, by which source, within which limit, and what to do where it is not kept.

    `number` is its place in the catalogue of rules that the product was designed by; `find` looks for what does not keep it, None
    where that takes more than the files hold: `needs` then says what.
    """

    id: str
    number: int
    level: Verdict
    asks: str
    source: str
    remedy: str
    threshold: Threshold | None
    find: Find | None
    needs: str = ""

    def limit(self, override: RuleOverride | None) -> Fraction:
        """Return the limit in force; 0 for a rule without one. An override has been read before, without a fault."""
        if self.threshold is None:
            return Fraction(0)
        if override is None or override.value is None:
            return self.threshold.value
        return self.threshold.unit.read(override.value)

    def problem_with(self, value: object) -> str:
        """Return how a value of an override should be written instead, the empty text for one that is in order."""
        if self.threshold is None:
            return "The rule has no threshold: switch it off with “off: true”, or leave it."
        try:
            self.threshold.unit.read(value)
        except ValueError:
            return f"Write {self.threshold.unit.example}."
        return ""

    def threshold_said(self, override: RuleOverride | None = None) -> str:
        """Return the limit in force in words, the empty text for a rule without one."""
        return self.threshold.said(self.limit(override)) if self.threshold is not None else ""


def rule(
    id_: str,
    number: int,
    level: Verdict,
    *,
    asks: str,
    source: str,
    remedy: str,
    threshold: Threshold | None = None,
) -> Callable[[Find], Rule]:
    """Make a rule of the function below it."""
    return lambda find: Rule(id_, number, level, asks, source, remedy, threshold, find)


@dataclass(frozen=True)
class Finding:
    """What does not keep a rule. Two findings are the same one when `rule` and `subject` are equal.

    `subject` is a reference or a document as people write it; `team` is the SRE team that it concerns. `threshold` is the limit
    in force, in words; `override` is the organisation's own, where it is not the rule's.
    """

    rule: str
    number: int
    level: Verdict
    subject: str
    team: str | None
    text: str
    figures: Mapping[str, str]
    threshold: str
    source: str
    remedy: str
    place: Place
    override: RuleOverride | None = None
