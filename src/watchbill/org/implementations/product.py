"""Product: the reliability of one critical product or application, with that product's developers.

Its charter says what it is for and advises; the pager and the hands come with an engagement that a readiness review opened.
"""

from __future__ import annotations

from watchbill.org.charters import Implementation

from .rules import SCOPE_FORMS, Advice, ImplementationRules, Reach, practices

RULES = ImplementationRules(
    implementation=Implementation.PRODUCT,
    title="Product",
    summary="answers for one product or application, after its readiness review",
    scope_forms=SCOPE_FORMS - {"everything"},
    rank=2,
    charter_claims=Reach.NOTHING,
    charter_advises=Advice.SCOPE,
    primary="sre",
    host_pager=False,
    advises_only=False,
    changes=Reach.COVERED,
    authority=frozenset({"silence", "overrideGate"}),
    requires_end=False,
    people=None,
    teams=None,
    practices=practices("RRRRRRRR"),
)
