"""How a plan is written: text for a terminal, Markdown for the comment of a review. What is said stands in `plan_words`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from watchbill.lib.instants import in_zone

from .plan_sections import Entry, Section
from .plan_words import HARMS, left_out, sections, summary

LONGEST_COMMENT = 60_000
_SPECIAL = re.compile(r"([\\`*_\[\]|~#+])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"}
_LEAST_ROOM = 4_000
_ROOM_FOR_THE_COUNT = 60


def as_text(answer: Mapping[str, Any]) -> str:
    """Return one line that sums up, then a section a kind of change."""
    parts = [[_title(answer), summary(answer)]]
    parts += [_section_as_text(section) for section in sections(answer)]
    parts += [[end] for end in [left_out(answer)] if end]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def as_markdown(answer: Mapping[str, Any]) -> str:
    """Return a comment of LONGEST_COMMENT characters at most; what harms stands open, the rest unfolds."""
    end = f"\n{_escaped(far)}\n" if (far := left_out(answer)) else ""
    text = f"**{_escaped(_title(answer))}**\n\n{_escaped(summary(answer))}\n"
    found = [(*_frame(section), [_entry(entry) for entry in section.entries]) for section in sections(answer)]
    for number, (opening, closing, entries) in enumerate(found):
        kept_free = sum(_least(*later) for later in found[number + 1 :])
        room = LONGEST_COMMENT - len(text) - len(opening) - len(closing) - kept_free - len(end)
        text += opening + _fitting(entries, room) + closing
    return text + end


def _frame(section: Section) -> tuple[str, str]:
    """Return what stands before and after the entries of a section."""
    note = f"{_escaped(section.note)}\n\n" if section.note else ""
    if section.title == HARMS:
        return f"\n**{section.title}**\n\n{note}", ""
    headline = f"{section.title} ({len(section.entries)})"
    return f"\n<details><summary>{headline}</summary>\n\n{note}", "\n</details>\n"


def _least(opening: str, closing: str, entries: Sequence[str]) -> int:
    """Return how many characters are kept free for a section while those before it are written."""
    return len(opening) + len(closing) + min(sum(map(len, entries)), _LEAST_ROOM)


def _fitting(entries: Sequence[str], room: int) -> str:
    """Return the entries that fit into a number of characters, and how many more there are."""
    if sum(map(len, entries)) <= room:
        return "".join(entries)
    text = ""
    for number, entry in enumerate(entries):
        if len(text) + len(entry) > room - _ROOM_FOR_THE_COUNT:
            return f"{text}- and {len(entries) - number} more, which do not fit here\n"
        text += entry
    return text


def _title(answer: Mapping[str, Any]) -> str:
    zone = ZoneInfo(answer["organization"]["timeZone"])
    at = in_zone(datetime.fromisoformat(answer["at"]), zone)
    return f"{answer['organization']['title']}: what changes from {answer['old']} to {answer['new']}, as of {at}"


def _section_as_text(section: Section) -> list[str]:
    lines = [section.title, *([f"  {section.note}"] if section.note else [])]
    for entry in section.entries:
        lines += [f"  {entry.head}", *(f"    {line}" for line in entry.lines)]
    return lines


def _entry(entry: Entry) -> str:
    return f"- {_escaped(entry.head)}\n" + "".join(f"  - {_escaped(line)}\n" for line in entry.lines)


def _escaped(text: str) -> str:
    """Return text that Markdown shows as it is: no markup, no links, nobody called by a mention."""
    plain = "".join(_ENTITIES.get(character, character) for character in text)
    return _SPECIAL.sub(r"\\\1", plain.replace("&#64;", "\0")).replace("\0", "&#64;")
