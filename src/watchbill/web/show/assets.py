"""The built front end: where each file is served and which integrity hash it must have. It never builds anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DIST = Path(__file__).parent.parent / "static" / "dist"
SERVED_AT = "/static/dist/"


@dataclass(frozen=True)
class Asset:
    """A built file: its address and its integrity hash for the browser."""

    url: str
    integrity: str


def read_manifest(folder: Path) -> Mapping[str, Asset]:
    """Return the built files by their plain names (`app.js`); nothing where the front end was never built."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {name: Asset(f"{SERVED_AT}{entry['file']}", entry["integrity"]) for name, entry in manifest.items()}


@cache
def _built() -> Mapping[str, Asset]:
    return read_manifest(DIST)


def asset(name: str) -> Asset | None:
    """Return a built file by its plain name, or None: the page then says what is missing. Read once a process."""
    return _built().get(name)
