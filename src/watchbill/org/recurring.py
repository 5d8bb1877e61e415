"""When an exclusion happens: once, or by an RRULE of iCalendar that follows the clock on the wall of a zone. Pure.

Rules are by days, weeks, months or years: what repeats faster is no maintenance but a measuring fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from .objectives import AgreedExclusion
from .rotation import instant_of

FARTHEST = timedelta(days=10 * 366)
_DAY, _NUMBER = "(MO|TU|WE|TH|FR|SA|SU)", r"[1-9]\d{0,3}"
_PARTS = {
    "FREQ": "DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": _NUMBER,
    "COUNT": _NUMBER,
    "UNTIL": r"(19[7-9]\d|2[01]\d\d)\d{4}T\d{6}Z",
    "WKST": _DAY,
    "BYDAY": rf"([+-]?[1-5])?{_DAY}(,([+-]?[1-5])?{_DAY})*",
    "BYMONTH": r"([1-9]|1[0-2])(,([1-9]|1[0-2]))*",
    "BYMONTHDAY": r"-?([1-9]|[12]\d|3[01])(,-?([1-9]|[12]\d|3[01]))*",
    "BYSETPOS": r"-?[1-9]\d?(,-?[1-9]\d?)*",
}
_UNTIL = "%Y%m%dT%H%M%SZ"


class Occurrence(NamedTuple):
    """One time that an exclusion happens: [`start`, `end`), instants in UTC on whole minutes."""

    start: datetime
    end: datetime


def rule_problem(rule: str) -> str | None:
    """Return why a text is no rule that is read here, None where it is one."""
    parts = _parts(rule)
    if parts is None:
        return "an RRULE is made of parts such as FREQ=WEEKLY, each once, with “;” between them"
    if unread := [name for name in parts if name not in _PARTS]:
        return f"{unread[0]} is not read; {', '.join(_PARTS)} are"
    if wrong := [name for name, value in parts.items() if not _is_sound(name, value)]:
        return f"{wrong[0]}={parts[wrong[0]]} is not as it should be"
    if "FREQ" not in parts:
        return "it does not say FREQ"
    return "COUNT and UNTIL exclude each other" if {"COUNT", "UNTIL"} <= parts.keys() else None


def occurrences(exclusion: AgreedExclusion, until: datetime) -> Iterator[Occurrence]:
    """Yield when an exclusion happens, those times that begin before `until`, in order."""
    zone = ZoneInfo(exclusion.zone)
    walls = [exclusion.start]
    if exclusion.rule:
        walls = _walls(exclusion.rule, exclusion.start, zone, until.astimezone(zone).replace(tzinfo=None))
    for wall in walls:
        start = instant_of(wall, zone)
        if start < until:
            yield Occurrence(start, start + exclusion.lasts)


def overlaps_itself(exclusion: AgreedExclusion, until: datetime) -> bool:
    """Whether an occurrence that begins before `until` is still going on when the next one begins."""
    return any(second.start < first.end for first, second in pairwise(occurrences(exclusion, until)))


def _parts(rule: str) -> dict[str, str] | None:
    """Return the parts of a rule by name; None where one has no value or stands there twice."""
    pairs = [part.partition("=") for part in rule.upper().removeprefix("RRULE:").split(";")]
    parts = {name: value for name, _, value in pairs}
    return parts if all(name and value for name, _, value in pairs) and len(parts) == len(pairs) else None


def _is_sound(name: str, value: str) -> bool:
    if re.fullmatch(_PARTS[name], value, re.ASCII) is None:
        return False
    try:
        return name != "UNTIL" or bool(_instant(value))
    except ValueError:
        return False


def _instant(until: str) -> datetime:
    return datetime.strptime(until, _UNTIL).replace(tzinfo=UTC)


def _walls(rule: str, start: datetime, zone: ZoneInfo, until: datetime) -> list[datetime]:
    """Return the wall times of a rule up to `until`, all naive."""
    from dateutil.rrule import rrulestr  # only a folder with a rule waits for it to be imported

    parts = _parts(rule) or {}
    if ends := parts.pop("UNTIL", None):
        until = min(until, _instant(ends).astimezone(zone).replace(tzinfo=None))
    bare = ";".join(f"{name}={value}" for name, value in parts.items())
    found: Any = rrulestr(bare, dtstart=start)
    walls: list[datetime] = (found if "COUNT" in parts else found.replace(until=until)).between(start, until, inc=True)
    return walls
