"""The order of names as people count: shop-2 stands before shop-10, capitals beside small letters."""

from __future__ import annotations

import re

_PARTS = re.compile(r"([^0-9]*)([0-9]*)")

Counted = tuple[tuple[str, int, str], ...]


def as_counted(text: str) -> tuple[Counted, str]:
    """Return what to sort a name by; only equal names are equal in it."""
    parts = _PARTS.findall(text.casefold())
    return tuple((letters, len(digits.lstrip("0")), digits.lstrip("0")) for letters, digits in parts), text
