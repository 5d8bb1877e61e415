"""Composed YAML → plain data at once, for documents in which nothing is out of the ordinary: nearly all of them.

What may not stand in a document is judged by `conversion.py`, which also knows where everything stands.
"""

from __future__ import annotations

from sys import intern
from typing import Any

import yaml

from .conversion import DEEPEST_NESTING, LARGEST_DOCUMENT, PLAIN, TEXT
from .nodes import WORDS, plain_value

_Scalar, _Mapping = yaml.ScalarNode, yaml.MappingNode
_READ_AS_WRITTEN = frozenset({PLAIN, TEXT})
_SURELY_SMALL = LARGEST_DOCUMENT // 2  # as keys count there too


class OutOfTheOrdinaryError(Exception):
    """A document holds a tag, a duplicate or complex key, too much, or but a single value: it has to be converted."""


class Plain:
    """Reads one document; `holds_empty` says whether a value in it is empty. Keys without a value are left out."""

    def __init__(self) -> None:
        self.holds_empty = False
        self._size = 0

    def data(self, composed: yaml.Node) -> Any:
        """Return what a whole document says. Raises OutOfTheOrdinaryError."""
        if type(composed) is _Scalar:
            raise OutOfTheOrdinaryError
        return self._collection(composed, 0)

    def _collection(self, composed: yaml.Node, depth: int) -> Any:
        self._size += 1 + len(composed.value)
        if composed.tag not in _READ_AS_WRITTEN or depth > DEEPEST_NESTING or self._size > _SURELY_SMALL:
            raise OutOfTheOrdinaryError
        if type(composed) is _Mapping:
            return self._mapping(composed.value, depth + 1)
        return [
            self._scalar(item) if type(item) is _Scalar else self._collection(item, depth + 1)
            for item in composed.value
        ]

    def _mapping(self, pairs: list[tuple[yaml.Node, yaml.Node]], depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, value in pairs:
            if type(key) is not _Scalar or key.tag not in _READ_AS_WRITTEN:
                raise OutOfTheOrdinaryError
            if type(value) is not _Scalar:
                data[intern(key.value)] = self._collection(value, depth)
            elif value.tag == PLAIN and value.value[:1].isalpha() and value.value not in WORDS:
                data[intern(key.value)] = value.value  # text, as most values are
            else:
                data[intern(key.value)] = self._scalar(value)
        if len(data) < len(pairs):
            raise OutOfTheOrdinaryError
        return {key: value for key, value in data.items() if value is not None} if self.holds_empty else data

    def _scalar(self, composed: yaml.Node) -> Any:
        tag, text = composed.tag, composed.value
        if tag == TEXT:
            return text
        if tag != PLAIN:
            raise OutOfTheOrdinaryError
        value = plain_value(text)
        if value is None:
            self.holds_empty = True
        return value
