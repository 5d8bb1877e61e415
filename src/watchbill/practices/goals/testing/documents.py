"""The documents of a goal test: written in it, or in files that it names. Linked as the organisation's goals are, and no further.

What a goal is about, who approved it and which policy it has need not be declared here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from watchbill.lib.errors import WatchbillError
from watchbill.org import folder
from watchbill.org.documents import ReadDocument, decode, read_documents
from watchbill.org.entities import Thing
from watchbill.org.exclusions import link_exclusions
from watchbill.org.faults import FaultList
from watchbill.org.goals import link_goals
from watchbill.org.nodes import Document
from watchbill.org.objectives import AgreedExclusion, DataSource, Goal
from watchbill.org.recognition import Declared, Family, recognise
from watchbill.org.register import Register
from watchbill.org.shapes.charter import Organization
from watchbill.org.shapes.fields import Shape
from watchbill.org.sources import link_sources
from watchbill.org.values import EntityRef

_NEEDLESS = frozenset({"unknown-user", "unknown-group", "unknown-budget-policy", "unknown-notification-target"})


class _Anything(dict[EntityRef, Thing]):
    """Whatever a goal may be about."""

    def __contains__(self, _thing: object) -> bool:
        return True


@dataclass(frozen=True)
class Linked:
    """The data sources, goals and exclusions of a test. `declared` are the names of all goals, of those too that are not measured."""

    sources: Mapping[str, DataSource]
    goals: Mapping[str, Goal]
    declared: frozenset[str]
    agreed: Mapping[str, AgreedExclusion]


def link(file: Document, folder_of_file: Path, faults: FaultList) -> Linked:
    """Return what the items of “documents” declare; paths are read from the folder of the file."""
    declared: list[Declared[Shape]] = []
    for position, item in enumerate(file.data["documents"]):
        found = [] if item is None else _documents(file, position, item, folder_of_file, faults)
        for document in found:
            belongs, one = recognise(document, faults)
            if one is not None:
                declared.append(one)
            elif not belongs and not isinstance(item, str):
                what = "This is no document of OpenSLO."
                faults.error("not-ours", document.document.place(), what, "Add “apiVersion: openslo/v1”.")
    found_in_linking = FaultList()
    register = Register(declared, found_in_linking)
    sources = link_sources(register)
    goals = link_goals(register, sources, _Anything())
    agreed = link_exclusions(register, goals, _time_zone(register), alone=True)
    faults.extend(fault for fault in found_in_linking if fault.code not in _NEEDLESS)
    if not goals and not faults.has_errors:
        hint = "Write an SLO document, or name a file that holds one."
        faults.error("no-goals", file.key_place("documents"), "These documents declare no goal that is measured.", hint)
    names = (one.name for one in declared if (one.family, one.kind) == (Family.OPENSLO, "SLO"))
    return Linked(sources, goals, frozenset(names), agreed)


def _time_zone(register: Register) -> str:
    """Return the zone of the organisation, where the documents hold it."""
    written = (shape.spec.time_zone for _, shape in register.each(Family.WATCHBILL, "Organization", Organization))
    return next(written, "UTC")


def _documents(file: Document, position: int, item: object, around: Path, faults: FaultList) -> list[ReadDocument]:
    if isinstance(item, Mapping):
        return [ReadDocument(_inline(file, position, dict(item)), ())]
    place = file.place("documents", position)
    if not isinstance(item, str):
        what = "A document should be a mapping, or the path of a file or folder."
        faults.error("wrong-type", place, what, "Write the document here, or its path.")
        return []
    path = around / item
    if not path.exists():
        what = f"There is no file or folder “{item}”."
        faults.error("no-such-file", place, what, "Paths are read from the folder of this file.")
        return []
    try:
        paths = [path] if path.is_file() else folder.files(path)
        return [document for one in paths for document in _of_file(one, around, faults)]
    except (WatchbillError, OSError) as error:
        reason = error.what if isinstance(error, WatchbillError) else f"“{item}” cannot be read: {error.strerror}."
        faults.error("unreadable", place, reason, "Make it readable.")
        return []


def _inline(file: Document, position: int, data: dict[str, object]) -> Document:
    place = file.place("documents", position)

    def compose(*_: object) -> object:
        return file.at(("documents", position))

    return Document(file.file, file.source, place.line - 1, data, file.holds_empty, compose)  # type: ignore[arg-type]


def _of_file(path: Path, around: Path, faults: FaultList) -> Iterator[ReadDocument]:
    name = folder.printable(path.relative_to(around) if path.is_relative_to(around) else path)
    text = decode(path.read_bytes(), name, faults)
    yield from () if text is None else read_documents(text, name, faults)
