"""YAML text → documents that know file, line and column.

Reads with PyYAML's C parser and the core schema of YAML 1.2. Duplicate keys are faults, aliases are bounded, and what is
broken in one document never hides the next. Knows nothing of what the documents mean, and opens no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from sys import intern
from typing import Any

import yaml
from yaml._yaml import CParser

from watchbill.lib.records import dataclass

from .faults import Fault, FaultList
from .nodes import Document, Mapping, Node, Scalar, Sequence, plain_value
from .values import Place

LARGEST_DOCUMENT = 200_000
DEEPEST_NESTING = 60
_MOST_BROKEN_DOCUMENTS = 50

_Scalar = yaml.ScalarNode
_PLAIN, _TEXT = "plain", "text"
_PLAIN_OR_TEXT = frozenset({_PLAIN, _TEXT})
_CORE = "tag:yaml.org,2002:"
_VALUE_TAGS = frozenset(f"{_CORE}{name}" for name in ("int", "float", "bool", "null"))
_TEXT_TAGS = frozenset({f"{_CORE}str", "!"})
_COLLECTION_TAGS = frozenset({_PLAIN, _TEXT, f"{_CORE}map", f"{_CORE}seq", "!"})
_DOCUMENT_START = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_UNPRINTABLE = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_LINE_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")


@dataclass(frozen=True)
class ReadDocument:
    """A document, and the faults of its YAML: they count only when the document turns out to be one of ours."""

    document: Document
    faults: tuple[Fault, ...]


def decode(content: bytes, file: str, faults: FaultList) -> str | None:
    """Return the text of a file, or None with a fault where it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        faults.error(
            "not-utf8", Place(file, line, column), "This file is not UTF-8 text.", "Save it with the encoding UTF-8."
        )
        return None


def read_documents(text: str, file: str, faults: FaultList) -> list[ReadDocument]:
    """Return every document of a text that can be read; broken ones become faults, and reading goes on behind them."""
    text = _LINE_BREAKS.sub("\n", text)
    try:
        return _read(text, file, faults)
    except (yaml.reader.ReaderError, UnicodeEncodeError):
        return _read(_printable(text, file, faults), file, faults)


def _read(text: str, file: str, faults: FaultList) -> list[ReadDocument]:
    documents: list[ReadDocument] = []
    line = 0
    for _ in range(_MOST_BROKEN_DOCUMENTS):
        reader = _Reader(text, file, line)
        try:
            documents.extend(reader.documents())
        except yaml.MarkedYAMLError as error:
            broken_at = _report(error, file, line, faults)
            following = _next_document(text, broken_at - line, reader.document_line)
            if following is None:
                break
            line += text.count("\n", 0, following)
            text = text[following:]
        else:
            break
    return documents


def _printable(text: str, file: str, faults: FaultList) -> str:
    """Return the text with blanks for what may not stand in YAML; the first such character is a fault."""
    found = re.search(_UNPRINTABLE, text)
    if found is None:
        return ""
    start = found.start()
    place = Place(file, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
    faults.error(
        "control-character",
        place,
        f"The character U+{ord(found[0]):04X} may not stand in YAML.",
        "Remove it; inside double quotes it can be written as an escape.",
    )
    return re.sub(_UNPRINTABLE, " ", text)


def _report(error: yaml.MarkedYAMLError, file: str, first_line: int, faults: FaultList) -> int:
    mark = error.problem_mark or error.context_mark
    line = first_line + (mark.line if mark else 0)
    context = f" {error.context.strip()}" if error.context else ""
    opened = error.context_mark
    if opened and mark and opened.line != mark.line:
        context = f"{context}, begun in line {first_line + opened.line + 1}" if context else ""
    place = Place(file, line + 1, (mark.column if mark else 0) + 1)
    if opened and "scalar" in (error.context or ""):
        place = Place(file, first_line + opened.line + 1, opened.column + 1)
    related = (
        [Place(file, first_line + opened.line + 1, opened.column + 1)]
        if opened and mark and opened.line != mark.line
        else []
    )
    faults.error(
        "yaml-syntax",
        place,
        f"This is not YAML: {(error.problem or 'it cannot be read').strip()}{context}.",
        _mend(error.problem or ""),
        related,
    )
    return line


def _mend(problem: str) -> str:
    if "start any token" in problem:
        return "A value that begins with this character has to stand in quotes; indent with spaces, never with tabs."
    if "mapping values are not allowed" in problem:
        return "Put a value that holds “: ” in quotes, and check the indentation of this line."
    if "undefined alias" in problem:
        return "Define the anchor (&name) in this document, before it is used."
    if "nesting" in problem:
        return "Nest less deeply."
    return "Check the indentation, the quotes and the brackets of this line and of the lines before it."


def _next_document(text: str, broken_line: int, document_line: int) -> int | None:
    """Return where the first document begins that starts at or after the broken line, and after the broken document."""
    for marker in _DOCUMENT_START.finditer(text):
        line = text.count("\n", 0, marker.start())
        if line >= broken_line and line > document_line:
            return marker.start()
    return None


class _Reader(CParser):
    """Composes nodes with PyYAML's C parser. Scalars are only told apart into plain and quoted; `nodes` reads them."""

    def __init__(self, text: str, file: str, first_line: int) -> None:
        super().__init__(text)
        self._file = file
        self._first_line = first_line
        self.document_line = 0

    def resolve(self, _kind: type, _value: object, implicit: object) -> str:
        return _PLAIN if implicit is True or (isinstance(implicit, tuple) and implicit[0]) else _TEXT

    def descend_resolver(self, _node: object, _index: object) -> None:
        """Paths play no part in the core schema."""

    def ascend_resolver(self) -> None:
        """Paths play no part in the core schema."""

    def documents(self) -> Iterator[ReadDocument]:
        while self.check_node() and (composed := self.get_node()) is not None:
            self.document_line = composed.end_mark.line
            conversion = _Conversion(self._file, self._first_line)
            root = conversion.node(composed)
            yield ReadDocument(Document(self._file, root), conversion.faults.sorted())


class _Conversion:
    """Turns composed nodes into ours, once each: an alias shares the node that its anchor names."""

    def __init__(self, file: str, first_line: int) -> None:
        self.faults = FaultList()
        self._file = file
        self._first_line = first_line
        self._done: dict[int, tuple[Node, int]] = {}
        self._open: set[int] = set()
        self._too_large = False

    def node(self, composed: yaml.Node) -> Node:
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
        value = plain_value(text) if tag == _PLAIN else text if tag == _TEXT else self._tagged(composed, text)
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
