"""YAML text → documents that know file, line and column.

Reads with PyYAML's C parser and the core schema of YAML 1.2. Duplicate keys are faults, aliases are bounded, and what is
broken in one document never hides the next. Knows nothing of what the documents mean, and opens no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml
from yaml._yaml import CParser

from .conversion import PLAIN, TEXT, Conversion
from .faults import Fault, FaultList
from .nodes import Document, Node, of_nodes
from .plain import OutOfTheOrdinaryError, Plain
from .values import Place

_MOST_BROKEN_DOCUMENTS = 50

_DOCUMENT_START = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_UNPRINTABLE = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_LINE_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")


class ReadDocument(NamedTuple):
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
    if "\r" in text or not text.isascii():
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


class _Composer(CParser):
    """Composes nodes with PyYAML's C parser. Scalars are only told apart into plain and quoted; `nodes` reads them."""

    def resolve(self, _kind: type, _value: object, implicit: object) -> str:
        return PLAIN if implicit is True or (isinstance(implicit, tuple) and implicit[0]) else TEXT

    def descend_resolver(self, _node: object, _index: object) -> None:
        """Paths play no part in the core schema."""

    def ascend_resolver(self) -> None:
        """Paths play no part in the core schema."""


class _Reader(_Composer):
    """Reads the documents of a text whose first line is the one after `first_line` of a file."""

    def __init__(self, text: str, file: str, first_line: int) -> None:
        super().__init__(text)
        self._text = text
        self._file = file
        self._first_line = first_line
        self.document_line = 0

    def documents(self) -> Iterator[ReadDocument]:
        while self.check_node() and (composed := self.get_node()) is not None:
            self.document_line = composed.end_mark.line
            yield self._read(composed)

    def _read(self, composed: yaml.Node) -> ReadDocument:
        start = composed.start_mark
        begin = self._text.rfind("\n", 0, start.index) + 1
        source, line = self._text[begin : composed.end_mark.index], self._first_line + start.line
        plain = Plain()
        try:
            data = plain.data(composed)
        except OutOfTheOrdinaryError:
            conversion = Conversion(self._file, self._first_line)
            root = conversion.node(composed)
            return ReadDocument(of_nodes(self._file, source, line, root), conversion.faults.sorted())
        return ReadDocument(Document(self._file, source, line, data, plain.holds_empty, _compose), ())


def _compose(source: str, file: str, line: int) -> Node:
    """Return the nodes of a document that was read before, in which nothing was out of the ordinary."""
    composed = _Composer(source).get_single_node()
    if composed is None:
        raise ValueError(f"There is no document in line {line + 1} of {file}.")
    return Conversion(file, line).node(composed)
