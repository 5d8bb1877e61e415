"""Documents are kept as plain data; what data do not tell, nodes made again from the text do, as if they had been kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from watchbill.org.documents import read_documents
from watchbill.org.faults import FaultList
from watchbill.org.nodes import Document, Mapping, Node, Scalar, Sequence, to_data
from watchbill.org.nodes import Path as NodePath

ROOT = Path(__file__).parents[3]
FILES = sorted(
    path
    for folder in ("examples", "tests/faults_corpus", "tests/organizations")
    for path in (ROOT / folder).rglob("*.yaml")
)
plain = st.recursive(
    st.sampled_from(["a", "no", "007", "1.50", "~", "", "ü: x", "two\nlines\n", " edge ", "#", "- x", "𝄞"])
    | st.integers()
    | st.booleans()
    | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["k", "ä", "long key", "7", "-"]), inner, max_size=3)
    ),
    max_leaves=12,
)


def documents(text: str) -> list[Document]:
    return [one.document for one in read_documents(text, "a.yaml", FaultList())]


def paths(node: Node, path: NodePath = ()) -> Iterator[tuple[NodePath, Node]]:
    yield path, node
    if isinstance(node, Mapping):
        for key, (_, value) in node.entries.items():
            yield from paths(value, (*path, key))
    elif isinstance(node, Sequence):
        for position, item in enumerate(node.items):
            yield from paths(item, (*path, position))


def check(document: Document, lines: list[str]) -> None:
    """Hold what a document answers from data against its nodes, and the places of plain keys against the text."""
    assert document.data == to_data(document.root)
    for path, node in paths(document.root):
        assert document.has(*path)
        assert not document.has(*path, "surely not there")
        assert document.text(*path) == (node.text if isinstance(node, Scalar) else "")
        if path and isinstance(path[-1], str):
            place = document.key_place(*path)
            assert lines[place.line - 1][place.column - 1 :].lstrip("\"'? ").startswith(path[-1])


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_nodes_made_again_say_what_the_data_say_and_stand_where_the_text_says(file: Path) -> None:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return
    for document in documents(text):
        check(document, text.replace("\r\n", "\n").split("\n"))


@given(st.lists(plain, min_size=1, max_size=4), st.booleans(), st.sampled_from([None, True, False]))
def test_each_document_of_a_stream_is_made_again_by_itself(
    written: list[object], marked: bool, flow: bool | None
) -> None:
    text = yaml.safe_dump_all(
        written, explicit_start=True, explicit_end=marked, allow_unicode=True, default_flow_style=flow, width=20
    )
    found = documents(text)
    assert len(found) == len(written)
    for document in found:
        assert document.data == to_data(document.root)
    assert [document.place().position() for document in found] == [
        document.place().position() for document in documents(text)
    ]


def test_places_in_equal_documents_are_equal_and_those_in_moved_ones_are_not() -> None:
    text = "a: {b: 1}\n---\nc: 2\n"
    (first, second), (again, same) = documents(text), documents(text)
    assert first.place("a", "b") == again.place("a", "b")
    assert hash(second.key_place("c")) == hash(same.key_place("c"))
    assert second.place("c") != documents("\n" + text)[1].place("c")
    assert first.place("a") < second.place("c")


def test_documents_in_which_nothing_stands_keep_their_places() -> None:
    found = documents("---\n# nothing\n---\n---\na: 1\n---\n")
    assert [document.data for document in found] == [None, None, {"a": 1}, None]
    assert [document.place().line for document in found] == [3, 4, 5, 7]


def test_tags_aliases_and_what_is_written_twice_are_made_again_as_they_were_read() -> None:
    text = "%TAG !e! tag:example.org,2000:\n---\na: !e!x 1\nb: &n [1]\nc: *n\na: 2\n---\nd: 3\n"
    first, second = documents(text)
    assert first.data == to_data(first.root) == {"a": "1", "b": [1], "c": [1]}
    assert first.place("c", 0).position() == (4, 8)
    assert second.place("d").position() == (8, 4)
