"""OpenSLO v1alpha → v1: the same SLOs as the version that is read now. Documents of other versions stay as they are, to the letter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from watchbill.org.documents import read_documents
from watchbill.org.faults import Fault, FaultList
from watchbill.org.nodes import Document

from .openslo import as_yaml

_VERSIONS = frozenset({"openslo/v1alpha", "openslo.com/v1alpha"})
_SEPARATOR = re.compile(r"^---[^\S\n]*$\n?", re.MULTILINE)
_UNITS = {
    "second": "s",
    "minute": "m",
    "hour": "h",
    "day": "d",
    "week": "w",
    "month": "M",
    "quarter": "Q",
    "year": "Y",
}


@dataclass(frozen=True)
class Upgraded:
    """A file's text with its v1alpha documents as v1; None where something cannot be upgraded, as the `faults` say."""

    text: str | None
    names: tuple[str, ...]
    lost_comments: bool
    faults: tuple[Fault, ...]


def upgrade(text: str, file: str) -> Upgraded:
    """Return a file upgraded; the lines of its faults are those of the file."""
    faults, names, parts, lost, line = FaultList(), [], [], False, 0
    for part, separator in _parts(text):
        documents = read_documents("\n" * line + part, file, faults)
        line += (part + separator).count("\n")
        document = documents[0].document if documents else None
        if document is None or document.text("apiVersion") not in _VERSIONS:
            parts.append(part)
            continue
        names.append(f"{document.text('kind')} {document.text('metadata', 'name')}")
        lost = lost or "#" in part
        parts.append(as_yaml(list(_documents(document, faults))).removeprefix("---\n"))
    whole = None if faults.has_errors else "---\n".join(parts)
    return Upgraded(whole, tuple(names), lost, tuple(faults))


def _parts(text: str) -> Iterator[tuple[str, str]]:
    begin = 0
    for separator in _SEPARATOR.finditer(text):
        yield text[begin : separator.start()], separator[0]
        begin = separator.end()
    yield text[begin:], ""


def _documents(document: Document, faults: FaultList) -> Iterator[dict[str, Any]]:
    data = dict(document.data) | {"apiVersion": "openslo/v1"}
    kind = document.text("kind")
    if kind == "Service":
        yield data | {"spec": data.get("spec") or {}}
    elif kind == "SLO" and isinstance(data.get("spec"), Mapping):
        yield from _slos(data, document, faults)
    else:
        what = f"OpenSLO v1alpha has no kind “{kind}” that could be upgraded."
        faults.error("unknown-kind", document.place("kind"), what, "Its kinds are SLO and Service.")


def _slos(data: dict[str, Any], document: Document, faults: FaultList) -> Iterator[dict[str, Any]]:
    """Yield one SLO for each ratio that the objectives have: in v1 the objectives of an SLO share its indicator."""
    spec = dict(data["spec"])
    windows = [_window(one, position, document, faults) for position, one in enumerate(spec.pop("timeWindows", []))]
    objectives = [dict(one) for one in spec.pop("objectives", [])]
    indicator = spec.pop("indicator", None)
    groups: list[tuple[Any, list[dict[str, Any]]]] = []
    for objective in objectives:
        ratio = objective.pop("ratioMetrics", None)
        known = next((own for of, own in groups if of == ratio), None)
        if known is None:
            groups.append((ratio, [objective]))
        else:
            known.append(objective)
    metadata = dict(data["metadata"])
    for number, (ratio, own) in enumerate(groups or [(None, [])], 1):
        name = metadata["name"] if number == 1 else f"{metadata['name']}-{number}"
        found = _ratio(ratio) if ratio is not None else _threshold(indicator)
        inline = {"indicator": {"metadata": {"name": f"{name}-indicator"}, "spec": found}}
        yield data | {
            "metadata": metadata | {"name": name},
            "spec": spec | inline | {"timeWindow": windows, "objectives": own},
        }


def _ratio(ratio: Mapping[str, Any]) -> dict[str, Any]:
    counter = ratio.get("counter", ratio.get("incremental"))
    said = {} if counter is None else {"counter": counter}
    sides = {side: _metric(ratio[side]) for side in ("good", "bad", "total") if side in ratio}
    return {"ratioMetric": said | sides}


def _threshold(indicator: Any) -> dict[str, Any]:
    written = indicator.get("thresholdMetric", {}) if isinstance(indicator, Mapping) else {}
    return {"thresholdMetric": _metric(written)}


def _metric(written: Mapping[str, Any]) -> dict[str, Any]:
    source = {"type": written["source"]} if "source" in written else {}
    details = {key: value for key, value in written.items() if key != "source"}
    return {"metricSource": source | {"spec": details}}


def _window(written: Any, position: int, document: Document, faults: FaultList) -> dict[str, Any]:
    path: Sequence[str | int] = ("spec", "timeWindows", position)
    unit = _UNITS.get(document.text(*path, "unit").lower().removesuffix("s"))
    count = document.text(*path, "count")
    if unit is None or not count.isdecimal():
        what = "This window says no “unit” and whole “count” that v1 could say."
        faults.error("bad-duration", document.place(*path), what, "Write unit: Day, and count: 28.")
        return {}
    rest = {key: value for key, value in written.items() if key not in {"unit", "count"}}
    return {"duration": f"{count}{unit}"} | rest
