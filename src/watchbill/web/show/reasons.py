"""Reasons as they are shown: one sentence and the document and line behind it, from an answer or from the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from watchbill.org.because import Because


@dataclass(frozen=True)
class Reason:
    """A sentence, and where it is written (`file:line`, empty where the reason is that nothing was written)."""

    text: str
    place: str


def reasons(items: Iterable[Because | Mapping[str, Any]]) -> list[Reason]:
    """Return reasons to show; those of a stored incident are plain values with `text`, `file` and `line`."""
    return [_stored(each) if isinstance(each, Mapping) else _answered(each) for each in items]


def _answered(because: Because) -> Reason:
    return Reason(because.text, str(because.place) if because.place else "")


def _stored(because: Mapping[str, Any]) -> Reason:
    file, line = because.get("file"), because.get("line")
    return Reason(str(because.get("text", "")), f"{file}:{line}" if file and line else str(file or ""))
