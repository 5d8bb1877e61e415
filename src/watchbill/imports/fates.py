"""What becomes of every field of a spec: kept, changed or refused, each with a reason where it is not kept. Nothing goes unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from watchbill.org.nodes import Path

_UNKNOWN = "there is no field for it"


class Fate(StrEnum):
    """What became of a field."""

    KEPT = "kept"
    CHANGED = "changed"
    REFUSED = "refused"


@dataclass(frozen=True)
class FieldFate:
    """A field of a document and what became of it; `why` is empty for what is kept."""

    path: Path
    fate: Fate
    why: str

    @property
    def name(self) -> str:
        """The field as people write it: slos[0].sli.events."""
        text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.path)
        return text.removeprefix(".")


class Fields:
    """The fields of a document, or of a part of it, as plain data. One that nobody decides about is refused.

    Paths begin at the part; what becomes of its fields is told of the document as a whole.
    """

    def __init__(self, data: Any, base: Path = (), fates: dict[Path, FieldFate] | None = None) -> None:
        self._data = data
        self._base = base
        unknown = (FieldFate(path, Fate.REFUSED, _UNKNOWN) for path in _leaves(data, base))
        self._fates = fates if fates is not None else {fate.path: fate for fate in unknown}

    def within(self, *path: str | int) -> Fields:
        """Return the fields of a part."""
        return Fields(self.at(*path), (*self._base, *path), self._fates)

    def at(self, *path: str | int) -> Any:
        """Return what stands at a path, or None."""
        found = self._data
        for key in path:
            if isinstance(found, dict):
                found = found.get(key)
            elif isinstance(found, list) and isinstance(key, int) and key < len(found):
                found = found[key]
            else:
                return None
        return found

    def text(self, *path: str | int) -> str:
        """Return the text at a path. Raises ValueError where there is none."""
        found = self.at(*path)
        if not isinstance(found, str) or not found.strip():
            raise ValueError(f"“{FieldFate(path, Fate.REFUSED, '').name}” is missing or no text")
        return found.strip()

    def keep_text(self, *path: str | int) -> str:
        """Return the text at a path and keep it; of what is no text, return nothing and keep nothing."""
        found = self.at(*path)
        if not isinstance(found, str):
            return ""
        self.keep(*path)
        return found.strip()

    def keep_pairs(self, *path: str | int) -> dict[str, str]:
        """Return the texts of a mapping by key and keep them; what is no text is neither."""
        found = self.at(*path)
        texts = (
            {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}
        )
        for key in texts:
            self.keep(*path, key)
        return texts

    def count(self, *path: str | int) -> int:
        """Return how many items the list at a path has; 0 where there is no list."""
        found = self.at(*path)
        return len(found) if isinstance(found, list) else 0

    def keep(self, *path: str | int) -> None:
        """Say that all fields under a path stand in the new documents as they were."""
        self._decide(path, Fate.KEPT, "")

    def change(self, why: str, *path: str | int) -> None:
        """Say that all fields under a path stand in the new documents in another way."""
        self._decide(path, Fate.CHANGED, why)

    def refuse(self, why: str, *path: str | int) -> None:
        """Say that nothing in the new documents stands for any field under a path, whatever was said of it before."""
        self._decide(path, Fate.REFUSED, why)

    def fates(self) -> tuple[FieldFate, ...]:
        """Return what became of every field, in the order written."""
        return tuple(self._fates.values())

    def _decide(self, path: Path, fate: Fate, why: str) -> None:
        for leaf in _leaves(self.at(*path), (*self._base, *path)):
            if leaf in self._fates:
                self._fates[leaf] = FieldFate(leaf, fate, why)


def _leaves(data: Any, path: Path) -> Iterator[Path]:
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(data, list) and data:
        for index, value in enumerate(data):
            yield from _leaves(value, (*path, index))
    else:
        yield path
