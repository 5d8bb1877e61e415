"""Consulting: experienced SREs who advise partners inside or outside the company, and change nothing of theirs.

No charter of theirs covers anything; an engagement advises from its preparation on until it has ended, and holds no pager unless
it says so and why.
To a customer (a Group of type `customer`) they are customer reliability engineers.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from watchbill.org.charters import Implementation
from watchbill.org.faults import Level

from .checklist import FIRST_LOOK
from .rules import SCOPE_FORMS, Advice, ImplementationRules, Reach, Sign, Terms, practices


def called(partner_types: AbstractSet[str]) -> str:
    """Return what consultants are called, by the types of the groups that they serve, where one of them is a customer."""
    if "customer" not in partner_types:
        return ""
    return (
        "site and customer reliability engineers" if partner_types - {"customer"} else "customer reliability engineers"
    )


RULES = ImplementationRules(
    implementation=Implementation.CONSULTING,
    title="Consulting",
    summary="advises, proposes and drills, and leaves every change to the partner",
    scope_forms=SCOPE_FORMS - {"everything"},
    rank=6,
    charter_claims=Reach.NOTHING,
    charter_advises=Advice.NOBODY,
    partners="developers of the company, and customers",
    partner_is="advised by",
    staffing="people who served in another implementation before; where and when is on record",
    called=called,
    changes=Reach.NOTHING,
    authority=frozenset(),
    pager="none, unless an engagement gives it with a reason",
    primary="partner",
    advises_only=True,
    practices=practices("EEEEEEEE"),
    charter_demands={"experience": Level.WARNING},
    engagement_demands={"goals": Level.WARNING, "leads": Level.WARNING, "feedback": Level.NOTE},
    customer_demands={"selectedBy": Level.WARNING},
    terms=Terms.of("0", "3M"),
    checklist=FIRST_LOOK,
    goes_wrong_as=(
        Sign("advice from too far away", ("shared-goals",)),
        Sign("changing what belongs to the partner, or answering for it", ("consulting-boundary",)),
        Sign("choosing customers by more than one rule", ("consulting-selection",)),
    ),
)
