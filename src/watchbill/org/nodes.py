"""The tree of one YAML document: values that remember where they stand and how they were written.

Plain scalars are read by the core schema of YAML 1.2: `12:30`, `no` and `on` are text, `0o17` is octal. Numbers with a
fraction are exact decimals; nothing here is ever a binary float. Knows nothing of what the documents mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from dataclasses import dataclass as record
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeAlias

from .values import Place

Path: TypeAlias = tuple[str | int, ...]

WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
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
    if text in WORDS:
        return WORDS[text]
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


@record(frozen=True)
class Document:
    """One document of a file. A path is the keys and indexes that lead from the root to a value.

    `data` is what it says, as plain lists, dictionaries and scalars. Its nodes are made from `source`, whose first line has the
    number `line`, when somebody asks for what plain data do not tell: where something stands, or how a number was written.
    """

    file: str
    source: str
    line: int  # counted from 0
    data: Any = field(compare=False, repr=False)
    holds_empty: bool = field(compare=False, repr=False)
    compose: Callable[[str, str, int], Node] = field(compare=False, repr=False)

    @cached_property
    def root(self) -> Node:
        """The node of the whole document."""
        return self.compose(self.source, self.file, self.line)

    def at(self, path: Path) -> Node | None:
        """Return the node at a path, or None where there is none."""
        node: Node | None = self.root
        for key in path:
            node = step(node, key)
        return node

    def has(self, *path: str | int) -> bool:
        """Whether something stands at a path, empty or not."""
        if _value(self.data, path) is not None:
            return True
        return self.holds_empty and self.at(path) is not None

    def text(self, *path: str | int) -> str:
        """Return a scalar as it was written, or the empty text."""
        value = _value(self.data, path)
        if isinstance(value, str):
            return value
        if isinstance(value, dict | list) or (value is None and not self.holds_empty):
            return ""
        node = self.at(path)
        return node.text if isinstance(node, Scalar) else ""

    def place(self, *path: str | int) -> Place:
        """Return where the value at a path stands; of what is not there, where its nearest parent does."""
        return Sought(self, path, of_key=False)

    def key_place(self, *path: str | int) -> Place:
        """Return where the key of a path stands; for an item of a list, where the item does."""
        return Sought(self, path, of_key=True)

    def parent_place(self, *path: str | int) -> Place:
        """Return where a missing field should be added: at the key of the nearest parent that is there."""
        path = path[:-1]
        while path and self.at(path) is None:
            path = path[:-1]
        return self.key_place(*path)


def of_nodes(file: str, source: str, line: int, root: Node) -> Document:
    """Return the document of nodes that are there already."""
    return Document(file, source, line, to_data(root), True, lambda *_: root)


class Sought(Place):
    """Where the value at a path of a document stands, or the key of it: looked for when somebody asks.

    Of a sound organisation hardly any place is ever asked for, and to know them all takes longer than all the rest of a reading.
    """

    __slots__ = ("sought",)

    def __init__(self, document: Document, path: Path, *, of_key: bool) -> None:
        self.file = document.file
        self.sought = (path, of_key, document)

    def position(self) -> tuple[int, int]:
        """Return line and column; they are looked for once."""
        if not hasattr(self, "_position"):
            self._position = self._look()
        return self._position

    def _look(self) -> tuple[int, int]:
        path, of_key, document = self.sought
        if of_key and path:
            parent, key = document.at(path[:-1]), path[-1]
            if isinstance(parent, Mapping) and key in parent.entries:
                own = parent.entries[str(key)][0]
                return own.line, own.column
        node = document.at(path)
        while node is None and path:
            path = path[:-1]
            node = document.at(path)
        node = node or document.root
        return node.line, node.column

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sought) and self.sought == other.sought:
            return True  # in equal documents: neither needs to be looked for
        return super().__eq__(other)

    __hash__ = Place.__hash__


def _value(data: Any, path: Path) -> Any:
    """Return what stands at a path of plain data, None where nothing does."""
    for key in path:
        if data.__class__ is dict:
            data = data.get(key)
        elif data.__class__ is list and isinstance(key, int) and 0 <= key < len(data):
            data = data[key]
        else:
            return None
    return data
