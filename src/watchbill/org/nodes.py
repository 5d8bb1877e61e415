"""The tree of one YAML document: values that remember where they stand and how they were written.

Plain scalars are read by the core schema of YAML 1.2: `12:30`, `no` and `on` are text, `0o17` is octal. Numbers with a
fraction are exact decimals; nothing here is ever a binary float. Knows nothing of what the documents mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from .values import Place

Path: TypeAlias = tuple[str | int, ...]

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_BASED = {"0o": (re.compile(r"0o[0-7]+\Z"), 8), "0x": (re.compile(r"0x[0-9a-fA-F]+\Z"), 16)}
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,6})?\Z")
_INFINITY = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z")
_NOT_A_NUMBER = frozenset({".nan", ".NaN", ".NAN"})
_LONGEST_INTEGER = 64


@dataclass(slots=True)
class Scalar:
    """A single value: as it was written (`text`) and as it reads (`value`: str, int, bool, Decimal or None)."""

    text: str
    value: str | int | bool | Decimal | None
    line: int
    column: int


@dataclass(slots=True)
class Sequence:
    """A list of nodes."""

    items: list[Node]
    line: int
    column: int


@dataclass(slots=True)
class Mapping:
    """Nodes by key, in the order written; each entry keeps the key's own node."""

    entries: dict[str, tuple[Scalar, Node]]
    line: int
    column: int


Node: TypeAlias = Scalar | Sequence | Mapping


def plain_value(text: str) -> str | int | bool | Decimal | None:
    """Return what a plain (unquoted) scalar means in the core schema of YAML 1.2."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text[0] not in "+-.0123456789":
        return text
    return _number(text)


def _number(text: str) -> str | int | Decimal:
    if _INTEGER.match(text):
        return int(text) if len(text) <= _LONGEST_INTEGER else Decimal(text)
    based = _BASED.get(text[:2])
    if based is not None and len(text) <= _LONGEST_INTEGER and based[0].match(text):
        return int(text[2:], based[1])
    if _DECIMAL.match(text):
        return Decimal(text)
    if _INFINITY.match(text):
        return Decimal("-Infinity" if text[0] == "-" else "Infinity")
    return Decimal("NaN") if text in _NOT_A_NUMBER else text


def step(node: Node | None, key: str | int) -> Node | None:
    """Return the child of a node under a key or index, or None where there is none."""
    if isinstance(node, Mapping) and isinstance(key, str):
        entry = node.entries.get(key)
        return entry[1] if entry else None
    if isinstance(node, Sequence) and isinstance(key, int) and 0 <= key < len(node.items):
        return node.items[key]
    return None


def to_data(node: Node) -> Any:
    """Return plain lists, dictionaries and scalars. Keys without a value are left out: an empty field is no field."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [to_data(item) for item in node.items]
    data: dict[str, Any] = {}
    for key, (_, value) in node.entries.items():
        written = value.value if isinstance(value, Scalar) else to_data(value)
        if written is not None:
            data[key] = written
    return data


@dataclass(frozen=True)
class Document:
    """One document of a file. A path is the keys and indexes that lead from the root to a value."""

    file: str
    root: Node

    def at(self, path: Path) -> Node | None:
        """Return the node at a path, or None where there is none."""
        node: Node | None = self.root
        for key in path:
            if isinstance(
                node, Mapping
            ):  # as `step` does, without a call for each step: documents are asked a million times
                entry = node.entries.get(key) if isinstance(key, str) else None
                node = entry[1] if entry else None
            else:
                node = step(node, key)
        return node

    def has(self, *path: str | int) -> bool:
        """Whether something stands at a path, empty or not."""
        return self.at(path) is not None

    def text(self, *path: str | int) -> str:
        """Return a scalar as it was written, or the empty text."""
        node = self.at(path)
        return node.text if isinstance(node, Scalar) else ""

    def place(self, *path: str | int) -> Place:
        """Return where the value at a path stands; of what is not there, where its nearest parent does."""
        node = self.at(path)
        while node is None and path:
            path = path[:-1]
            node = self.at(path)
        return self._place(node or self.root)

    def key_place(self, *path: str | int) -> Place:
        """Return where the key of a path stands; for an item of a list, where the item does."""
        parent = self.at(path[:-1]) if path else None
        if isinstance(parent, Mapping) and path[-1] in parent.entries:
            return self._place(parent.entries[str(path[-1])][0])
        return self.place(*path)

    def parent_place(self, *path: str | int) -> Place:
        """Return where a missing field should be added: at the key of the nearest parent that is there."""
        path = path[:-1]
        while path and self.at(path) is None:
            path = path[:-1]
        return self.key_place(*path)

    def _place(self, node: Node) -> Place:
        return Place(self.file, node.line, node.column)
