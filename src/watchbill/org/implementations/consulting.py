"""Consulting: experienced SREs who advise partners inside or outside the company, and change nothing of theirs.

No charter of theirs covers anything; an engagement advises, whatever its state, and holds no pager unless it says so and why.
"""

from __future__ import annotations

from watchbill.org.charters import Implementation

from .rules import SCOPE_FORMS, Advice, ImplementationRules, Reach, practices

RULES = ImplementationRules(
    implementation=Implementation.CONSULTING,
    title="Consulting",
    summary="advises, proposes and drills, and leaves every change to the partner",
    scope_forms=SCOPE_FORMS - {"everything"},
    rank=6,
    charter_claims=Reach.NOTHING,
    charter_advises=Advice.NOBODY,
    primary="partner",
    host_pager=False,
    advises_only=True,
    changes=Reach.NOTHING,
    authority=frozenset(),
    requires_end=False,
    people=None,
    teams=None,
    practices=practices("EEEEEEEE"),
)
