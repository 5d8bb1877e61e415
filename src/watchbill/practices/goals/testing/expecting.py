"""What a test expects against what it came to: the fields that an expectation names, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from watchbill.lib.instants import rfc3339

from .given import Expectation


@dataclass(frozen=True)
class Difference:
    """A field of which something else was expected: where in the answer, the two values, and where it is written."""

    goal: str
    of: str
    at: datetime
    field: str
    expected: Any
    found: Any
    file: str
    line: int


def differences(expectations: Sequence[Expectation], answer: Mapping[str, Any]) -> list[Difference]:
    """Return what was expected and is not so, in the order of the expectations."""
    minutes = {(one["goal"], each["minute"]): each for one in answer["goals"] for each in one["minutes"]}
    answers = {(one["goal"], one["at"]): one for one in answer["answers"]}
    found = []
    for one in expectations:
        known = minutes if one.of == "minute" else answers
        actual = known[one.goal, rfc3339(one.at)]
        found += [
            Difference(one.goal, one.of, one.at, field, expected, value, one.place.file, one.place.line)
            for field, expected, value in _unlike(one.fields, actual, "")
        ]
    return found


def _unlike(expected: Any, found: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield path, expected and found value wherever a value is not the one that was expected."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key, value in expected.items():
            if key in found:
                yield from _unlike(value, found[key], f"{path}.{key}" if path else str(key))
            else:
                yield f"{path}.{key}" if path else str(key), value, _no_field(str(key), found)
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for position, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from _unlike(one, other, f"{path}[{position}]")
    elif not _is_alike(expected, found):
        yield path, expected, found


def _is_alike(expected: Any, found: Any) -> bool:
    """Tell whether two values are one: numbers with decimals to as many decimals as are written, times as instants."""
    if isinstance(expected, bool) or isinstance(found, bool) or expected is None or found is None:
        return expected is found
    if isinstance(expected, Decimal) and isinstance(found, int | float):
        exponent = expected.as_tuple().exponent
        return isinstance(exponent, int) and round(Decimal(repr(found)), max(0, -exponent)) == expected
    if isinstance(expected, str) and isinstance(found, str) and expected != found:
        return _instant(expected) is not None and _instant(expected) == _instant(found)
    return bool(expected == found)


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None


def _no_field(key: str, found: Mapping[str, Any]) -> str:
    near = get_close_matches(key, found, 1, 0.6)
    return f"no such field; did you mean “{near[0]}”?" if near else f"no such field; there is {', '.join(found)}"
