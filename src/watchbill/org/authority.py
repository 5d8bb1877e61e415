"""Who may do what to which thing: the one place that decides, by a table of actions and roles.

Pure, from what is declared; facts of the moment (is the person on watch, did the page reach them) are handed in. It records
nothing and carries nothing out. A refusal always says what can be done instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .because import Because
from .entities import Thing
from .organization import Organization
from .roles import Role, Standing, standing_of
from .values import EntityRef

__all__ = ["TABLE", "Action", "Decision", "Role", "Rule", "decide"]


class Action(StrEnum):
    """What a person may want to do."""

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    HAND_OVER = "handOver"
    SILENCE = "silence"
    DECLARE_INCIDENT = "declareIncident"
    LEAD_INCIDENT = "leadIncident"
    RECOMMEND = "recommend"
    CHANGE_CODE = "changeCode"
    CHANGE_CONFIG = "changeConfig"
    BREAK_GLASS = "breakGlass"
    ADMINISTER = "administer"


@dataclass(frozen=True)
class Decision:
    """Whether a person may; `by` is the role that allows it (empty when refused), `because` the chain behind it.

    `requires` names what has to come with the act (a reason, an end, an approver); `instead` what can be done when refused.
    """

    allowed: bool
    by: str
    because: tuple[Because, ...]
    instead: tuple[str, ...]
    requires: tuple[str, ...] = ()

    @property
    def ground(self) -> str:
        """The role that allows it and why the person has it, in one line for the audit; empty when refused."""
        return f"{self.by}: {self.because[0].text}" if self.allowed else ""


@dataclass(frozen=True)
class Rule:
    """One row of the table: which roles may, and what has to come with it.

    With `by_terms` members of the covering team may only what their implementation or engagement gives them, and consultants what
    their engagement names.
    """

    roles: frozenset[Role]
    by_terms: bool = False
    requires: tuple[str, ...] = ()


_ON_THE_PAGE = frozenset({Role.ON_WATCH, Role.REACHED, Role.MEMBER, Role.OWNER})
_RESPONSIBLE = frozenset({Role.MEMBER, Role.OWNER})

TABLE: Mapping[Action, Rule] = {
    Action.ACKNOWLEDGE: Rule(_ON_THE_PAGE),
    Action.RESOLVE: Rule(_ON_THE_PAGE),
    Action.HAND_OVER: Rule(_ON_THE_PAGE),
    Action.SILENCE: Rule(_RESPONSIBLE, by_terms=True, requires=("reason", "end")),
    Action.DECLARE_INCIDENT: Rule(frozenset({Role.ANYONE})),
    Action.LEAD_INCIDENT: Rule(_RESPONSIBLE | {Role.ON_WATCH}),
    Action.RECOMMEND: Rule(_RESPONSIBLE | {Role.ADVISER}),
    Action.CHANGE_CODE: Rule(_RESPONSIBLE, by_terms=True),
    Action.CHANGE_CONFIG: Rule(_RESPONSIBLE, by_terms=True),
    Action.BREAK_GLASS: Rule(
        frozenset({Role.CONSULTANT}), requires=("reason", "approver from the partner", "end within 4 hours")
    ),
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
    administrator: bool = False,
) -> Decision:
    """Return whether `person` may do `action` to `thing` at `at`, by which role, and what else there is to do if not.

    `on_watch` says that a schedule of the page names them now, `reached` that the page has reached them. A `thing` of None
    or outside the catalog belongs to whoever the organisation's catchAll is. Who is not in the catalog may nothing.

    `administrator` says that the account was made an administrator's at the machine's console; with it an account that is
    tied to no person (None) may administer, and nothing else.
    """
    known = organization.things.get(thing) if thing is not None else None
    standing = standing_of(
        organization, person, known, at, on_watch=on_watch, reached=reached, administrator=administrator
    )
    rule = TABLE[action]
    for role, because in standing.roles.items():
        if _may(standing, role, action):
            return Decision(True, role.value, because, (), rule.requires)
    if person is None or person not in organization.users:
        return _unknown(person)
    return Decision(
        False, "", _refusal(person, action, rule, standing), _instead(action, known, standing, organization)
    )


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
    needed = sorted(role.value for role in rule.roles)
    roles = f"one of the roles {', '.join(needed)}" if len(needed) > 1 else f"the role {needed[0]}"
    text = f"{person} may not {action.value}: that needs {roles}."
    because = [Because("authority", text, None)]
    for role, reasons in standing.roles.items():
        if role is not Role.ANYONE:
            because += reasons
    if rule.by_terms and standing.covering is not None:
        source = standing.covering.source
        text = f"{source.subject} does not give its members {action.value} here."
        because.append(Because("authority-terms", text, source.place, source.document))
    return tuple(because)


def _instead(action: Action, thing: Thing | None, standing: Standing, organization: Organization) -> tuple[str, ...]:
    if action is Action.ADMINISTER:
        admins = ", ".join(str(admin) for admin in sorted(organization.admins))
        return (f"ask an administrator: {admins}",) if admins else ("name an administrator in the Organization",)
    owner = thing.owner if thing is not None else organization.catch_all
    ways = []
    if action is not Action.RECOMMEND and any(_may(standing, role, Action.RECOMMEND) for role in standing.roles):
        ways.append(f"recommend it to {owner}")
    if action is not Action.BREAK_GLASS and (engagement := standing.consulting) is not None:
        ways.append(f"break glass: with a reason and the approval of {engagement.partner}, for at most 4 hours")
    if owner is not None:
        ways.append(f"ask the owner, {owner}")
    if not standing.is_involved:
        ways.append("agree an engagement that covers it")
    return tuple(ways)


def _may(standing: Standing, role: Role, action: Action) -> bool:
    rule = TABLE[action]
    if rule.by_terms and role in {Role.MEMBER, Role.CONSULTANT}:
        return action.value in standing.terms.get(role, frozenset())
    return role in rule.roles
