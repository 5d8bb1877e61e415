"""Kitchen sink: one team, usually the first, that covers everything no other team covers, itself hands-on.

Its charter is the catch-all of the organisation, bounded only by what it excludes. It goes wrong by having no bound.
"""

from __future__ import annotations

from watchbill.org.charters import Implementation

from .rules import SCOPE_FORMS, Advice, ImplementationRules, Reach, practices

RULES = ImplementationRules(
    implementation=Implementation.KITCHEN_SINK,
    title="Kitchen sink",
    summary="covers everything that no other team covers, whatever it is",
    scope_forms=SCOPE_FORMS,
    rank=5,
    charter_claims=Reach.COVERED,
    charter_advises=Advice.NOBODY,
    primary="sre",
    host_pager=False,
    advises_only=False,
    changes=Reach.COVERED,
    authority=frozenset({"silence"}),
    requires_end=False,
    people=None,
    teams=1,
    practices=practices("RRPRRRRP"),
)
