"""Which family and kind a document is, and what it calls itself. Documents of other families are left alone.

Unknown kinds of Backstage and OpenSLO are notes, unknown watchbill kinds and known ones in the wrong case are errors. Nothing is
linked here.
"""

from __future__ import annotations

import difflib
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from .documents import ReadDocument
from .faults import FaultList, Level
from .nodes import Document, Mapping, Node, Scalar, Sequence, of_nodes
from .shapes import backstage, charter, exclusions, openslo, watches
from .shapes.checking import check
from .shapes.fields import Shape
from .values import EntityRef, Place

ShapeT_co = TypeVar("ShapeT_co", bound=Shape, covariant=True)


class Family(StrEnum):
    """The three families of documents that an organisation is declared in."""

    BACKSTAGE = "backstage"
    OPENSLO = "openslo"
    WATCHBILL = "watchbill"


KINDS: dict[Family, dict[str, type[Shape]]] = {
    Family.BACKSTAGE: dict(backstage.KINDS),
    Family.OPENSLO: dict(openslo.KINDS),
    Family.WATCHBILL: {**charter.KINDS, **watches.KINDS, **exclusions.KINDS},
}
VERSIONS = {"backstage.io/v1alpha1", "backstage.io/v1beta1", "openslo/v1", "watchbill/v1"}
_LEFT_ALONE = frozenset({"Location", "Template", "AiResource"})
_PLACEHOLDERS = frozenset({"$text", "$json", "$yaml"})


class Declared(NamedTuple, Generic[ShapeT_co]):
    """A document that declares something. `shape` is None where its fields are faulty; it still exists for those who name it.

    `name` and `namespace` are lower case, as references compare them; `ref` is the reference by which Backstage entities are
    named, `place` where the document says its name.
    """

    document: Document
    family: Family
    kind: str
    name: str
    namespace: str
    shape: ShapeT_co | None
    ref: EntityRef
    place: Place


def recognise(read: ReadDocument, faults: FaultList) -> tuple[bool, Declared[Shape] | None]:
    """Return whether the document belongs to one of the families, and what it declares if its kind is one we read."""
    document = read.document
    family = _family(document, faults)
    if family is None:
        return False, None
    faults.extend(read.faults)
    kind = document.text("kind")
    if not kind:
        faults.error("missing-field", document.place(), "“kind” is missing.", "Say which kind of document this is.")
        return True, None
    shape = KINDS[family].get(kind)
    if shape is None:
        _unknown_kind(document, family, kind, faults)
        return True, None
    if family is Family.BACKSTAGE:
        document = _without_placeholders(document, faults)
    unknown_fields = Level.ERROR if family is Family.WATCHBILL else Level.NOTE
    checked = check(document, shape, faults, unknown_fields=unknown_fields)
    name = document.text("metadata", "name").lower()
    namespace = document.text("metadata", "namespace").lower() or "default"
    if not name:
        return True, None
    ref, place = EntityRef(kind.lower(), namespace, name), document.place("metadata", "name")
    return True, Declared(document, family, kind, name, namespace, checked, ref, place)


def _family(document: Document, faults: FaultList) -> Family | None:
    version = document.text("apiVersion")
    if version == "watchbill/v1":
        return Family.WATCHBILL
    if version == "openslo/v1":
        return Family.OPENSLO
    if version in VERSIONS or version.endswith(".backstage.io/v1beta3"):
        return Family.BACKSTAGE
    if not version:
        _missing_version(document, faults)
    else:
        _foreign_version(document, version, faults)
    return None


def _missing_version(document: Document, faults: FaultList) -> None:
    kind = document.text("kind")
    family = next((family for family, kinds in KINDS.items() if kind in kinds), None)
    if family is None or not document.has("spec"):
        return
    version = {"backstage": "backstage.io/v1alpha1", "openslo": "openslo/v1", "watchbill": "watchbill/v1"}[family]
    faults.error(
        "missing-api-version", document.place(), f"This {kind} has no “apiVersion”.", f"Add “apiVersion: {version}”."
    )


def _foreign_version(document: Document, version: str, faults: FaultList) -> None:
    place = document.place("apiVersion")
    group = version.partition("/")[0]
    if group in {"openslo", "openslo.com"}:
        faults.warning(
            "unknown-version",
            place,
            f"OpenSLO {version} is not read by this version of watchbill.",
            "`watchbill fmt --upgrade FILE` makes it openslo/v1."
            if version.endswith("/v1alpha")
            else "Use openslo/v1.",
        )
        return
    close = difflib.get_close_matches(version, VERSIONS, 1, 0.8)
    if group == "watchbill" or close:
        meant = close[0] if close else "watchbill/v1"
        faults.error(
            "unknown-version", place, f"There is no version “{version}” of documents.", f"Did you mean “{meant}”?"
        )


def _unknown_kind(document: Document, family: Family, kind: str, faults: FaultList) -> None:
    place = document.place("kind")
    known = {name.lower(): name for name in KINDS[family]}
    close = [] if kind in _LEFT_ALONE else difflib.get_close_matches(kind.lower(), known, 1, 0.7)
    hint = f"Did you mean “{known[close[0]]}”?" if close else f"Known kinds: {', '.join(KINDS[family])}."
    if family is Family.WATCHBILL:
        faults.error("unknown-kind", place, f"There is no kind “{kind}” of watchbill document.", hint)
        return
    if kind.lower() in known:
        faults.error("unknown-kind", place, f"There is no kind “{kind}”: capital letters count.", hint)
        return
    faults.note(
        "unknown-kind", place, f"Documents of the kind “{kind}” are not read; it is left alone.", hint if close else ""
    )


def _without_placeholders(document: Document, faults: FaultList) -> Document:
    """Replace what stands in another file by where it stands: `$text` becomes text, `$json` and `$yaml` become empty."""
    if "$" not in document.source and "\\" not in document.source:  # it could be escaped
        return document

    def replaced(node: Node) -> Node:
        if isinstance(node, Sequence):
            return Sequence([replaced(item) for item in node.items], node.line, node.column)
        if not isinstance(node, Mapping):
            return node
        placeholder = next(iter(node.entries), "") if len(node.entries) == 1 else ""
        if placeholder not in _PLACEHOLDERS:
            entries = {key: (own, replaced(value)) for key, (own, value) in node.entries.items()}
            return Mapping(entries, node.line, node.column)
        target = node.entries[placeholder][1]
        where = target.text if isinstance(target, Scalar) else ""
        faults.note(
            "placeholder",
            Place(document.file, node.line, node.column),
            f"{placeholder} is not followed: what stands in “{where}” is not read.",
        )
        return Scalar(where, where if placeholder == "$text" else None, node.line, node.column)

    return of_nodes(document.file, document.source, document.line, replaced(document.root))
