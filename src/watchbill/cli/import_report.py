"""The report of an import, for people and for programs. Decides nothing about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import wrap
from typing import Any

from watchbill.imports.convert import PROGRAMS, Imported, ReadSpec
from watchbill.imports.fates import Fate
from watchbill.lib.numbers import several

_WIDTH = 110


def as_text(imported: Imported, out: Path | None) -> Iterator[str]:
    """Yield the report's lines: each spec with its fields by what became of them, what is needed besides, and the sums."""
    title = PROGRAMS[imported.program].title
    for spec in imported.specs:
        yield from _spec(spec)
    for fault in imported.faults:
        yield f"{fault.place}: {fault.message} {fault.hint}".rstrip()
    for place in imported.others:
        yield f"{place}: this document is no spec of {title} and is left alone."
    if imported.components:
        yield ""
        yield from _needs(imported)
    yield ""
    yield _sums(imported, out)


def _spec(spec: ReadSpec) -> Iterator[str]:
    yield f"{spec.place}: {', '.join(spec.goals) or 'no goal'}"
    for refused in spec.refused:
        yield f"  not measured: {refused.name}: {refused.why}"
    for decided in Fate:
        for why, names in _by_reason(spec, decided).items():
            text = f"{decided.value:<8} {', '.join(names)}{': ' if why else ''}{why}"
            yield from wrap(
                text,
                _WIDTH,
                initial_indent="  ",
                subsequent_indent=" " * 11,
                break_long_words=False,
                break_on_hyphens=False,
            )


def _by_reason(spec: ReadSpec, decided: Fate) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for fate, place in spec.fields:
        if fate.fate is decided:
            line = "" if decided is Fate.KEPT else f" (line {place.line})"
            found.setdefault(fate.why, []).append(f"{fate.name}{line}")
    return found


def _needs(imported: Imported) -> Iterator[str]:
    yield "For watchbill lint to accept them, the organisation's folder has to have:"
    for name in imported.components:
        yield f"  a Component (or a Service of OpenSLO with the annotation watchbill.dev/entity) called {name}"
    yield "  one DataSource of type prometheus; where it has several, name one in each metricSource as metricSourceRef"


def _sums(imported: Imported, out: Path | None) -> str:
    counts = _counts(imported)
    where = f" in {out}" if out is not None else ""
    refused = f", {several(counts['slosRefused'], 'SLO')} not measured" if counts["slosRefused"] else ""
    fields = f"{several(counts['kept'], 'field')} kept, {counts['changed']} changed, {counts['refused']} refused"
    return f"{several(counts['goals'], 'goal')}{where}{refused}: {fields}."


def _counts(imported: Imported) -> dict[str, int]:
    found = Counter(fate.fate.value for spec in imported.specs for fate, _ in spec.fields)
    return {
        "goals": sum(len(spec.goals) for spec in imported.specs),
        "slosRefused": sum(len(spec.refused) for spec in imported.specs),
        **{fate.value: found[fate.value] for fate in Fate},
    }


def as_json(imported: Imported, files: Mapping[str, str]) -> dict[str, Any]:
    """Return the answer `watchbill/import/v1`."""
    return {
        "schema": "watchbill/import/v1",
        "program": imported.program,
        "files": [{"name": name, "text": text} for name, text in files.items()],
        "specs": [_spec_as_json(spec) for spec in imported.specs],
        "others": [{"file": place.file, "line": place.line} for place in imported.others],
        "faults": [
            {"file": fault.place.file, "line": fault.place.line, "message": fault.message, "hint": fault.hint}
            for fault in imported.faults
        ],
        "needs": {"components": list(imported.components), "dataSource": "prometheus"},
        "counts": _counts(imported),
    }


def _spec_as_json(spec: ReadSpec) -> dict[str, Any]:
    return {
        "file": spec.place.file,
        "line": spec.place.line,
        "goals": list(spec.goals),
        "notMeasured": [{"name": each.name, "why": each.why} for each in spec.refused],
        "fields": [
            {"field": fate.name, "fate": fate.fate.value, "why": fate.why, "line": place.line}
            for fate, place in spec.fields
        ],
    }
