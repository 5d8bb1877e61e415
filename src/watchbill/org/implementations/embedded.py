"""Embedded: one or two SREs inside exactly one host team, for a time that is agreed beforehand.

They stand their fair share of the host's own watch, so the host's pager and policy stay in use; they change the host's code.
"""

from __future__ import annotations

from watchbill.org.charters import Implementation

from .rules import SCOPE_FORMS, Advice, ImplementationRules, Reach, practices

RULES = ImplementationRules(
    implementation=Implementation.EMBEDDED,
    title="Embedded",
    summary="works inside one host team until an agreed day, and stands a share of its watch",
    scope_forms=SCOPE_FORMS - {"everything"},
    rank=1,
    charter_claims=Reach.NOTHING,
    charter_advises=Advice.NOBODY,
    primary="partner",
    host_pager=True,
    advises_only=False,
    changes=Reach.COVERED,
    authority=frozenset({"silence"}),
    requires_end=True,
    people=2,
    teams=None,
    practices=practices("RRPRRPRP"),
)
