"""Product: the reliability of one critical product or application, with that product's developers.

Its charter says what it is for and advises; the pager and the hands come with an engagement that a readiness review opened.
Several such teams stand side by side, each with a product of its own.
"""

from __future__ import annotations

from watchbill.org.charters import Implementation
from watchbill.org.faults import Level

from .checklist import TAKING_THE_PAGER
from .rules import SCOPE_FORMS, Advice, ImplementationRules, Reach, Sign, Terms, practices

_AGREED = ("leads", "goals", "budgetPolicy", "escalateTo", "handBackWhen")

RULES = ImplementationRules(
    implementation=Implementation.PRODUCT,
    title="Product",
    summary="answers for one product or application, after its readiness review",
    scope_forms=SCOPE_FORMS - {"everything"},
    rank=2,
    charter_claims=Reach.NOTHING,
    charter_advises=Advice.SCOPE,
    partners="the developers of that product",
    partner_is="develops with",
    staffing="a full rotation, well under a tenth of the number of developers",
    changes=Reach.COVERED,
    authority=frozenset({"silence", "planMaintenance", "overrideGate"}),
    pager="holds it once a readiness review has opened the engagement; the developers keep a share of the watch",
    primary="sre",
    practices=practices("RRRRRRRR"),
    charter_demands={"scope": Level.WARNING},
    engagement_demands={"review": Level.ERROR} | dict.fromkeys(_AGREED, Level.WARNING),
    terms=Terms.of("50", "3M"),
    checklist=TAKING_THE_PAGER,
    goes_wrong_as=(
        Sign("several products, each half understood", ("one-product",)),
        Sign("more SREs than its product needs", ("sre-ratio",)),
        Sign("several teams that each build the same base", ("duplicate-tools",)),
        Sign("developers who no longer stand a watch of their own", ("developer-seat",)),
    ),
)
