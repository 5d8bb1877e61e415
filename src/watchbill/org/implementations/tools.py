"""Tools: software of the team's own that measures, maintains or improves reliability, offered to others.

Its charter holds the pager for its own tools and advises its adopters; it has no say over the things of its adopters.
"""

from __future__ import annotations

from watchbill.org.charters import Implementation
from watchbill.org.faults import Level

from .checklist import TAKING_THE_PAGER
from .rules import SCOPE_FORMS, Advice, ImplementationRules, Reach, Sign, Terms, practices

RULES = ImplementationRules(
    implementation=Implementation.TOOLS,
    title="Tools",
    summary="builds and runs the tools by which others measure and improve reliability",
    scope_forms=SCOPE_FORMS - {"everything"},
    rank=3,
    charter_claims=Reach.OWN,
    charter_advises=Advice.ADOPTERS,
    partners="other SRE teams and developers: its adopters, named in its charter or seen by what depends on its tools",
    partner_is="served by",
    staffing="any size",
    changes=Reach.OWN,
    authority=frozenset({"silence", "planMaintenance"}),
    pager="holds it for its own tools, normally without urgency",
    primary="sre",
    practices=practices("RRPRPEEE"),
    engagement_demands={"goals": Level.WARNING},
    terms=Terms.of("50", "6M"),
    checklist=TAKING_THE_PAGER,
    goes_wrong_as=(
        Sign("solving problems that nobody has", ("tool-adopters",)),
        Sign("becoming infrastructure: services stand on its tools", ("tool-on-serving-path",)),
        Sign("growing without a charter", ("charter", "charter-approval")),
    ),
)
