"""The six implementations, one module each in one shape.

All that a seventh means is one more file. Four lines make it known: its name in `charters.Implementation`, so that every use is
checked by type; the same name in `shapes.charter.ImplementationName`, from which the schema for editors and the fault of a
misspelt name are made without any module here; and its import and its place in the list below, so that nothing joins by lying
in a folder. A test holds the four against each other.
"""

from __future__ import annotations

from watchbill.org.charters import Implementation

from . import consulting, embedded, infrastructure, kitchen_sink, product, tools
from .checklist import Question
from .rules import PRACTICES, SCOPE_FORMS, Advice, Expectation, ImplementationRules, Reach, Sign, Terms

__all__ = [
    "PRACTICES",
    "SCOPE_FORMS",
    "Advice",
    "Expectation",
    "ImplementationRules",
    "Question",
    "Reach",
    "Sign",
    "Terms",
    "all_rules",
    "rules_of",
]

_ALL: tuple[ImplementationRules, ...] = (
    embedded.RULES,
    product.RULES,
    tools.RULES,
    infrastructure.RULES,
    kitchen_sink.RULES,
    consulting.RULES,
)
_BY_IMPLEMENTATION = {rules.implementation: rules for rules in _ALL}


def rules_of(implementation: Implementation) -> ImplementationRules:
    """Return what an implementation means."""
    return _BY_IMPLEMENTATION[implementation]


def all_rules() -> tuple[ImplementationRules, ...]:
    """Return every implementation in the order of claims: the narrowest hold first."""
    return tuple(sorted(_ALL, key=lambda rules: rules.rank))
