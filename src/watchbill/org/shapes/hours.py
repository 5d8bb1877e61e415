"""Weekly hours as people write them: `{days: mon-fri, from: "09:00", to: "17:00"}`, or one span `fri 18:00` to `mon 06:00`."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any, ClassVar, NamedTuple, TypeAlias

from pydantic import BeforeValidator, Field

from watchbill.org.charters import Hours

from .fields import Reads, Shape, refusal

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOMENT = re.compile(r"(?:(mon|tue|wed|thu|fri|sat|sun)[a-z]*\s+)?(\d{1,2}):(\d{2})\Z", re.IGNORECASE)
_EVERY_DAY = frozenset(range(7))
_MIDNIGHT = time(0, 0)


class Moment(NamedTuple):
    """A time of day, of one weekday or of any; 24:00 reads as midnight."""

    day: int | None
    at: time


def _moment(value: Any) -> Moment:
    match = _MOMENT.match(value.strip()) if isinstance(value, str) else None
    if match is None or int(match[2]) * 60 + int(match[3]) > 24 * 60 or int(match[3]) > 59:
        raise refusal(
            "bad-time", "This is not a time of day.", "Write hours and minutes in quotes, as in “09:00” or “fri 18:00”."
        )
    day = _DAYS.index(match[1].lower()) if match[1] else None
    return Moment(day, time(int(match[2]) % 24, int(match[3])))


def _days(value: Any) -> frozenset[int]:
    parts = value if isinstance(value, list) else [value]
    if not all(isinstance(part, str) for part in parts):
        raise _bad_days()
    return frozenset(day for part in parts for word in part.split(",") for day in _range(word.strip().lower()))


def _range(text: str) -> list[int]:
    names = [name.strip()[:3] for name in text.split("-")]
    if len(names) > 2 or any(name not in _DAYS for name in names):
        raise _bad_days()
    first, last = _DAYS.index(names[0]), _DAYS.index(names[-1])
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


def _bad_days() -> Exception:
    return refusal(
        "bad-days", "These are not weekdays.", "Write names, ranges or a list: mon-fri, “mon, wed” or [sat, sun]."
    )


TimeOfWeek: TypeAlias = Annotated[
    Moment,
    Reads(
        _moment,
        {
            "type": "string",
            "pattern": r"^((mon|tue|wed|thu|fri|sat|sun)[a-z]*\s+)?\d{1,2}:\d{2}$",
            "description": "A time of day: hours and minutes in quotes, after a weekday or alone.",
            "examples": ["09:00", "fri 18:00"],
        },
    ),
]
Days: TypeAlias = Annotated[
    frozenset[int],
    Reads(
        _days,
        {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
            "description": "Weekdays: names, ranges or a list, and several with commas between them.",
            "examples": ["mon-fri", ["sat", "sun"]],
        },
    ),
]


class HoursShape(Shape):
    """Opening hours of a week. They may pass midnight: `to` not after `from` ends on the next day."""

    not_yet: ClassVar[frozenset[str]] = frozenset({"monthDays"})

    days: Days | None = None
    from_: TimeOfWeek = Field(alias="from")
    to: TimeOfWeek

    def problem(self) -> str:
        """Return why days and times do not fit together, or the empty text."""
        named = [moment.day is not None for moment in (self.from_, self.to)]
        if any(named) and not all(named):
            return "Only one of “from” and “to” names a weekday."
        if all(named) and self.days is not None:
            return "“days” and weekdays in “from” and “to” say the same thing twice."
        if all(named) and self.from_ == self.to:
            return "“from” and “to” are the same moment."
        return ""

    def openings(self) -> tuple[Hours, ...]:
        """Return the openings, one span over several days as one opening a day. Call only where there is no `problem`."""
        if self.from_.day is None or self.to.day is None:
            return (Hours(self.days if self.days is not None else _EVERY_DAY, self.from_.at, self.to.at),)
        if self.from_.day == self.to.day and self.from_.at < self.to.at:
            return (Hours(frozenset({self.from_.day}), self.from_.at, self.to.at),)
        return _span(self.from_.day, self.from_.at, self.to.day, self.to.at)


def _span(first: int, start: time, last: int, until: time) -> tuple[Hours, ...]:
    between = [(first + step) % 7 for step in range(1, (last - first) % 7 or 7)]
    openings = [Hours(frozenset({first}), start, _MIDNIGHT)]
    if between:
        openings.append(Hours(frozenset(between), _MIDNIGHT, _MIDNIGHT))
    if until != _MIDNIGHT:
        openings.append(Hours(frozenset({last}), _MIDNIGHT, until))
    return tuple(openings)


def _one_as_list(value: Any) -> Any:
    return [value] if isinstance(value, Mapping) else value


OneOrMoreHours: TypeAlias = Annotated[
    list[HoursShape], BeforeValidator(_one_as_list, json_schema_input_type=HoursShape | list[HoursShape])
]
