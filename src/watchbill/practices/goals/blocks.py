"""How a block of the ledger is written down: columns, each as small as its values allow, byte planes apart, compressed.

Reading a block back gives the same integers; numpy only moves bytes here.
"""

from __future__ import annotations

import zlib
from array import array

import numpy as np
import numpy.typing as npt

from .ledger import Block, RunningSums

_VERSION = 2
_BEFORE_REASONS = 1
_MEASURED, _MARKS_FROM = 1, 1
_SIZES = (1, 2, 4, 8)
Column = npt.NDArray[np.int64]


def to_bytes(block: Block) -> bytes:
    """Return the block as stored: about two bytes for a minute of ordinary traffic."""
    rows = block.rows
    marks = np.frombuffer(bytes(block.marks), np.uint8).astype(np.int64)
    flags = _steps(rows.measured) * _MEASURED | marks << _MARKS_FROM
    columns = b"".join(_packed(column) for column in (_steps(rows.total), _steps(rows.bad), flags))
    return bytes((_VERSION,)) + zlib.compress(len(rows).to_bytes(2, "little") + columns, 6)


def from_bytes(start: int, stored: bytes) -> Block:
    """Return the block that was stored. Raises ValueError when the bytes are not a block of a known version.

    A block of the first version says which minutes are lower bounds and not why: their mark is UNSTATED.
    """
    if not stored or stored[0] not in (_BEFORE_REASONS, _VERSION):
        raise ValueError("these bytes are no ledger block that this version can read")
    content = zlib.decompress(stored[1:])
    count, at = int.from_bytes(content[:2], "little"), 2
    columns: list[Column] = []
    for _ in range(3):
        column, at = _unpacked(content, at, count)
        columns.append(column)
    total, bad, flags = columns
    rows = RunningSums()
    rows.total, rows.bad = _running("q", total), _running("q", bad)
    marks = flags >> _MARKS_FROM
    rows.measured, rows.lower_bound = _running("i", flags & _MEASURED), _running("i", np.minimum(marks, 1))
    return Block(start, rows, marks.astype(np.uint8).tobytes())


def _steps(running: array[int]) -> Column:
    sums: Column = np.array(running, dtype=np.int64)
    return sums[1:] - sums[:-1]


def _packed(column: Column) -> bytes:
    largest = int(column.max(initial=0))
    size = next(size for size in _SIZES if largest < 1 << (8 * size - (size == 8)))
    planes = column.astype(f"<u{size}").view(np.uint8).reshape(len(column), size).T
    return bytes((size,)) + planes.tobytes()


def _unpacked(content: bytes, at: int, count: int) -> tuple[Column, int]:
    size, at = content[at], at + 1
    planes = np.frombuffer(content, np.uint8, count * size, at).reshape(size, count)
    values = np.ascontiguousarray(planes.T).view(f"<u{size}").reshape(count)
    return values.astype(np.int64), at + count * size


def _running(kind: str, column: Column) -> array[int]:
    sums = np.zeros(len(column) + 1, dtype=np.dtype(kind))
    np.cumsum(column, out=sums[1:])
    result: array[int] = array(kind)
    result.frombytes(sums.tobytes())
    return result
