"""Kitchen sink: one team, usually the first, that covers everything no other team covers, itself hands-on.

Its charter is the catch-all of the organisation, services and workflows alike, bounded only by what it excludes. It goes wrong
by having no bound.
"""

from __future__ import annotations

from watchbill.org.charters import Implementation
from watchbill.org.faults import Level

from .checklist import TAKING_THE_PAGER
from .rules import SCOPE_FORMS, Advice, ImplementationRules, Reach, Sign, Terms, practices

RULES = ImplementationRules(
    implementation=Implementation.KITCHEN_SINK,
    title="Kitchen sink",
    summary="covers everything that no other team covers, whatever it is",
    scope_forms=SCOPE_FORMS,
    rank=5,
    charter_claims=Reach.COVERED,
    charter_advises=Advice.NOBODY,
    partners="any team of the company",
    partner_is="works with",
    staffing="from one person to a full rotation, and one such team at most",
    teams=1,
    changes=Reach.COVERED,
    authority=frozenset({"silence", "planMaintenance"}),
    pager="holds it for all in its charter's scope that nobody holds more specifically",
    primary="sre",
    practices=practices("RRPRRRRP"),
    charter_demands={"scope": Level.WARNING},
    engagement_demands={"goals": Level.WARNING},
    terms=Terms.of("50", "3M"),
    checklist=TAKING_THE_PAGER,
    goes_wrong_as=(
        Sign("too much at once: no bound, many partners", ("charter", "kitchen-sink-split")),
        Sign("the whole business hangs on one small team", ("rotation-size", "rotation-size-at-sites")),
    ),
)
