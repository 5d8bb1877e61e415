"""Puts the words into the JSON Schema of a document: what each field means, how it is written, examples, and what holds without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args

from watchbill.org.shapes.fields import Shape

from . import FieldWords, known_annotations, words_of
from .formats import SOME, as_json, entry_words, written_as


def shapes_of(root: type[Shape]) -> Mapping[str, type[Shape]]:
    """Return all shapes that a document of one kind is made of, by name, its own first."""
    found = {root.__name__: root}
    waiting = [root]
    while waiting:
        for field in waiting.pop().model_fields.values():
            for shape in _shapes_in(field.annotation):
                if shape.__name__ not in found:
                    found[shape.__name__] = shape
                    waiting.append(shape)
    return found


def plain_schema(root: type[Shape]) -> dict[str, Any]:
    """Return the JSON Schema of a shape, without the words and without what is only of use to Python."""
    schema: dict[str, Any] = _plain(root.model_json_schema(by_alias=True))
    return schema


def schema_with_words(root: type[Shape]) -> dict[str, Any]:
    """Return the JSON Schema of a shape, with the words for all its fields."""
    schema = plain_schema(root)
    shapes = shapes_of(root)
    parts = {name: _with_words(part, shapes[name]) for name, part in schema.get("$defs", {}).items()}
    return _with_words(schema, root) | ({"$defs": parts} if parts else {})


def with_annotations(schema: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the schema of a kind with the annotations that are read in it."""
    known = {name: each.words for name, each in known_annotations().items() if kind in each.on}
    if known:
        properties = {name: _described({"type": "string"}, words) for name, words in known.items()}
        schema["$defs"]["Metadata"]["properties"]["annotations"]["properties"] = properties
    return schema


@cache
def format_of(around: type[Shape], field: str) -> tuple[str, str]:
    """Return how a field of a shape is written, and an entry of it; the empty text for what is no field and has no entries."""
    part, words = plain_schema(around)["properties"].get(field), words_of(around).get(field)
    if part is None or words is None:
        return "", ""
    entries = [part["items"]] if "items" in part else list(part.get("patternProperties", {}).values())
    return written_as(part, words), "".join(written_as(entry, entry_words(words)) for entry in entries)


def _shapes_in(annotation: Any) -> Iterator[type[Shape]]:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        yield annotation
    for argument in get_args(annotation):
        yield from _shapes_in(argument)


def _with_words(part: dict[str, Any], shape: type[Shape]) -> dict[str, Any]:
    words = words_of(shape)
    fields = part.get("properties", {})
    return part | {"properties": {name: _described(field, words[name]) for name, field in fields.items()}}


def _described(part: dict[str, Any], words: FieldWords) -> dict[str, Any]:
    is_plain = "enum" in part or "const" in part
    said = [words.means, "" if is_plain else f"Written as {written_as(part, words)}.", _without(words)]
    described = part | {"description": " ".join(each for each in said if each)}
    if words.choices:
        described["enum"] = list(words.choices)
    if words.default is not None:
        described["default"] = as_json(words.default)
    if examples := _examples(part, words):
        described["examples"] = examples
    return described


def _without(words: FieldWords) -> str:
    return f"Without it: {words.without}." if words.without else ""


def _examples(part: Mapping[str, Any], words: FieldWords) -> list[Any]:
    is_list = part.get("type") == "array"
    if words.example is not None:
        example = as_json(words.example)
        return [[example] if is_list and not isinstance(example, list) else example]
    if not words.of:
        return list(part.get("examples", []))
    bare = SOME[words.of[0]]
    return [[bare]] if is_list else [bare]


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
