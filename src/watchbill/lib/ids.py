"""Identifiers: sortable by birth, unguessable in their tail, readable aloud (Crockford base32, 26 characters)."""

from __future__ import annotations

import itertools
import secrets
from datetime import datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ORDER_BITS, _RANDOM_BITS = 18, 64
_births = itertools.count()


def new_id(now: datetime) -> str:
    """Return a fresh identifier: milliseconds since 1970, order of birth within this process, 64 random bits."""
    milliseconds = int(now.timestamp() * 1000)
    order = next(_births) % (1 << _ORDER_BITS)
    number = ((milliseconds << _ORDER_BITS | order) << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    characters = []
    for _ in range(26):
        number, digit = divmod(number, 32)
        characters.append(_ALPHABET[digit])
    return "".join(reversed(characters))
