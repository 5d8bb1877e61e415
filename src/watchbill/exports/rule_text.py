"""Rules and groups of rules, and how they are written: YAML that a person can review. Knows nothing of goals."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A rule: `kind` is `record` or `alert`, `name` the series or the alert that it makes. `comment` stands above it."""

    kind: str
    name: str
    expression: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    comment: str = ""


@dataclass(frozen=True)
class Group:
    """Rules that are evaluated one after the other, every `interval` (as PromQL writes it)."""

    name: str
    interval: str
    rules: tuple[Rule, ...]


def record(name: str, expression: str, labels: Mapping[str, str], comment: str = "") -> Rule:
    """Return a rule that records a series."""
    return Rule("record", name, expression, labels, {}, comment)


def as_yaml(groups: Sequence[Group], opening: Iterable[str]) -> str:
    """Return a file of rules; the opening lines and the rules' comments become comments."""
    body = ["groups:", *(line for group in groups for line in _group(group))] if groups else ["groups: []"]
    return "\n".join([*_comment("\n".join(opening), ""), *body]) + "\n"


def _group(group: Group) -> Iterator[str]:
    yield f"  - name: {_quoted(group.name)}"
    yield f"    interval: {group.interval}"
    yield "    rules:"
    for rule in group.rules:
        yield from _comment(rule.comment, " " * 6)
        yield f"      - {rule.kind}: {rule.name}"
        yield from _expression(rule.expression)
        yield from _pairs("labels", rule.labels)
        yield from _pairs("annotations", rule.annotations)


def _comment(text: str, indent: str) -> Iterator[str]:
    for line in text.splitlines():
        printable = "".join(character if character.isprintable() else "�" for character in line)
        yield f"{indent}# {printable}".rstrip()


def _expression(text: str) -> Iterator[str]:
    lines = text.split("\n")
    if not all(line.isprintable() for line in lines):
        yield f"        expr: {_quoted(text)}"
        return
    yield "        expr: |-"
    yield from (f"          {line}" for line in lines)


def _pairs(name: str, pairs: Mapping[str, str]) -> Iterator[str]:
    if pairs:
        yield f"        {name}:"
        yield from (f"          {key}: {_quoted(value)}" for key, value in pairs.items())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=not text.isprintable())
