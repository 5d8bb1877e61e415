"""Embedded: one or two SREs inside exactly one host team, for a time that is agreed beforehand.

They stand their fair share of the host's own watch, so the host's pager and policy stay in use; they change the host's code.
They stay members of an SRE team at home.
"""

from __future__ import annotations

from watchbill.org.charters import Implementation
from watchbill.org.faults import Level

from .checklist import JOINING_A_WATCH
from .rules import SCOPE_FORMS, Advice, ImplementationRules, Reach, Sign, Terms, practices

RULES = ImplementationRules(
    implementation=Implementation.EMBEDDED,
    title="Embedded",
    summary="works inside one host team until an agreed day, and stands a share of its watch",
    scope_forms=SCOPE_FORMS - {"everything"},
    rank=1,
    charter_claims=Reach.NOTHING,
    charter_advises=Advice.NOBODY,
    partners="exactly one team of developers, the host",
    hosts=1,
    partner_is="host of",
    staffing="one or two people, who keep a part of their time for an SRE team at home",
    people=2,
    home_team=True,
    changes=Reach.COVERED,
    authority=frozenset({"silence", "planMaintenance"}),
    pager="takes a fair share of the host's watch; the host's policy stays in use",
    primary="partner",
    host_pager=True,
    practices=practices("RRPRRPRP"),
    engagement_demands={
        "ends": Level.ERROR,
        "leads": Level.WARNING,
        "goals": Level.WARNING,
        "maturity": Level.NOTE,
    },
    terms=Terms.of("50", "3M"),
    checklist=JOINING_A_WATCH,
    goes_wrong_as=(
        Sign("staying on and on", ("embedded-no-end",)),
        Sign("being the host's operations person", ("fair-share",)),
    ),
)
