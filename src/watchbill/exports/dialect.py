"""What differs between the names that rules can have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from watchbill.org.objectives import Goal

from .counters import Counters
from .rule_text import Rule
from .words import Told


@dataclass(frozen=True)
class Dialect:
    """How the rules of a goal are named: the windows that they look at, and the rules.

    `opening` are lines that stand above all rules; `looks_at_coverage` tells whether rules ask how much of a window was measured.
    """

    opening: tuple[str, ...]
    looks_at_coverage: bool
    windows: Callable[[Goal], frozenset[timedelta]]
    rules: Callable[[Told, Counters], Iterator[Rule]]
