"""Tools: software of the team's own that measures, maintains or improves reliability, offered to others.

Its charter holds the pager for its own tools and advises who depends on them; it has no say over the things of its adopters.
"""

from __future__ import annotations

from watchbill.org.charters import Implementation

from .rules import SCOPE_FORMS, Advice, ImplementationRules, Reach, practices

RULES = ImplementationRules(
    implementation=Implementation.TOOLS,
    title="Tools",
    summary="builds and runs the tools by which others measure and improve reliability",
    scope_forms=SCOPE_FORMS - {"everything"},
    rank=3,
    charter_claims=Reach.OWN,
    charter_advises=Advice.DEPENDANTS,
    primary="sre",
    host_pager=False,
    advises_only=False,
    changes=Reach.OWN,
    authority=frozenset({"silence"}),
    requires_end=False,
    people=None,
    teams=None,
    practices=practices("RRPRPEEE"),
)
