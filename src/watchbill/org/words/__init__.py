"""What the fields of the documents mean, in plain words: written once, for the reference, for editors and for faults.

The words stand in the YAML files beside this module, by shape and field. They are read when somebody asks: a folder without faults
never waits for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from watchbill.org.documents import read_documents
from watchbill.org.faults import FaultList
from watchbill.org.shapes.fields import Shape

_FOLDER = Path(__file__).parent
_FILES = {
    "hours": ("organization",),
    "charter": ("organization", "engagement"),
    "watches": ("watches",),
    "exclusions": ("exclusions",),
    "openslo": ("openslo",),
    "backstage": ("backstage",),
}


@dataclass(frozen=True)
class FieldWords:
    """What one field means.

    `of` names the kinds that a reference or name may lead to, the first of them needs no prefix. `example` is a value as YAML
    gives it; of a list it may be that of one entry. What holds where the field is left out is either a value, `default`, or said in
    words, `without`. `choices` are the values that an annotation may have.
    """

    means: str
    of: tuple[str, ...] = ()
    example: Any = None
    default: Any = None
    without: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnnotationWords:
    """What one annotation means, and in which kinds of documents it is read."""

    on: tuple[str, ...]
    words: FieldWords


def words_of(shape: type[Shape]) -> Mapping[str, FieldWords]:
    """Return the words for the fields of a shape, by the names that the documents use; none for a shape of no document."""
    module = shape.__module__.rpartition(".")[2]
    return next(
        (found for name in _FILES.get(module, ()) if (found := _shapes(name).get(shape.__name__)) is not None), {}
    )


def shapes_with_words() -> frozenset[str]:
    """Return the names of all shapes that have words."""
    return frozenset(name for files in _FILES.values() for file in files for name in _shapes(file))


@cache
def known_annotations() -> Mapping[str, AnnotationWords]:
    """Return the words for the annotations that are read, by their names."""
    written = _read("annotations")
    return {name: AnnotationWords(tuple(said.pop("on")), _words(said)) for name, said in written.items()}


@cache
def _shapes(file: str) -> Mapping[str, Mapping[str, FieldWords]]:
    written = _read(file)
    return {shape: {field: _words(said) for field, said in fields.items()} for shape, fields in written.items()}


def _read(file: str) -> dict[str, Any]:
    name = f"{file}.yaml"
    (one,) = read_documents((_FOLDER / name).read_text(encoding="utf-8"), name, FaultList())
    found: dict[str, Any] = one.document.data
    return found


def _words(said: Mapping[str, Any]) -> FieldWords:
    lists = {key: tuple(value) for key, value in said.items() if key in {"of", "choices"}}
    return FieldWords(**(dict(said) | lists))
