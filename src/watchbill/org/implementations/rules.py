"""The one shape of an implementation: what a way of practising SRE may claim, change, and must declare.

Each of the six modules beside this one fills it in; nothing outside them asks which implementation a team has. No organisation
is read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from watchbill.org.charters import Implementation

SCOPE_FORMS = frozenset({"everything", "domains", "systems", "components", "resources", "ownedBy"})
PRACTICES = ("toil", "goals", "design", "observability", "incidents", "capacity", "change", "chaos")


class Reach(StrEnum):
    """How far a right goes: nowhere, to what the team's own group owns, or to all that the team covers."""

    NOTHING = "nothing"
    OWN = "own"
    COVERED = "covered"


class Advice(StrEnum):
    """Whom a charter advises without any engagement: nobody, what is in its scope, or what depends on the team's own things."""

    NOBODY = "nobody"
    SCOPE = "scope"
    DEPENDANTS = "dependants"


class Expectation(StrEnum):
    """What is expected of a practice: done by the team, done in part or by charter, or enabled for the partner."""

    REQUIRED = "required"
    PARTIAL = "partial"
    ENABLING = "enabling"


@dataclass(frozen=True)
class ImplementationRules:
    """What one implementation means for documents, coverage and authority.

    `scope_forms` are the forms of scope that a charter or an engagement may use. `rank` orders claims that are otherwise equal,
    lowest first. `charter_claims` says for which things a charter alone holds the pager, `charter_advises` whom it advises.
    `primary` is who holds the pager under an engagement that does not say (`sre` or `partner`); with `host_pager` the
    partner's own policy is used even where the SREs stand in it; with `advises_only` an engagement gives advice alone, unless
    it takes the pager with a reason. `changes` says how far the right to change code and configuration goes and
    `authority` which other actions an engagement gives by default. `people` and `teams` are upper bounds, None for no bound.
    """

    implementation: Implementation
    title: str
    summary: str
    scope_forms: frozenset[str]
    rank: int
    charter_claims: Reach
    charter_advises: Advice
    primary: str
    host_pager: bool
    advises_only: bool
    changes: Reach
    authority: frozenset[str]
    requires_end: bool
    people: int | None
    teams: int | None
    practices: Mapping[str, Expectation]

    @property
    def default_authority(self) -> frozenset[str]:
        """The actions that an engagement of this implementation gives when it names none itself."""
        changes = frozenset({"changeCode", "changeConfig"}) if self.changes is Reach.COVERED else frozenset[str]()
        return self.authority | changes


def practices(letters: str) -> Mapping[str, Expectation]:
    """Read eight letters, one a practice in the order of PRACTICES: R required, P partial, E enabling."""
    meaning = {"R": Expectation.REQUIRED, "P": Expectation.PARTIAL, "E": Expectation.ENABLING}
    return {practice: meaning[letter] for practice, letter in zip(PRACTICES, letters, strict=True)}
