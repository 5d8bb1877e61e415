"""How a meter is kept in a database row: compact, versioned bytes. Reading them back gives the same meter."""

from __future__ import annotations

import struct
from itertools import chain

from .counters import Meter, Tally

_VERSION = 1
_HEAD = struct.Struct("<BqqqqQIII")
_MEASURED, _LOWER_BOUND = 1, 2


def to_bytes(meter: Meter) -> bytes:
    """Return the meter's state: about 24 bytes for each series."""
    head = _HEAD.pack(
        _VERSION, meter.read_until, meter.cadence, meter.next_minute, meter.newest, meter.oddities,
        len(meter.series), len(meter.targets), len(meter.open),
    )  # fmt: skip
    series = ((key, at, value) for key, (at, value) in meter.series.items())
    opened = (
        (minute, tally.total, tally.part, _MEASURED * tally.measured | _LOWER_BOUND * tally.lower_bound)
        for minute, tally in meter.open.items()
    )
    return b"".join(
        (
            head,
            struct.pack("<" + "Qqq" * len(meter.series), *chain.from_iterable(series)),
            struct.pack("<" + "Qq" * len(meter.targets), *chain.from_iterable(meter.targets.items())),
            struct.pack("<" + "qqqB" * len(meter.open), *chain.from_iterable(opened)),
        )
    )


def from_bytes(stored: bytes) -> Meter:
    """Return the meter that was stored. Raises ValueError when the bytes are not a meter of a known version."""
    if len(stored) < _HEAD.size or stored[0] != _VERSION:
        raise ValueError("these bytes are no meter that this version can read")
    head = _HEAD.unpack_from(stored)
    meter = Meter(head[1], head[2], head[3], newest=head[4], oddities=head[5])
    series, targets, opened = (struct.Struct(form) for form in ("<Qqq", "<Qq", "<qqqB"))
    at = _HEAD.size
    for _ in range(head[6]):
        key, seen, value = series.unpack_from(stored, at)
        meter.series[key] = (seen, value)
        at += series.size
    for _ in range(head[7]):
        key, seen = targets.unpack_from(stored, at)
        meter.targets[key] = seen
        at += targets.size
    for _ in range(head[8]):
        minute, total, part, flags = opened.unpack_from(stored, at)
        meter.open[minute] = Tally(total, part, bool(flags & _MEASURED), bool(flags & _LOWER_BOUND))
        at += opened.size
    return meter
