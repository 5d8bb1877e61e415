"""Composed YAML → nodes that know where they stand, with a fault for all that may not stand in a document of ours.

Duplicate keys and tags are faults, aliases are bounded. `plain.py` reads the same documents faster, places aside.
"""

from __future__ import annotations

from sys import intern
from typing import Any

import yaml

from .faults import FaultList
from .nodes import Mapping, Node, Scalar, Sequence, plain_value
from .values import Place

LARGEST_DOCUMENT = 200_000
DEEPEST_NESTING = 60
PLAIN, TEXT = "plain", "text"

_Scalar = yaml.ScalarNode
_PLAIN_OR_TEXT = frozenset({PLAIN, TEXT})
_CORE = "tag:yaml.org,2002:"
_VALUE_TAGS = frozenset(f"{_CORE}{name}" for name in ("int", "float", "bool", "null"))
_TEXT_TAGS = frozenset({f"{_CORE}str", "!"})
_COLLECTION_TAGS = frozenset({PLAIN, TEXT, f"{_CORE}map", f"{_CORE}seq", "!"})


class Conversion:
    """Turns composed nodes into ours, once each: an alias shares the node that its anchor names."""

    def __init__(self, file: str, first_line: int) -> None:
        self.faults = FaultList()
        self._file = file
        self._first_line = first_line
        self._done: dict[int, tuple[Node, int]] = {}
        self._open: set[int] = set()
        self._too_large = False

    def node(self, composed: yaml.Node) -> Node:
        """Return the node of a whole document."""
        return self._convert(composed, 0)[0]

    def _convert(self, composed: yaml.Node, depth: int) -> tuple[Node, int]:
        """Return the node and how many nodes it is made of, counting what aliases repeat each time."""
        if not isinstance(composed, yaml.CollectionNode):
            return self._scalar(composed), 1
        identity = id(composed)
        if identity in self._done:
            return self._bounded(composed, *self._done[identity])
        if identity in self._open:
            return self._refused(composed, "alias-cycle", "This alias stands inside what it names.", "Write it out.")
        if depth > DEEPEST_NESTING:
            return self._refused(
                composed, "too-deep", f"This is nested more than {DEEPEST_NESTING} levels deep.", "Nest less deeply."
            )
        self._open.add(identity)
        made = self._bounded(composed, *self._collection(composed, depth + 1))
        self._open.discard(identity)
        self._done[identity] = made
        return made

    def _bounded(self, composed: yaml.Node, node: Node, size: int) -> tuple[Node, int]:
        if size <= LARGEST_DOCUMENT:
            return node, size
        if self._too_large:
            return self._empty(composed), 1
        self._too_large = True
        return self._refused(
            composed,
            "too-large",
            f"With its aliases written out, this holds more than {LARGEST_DOCUMENT} values.",
            "Split the document, or use fewer aliases.",
        )

    def _refused(self, composed: yaml.Node, code: str, message: str, hint: str) -> tuple[Node, int]:
        self.faults.error(code, self._place(composed), message, hint)
        return self._empty(composed), 1

    def _empty(self, composed: yaml.Node) -> Scalar:
        place = self._place(composed)
        return Scalar("", None, place.line, place.column)

    def _scalar(self, composed: yaml.Node) -> Scalar:
        mark, tag = composed.start_mark, composed.tag
        text: str = composed.value
        value = plain_value(text) if tag == PLAIN else text if tag == TEXT else self._tagged(composed, text)
        return Scalar(text, value, self._first_line + mark.line + 1, mark.column + 1)

    def _tagged(self, composed: yaml.Node, text: str) -> Any:
        if composed.tag in _VALUE_TAGS:
            return plain_value(text)
        if composed.tag not in _TEXT_TAGS:
            self._unknown_tag(composed)
        return text

    def _collection(self, composed: yaml.CollectionNode, depth: int) -> tuple[Node, int]:
        if composed.tag not in _COLLECTION_TAGS:
            self._unknown_tag(composed)
        return (self._sequence if isinstance(composed, yaml.SequenceNode) else self._mapping)(composed, depth)

    def _sequence(self, composed: yaml.CollectionNode, depth: int) -> tuple[Sequence, int]:
        mark, size = composed.start_mark, 1
        items: list[Node] = []
        for child in composed.value:
            item, item_size = (self._scalar(child), 1) if type(child) is _Scalar else self._convert(child, depth)
            items.append(item)
            size += item_size
        return Sequence(items, self._first_line + mark.line + 1, mark.column + 1), size

    def _mapping(self, composed: yaml.CollectionNode, depth: int) -> tuple[Mapping, int]:
        mark, size, first_line = composed.start_mark, 1, self._first_line + 1
        entries: dict[str, tuple[Scalar, Node]] = {}
        for composed_key, child in composed.value:
            value, value_size = (self._scalar(child), 1) if type(child) is _Scalar else self._convert(child, depth)
            size += 1 + value_size
            name = composed_key.value
            if composed_key.tag in _PLAIN_OR_TEXT and type(composed_key) is _Scalar and name not in entries:
                at = composed_key.start_mark
                name = intern(name)
                entries[name] = (Scalar(name, name, first_line + at.line, at.column + 1), value)
            elif (key := self._key(composed_key, entries)) is not None:
                entries[key.text] = (key, value)
        return Mapping(entries, first_line + mark.line, mark.column + 1), size

    def _key(self, composed: yaml.Node, entries: dict[str, tuple[Scalar, Node]]) -> Scalar | None:
        if not isinstance(composed, yaml.ScalarNode):
            place = self._place(composed)
            self.faults.error("complex-key", place, "A key has to be a single value.", "Write a plain name as the key.")
            return None
        key = self._scalar(composed)
        if key.text not in entries:
            return key
        first = entries[key.text][0]
        self.faults.error(
            "duplicate-key",
            self._place(composed),
            f"“{key.text}” stands here a second time; the first is in line {first.line}.",
            "Keep one of the two.",
            [Place(self._file, first.line, first.column)],
        )
        return None

    def _unknown_tag(self, composed: yaml.Node) -> None:
        name = composed.tag.replace(_CORE, "!!")
        self.faults.error(
            "unknown-tag",
            self._place(composed),
            f"The tag {name} means nothing here.",
            "Remove the tag; quotes make a value text.",
        )

    def _place(self, composed: yaml.Node) -> Place:
        mark = composed.start_mark
        return Place(self._file, self._first_line + mark.line + 1, mark.column + 1)
