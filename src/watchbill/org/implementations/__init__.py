"""The six implementations, one module each in one shape: a seventh is one more file and one more line here."""

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
