"""Reads what a target serves in Prometheus' text format: names, labels and values of one scrape.

OpenMetrics' extras (`# EOF`, exemplars, `_created` series, unit lines) are tolerated. A line that cannot be read is a fault
of the whole scrape: half of it would let good and total drift apart. Time stamps on lines are read and put aside; all samples
of a scrape carry the time of the scrape.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from watchbill.lib.errors import Invalid

_LONGEST_SHOWN = 80
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\\n]|\\.)*)"\s*(,|(?=\}))')
_REST = re.compile(r"\s+(\S+)(?:\s+(-?[0-9.]+(?:[eE][+-]?[0-9]+)?))?\s*(?:#\s.*)?$")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?[iI]nf|NaN")
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}
_ESCAPE = re.compile(r'\\[\\"n]')

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Exposed:
    """One line of a scrape: a series as the target names it (labels sorted) and its value."""

    name: str
    labels: Labels
    value: float


def parse(text: str) -> list[Exposed]:
    """Return the samples of one scrape, in the order served. Raises Invalid, naming the line, when a line cannot be read or a series
    stands there twice.
    """
    found: list[Exposed] = []
    seen: set[tuple[str, Labels]] = set()
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        exposed = _sample(line, number)
        if (exposed.name, exposed.labels) in seen:
            raise _fault(number, line, "this series is there twice")
        seen.add((exposed.name, exposed.labels))
        found.append(exposed)
    return found


def _sample(line: str, number: int) -> Exposed:
    name = _NAME.match(line)
    if name is None:
        raise _fault(number, line, "it does not begin with a metric name")
    labels, at = _labels(line, name.end(), number)
    rest = _REST.match(line, at)
    if rest is None:
        raise _fault(number, line, "a value, and at most a time stamp, must follow the series")
    if _NUMBER.fullmatch(rest[1]) is None:
        raise _fault(number, line, f"“{rest[1][:_LONGEST_SHOWN]}” is not a number")
    return Exposed(name[0], labels, float(rest[1]))


def _labels(line: str, at: int, number: int) -> tuple[Labels, int]:
    brace = re.compile(r"\s*\{").match(line, at)
    if brace is None:
        return (), at
    at = brace.end()
    labels: dict[str, str] = {}
    while label := _LABEL.match(line, at):
        if label[1] in labels:
            raise _fault(number, line, f"the label {label[1]} is there twice")
        labels[label[1]] = _ESCAPE.sub(lambda escape: _ESCAPES[escape[0]], label[2])
        at = label.end()
    closing = re.compile(r"\s*\}").match(line, at)
    if closing is None:
        raise _fault(number, line, 'labels must read {name="value",…}')
    return tuple(sorted(labels.items())), closing.end()


def _fault(number: int, line: str, why: str) -> Invalid:
    shown = line if len(line) <= _LONGEST_SHOWN else line[:_LONGEST_SHOWN] + "…"
    return Invalid(f"Line {number} of the metrics cannot be read: {why}: {shown}", "Mend the exporter.")
