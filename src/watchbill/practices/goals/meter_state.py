"""How a meter is kept in a database row: compact, versioned bytes. Reading them back gives the same meter."""

from __future__ import annotations

import struct
from itertools import chain

from .counters import Meter, Tally
from .model import Mark
from .readings import Seen

_VERSION = 2
_BEFORE_STEPS = 1
_HEAD = struct.Struct("<BqqqqQIII")
_SERIES, _TARGET, _TALLY = struct.Struct("<Qqq"), struct.Struct("<Qq"), struct.Struct("<qqqB")
_TAIL, _STEPS = struct.Struct("<qqq"), struct.Struct("<qq")
_MEASURED, _MARKS_FROM = 1, 1


def to_bytes(meter: Meter) -> bytes:
    """Return the meter's state: about 24 bytes for each series and 32 for each target."""
    head = _HEAD.pack(
        _VERSION, meter.read_until, meter.cadence, meter.next_minute, meter.newest, meter.oddities,
        len(meter.series), len(meter.targets), len(meter.open),
    )  # fmt: skip
    series = ((key, at, value) for key, (at, value) in meter.series.items())
    targets = ((key, seen.at) for key, seen in meter.targets.items())
    opened = (
        (minute, tally.total, tally.part, _MEASURED * tally.measured | tally.marks << _MARKS_FROM)
        for minute, tally in meter.open.items()
    )
    steps = ((seen.step, seen.step_before) for seen in meter.targets.values())
    return b"".join(
        (
            head,
            struct.pack("<" + "Qqq" * len(meter.series), *chain.from_iterable(series)),
            struct.pack("<" + "Qq" * len(meter.targets), *chain.from_iterable(targets)),
            struct.pack("<" + "qqqB" * len(meter.open), *chain.from_iterable(opened)),
            _TAIL.pack(meter.floor, meter.began, meter.part_begins),
            struct.pack("<" + "qq" * len(meter.targets), *chain.from_iterable(steps)),
        )
    )


def from_bytes(stored: bytes) -> Meter:
    """Return the meter that was stored. Raises ValueError when the bytes are not a meter of a known version.

    A meter of the first version knew no steps of its targets; it goes on from where it had read.
    """
    if len(stored) < _HEAD.size or stored[0] not in (_BEFORE_STEPS, _VERSION):
        raise ValueError("these bytes are no meter that this version can read")
    head = _HEAD.unpack_from(stored)
    meter = Meter(head[1], head[2], head[3], newest=head[4], oddities=head[5], floor=head[1])
    at = _HEAD.size
    for key, seen, value in _rows(_SERIES, stored, at, head[6]):
        meter.series[key] = (seen, value)
    at += _SERIES.size * head[6]
    for key, seen in _rows(_TARGET, stored, at, head[7]):
        meter.targets[key] = Seen(seen)
    at += _TARGET.size * head[7]
    for minute, total, part, flags in _rows(_TALLY, stored, at, head[8]):
        meter.open[minute] = Tally(total, part, bool(flags & _MEASURED), Mark(flags >> _MARKS_FROM))
    at += _TALLY.size * head[8]
    if stored[0] == _VERSION:
        _take_tail(meter, stored, at)
    return meter


def _take_tail(meter: Meter, stored: bytes, at: int) -> None:
    meter.floor, meter.began, meter.part_begins = _TAIL.unpack_from(stored, at)
    steps = _rows(_STEPS, stored, at + _TAIL.size, len(meter.targets))
    for (key, seen), (step, step_before) in zip(list(meter.targets.items()), steps, strict=True):
        meter.targets[key] = Seen(seen.at, step, step_before)


def _rows(form: struct.Struct, stored: bytes, at: int, count: int) -> list[tuple[int, ...]]:
    return [form.unpack_from(stored, at + form.size * number) for number in range(count)]
