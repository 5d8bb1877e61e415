"""The one shape of an implementation: what a way of practising SRE may claim, change, and must declare.

Each of the six modules beside this one fills it in; nothing outside them asks which implementation a team has. No organisation
is read here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from watchbill.org.charters import Implementation
from watchbill.org.faults import Level
from watchbill.org.values import Duration

from .checklist import Question

SCOPE_FORMS = frozenset({"everything", "domains", "systems", "components", "resources", "ownedBy"})
PRACTICES = ("toil", "goals", "design", "observability", "incidents", "capacity", "change", "chaos")


class Reach(StrEnum):
    """How far a right goes: nowhere, to what the team's own group owns, or to all that the team covers."""

    NOTHING = "nothing"
    OWN = "own"
    COVERED = "covered"


class Advice(StrEnum):
    """Whom a charter advises without any engagement: nobody, what is in its scope, or what depends on the team's own things.

    Adopters are those dependants, and beside them all that the partners of the charter own.
    """

    NOBODY = "nobody"
    SCOPE = "scope"
    DEPENDANTS = "dependants"
    ADOPTERS = "adopters"


class Expectation(StrEnum):
    """What is expected of a practice: done by the team, done in part or by charter, or enabled for the partner."""

    REQUIRED = "required"
    PARTIAL = "partial"
    ENABLING = "enabling"


@dataclass(frozen=True)
class Terms:
    """What holds between two sides whose agreement says nothing else: the limit on operations, and how often they meet."""

    operations_limit: Fraction
    review_every: Duration

    @classmethod
    def of(cls, operations_limit: str, review_every: str) -> Terms:
        """Return terms as they are written in documents: `50` (percent), `3M`."""
        return cls(Fraction(int(operations_limit), 100), Duration.parse(review_every))


@dataclass(frozen=True)
class Sign:
    """A way in which an implementation goes wrong, and the ids of the rules whose findings show it."""

    words: str
    rules: tuple[str, ...]


def nothing_else(_partner_types: AbstractSet[str]) -> str:
    """Return that a team's people are called SREs and nothing else, whomever they serve."""
    return ""


@dataclass(frozen=True)
class ImplementationRules:
    """What one implementation means for documents, coverage and authority.

    Scope: `scope_forms` are the forms that a charter or an engagement may use; `rank` orders claims that are otherwise equal,
    lowest first; `charter_claims` says for which things a charter alone holds the pager, `charter_advises` whom it advises.

    Staffing: `people`, `teams` and `hosts` are upper bounds of people in a team, of such teams in an organisation and of
    partners at one time, None for no bound; with `home_team` its people serve in another SRE team as well; `called` gives what
    they are called beside SREs by the types of the groups that they serve, the empty text for nothing else.

    Authority: `changes` says how far the right to change code and configuration goes, `authority` which other actions an
    engagement gives by default.

    Pager: `primary` is who holds it under an engagement that does not say (`sre` or `partner`); with `host_pager` the partner's
    own policy is used even where the SREs stand in it; with `advises_only` an engagement gives advice alone, unless it takes
    the pager with a reason.

    Demands: what documents must say, by the names of their fields, and how much it matters where they do not. Those on an
    engagement (`customer_demands`: one with a customer) count once it is active. `terms` hold where an agreement says nothing,
    `checklist` is what a readiness review asks.

    `partners`, `staffing`, `pager` and `goes_wrong_as` say it in words, the last with the rules that watch for it; `partner_is`
    says what a partner is to such a team, before the team's name.
    """

    implementation: Implementation
    title: str
    summary: str
    scope_forms: frozenset[str]
    rank: int
    charter_claims: Reach
    charter_advises: Advice
    partners: str
    partner_is: str
    staffing: str
    changes: Reach
    authority: frozenset[str]
    pager: str
    primary: str
    practices: Mapping[str, Expectation]
    terms: Terms
    checklist: tuple[Question, ...]
    goes_wrong_as: tuple[Sign, ...]
    charter_demands: Mapping[str, Level] = field(default_factory=dict)
    engagement_demands: Mapping[str, Level] = field(default_factory=dict)
    customer_demands: Mapping[str, Level] = field(default_factory=dict)
    people: int | None = None
    teams: int | None = None
    hosts: int | None = None
    home_team: bool = False
    host_pager: bool = False
    advises_only: bool = False
    called: Callable[[AbstractSet[str]], str] = nothing_else

    @property
    def default_authority(self) -> frozenset[str]:
        """The actions that an engagement of this implementation gives when it names none itself."""
        changes = frozenset({"changeCode", "changeConfig"}) if self.changes is Reach.COVERED else frozenset[str]()
        return self.authority | changes

    @property
    def needs_review(self) -> bool:
        """Whether a readiness review comes before an engagement becomes active."""
        return "review" in self.engagement_demands


def practices(letters: str) -> Mapping[str, Expectation]:
    """Read eight letters, one a practice in the order of PRACTICES: R required, P partial, E enabling."""
    meaning = {"R": Expectation.REQUIRED, "P": Expectation.PARTIAL, "E": Expectation.ENABLING}
    return {practice: meaning[letter] for practice, letter in zip(PRACTICES, letters, strict=True)}
