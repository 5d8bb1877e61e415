"""Answers whether a person may do something to a thing, by which role or document, and what they can do instead.

Nothing is decided here that `org.authority` does not decide the same way when somebody acts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from watchbill.lib.errors import Invalid
from watchbill.lib.instants import rfc3339
from watchbill.org.authority import Action, Decision, Role, decide
from watchbill.org.broken_glass import BrokenGlass
from watchbill.org.charters import AlertClass
from watchbill.org.coverage import pager
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

from .explain import because_as_json

SCHEMA = "watchbill/allowed/v1"


@dataclass(frozen=True)
class Asked:
    """Who wants to do what to which thing, and when."""

    person: EntityRef
    action: Action
    thing: EntityRef
    at: datetime


def allowed(organization: Organization, asked: Asked, glass: Collection[BrokenGlass] = ()) -> Decision:
    """Return what is decided of a person by what is declared and by broken `glass`; on watch or reached by a page they are not.

    A shift is not named: whoever stands in the rotation has shifts of their own to give, and takes those of others.
    """
    stands = _stands_in_rotation(organization, asked)
    decision = decide(organization, asked.person, asked.action, asked.thing, asked.at, concerned=stands, glass=glass)
    if decision.allowed and decision.by == Role.CONCERNED:
        return replace(decision, requires=("a shift that is theirs or becomes theirs", *decision.requires))
    return decision


def _stands_in_rotation(organization: Organization, asked: Asked) -> bool:
    answer = pager(organization, asked.thing, AlertClass.APPLICATION, asked.at)
    policy = organization.escalation_policies.get(answer.policy or "")
    called = (organization.schedules.get(name) for name in policy.schedules) if policy is not None else ()
    return any(
        asked.person in turn
        for schedule in called
        if schedule is not None
        for layer in schedule.layers
        for turn in layer.turns
    )


def action_named(text: str) -> Action:
    """Return the action that somebody named. Raises Invalid."""
    try:
        return Action(text)
    except ValueError as error:
        close = get_close_matches(text, list(Action), 1)
        mend = f"Did you mean “{close[0]}”?" if close else f"Name one of {', '.join(Action)}."
        raise Invalid(f"There is no action “{text[:80]}”.", mend) from error


def allowed_as_json(asked: Asked, decision: Decision) -> dict[str, Any]:
    """Return a decision as plain JSON values; a `by` of null says that they may not."""
    return {
        "schema": SCHEMA,
        "at": rfc3339(asked.at),
        "person": str(asked.person),
        "action": asked.action.value,
        "service": str(asked.thing),
        "allowed": decision.allowed,
        "by": decision.by or None,
        "requires": list(decision.requires),
        "approver": str(decision.approver) if decision.approver is not None else None,
        "instead": list(decision.instead),
        "because": [because_as_json(because) for because in decision.because],
    }
