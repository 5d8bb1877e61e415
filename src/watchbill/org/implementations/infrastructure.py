"""Infrastructure: the systems behind the scenes that other teams share, run beside the platform engineers who build them.

Its charter holds the pager for what its own group owns, and advises everyone whose things depend on that. What makes it more
than a platform team is that it does all or nearly all of the practices.
"""

from __future__ import annotations

from watchbill.org.charters import Implementation
from watchbill.org.faults import Level

from .checklist import TAKING_THE_PAGER
from .rules import SCOPE_FORMS, Advice, ImplementationRules, Reach, Sign, Terms, practices

RULES = ImplementationRules(
    implementation=Implementation.INFRASTRUCTURE,
    title="Infrastructure",
    summary="runs the systems that other teams share",
    scope_forms=SCOPE_FORMS - {"everything"},
    rank=4,
    charter_claims=Reach.OWN,
    charter_advises=Advice.DEPENDANTS,
    partners="one or more groups of platform engineers, named in its charter, and every team whose things depend on its own",
    partner_is="builds with",
    staffing="a full rotation, by the size of the platform and not by the number of its users",
    changes=Reach.OWN,
    authority=frozenset({"silence", "planMaintenance"}),
    pager="holds it for its own systems; a symptom of theirs in a consumer's service comes here as well",
    primary="sre",
    practices=practices("RRRRRRRR"),
    charter_demands={"partners": Level.WARNING},
    engagement_demands=dict.fromkeys(("goals", "escalateTo", "handBackWhen"), Level.WARNING),
    terms=Terms.of("50", "6M"),
    checklist=TAKING_THE_PAGER,
    goes_wrong_as=(
        Sign("a failure that takes the whole business with it", ("fan-in",)),
        Sign("a platform team by another name: most practices are missing", ("platform-team",)),
    ),
)
