"""PromQL as it is written: numbers, windows, quoted text, selectors; `selectors.py` reads it. Knows nothing of goals."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from .objectives import Matcher

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))
_GO_UNITS = ((365 * 86_400, "y", True), (7 * 86_400, "w", True), *((size, unit, False) for size, unit in _UNITS))
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")
_NOT_RE2 = re.compile(r"\(\?(?:[=!>(#]|<[=!])|\\[1-9]|\\Z|[*+?}]\+")


def number(exact: Fraction) -> str:
    """Return a number in decimal digits, as close as a double can be: 14.4, 0.001, 0.9333333333333333."""
    return f"{Decimal(repr(float(exact))).normalize():f}"


def window(span: timedelta) -> str:
    """Return a length of time in the largest unit that it is a whole number of: 5m, 6h, 28d."""
    seconds = round(span.total_seconds())
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size}{unit}"


def go_window(span: timedelta) -> str:
    """Return a length of time as Prometheus prints it itself: 28 days are 4w, 36 hours 1d12h."""
    rest, text = round(span.total_seconds()), ""
    for size, unit, only_whole in _GO_UNITS:
        if rest >= size and not (only_whole and rest % size):
            text += f"{rest // size}{unit}"
            rest %= size
    return text


def quoted(text: str) -> str:
    """Return a quoted text of PromQL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def selector(metric: str, matchers: Iterable[Matcher]) -> str:
    """Return a selector of series; the matchers stand in the order given."""
    inner = ",".join(f"{each.label}{each.operator}{quoted(each.value)}" for each in matchers)
    return f"{metric}{{{inner}}}" if inner else metric


def series(name: str, **labels: str) -> str:
    """Return a selector of recorded series by the values of their labels."""
    return selector(name, (Matcher(label, "=", value) for label, value in labels.items()))


def either_of(values: Iterable[str]) -> str:
    """Return a pattern that matches these values and nothing else."""
    return "|".join(_SPECIAL.sub(r"\\\g<0>", value) for value in values)


def is_readable(pattern: str) -> bool:
    """Tell whether Prometheus reads a pattern: its expressions know no look-around, no references back and no possessive repeats."""
    return _NOT_RE2.search(pattern) is None
