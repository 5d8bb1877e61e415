"""What a plan in words is made of: sections, and entries of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One thing to know: what it is about and from when, then each side of it in a line."""

    head: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Entries of one kind under a title; `note` says how they are meant."""

    title: str
    entries: tuple[Entry, ...]
    note: str = ""
