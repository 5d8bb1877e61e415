"""OpenSLO's durations: a number and one of m h d w M Q Y. A month counts as 30 days, a quarter as 90, a year as 365."""

from __future__ import annotations

import re
from datetime import timedelta

_SPAN = re.compile(r"([1-9]\d{0,4})([smhdwMQY])\Z")
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "M": timedelta(days=30),
    "Q": timedelta(days=90),
    "Y": timedelta(days=365),
}


def parse_span(text: str) -> timedelta:
    """Read a duration such as `28d` or `1M`. Raises ValueError."""
    match = _SPAN.match(text.strip())
    if match is None:
        raise ValueError(f"“{text}” is not a duration; write a number and one of m h d w M Q Y, as in 28d or 4w")
    return int(match[1]) * _UNITS[match[2]]
