"""The JSON Schemas of the documents, made from the shapes that lint reads them by: for editors and for other programs."""

from __future__ import annotations

from typing import Any

from .recognition import KINDS, Family

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_VERSIONS = {Family.BACKSTAGE: "backstage.io/v1alpha1", Family.OPENSLO: "openslo/v1", Family.WATCHBILL: "watchbill/v1"}


def kinds() -> list[tuple[Family, str]]:
    """Return every kind that has a schema, with its family, watchbill's own first."""
    return [(family, kind) for family in reversed(Family) for kind in KINDS[family]]


def schema_of(family: Family, kind: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a kind. Raises KeyError for an unknown one.

    As lint does, it closes watchbill's documents to unknown fields and leaves the other two families open.
    """
    schema: dict[str, Any] = _plain(KINDS[family][kind].model_json_schema(by_alias=True))
    schema["properties"]["kind"] = {"const": kind}
    versions = ["backstage.io/v1alpha1", "backstage.io/v1beta1"] if family is Family.BACKSTAGE else [_VERSIONS[family]]
    schema["properties"]["apiVersion"] = {"enum": versions}
    if family is not Family.WATCHBILL:
        for part in [schema, *schema.get("$defs", {}).values()]:
            part.pop("additionalProperties", None)
    return {"$schema": _DRAFT, "title": f"{kind} ({_VERSIONS[family]})"} | schema


def _plain(part: Any) -> Any:
    """Return a schema without what is only of use to Python: made-up titles, defaults of nothing, “or null”."""
    if isinstance(part, list):
        return [_plain(item) for item in part]
    if not isinstance(part, dict):
        return part
    plain = {key: _plain(value) for key, value in part.items() if not _is_noise(key, value)}
    choices = plain.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices:
        rest = [choice for choice in choices if choice != {"type": "null"}]
        del plain["anyOf"]
        plain |= rest[0] if len(rest) == 1 else {"anyOf": rest}
    return plain


def _is_noise(key: str, value: Any) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and value in (None, [], {}))
