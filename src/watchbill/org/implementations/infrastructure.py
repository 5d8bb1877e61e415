"""Infrastructure: the systems behind the scenes that other teams share, run beside the platform engineers who build them.

Its charter holds the pager for what its own group owns, and advises everyone whose things depend on that.
"""

from __future__ import annotations

from watchbill.org.charters import Implementation

from .rules import SCOPE_FORMS, Advice, ImplementationRules, Reach, practices

RULES = ImplementationRules(
    implementation=Implementation.INFRASTRUCTURE,
    title="Infrastructure",
    summary="runs the systems that other teams share",
    scope_forms=SCOPE_FORMS - {"everything"},
    rank=4,
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
    practices=practices("RRRRRRRR"),
)
