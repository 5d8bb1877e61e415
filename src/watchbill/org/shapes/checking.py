"""A document against its shape: every difference becomes a fault at its exact place, and what can be read still is.

Unknown fields are reported and then left out, so that they never hide the faults of the fields beside them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from watchbill.org.faults import FaultList, Level
from watchbill.org.nodes import Document, Path, Sequence, step, to_data

from .fields import Shape

ShapeT = TypeVar("ShapeT", bound=Shape)

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "decimal_type": "a number",
}
_QUOTED = "Put it in quotes to make it text."
_BOUNDS = {"greater_than": "gt", "greater_than_equal": "ge", "less_than": "lt", "less_than_equal": "le"}
_BOUND_WORDS = {
    "gt": "more than {}",
    "ge": "at least {}",
    "lt": "less than {}",
    "le": "at most {}",
}


def check(document: Document, shape: type[ShapeT], faults: FaultList, *, unknown_fields: Level) -> ShapeT | None:
    """Return the document read by its shape, or None where something in it is wrong beyond an unknown field."""
    try:
        return shape.model_validate(document.data)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=True)
    data = to_data(document.root)
    extras = [detail for detail in errors if detail["type"] == "extra_forbidden"]
    for detail in extras:
        path = _path(document, detail["loc"])
        _report_unknown(document, shape, path, faults, unknown_fields)
        _remove(data, path)
    if extras:
        try:
            return shape.model_validate(data)
        except ValidationError as error:
            errors = error.errors(include_url=False, include_input=True)
    for detail in errors:
        _report(document, shape, detail, faults)
    return None


def _path(document: Document, location: tuple[int | str, ...]) -> Path:
    """Return the location as a path of the document: steps that stand for a choice of shapes are left out."""
    path: list[str | int] = []
    node = document.root
    for position, key in enumerate(location):
        child = step(node, key)
        if child is not None:
            path.append(key)
            node = child
        elif position == len(location) - 1 and isinstance(key, str) and key != "[key]":
            path.append(key)
    return tuple(path)


def _remove(data: Any, path: Path) -> None:
    for key in path[:-1]:
        data = data[key]
    data.pop(path[-1], None)


def _report_unknown(document: Document, shape: type[Shape], path: Path, faults: FaultList, level: Level) -> None:
    name = str(path[-1])
    around = shape_at(shape, path[:-1])
    place = document.key_place(*path)
    if around is not None and name in around.not_yet:
        faults.error(
            "not-supported-yet",
            place,
            f"“{name}” is not supported yet by this version of watchbill.",
            "Leave it out for now; nothing is silently ignored.",
        )
        return
    if name == "<<":
        hint = "YAML 1.2 has no merge keys: repeat the fields, or use an alias for a whole value."
    else:
        hint = _field_hint(name, around)
    faults.add(level, "unknown-field", place, f"There is no field “{name}” here.", hint)


def _field_hint(name: str, around: type[Shape] | None) -> str:
    if around is None:
        return ""
    fields = [field.alias or field_name for field_name, field in around.model_fields.items()]
    close = difflib.get_close_matches(name.lower(), {field.lower(): field for field in fields}, 1, 0.65)
    if close:
        meant = next(field for field in fields if field.lower() == close[0])
        return f"Did you mean “{meant}”?"
    return f"Known fields: {', '.join(fields)}."


def shape_at(shape: type[Shape], path: Path) -> type[Shape] | None:
    """Return the shape that describes the mapping at a path, or None where any key is allowed."""
    current: type[Shape] | None = shape
    for key in path:
        if isinstance(key, int):
            continue
        if current is None:
            return None
        field = next((field for name, field in current.model_fields.items() if (field.alias or name) == key), None)
        if field is not None:
            current = _inner(field.annotation)
    return current


def _inner(annotation: Any) -> type[Shape] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation if issubclass(annotation, Shape) else None
    return next((found for argument in get_args(annotation) if (found := _inner(argument)) is not None), None)


def _report(document: Document, shape: type[Shape], detail: ErrorDetails, faults: FaultList) -> None:
    path = _path(document, detail["loc"])
    kind = detail["type"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    if kind == "missing":
        _report_missing(document, shape, path, faults)
    elif "hint" in context:
        faults.error(kind, document.place(*path), detail["msg"], str(context["hint"]))
    elif "[key]" in detail["loc"]:
        _report_key(document, path, context, faults)
    elif kind == "literal_error":
        _report_value(document, path, str(context["expected"]), faults)
    elif kind in _KINDS:
        written = _written(detail["input"])
        is_value = kind == "string_type" and written not in {"a mapping", "a list"}
        hint = _QUOTED if is_value else f"Write {_format(shape, path) or _KINDS[kind]}."
        faults.error("wrong-type", document.place(*path), f"This should be {_KINDS[kind]}, but is {written}.", hint)
    elif kind in {"too_short", "string_too_short"}:
        entry = _formats(shape, path)[1]
        hint = f"Give at least one: {entry}." if entry else "Give at least one, or remove the field."
        faults.error("empty", document.place(*path), f"“{_last(path)}” is empty.", hint)
    elif kind in _BOUNDS:
        bound = _BOUND_WORDS[_BOUNDS[kind]].format(context[_BOUNDS[kind]])
        faults.error(
            "out-of-range",
            document.place(*path),
            f"{document.text(*path)} is out of range.",
            f"Write a number of {bound}.",
        )
    else:
        faults.error("wrong-value", document.place(*path), f"{detail['msg']}.", "")


def _report_missing(document: Document, shape: type[Shape], path: Path, faults: FaultList) -> None:
    name = _last(path)
    written = _format(shape, path)
    like = f": {written}" if written else ""
    if document.has(*path):
        faults.error("missing-field", document.key_place(*path), f"“{name}” is empty.", f"Give it a value{like}.")
        return
    where = f" in “{_last(path[:-1])}”" if len(path) > 1 else ""
    if isinstance(document.at(path[:-2]), Sequence):
        where = " in this item"
    faults.error("missing-field", document.parent_place(*path), f"“{name}” is missing{where}.", f"Add “{name}”{like}.")


def _format(shape: type[Shape], path: Path) -> str:
    """Return how the value at a path is written, by the words for its field; the empty text where there are none."""
    return _formats(shape, path)[0] or _formats(shape, path[:-1])[1]


def _formats(shape: type[Shape], path: Path) -> tuple[str, str]:
    """Return how the value of the field at a path is written, and how what lies in it; both empty where no field is."""
    from watchbill.org.words.schema import format_of  # only a document with faults waits for the words to be read

    around = shape_at(shape, path[:-1]) if path and isinstance(path[-1], str) else None
    whole, inner = format_of(around, str(path[-1])) if around is not None else ("", "")
    return _quoted(whole), _quoted(inner)


def _quoted(text: str) -> str:
    """Return words with their values in the quotes of sentences; what has quotes of its own as a value has no others."""
    return re.sub(r"`([^`]*)`", r"“\1”", re.sub(r"`([\"'][^`]*)`", r"\1", text))


def _report_key(document: Document, path: Path, context: Mapping[str, Any], faults: FaultList) -> None:
    known = _choices(str(context.get("expected", "")))
    place, around = document.key_place(*path), _last(path[:-1])
    hint = _choice_hint(str(path[-1]), known) if known else str(context.get("hint", ""))
    faults.error("wrong-value", place, f"“{path[-1]}” is not a key of “{around}”.", hint)


def _report_value(document: Document, path: Path, expected: str, faults: FaultList) -> None:
    written = document.text(*path)
    hint = _choice_hint(written, _choices(expected))
    faults.error("wrong-value", document.place(*path), f"“{written}” is not a value of “{_last(path)}”.", hint)


def _choices(expected: str) -> list[str]:
    words = [word.strip().strip("'") for part in expected.split(" or ") for word in part.split(",")]
    return [word for word in words if word]


def _choice_hint(written: str, allowed: list[str]) -> str:
    close = difflib.get_close_matches(written, allowed, 1, 0.6)
    choice = ", ".join(allowed[:-1]) + f" or {allowed[-1]}" if len(allowed) > 1 else allowed[0]
    return (f"Did you mean “{close[0]}”? " if close else "") + f"Use {choice}."


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    return "empty" if value is None else "a number"


def _last(path: Path) -> str:
    return next((key for key in reversed(path) if isinstance(key, str)), "document")
