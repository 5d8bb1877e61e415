"""Files of another program's specs → OpenSLO documents, what became of every field, and what an organisation needs besides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from watchbill.org.documents import decode, read_documents
from watchbill.org.faults import Fault, FaultList
from watchbill.org.nodes import Document, Path
from watchbill.org.values import Place

from . import pyrra, slo_generator, sloth
from .fates import FieldFate, Fields
from .made import Made, RefusedSLO


@dataclass(frozen=True)
class Program:
    """A program whose specs can be read. `window` is what its goals are judged over where a spec says nothing, in days."""

    title: str
    is_ours: Callable[[Any], bool]
    read: Callable[[Fields, Made], None]
    window_days: int


PROGRAMS: Mapping[str, Program] = {
    "sloth": Program("Sloth", sloth.is_ours, sloth.read, 30),
    "pyrra": Program("Pyrra", pyrra.is_ours, pyrra.read, 28),
    "slo-generator": Program("slo-generator", slo_generator.is_ours, slo_generator.read, 28),
}


@dataclass(frozen=True)
class ReadSpec:
    """One spec that was read: where it begins, the goals that it became, its SLOs that became none, and the fate of each field."""

    place: Place
    goals: tuple[str, ...]
    refused: tuple[RefusedSLO, ...]
    fields: tuple[tuple[FieldFate, Place], ...]


@dataclass(frozen=True)
class Imported:
    """The outcome: `documents` by the name of their file, the specs, `others` that are none, faults, and `components` needed."""

    program: str
    documents: Mapping[str, list[dict[str, Any]]]
    specs: tuple[ReadSpec, ...]
    others: tuple[Place, ...]
    faults: tuple[Fault, ...]
    components: tuple[str, ...]


def convert(program: str, files: Iterable[tuple[str, bytes]], window: timedelta | None = None) -> Imported:
    """Return what the files (name and content) become. `program` is a key of PROGRAMS; `window` is for specs that say none."""
    known = PROGRAMS[program]
    made = Made(program, window or timedelta(days=known.window_days))
    faults = FaultList()
    specs: list[ReadSpec] = []
    others: list[Place] = []
    for name, content in files:
        text = decode(content, name, faults)
        for one in read_documents(text, name, faults) if text is not None else ():
            faults.extend(one.faults)
            paths = _paths(one.document.data)
            ours = [path for path in paths if known.is_ours(Fields(one.document.data).at(*path))]
            others.extend(one.document.place(*path) for path in paths if path not in ours)
            if ours:
                specs.append(_read(known, one.document, ours, made))
    return Imported(program, made.documents(), tuple(specs), tuple(others), faults.sorted(), tuple(made.components))


def _paths(data: Any) -> list[Path]:
    """Return where specs may stand in a document: it is one, or a list of Kubernetes holds several."""
    if isinstance(data, dict) and str(data.get("kind", "")).endswith("List") and isinstance(data.get("items"), list):
        return [("items", index) for index in range(len(data["items"]))]
    return [()]


def _read(program: Program, document: Document, paths: Iterable[Path], made: Made) -> ReadSpec:
    fields, goals, refused = Fields(document.data), len(made.goals), len(made.refused)
    for path in paths:
        program.read(fields.within(*path), made)
    fates = tuple((fate, document.key_place(*fate.path)) for fate in fields.fates())
    return ReadSpec(document.place(), tuple(made.goals)[goals:], tuple(made.refused[refused:]), fates)
