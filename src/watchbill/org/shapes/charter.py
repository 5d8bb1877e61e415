"""watchbill's own documents on who serves whom: Organization, SRETeam, Engagement, ServiceProfile, ReadinessReview."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from .fields import Date, Name, Reference, Shape, Share, Span, Text, TimeZone, empty_list, empty_mapping
from .hours import HoursShape

ImplementationName: TypeAlias = Literal["kitchenSink", "infrastructure", "tools", "product", "embedded", "consulting"]
PracticeName: TypeAlias = Literal[
    "toil", "goals", "design", "observability", "incidents", "capacity", "change", "chaos"
]
Side: TypeAlias = Literal["sre", "partner"]
ActionName: TypeAlias = Literal[
    "changeCode",
    "changeConfig",
    "silence",
    "planMaintenance",
    "overrideGate",
    "setGoals",
    "excludeBudget",
    "rebook",
]


class Metadata(Shape, defer_build=False):
    """What every watchbill document says of itself."""

    name: Name
    title: Text | None = None
    description: Text | None = None
    labels: dict[str, str] = Field(default_factory=empty_mapping)
    annotations: dict[str, str] = Field(default_factory=empty_mapping)


class WatchbillDocument(Shape):
    """The envelope of every watchbill document."""

    api_version: Literal["watchbill/v1"]
    kind: str
    metadata: Metadata


class RuleOverride(Shape):
    """An override of a built-in rule or threshold, never without its reason."""

    rule: Name
    value: Any = None
    off: bool | None = None
    reason: Text
    by: Reference | None = None
    on: Date | None = None
    until: Date | None = None


class OrganizationSpec(Shape):
    """What holds for the whole organisation."""

    time_zone: TimeZone
    catch_all: Reference | None = None
    hours: dict[Name, list[HoursShape]] = Field(default_factory=empty_mapping)
    admins: list[Reference] = Field(default_factory=empty_list)
    rules: list[RuleOverride] = Field(default_factory=empty_list)


class Organization(WatchbillDocument):
    """The organisation: its time zone, who answers for what nobody covers, its named hours and its administrators."""

    spec: OrganizationSpec


class ScopeShape(Shape, defer_build=False):
    """Which things are meant: everything, or what is named, less what `except` names."""

    everything: Literal[True] | None = None
    domains: list[Reference] = Field(default_factory=empty_list)
    systems: list[Reference] = Field(default_factory=empty_list)
    components: list[Reference] = Field(default_factory=empty_list)
    resources: list[Reference] = Field(default_factory=empty_list)
    owned_by: list[Reference] = Field(default_factory=empty_list)
    except_: list[Reference] = Field(default_factory=empty_list, alias="except")


class Approval(Shape):
    """Who approved a charter, and when."""

    by: Reference
    on: Date


class Charter(Shape):
    """What a team is for, and over what."""

    mission: Text
    scope: ScopeShape | None = None
    partners: list[Reference] = Field(default_factory=empty_list)
    approved: Approval | None = None
    review_every: Span | None = None


class Experience(Shape):
    """Time that a person served in an implementation before."""

    implementation: ImplementationName
    from_: Date = Field(alias="from")
    to: Date | None = None


class Member(Shape):
    """Where a member differs from “in the group, full time”."""

    user: Reference
    share: Share | None = None
    until: Date | None = None
    experience: list[Experience] = Field(default_factory=empty_list)


class SRETeamSpec(Shape):
    """A Backstage group that practises SRE in one of the six implementations."""

    group: Reference
    implementation: ImplementationName
    charter: Charter | None = None
    members: list[Member] = Field(default_factory=empty_list)


class SRETeam(WatchbillDocument):
    """A group of the catalog that practises SRE: in which implementation, what it is for, and who serves in it how much."""

    spec: SRETeamSpec


class Pager(Shape):
    """Who holds the pager under an engagement."""

    primary: Side | None = None
    reason: Text | None = None
    hours: Name = "always"
    respond_within: Span | None = None
    classes: dict[Literal["application", "platform", "workflow"], Side] = Field(default_factory=empty_mapping)
    escalation: Name | None = None
    partner_share: Share | None = None


class Leads(Shape):
    """Who leads the engagement on either side."""

    sre: Reference | None = None
    partner: Reference | None = None


class AgreedStep(Shape):
    """One thing to do before the SREs take part fully, or before the partner answers alone again."""

    step: Text
    due: Date | None = None
    done: Date | None = None


class Feedback(Shape):
    """How the partner says what it thinks of the engagement, and how often."""

    how: Text
    every: Span | None = None


Score: TypeAlias = Annotated[int, Field(ge=1, le=5)]


class Maturity(Shape):
    """How mature the partner was on a day: 1 (by chance) to 5 (improves itself) for each area that was looked at."""

    on: Date
    observability: Score | None = None
    capacity: Score | None = None
    change: Score | None = None
    incidents: Score | None = None

    @property
    def scores(self) -> Mapping[str, int]:
        """The areas that were looked at, with their scores."""
        found = self.model_dump(exclude={"on"}, exclude_none=True)
        return {str(area): int(score) for area, score in found.items()}


class Agreement(Shape):
    """What both sides agreed on."""

    leads: Leads | None = None
    goals: list[Text] = Field(default_factory=empty_list)
    sre_share: Share | None = None
    operations_limit: Share | None = None
    budget_policy: Name | None = None
    escalate_to: Reference | None = None
    repositories: dict[Text, list[Literal["changeCode", "changeConfig"]]] | None = None
    onboarding: list[AgreedStep] = Field(default_factory=empty_list)
    review_every: Span | None = None
    feedback: Feedback | None = None
    maturity: list[Maturity] = Field(default_factory=empty_list)
    selected_by: Literal["revenue", "features", "workload"] | None = None
    hand_back_when: list[Text] = Field(default_factory=empty_list)
    hand_back: list[AgreedStep] = Field(default_factory=empty_list)


class ExtensionShape(Shape):
    """That an engagement was prolonged, by whom and why."""

    on: Date
    until: Date
    by: Reference
    why: Text


class ReviewHeldShape(Shape):
    """That the two sides looked at their engagement together, and what they decided."""

    on: Date
    by: Reference
    verdict: Literal["continue", "change", "handBack"]
    note: Text | None = None


class MoveShape(Shape):
    """One step in the life of an engagement."""

    state: Literal["proposed", "preparing", "active", "handingBack", "ended", "declined"]
    on: Date
    by: Reference
    why: Text


class EngagementSpec(Shape):
    """Which SRE team serves which partner, over what, on which terms."""

    sre: Name
    partner: Reference
    covers: ScopeShape
    practices: dict[PracticeName, Literal["sre", "partner", "joint"]] = Field(default_factory=empty_mapping)
    pager: Pager | None = None
    authority: list[ActionName] | None = None
    authority_reason: Text | None = None
    agreement: Agreement | None = None
    life: Annotated[list[MoveShape], Field(min_length=1)]
    ends: Date | None = None
    extensions: list[ExtensionShape] = Field(default_factory=empty_list)
    reviews: list[ReviewHeldShape] = Field(default_factory=empty_list)


class Engagement(WatchbillDocument):
    """That an SRE team serves a partner: over which things, who holds the pager, on which terms, and what became of it."""

    spec: EngagementSpec


def _reference_or_scope(value: Any) -> str:
    is_scope = isinstance(value, Mapping) and not set(value) <= {"kind", "namespace", "name"}
    return "scope" if is_scope else "reference"


ReferenceOrScope: TypeAlias = Annotated[
    Annotated[Reference, Tag("reference")] | Annotated[ScopeShape, Tag("scope")], Discriminator(_reference_or_scope)
]


class Redundancy(Shape):
    """How many copies of a dependency there are, and what may fail in all of them at once."""

    copies: Annotated[int, Field(ge=1)]
    shared_fate: list[Text] = Field(default_factory=empty_list)


class DependencyShape(Shape):
    """What a plain dependsOn does not say."""

    on: Reference
    critical: bool = False
    fallback: Text | None = None
    redundancy: Redundancy | None = None


class ServiceProfileSpec(Shape):
    """What the catalog has no field for, of one thing or of a scope."""

    for_: ReferenceOrScope = Field(alias="for")
    tier: Literal["critical", "high", "normal", "low"] | None = None
    phase: Literal["design", "build", "limited", "generalAvailability", "deprecated", "abandoned"] | None = None
    runbook: Text | None = None
    repositories: list[Text] = Field(default_factory=empty_list)
    dependencies: list[DependencyShape] = Field(default_factory=empty_list)


class ServiceProfile(WatchbillDocument):
    """What the catalog has no field for, of one thing or of many: how much it matters, its runbook, what it critically needs."""

    spec: ServiceProfileSpec


class ReviewItem(Shape):
    """One question of a readiness review and its answer."""

    area: Text
    question: Text
    status: Literal["yes", "no", "notApplicable"]
    evidence: Text | None = None
    owner: Reference | None = None
    reason: Text | None = None
    blocking: bool = False
    due: Date | None = None


class ReadinessReviewSpec(Shape):
    """Whether a service is ready for an engagement to become active."""

    engagement: Name
    date: Date
    reviewers: Annotated[list[Reference], Field(min_length=1)]
    outcome: Literal["ready", "readyWithConditions", "notReady"]
    items: Annotated[list[ReviewItem], Field(min_length=1)]


class ReadinessReview(WatchbillDocument):
    """What was asked before SREs take a pager, what the answers were, and whether that opens the engagement."""

    spec: ReadinessReviewSpec


KINDS: dict[str, type[WatchbillDocument]] = {
    "Organization": Organization,
    "SRETeam": SRETeam,
    "Engagement": Engagement,
    "ServiceProfile": ServiceProfile,
    "ReadinessReview": ReadinessReview,
}
