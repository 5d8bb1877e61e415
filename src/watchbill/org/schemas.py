"""The JSON Schemas of the documents, made from the shapes that lint reads them by: for editors and for other programs."""

from __future__ import annotations

from typing import Any

from .recognition import KINDS, Family
from .words.schema import schema_with_words, with_annotations

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_VERSIONS = {Family.BACKSTAGE: "backstage.io/v1alpha1", Family.OPENSLO: "openslo/v1", Family.WATCHBILL: "watchbill/v1"}


def kinds() -> list[tuple[Family, str]]:
    """Return every kind that has a schema, with its family, watchbill's own first."""
    return [(family, kind) for family in reversed(Family) for kind in KINDS[family]]


def schema_of(family: Family, kind: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a kind. Raises KeyError for an unknown one.

    As lint does, it closes watchbill's documents to unknown fields and leaves the other two families open.
    """
    schema = schema_with_words(KINDS[family][kind])
    if family is Family.OPENSLO:
        schema = with_annotations(schema, kind)
    schema["properties"]["kind"] = {"const": kind}
    versions = ["backstage.io/v1alpha1", "backstage.io/v1beta1"] if family is Family.BACKSTAGE else [_VERSIONS[family]]
    schema["properties"]["apiVersion"] = {"enum": versions}
    if family is not Family.WATCHBILL:
        for part in [schema, *schema.get("$defs", {}).values()]:
            part.pop("additionalProperties", None)
    return {"$schema": _DRAFT, "title": f"{kind} ({_VERSIONS[family]})"} | schema


def schema_of_all() -> dict[str, Any]:
    """Return one JSON Schema for files that mix kinds: each document is checked by the schema of its apiVersion and kind.

    As in lint, watchbill has no kinds but these, and documents of other families are left alone.
    """
    definitions: dict[str, Any] = {}
    choices: list[dict[str, Any]] = []
    for family, kind in kinds():
        name = f"{family.value}.{kind}"
        schema = schema_of(family, kind)
        del schema["$schema"]
        definitions[name] = _moved(schema, f"#/$defs/{name}/$defs/")
        head = {"apiVersion": schema["properties"]["apiVersion"], "kind": {"const": kind}}
        choices.append(
            {"if": {"properties": head, "required": ["apiVersion", "kind"]}, "then": {"$ref": f"#/$defs/{name}"}}
        )
    own = {"apiVersion": {"const": _VERSIONS[Family.WATCHBILL]}}
    known = {"properties": {"kind": {"enum": list(KINDS[Family.WATCHBILL])}}, "required": ["kind"]}
    choices.append({"if": {"properties": own, "required": ["apiVersion"]}, "then": known})
    return {
        "$schema": _DRAFT,
        "title": "Documents of an organisation",
        "type": "object",
        "allOf": choices,
        "$defs": definitions,
    }


def _moved(part: Any, where: str) -> Any:
    """Return a schema whose own definitions are looked for at `where`, because it stands inside another."""
    if isinstance(part, list):
        return [_moved(item, where) for item in part]
    if not isinstance(part, dict):
        return part
    moved = {key: _moved(value, where) for key, value in part.items()}
    reference = part.get("$ref")
    return moved | {"$ref": reference.replace("#/$defs/", where, 1)} if isinstance(reference, str) else moved
