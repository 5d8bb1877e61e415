"""How the file of a goal test is written: fields, times and counter values, each read strictly."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

from pydantic import Field

from watchbill.org.shapes.fields import Name, Reads, Shape, Text, empty_list, empty_mapping, refusal

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)\Z")
_HINT = "Write it with its offset and in quotes, as in “2026-01-05T00:00:07Z”."


def _instant(value: Any) -> datetime:
    if not isinstance(value, str) or not _TIME.match(value.strip()):
        raise refusal("bad-time", "This is not an instant.", _HINT)
    try:
        instant = datetime.fromisoformat(value.strip().upper())
    except ValueError as error:
        raise refusal("bad-time", f"“{value}” is not an instant.", _HINT) from error
    if not 1990 <= instant.year < 2200:
        raise refusal("bad-time", f"The year of “{value}” is out of range.", "Write a year from 1990 to 2199.")
    return instant.astimezone(UTC)


def _minute(value: Any) -> datetime:
    instant = _instant(value)
    if instant.second or instant.microsecond:
        raise refusal(
            "bad-time", f"“{value}” is not a whole minute.", "The ledger is kept by minutes: write whole ones."
        )
    return instant


def _value(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refusal("wrong-type", "A sample should be a number.", "Write what the counter says, as in 120.")
    return float(value)


_SCHEMA = {"type": "string", "format": "date-time"}
Instant: TypeAlias = Annotated[datetime, Reads(_instant, _SCHEMA)]
Minute: TypeAlias = Annotated[datetime, Reads(_minute, _SCHEMA)]
Value: TypeAlias = Annotated[float, Reads(_value, {"type": "number"})]


class Scrape(Shape):
    """What one target served at an instant, or that it `failed` to; `source` names the data source where there are several."""

    target: Text
    at: Instant
    source: Name | None = None
    samples: dict[str, Value] = Field(default_factory=empty_mapping)
    failed: bool = False


class Excluded(Shape):
    """Minutes that do not count for a goal, and why."""

    goal: Name
    from_: Minute
    until: Minute
    why: Text


class Ask(Shape):
    """A goal, and the instant at which its budget, burn and alerts are asked for."""

    goal: Name
    at: Instant


class GoalTest(Shape):
    """The file: documents or paths of documents, what was scraped in the order of arrival, what to answer, what is expected."""

    documents: list[Any] = Field(min_length=1)
    scrapes: list[Scrape] = Field(min_length=1)
    exclusions: list[Excluded] = Field(default_factory=empty_list)
    ask: list[Ask] = Field(default_factory=empty_list)
    expect: list[dict[str, Any]] = Field(default_factory=empty_list)


KEYS = ("minute", "at")


class ExpectedMinute(Shape):
    """What names a minute that something is expected of."""

    goal: Name
    minute: Minute


class ExpectedAnswer(Shape):
    """What names an answer that something is expected of."""

    goal: Name
    at: Instant
