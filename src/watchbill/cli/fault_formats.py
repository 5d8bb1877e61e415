"""How faults are written: text for a terminal, JSON, annotations of a code review, SARIF 2.1.0. Decides nothing about them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from watchbill import __version__
from watchbill.lib.instants import rfc3339
from watchbill.org.faults import Fault, Level
from watchbill.org.folder import printable
from watchbill.org.in_force import Reading
from watchbill.org.values import Place

_COLOURS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "cyan"}
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_text(reading: Reading, org_dir: Path) -> str:
    """Return one or two lines a fault and a summary; colour codes are taken out by click where the output is no terminal."""
    return "\n".join([*fault_lines(reading.faults, org_dir), _summary(reading)]) + "\n"


def fault_lines(faults: Iterable[Fault], folder: Path) -> list[str]:
    """Return one line for each fault and one for how to mend it; the faults' files lie in the folder."""
    lines: list[str] = []
    for fault in faults:
        level = click.style(f"{fault.level.value}[{fault.code}]", fg=_COLOURS[fault.level], bold=True)
        lines.append(f"{_position(folder, fault.place)}: {level} {fault.message}")
        if fault.hint:
            lines.append(f"  {fault.hint}")
        lines.extend(f"  see {_position(folder, place)}" for place in fault.related)
    return lines


def as_json(reading: Reading, at: datetime) -> str:
    """Return the answer `watchbill/lint/v1`; files are relative to the organisation's folder."""
    answer = {
        "schema": "watchbill/lint/v1",
        "at": rfc3339(at),
        "revision": reading.revision,
        "faults": [fault_answer(fault) for fault in reading.faults],
        "counts": _counts(reading),
    }
    return json.dumps(answer, indent=2, ensure_ascii=False) + "\n"


def as_github(reading: Reading, org_dir: Path) -> str:
    """Return workflow commands that put each fault beside its line in a review."""
    commands = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
    lines = []
    for fault in reading.faults:
        place = fault.place
        file = _escaped(_file(org_dir, place), in_property=True)
        text = _escaped(f"{fault.message} {fault.hint}".strip())
        lines.append(
            f"::{commands[fault.level]} file={file},line={place.line},col={place.column},title={fault.code}::{text}"
        )
    return "".join(f"{line}\n" for line in lines)


def as_sarif(reading: Reading, org_dir: Path) -> str:
    """Return a SARIF 2.1.0 log with one run, as code scanning services take it."""
    codes = sorted({fault.code for fault in reading.faults})
    driver = {
        "name": "watchbill",
        "version": __version__,
        "rules": [{"id": code, "shortDescription": {"text": code.replace("-", " ").capitalize()}} for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(fault, org_dir, codes.index(fault.code)) for fault in reading.faults],
    }
    log = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _result(fault: Fault, org_dir: Path, rule_index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": fault.code,
        "ruleIndex": rule_index,
        "level": fault.level.value,
        "message": {"text": f"{fault.message} {fault.hint}".strip()},
        "locations": [_location(org_dir, fault.place)],
    }
    if fault.related:
        result["relatedLocations"] = [
            {"id": number, **_location(org_dir, place)} for number, place in enumerate(fault.related, start=1)
        ]
    return result


def _location(org_dir: Path, place: Place) -> dict[str, Any]:
    path = _file(org_dir, place)
    uri = quote(path) if not org_dir.is_absolute() else Path(path).as_uri()
    region = {"startLine": place.line, "startColumn": place.column}
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def fault_answer(fault: Fault) -> dict[str, Any]:
    """Return a fault as programs get it."""
    return {
        "code": fault.code,
        "severity": fault.level.value,
        "message": fault.message,
        "hint": fault.hint,
        **_place(fault.place),
        "related": [_place(place) for place in fault.related],
    }


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "column": place.column}


def _position(org_dir: Path, place: Place) -> str:
    return f"{_file(org_dir, place)}:{place.line}:{place.column}"


def _file(org_dir: Path, place: Place) -> str:
    return printable((org_dir / place.file).as_posix())


def _counts(reading: Reading) -> dict[str, int]:
    found = Counter(fault.level for fault in reading.faults)
    return {level.value: found[level] for level in Level}


def _summary(reading: Reading) -> str:
    counts = _counts(reading)
    found = ", ".join(_counted(level, count) for level, count in counts.items() if count)
    if reading.errors:
        return f"{found}. The organisation cannot take force."
    organization = reading.organization
    what = ""
    if organization is not None:
        what = (
            f"{organization.title}: {_counted('thing', len(organization.things))}, "
            f"{_counted('SRE team', len(organization.sre_teams))}, {_counted('goal', len(organization.goals))}. "
        )
    return f"{what}No faults." if not found else f"{what}No errors; {found}."


def _counted(what: str, count: int) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _escaped(text: str, *, in_property: bool = False) -> str:
    escapes = {"%": "%25", "\r": "%0D", "\n": "%0A"} | ({":": "%3A", ",": "%2C"} if in_property else {})
    return "".join(escapes.get(character, character) for character in text)
