"""Who may do what to which thing, and with whose approval: the one place that decides, by a table of actions and roles.

Pure, from what is declared; facts of the moment (is the person on watch, did they break the glass) are handed in. It records
nothing and carries nothing out. A refusal always says what can be done instead.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from watchbill.lib.errors import Refused

from .approvals import Act, Approval, Approvers, approvers_of, partners_of
from .because import Because, listed
from .belonging import is_or_belongs_to
from .broken_glass import LONGEST, BrokenGlass
from .claims import day_of
from .entities import Thing
from .organization import Organization
from .roles import Presence, Role, Standing, standing_of
from .terms import CHANGES, open_repositories
from .values import EntityRef

__all__ = ["TABLE", "Action", "Approval", "Decision", "Role", "Rule", "decide", "decide_approval", "gives"]

_HOURS = f"{LONGEST.total_seconds() / 3600:g} hours"


class Action(StrEnum):
    """What a person may want to do."""

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    HAND_OVER = "handOver"
    SILENCE = "silence"
    PLAN_MAINTENANCE = "planMaintenance"
    OVERRIDE_SHIFT = "overrideShift"
    SWAP = "swap"
    EDIT_GOAL = "editGoal"
    EDIT_POLICY = "editPolicy"
    EXCLUDE_BUDGET = "excludeBudget"
    REBOOK = "rebook"
    OVERRIDE_GATE = "overrideGate"
    DECLARE_INCIDENT = "declareIncident"
    LEAD_INCIDENT = "leadIncident"
    RECOMMEND = "recommend"
    ACCEPT_RECOMMENDATION = "acceptRecommendation"
    BREAK_GLASS = "breakGlass"
    CHANGE_CODE = "changeCode"
    CHANGE_CONFIG = "changeConfig"
    MANAGE_ENGAGEMENT = "manageEngagement"
    ADMINISTER = "administer"


@dataclass(frozen=True)
class Decision:
    """Whether a person may; `by` is the role that allows it (empty when refused), `because` the chain behind it.

    `requires` names what has to come with the act (a reason, an end, an approval); `approver` is the person or group that has to
    approve it, None where nobody has to, and `or_by` who may in their place, `barred` whose approval does not count; `instead` is what
    can be done when refused.
    `team` and `engagement` are those that the person acts for, None where the role comes from no SRE team or from its charter
    alone.
    """

    allowed: bool
    by: str
    because: tuple[Because, ...]
    instead: tuple[str, ...]
    requires: tuple[str, ...] = ()
    approver: EntityRef | None = None
    team: str | None = None
    engagement: str | None = None
    or_by: tuple[EntityRef, ...] = ()
    barred: frozenset[EntityRef] = frozenset()

    @property
    def ground(self) -> str:
        """The role that allows it and why the person has it, in one line for the audit; empty when refused."""
        return f"{self.by}: {self.because[0].text}" if self.allowed else ""

    def refusal(self, about: EntityRef) -> Refused:
        """Return the error that says why not, and what can be done instead."""
        return Refused(self.because[0].text, "; ".join(self.instead), instead=self.instead, about=str(about))


@dataclass(frozen=True)
class Rule:
    """One row of the table: which roles may, what has to come with it, and whose approval.

    With `by_terms` members of the covering team may only what their implementation or engagement gives them, and consultants what
    their engagement names. With `alone_by` a side to which the engagement gives that needs no approval.
    """

    roles: frozenset[Role]
    by_terms: bool = False
    requires: tuple[str, ...] = ()
    approval: Approval | None = None
    alone_by: str = ""


_RESPONSIBLE = frozenset({Role.MEMBER, Role.OWNER})
_ON_THE_PAGE = _RESPONSIBLE | {Role.ON_WATCH, Role.REACHED}
_SHIFT = frozenset({Role.CONCERNED, Role.WATCH_LEAD})
_IN_AN_EMERGENCY = _RESPONSIBLE | {Role.BROKEN_GLASS}
_YES_OF_WHO_GETS_IT = ("the yes of whoever gets a published shift",)

TABLE: Mapping[Action, Rule] = {
    Action.ACKNOWLEDGE: Rule(_ON_THE_PAGE),
    Action.RESOLVE: Rule(_ON_THE_PAGE),
    Action.HAND_OVER: Rule(_ON_THE_PAGE),
    Action.SILENCE: Rule(_IN_AN_EMERGENCY, by_terms=True, requires=("reason", "end")),
    Action.PLAN_MAINTENANCE: Rule(_IN_AN_EMERGENCY, by_terms=True, requires=("reason", "end")),
    Action.OVERRIDE_SHIFT: Rule(_SHIFT, requires=_YES_OF_WHO_GETS_IT),
    Action.SWAP: Rule(_SHIFT, requires=_YES_OF_WHO_GETS_IT),
    Action.EDIT_GOAL: Rule(_RESPONSIBLE, approval=Approval.OTHER_SIDE, alone_by="setGoals"),
    Action.EDIT_POLICY: Rule(_RESPONSIBLE, approval=Approval.OTHER_SIDE, alone_by="setGoals"),
    Action.EXCLUDE_BUDGET: Rule(
        frozenset({Role.MEMBER, Role.APPROVER}), by_terms=True, requires=("reason",), approval=Approval.OWNER
    ),
    Action.REBOOK: Rule(
        frozenset({Role.MEMBER, Role.APPROVER}), by_terms=True, requires=("reason",), approval=Approval.OWNER
    ),
    Action.OVERRIDE_GATE: Rule(frozenset({Role.MEMBER, Role.APPROVER}), by_terms=True, requires=("reason",)),
    Action.DECLARE_INCIDENT: Rule(frozenset({Role.ANYONE})),
    Action.LEAD_INCIDENT: Rule(_RESPONSIBLE | {Role.ON_WATCH}),
    Action.RECOMMEND: Rule(_RESPONSIBLE | {Role.ADVISER}),
    Action.ACCEPT_RECOMMENDATION: Rule(frozenset({Role.OWNER})),
    Action.BREAK_GLASS: Rule(
        frozenset({Role.CONSULTANT}), requires=("reason", f"end within {_HOURS}"), approval=Approval.PARTNER
    ),
    Action.CHANGE_CODE: Rule(_IN_AN_EMERGENCY, by_terms=True),
    Action.CHANGE_CONFIG: Rule(_IN_AN_EMERGENCY, by_terms=True),
    Action.MANAGE_ENGAGEMENT: Rule(frozenset({Role.LEAD}), requires=("reason",), approval=Approval.OTHER_LEAD),
    Action.ADMINISTER: Rule(frozenset({Role.ADMIN})),
}


def decide(
    organization: Organization,
    person: EntityRef | None,
    action: Action,
    thing: EntityRef | None,
    at: datetime,
    *,
    on_watch: bool = False,
    reached: bool = False,
    concerned: bool = False,
    administrator: bool = False,
    glass: Collection[BrokenGlass] = (),
) -> Decision:
    """Return whether `person` may do `action` to `thing` at `at`, by which role, and what else there is to do if not.

    `on_watch` says that a schedule of the page names them now, `reached` that the page has reached them, `concerned` that the
    shift in question is theirs or becomes theirs; `glass` are approved break-glasses, of which those of this person and thing
    count while they are open. A `thing` of None or outside the catalog belongs to whoever the organisation's catchAll is. Who
    is not in the catalog may nothing.

    `administrator` says that the account was made an administrator's at the machine's console; with it an account that is
    tied to no person (None) may administer, and nothing else.
    """
    known = organization.things.get(thing) if thing is not None else None
    presence = Presence(on_watch, reached, concerned, administrator, glass)
    standing = standing_of(organization, person, known, at, presence)
    rule = TABLE[action]
    for role, because in standing.roles.items():
        if _may(standing, role, action):
            owner = known.owner if known is not None else organization.catch_all
            is_alone = rule.alone_by in standing.terms.get(role, ())
            act = Act(person, role, owner)
            approvers = approvers_of(organization, rule.approval, act, standing, is_alone=is_alone)
            if approvers is not None and approvers.nobody:
                ways = _instead(organization, person, action, known, standing)
                return _without_approver(approvers, standing, ways)
            return _allowed(role, because, rule.requires + _places(standing, role, action, known), approvers, standing)
    if person is None or person not in organization.users:
        return _unknown(person)
    return Decision(
        False, "", _refusal(person, action, rule, standing), _instead(organization, person, action, known, standing)
    )


def decide_approval(
    organization: Organization,
    approver: EntityRef,
    act: Decision,
    at: datetime,
    *,
    of: EntityRef,
) -> Decision:
    """Return whether `approver` may at `at` give the approval that an act of the person `of` needs, as `act` was decided.

    Nobody approves their own, nor what their own side asks of the other.
    """
    if not act.allowed:
        return Decision(False, "", act.because, act.instead)
    if act.approver is None:
        return Decision(False, "", (Because("approval", "It needs nobody's approval.", None),), ())
    ask = (f"ask for the approval of {act.approver}",)
    if approver == of:
        return Decision(False, "", (Because("approval", "Nobody approves what they ask for themselves.", None),), ask)
    if approver in act.barred:
        text = f"{approver} is of the same side as {of}: the approval is the other side's."
        return Decision(False, "", (Because("approval", text, None),), ask)
    parties, day = (act.approver, *act.or_by), day_of(organization, at)
    spoken_for = [each for each in parties if is_or_belongs_to(organization, approver, each, day)]
    if approver not in organization.users or not spoken_for:
        text = f"{approver} may not approve it: that needs somebody of {act.approver}."
        return Decision(False, "", (Because("approval", text, None),), ask)
    party = spoken_for[0]
    text = f"{approver} speaks for {party}." if approver != party else f"{approver} is asked for it by name."
    return Decision(True, "approver", (Because("approval", text, None),), ())


def _allowed(
    role: Role,
    because: tuple[Because, ...],
    requires: tuple[str, ...],
    approvers: Approvers | None,
    standing: Standing,
) -> Decision:
    team, engagement = standing.acts_for.get(role, (None, None))
    if approvers is None:
        return Decision(True, role.value, because, (), requires, None, team, engagement)
    requires = (*requires, f"the approval of {approvers.words}")
    first, others, barred = approvers.first, approvers.others, approvers.barred
    return Decision(True, role.value, because, (), requires, first, team, engagement, others, barred)


def _places(standing: Standing, role: Role, action: Action, thing: Thing | None) -> tuple[str, ...]:
    """Return where a member may make a change, when not in every repository of the thing."""
    claim = standing.covering
    if role is not Role.MEMBER or action not in CHANGES or thing is None or claim is None:
        return ()
    is_open = open_repositories(claim.source, thing, action)
    return () if is_open == thing.repositories else (f"in {listed(is_open)} alone",)


def _without_approver(approvers: Approvers, standing: Standing, ways: tuple[str, ...]) -> Decision:
    text = f"It needs the approval of {approvers.first}, and nobody is there to give it."
    place = standing.consulting.place if standing.consulting is not None else None
    return Decision(False, "", (Because("nobody-approves", text, place),), (*ways, approvers.nobody))


def _unknown(person: EntityRef | None) -> Decision:
    instead: tuple[str, ...]
    if person is None:
        text = "The account is not tied to a person of the catalog."
        instead = (
            "put the account's e-mail address into the catalog and open a new one-time link",
            "ask for a link that names the person: watchbill invite E-MAIL --as user:NAME",
        )
    else:
        text = f"{person} is not in the catalog."
        instead = (f"ask an administrator to put {person} into the catalog",)
    return Decision(False, "", (Because("unknown-person", text, None),), instead)


def _refusal(person: EntityRef, action: Action, rule: Rule, standing: Standing) -> tuple[Because, ...]:
    needed = sorted(role.value for role in rule.roles - {Role.BROKEN_GLASS})
    roles = f"one of the roles {', '.join(needed)}" if len(needed) > 1 else f"the role {needed[0]}"
    text = f"{person} may not {action.value}: that needs {roles}."
    because = [Because("authority", text, None)]
    for role, reasons in standing.roles.items():
        if role is not Role.ANYONE:
            because += [each for each in reasons if each not in because]
    if rule.by_terms and standing.covering is not None:
        source = standing.covering.source
        text = f"{source.subject} does not give its members {action.value} here."
        because.append(Because("authority-terms", text, source.place, source.document))
    return tuple(because)


def _instead(
    organization: Organization, person: EntityRef | None, action: Action, thing: Thing | None, standing: Standing
) -> tuple[str, ...]:
    if action is Action.ADMINISTER:
        admins = ", ".join(str(admin) for admin in sorted(organization.admins))
        return (f"ask an administrator: {admins}",) if admins else ("name an administrator in the Organization",)
    if Role.WATCH_LEAD in TABLE[action].roles:
        asked = f", or the lead of {standing.watch}" if standing.watch is not None else ""
        return (f"ask whoever gives the shift and whoever gets it{asked}",)
    owner = thing.owner if thing is not None else organization.catch_all
    ways = []
    if action is not Action.RECOMMEND and any(_may(standing, role, Action.RECOMMEND) for role in standing.roles):
        ways.append(f"recommend it to {owner}")
    if _opens_with_glass(action) and (engagement := standing.consulting) is not None:
        ways.append(_offer_of_glass(partners_of(organization, engagement, owner, person, standing.day)))
    if owner is not None:
        ways.append(f"ask the owner, {owner}")
    if not standing.is_involved:
        ways.append("agree an engagement that covers it")
    return tuple(ways)


def _offer_of_glass(partners: Approvers) -> str:
    if partners.nobody:
        return f"break glass, once it can be approved: {partners.nobody}"
    return f"break glass: with a reason and the approval of {partners.words}, for at most {_HOURS}"


def _opens_with_glass(action: Action) -> bool:
    return Role.BROKEN_GLASS in TABLE[action].roles


def _may(standing: Standing, role: Role, action: Action) -> bool:
    return gives(role, action, standing.terms.get(role, frozenset()))


def gives(role: Role, action: Action, terms: AbstractSet[str]) -> bool:
    """Return whether a role gives an action by the table; `terms` are what documents give to members and consultants on the thing."""
    rule = TABLE[action]
    if rule.by_terms and role in {Role.MEMBER, Role.CONSULTANT}:
        return action.value in terms
    return role in rule.roles or (role is Role.CONSULTANT and rule.alone_by in terms)
