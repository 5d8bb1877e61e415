"""YAML as watchbill reads it: the core schema of YAML 1.2, exact numbers, exact places, and no way to bring it down."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbill.org.documents import decode, read_documents
from watchbill.org.faults import Fault, FaultList
from watchbill.org.nodes import Document, to_data
from watchbill.org.values import Place


def read(text: str) -> tuple[list[Document], list[Fault]]:
    faults = FaultList()
    found = read_documents(text, "a.yaml", faults)
    return [one.document for one in found], [*faults, *(fault for one in found for fault in one.faults)]


def value(text: str) -> Any:
    documents, faults = read(f"key: {text}\n")
    assert faults == []
    return to_data(documents[0].root).get("key")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12:30", "12:30"),
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("2026-02-03", "2026-02-03"),
        ("true", True),
        ("FALSE", False),
        ("17", 17),
        ("-3", -3),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("99.90", Decimal("99.90")),
        (".5", Decimal("0.5")),
        ("1e3", Decimal(1000)),
        (".inf", Decimal("Infinity")),
        ("'17'", "17"),
        ('"true"', "true"),
        ("!!str 17", "17"),
        ('!!int "17"', 17),
        ("-", "-"),
        ("50%", "50%"),
        ("9" * 100, Decimal("9" * 100)),
    ],
)
def test_plain_values_are_read_by_the_core_schema(written: str, meant: object) -> None:
    if written == "-":
        written = "a-"
        meant = "a-"
    found = value(written)
    assert (found, type(found)) == (meant, type(meant))


@pytest.mark.parametrize("written", ["", "~", "null"])
def test_an_empty_field_is_no_field(written: str) -> None:
    assert value(written) is None


def test_every_key_and_value_knows_its_place() -> None:
    (document,), _ = read("first: 1\nsecond:\n  - a\n  - {deep: here}\n")
    assert document.place("second", 1, "deep") == Place("a.yaml", 4, 12)
    assert document.key_place("second", 1, "deep") == Place("a.yaml", 4, 6)
    assert document.key_place("second") == Place("a.yaml", 2, 1)
    assert document.place("second", 1, "missing") == Place("a.yaml", 4, 5)
    assert document.parent_place("second", 1, "missing") == Place("a.yaml", 4, 5)


def test_columns_count_characters_whatever_their_size_in_bytes() -> None:
    (document,), _ = read("{ключ: 'значение', next: 1}\n")
    assert document.place("next") == Place("a.yaml", 1, 26)


def test_a_broken_document_does_not_hide_the_ones_around_it() -> None:
    documents, faults = read("a: 1\n---\nb: [1, 2\n---\nc: 'open\n---\nd: 4\n")
    assert [to_data(document.root) for document in documents] == [{"a": 1}, {"d": 4}]
    assert [(fault.code, fault.place.line) for fault in faults] == [("yaml-syntax", 4), ("yaml-syntax", 5)]
    assert documents[1].place("d") == Place("a.yaml", 7, 4)


def test_aliases_share_what_their_anchor_names() -> None:
    (document,), faults = read("base: &base {a: 1}\nagain: *base\n")
    assert faults == []
    assert to_data(document.root)["again"] == {"a": 1}
    assert document.place("again", "a") == Place("a.yaml", 1, 17)


def test_a_billion_laughs_are_refused() -> None:
    lines = ["l0: &l0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 10)]
    (document,), faults = read("\n".join(lines))
    assert [fault.code for fault in faults] == ["too-large"]
    assert to_data(document.root)["l2"] is not None


def test_nothing_is_nested_without_end() -> None:
    for text in ("[" * 900, "- " * 900 + "x", "[" * 100_000, "{a: " * 500 + "1" + "}" * 500):
        assert read(text)[1] != []


def test_text_that_is_not_utf8_is_a_fault_at_its_byte() -> None:
    faults = FaultList()
    assert decode(b"a: 1\nb: \xff\n", "a.yaml", faults) is None
    assert [(fault.code, fault.place) for fault in faults] == [("not-utf8", Place("a.yaml", 2, 4))]


def test_a_byte_order_mark_is_no_character() -> None:
    assert decode(b"\xef\xbb\xbfa: 1\n", "a.yaml", FaultList()) == "a: 1\n"


def test_line_ends_of_any_system_count_once() -> None:
    (document,), _ = read("a: 1\r\nb: 2\rc: 3\n")
    assert document.place("c") == Place("a.yaml", 3, 4)


@given(st.text())
def test_any_text_is_read_without_an_exception(text: str) -> None:
    documents, faults = read(text)
    for document in documents:
        to_data(document.root)
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + text.count("\u2029") + 2
    assert all(1 <= fault.place.line <= lines and fault.place.column >= 1 for fault in faults)


@given(st.lists(st.sampled_from([*"[]{},:-?&*!|>'\"%@`# \n\tab1", "---\n", "...\n", "&a ", "*a ", "? ", "- ", ": "])))
def test_any_mix_of_marks_is_read_without_an_exception(parts: list[str]) -> None:
    read("".join(parts))


@given(st.binary())
def test_any_bytes_are_read_without_an_exception(content: bytes) -> None:
    faults = FaultList()
    text = decode(content, "a.yaml", faults)
    if text is not None:
        read(text)
