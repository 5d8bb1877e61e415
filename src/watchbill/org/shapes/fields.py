"""The fields that shapes are made of: each reads one way of writing a value, strictly, and says how to mend what it refuses.

A refusal is a `PydanticCustomError` whose type is the fault's code; the hint rides in its context. Nothing here looks
at other documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from watchbill.org.values import Duration, EntityRef, TooLong, parse_share


class Shape(BaseModel):
    """Strict, closed and immutable; fields are written in camelCase. `not_yet` names documented fields still to come."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        defer_build=True,
        arbitrary_types_allowed=True,
        alias_generator=lambda name: re.sub(r"_([a-z])", lambda match: match[1].upper(), name.rstrip("_")),
    )
    not_yet: ClassVar[frozenset[str]] = frozenset()


def empty_list() -> list[Any]:
    """Return a list for a field that is left out. A shape reads the signature of each factory; that of `list` takes it long."""
    return []


def empty_mapping() -> dict[Any, Any]:
    """Return a mapping for a field that is left out, as `empty_list` does."""
    return {}


def refusal(code: str, message: str, hint: str) -> PydanticCustomError:
    """Return the error that becomes a fault with this code, message and hint."""
    return PydanticCustomError(
        code,
        "{text}",
        {"text": message, "hint": hint},
    )


def _text(value: Any, what: str, hint: str = "Put it in quotes.") -> str:
    if isinstance(value, str):
        return value.strip()
    written = (
        "true or false" if isinstance(value, bool) else "a number" if isinstance(value, int | Decimal) else "no text"
    )
    raise refusal("wrong-type", f"This should be {what}, but is {written}.", hint)


class Reads:
    """Marks a field as read by one function, from what YAML gives to the value; `schema` is its JSON Schema."""

    def __init__(self, read: Callable[[Any], Any], schema: dict[str, Any]) -> None:
        self._read = read
        self._schema = schema

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, _schema: Any, _handler: Any) -> dict[str, Any]:
        return dict(self._schema)


def _read(what: str, code: str, hint: str, parse: Callable[[str], Any], schema: dict[str, Any]) -> Reads:
    def read(value: Any) -> Any:
        text = _text(value, what, hint)
        try:
            return parse(text)
        except PydanticCustomError:
            raise
        except (ValueError, OverflowError) as error:
            raise refusal(code, f"“{text}” is not {what}.", hint) from error

    return Reads(read, schema)


def _json(pattern: str, description: str, *examples: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "pattern": pattern, "description": description}
    return schema | ({"examples": list(examples)} if examples else {})


_NAME = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\Z")
_NAMESPACE = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9]{0,61}[A-Za-z0-9])?\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_LOCAL_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?\Z")
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_YEAR = r"(19[7-9]\d|2[01]\d{2})"


def _matched(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if pattern.match(text) is None:
            raise ValueError(text)
        return text

    return parse


def _day(text: str) -> date:
    day = date.fromisoformat(_matched(_DATE)(text))
    _check_year(text, day.year)
    return day


def _local_time(text: str) -> datetime:
    local = datetime.fromisoformat(_matched(_LOCAL_TIME)(text))
    _check_year(text, local.year)
    return local


def _check_year(text: str, year: int) -> None:
    """Refuse a year from which a calendar could not be unfolded in both directions."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        hint = f"Write a year from {_FIRST_YEAR} to {_LAST_YEAR}; leave an end out where there is none."
        raise refusal("out-of-range", f"The year of “{text}” is out of range.", hint)


def _span(text: str) -> Duration:
    try:
        return Duration.parse(text)
    except TooLong as error:
        raise refusal(
            "out-of-range", f"{error}.", "Write a shorter one, as in 30s, 5m (minutes), 2h, 7d or 4w."
        ) from error


def _share(text: str) -> Fraction:
    share = parse_share(text)
    if share > 1:
        raise ValueError(text)
    return share


@cache
def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo, available_timezones

    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        close = get_close_matches(name, available_timezones(), 1, 0.6)
        hint = f"Did you mean “{close[0]}”?" if close else "Use a name of the IANA list, such as Europe/Berlin or UTC."
        raise refusal("unknown-time-zone", f"There is no time zone “{name}”.", hint) from error
    return name


def _filled(value: Any) -> str:
    if not (text := _text(value, "text")):
        raise refusal("empty", "This text is empty.", "Write something, or remove the field.")
    return text


Text: TypeAlias = Annotated[str, Reads(_filled, {"type": "string", "minLength": 1})]

Name: TypeAlias = Annotated[
    str,
    _read(
        "a name",
        "bad-name",
        "A name has 1 to 63 letters, digits, “-”, “_” and “.”; it begins and ends with a letter or a digit.",
        _matched(_NAME),
        _json(r"^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$", "A name: 1 to 63 letters, digits, “-”, “_” and “.”."),
    ),
]

Namespace: TypeAlias = Annotated[
    str,
    _read(
        "a namespace",
        "bad-name",
        "A namespace has 1 to 63 letters, digits and “-”.",
        _matched(_NAMESPACE),
        _json(r"^[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?$", "A namespace: 1 to 63 letters, digits and “-”."),
    ),
]

Date: TypeAlias = Annotated[
    date,
    _read(
        "a date",
        "bad-date",
        "Write year, month and day: 2026-02-03.",
        _day,
        _json(rf"^{_YEAR}-\d{{2}}-\d{{2}}$", "A day: year, month and day, from 1970 to 2199.", "2026-02-03"),
    ),
]

LocalTime: TypeAlias = Annotated[
    datetime,
    _read(
        "a local date and time",
        "bad-time",
        "Write it without an offset, as the clock on the wall in the document's timeZone shows it: “2026-01-05T09:00”.",
        _local_time,
        _json(
            rf"^{_YEAR}-\d{{2}}-\d{{2}}[T ]\d{{2}}:\d{{2}}(:\d{{2}})?$",
            "A local time: what the clock on the wall shows, without an offset.",
            "2026-01-05T09:00",
        ),
    ),
]

Span: TypeAlias = Annotated[
    Duration,
    _read(
        "a duration",
        "bad-duration",
        "Write a number and one of s m h d w M Y, as in 30s, 5m (minutes), 2h, 7d, 4w, 3M (months) or 1Y.",
        _span,
        _json(
            r"^\d+\s*[smhdwMY]$", "A duration: a number and one of s m h d w M Y (minute m, month M).", "5m", "4w", "3M"
        ),
    ),
]

Share: TypeAlias = Annotated[
    Fraction,
    _read(
        "a share in percent",
        "bad-share",
        "Write a share between 0% and 100% with its sign, as in 20%.",
        _share,
        _json(r"^\d+(\.\d+)?\s*%$", "A share: a number from 0 to 100 and the sign of percent.", "20%"),
    ),
]

TimeZone: TypeAlias = Annotated[
    str,
    _read(
        "a time zone",
        "unknown-time-zone",
        "Use a name of the IANA list, such as Europe/Berlin or UTC.",
        _zone,
        _json(r"^[A-Za-z0-9_+\-/]+$", "A time zone: its name in the IANA list.", "Europe/Berlin", "UTC"),
    ),
]


def _reference_text(value: Any) -> str:
    if (
        not isinstance(value, str)
        and isinstance(value, Mapping)
        and isinstance(value.get("name"), str)
        and set(value) <= {"kind", "namespace", "name"}
    ):
        kind, namespace = value.get("kind"), value.get("namespace")
        value = f"{f'{kind}:' if kind else ''}{f'{namespace}/' if namespace else ''}{value['name']}"
    text = _text(value, "a reference")
    try:
        EntityRef.parse(text, kind="any")
    except ValueError as error:
        raise refusal(
            "bad-reference",
            f"“{text}” is not a reference.",
            "Write [kind:][namespace/]name, as in user:ana or group:sre.",
        ) from error
    return text


Reference: TypeAlias = Annotated[
    str,
    Reads(
        _reference_text,
        _json(r"^([^:/\s]+:)?([^:/\s]+/)?[^:/\s]+$", "A reference: [kind:][namespace/]name.", "user:ana", "group:sre"),
    ),
]
