"""Explains a page before it happens: who would be paged for a thing at an instant, and every step of the way there.

Joins coverage (which policy) with the watch (who stands behind it). It ends at people, or at the document where the way
ends. Nothing is decided here that a page would not decide the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from watchbill.lib.errors import NotFound
from watchbill.lib.instants import in_zone, rfc3339
from watchbill.org.because import Because
from watchbill.org.charters import AlertClass, EscalationPolicy, EscalationStep, Target
from watchbill.org.coverage import PagerAnswer, pager
from watchbill.org.entities import Thing
from watchbill.org.names import name_of
from watchbill.org.organization import Organization
from watchbill.org.rotation import shift_at
from watchbill.org.values import EntityRef
from watchbill.practices.oncall.frozen_policy import FrozenPolicy
from watchbill.practices.oncall.model import Outcome, Room
from watchbill.practices.oncall.reach import Missed, Recipient, reach_of

SCHEMA = "watchbill/explain/v1"
_MISSED = {
    Outcome.NOBODY_ON_WATCH: "nobody is on watch",
    Outcome.GROUP_IS_EMPTY: "the group has no members",
    Outcome.OUTSIDE_HOURS: "the step is outside its hours",
}


@dataclass(frozen=True)
class Paged:
    """Somebody whom the page reaches: `recipient` is a user or a room (`channel:NAME`), `ways` are channel and address each."""

    recipient: str
    title: str
    ways: tuple[tuple[str, str], ...]
    at: datetime
    step: int


@dataclass(frozen=True)
class Explanation:
    """Who would be paged first, and why. `gap` says where the way ends if it reaches nobody; `because` is the whole chain."""

    at: datetime
    answer: PagerAnswer
    paged: tuple[Paged, ...]
    gap: str | None
    because: Sequence[Because]


def explain_page(
    organization: Organization, thing: EntityRef | None, alert_class: AlertClass, at: datetime
) -> Explanation:
    """Return who would be paged first for `thing` if a page opened at `at`, with the chain that leads there."""
    answer = pager(organization, thing, alert_class, at)
    policy = organization.escalation_policies.get(answer.policy) if answer.policy is not None else None
    if policy is None:
        return Explanation(at, answer, (), answer.gap, answer.because)
    paged, gap, climb = _climb(organization, policy, at)
    return Explanation(at, answer, paged, gap, (*answer.because, *climb))


def thing_named(organization: Organization, text: str) -> Thing:
    """Return the thing that a person's `[kind:][namespace/]name` means: a component, else a resource. Raises NotFound."""
    for kind in ("component", "resource"):
        try:
            thing = organization.things.get(EntityRef.parse(text, kind=kind))
        except ValueError:
            break
        if thing is not None:
            return thing
    close = get_close_matches(text.lower().rpartition(":")[2], [ref.name for ref in organization.things], 1)
    mend = f"Did you mean “{close[0]}”?" if close else "The list of services has them all."
    raise NotFound(f"There is no service, workflow or resource “{text[:80]}”.", mend)


def usual_class(thing: Thing) -> AlertClass:
    """Return the class of alert that is a thing's own: `workflow` for a workflow, else `application`."""
    return AlertClass.WORKFLOW if thing.is_workflow else AlertClass.APPLICATION


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as plain JSON values; times are RFC 3339 in UTC."""
    answer = explanation.answer
    return {
        "schema": SCHEMA,
        "at": rfc3339(explanation.at),
        "service": str(answer.thing) if answer.thing is not None else None,
        "pager": {
            "alertClass": answer.alert_class.value,
            "holder": str(answer.holder) if answer.holder is not None else None,
            "team": answer.team,
            "engagement": answer.engagement,
            "policy": answer.policy,
            "told": [str(holder) for holder in answer.told],
        },
        "advisers": list(answer.advisers),
        "gap": explanation.gap,
        "paged": [
            {
                "recipient": paged.recipient,
                "title": paged.title,
                "ways": [{"channel": channel, "address": address} for channel, address in paged.ways],
                "at": rfc3339(paged.at),
                "step": paged.step,
            }
            for paged in explanation.paged
        ],
        "because": [because_as_json(because) for because in explanation.because],
    }


def because_as_json(because: Because) -> dict[str, Any]:
    """Return one step of a chain as plain JSON values; `file` and `line` are null where nothing is written."""
    place = because.place
    return {
        "rule": because.rule,
        "text": because.text,
        "document": because.document,
        "file": place.file if place is not None else None,
        "line": place.line if place is not None else None,
    }


def _climb(
    organization: Organization, policy: EscalationPolicy, at: datetime
) -> tuple[tuple[Paged, ...], str | None, list[Because]]:
    """Return whom the first step that reaches anyone reaches, what is missing if none does, and the reasons."""
    zone = ZoneInfo(organization.time_zone)
    because: list[Because] = []
    for number, step in enumerate(policy.steps, 1):
        reach = reach_of(step, FrozenPolicy(policy, zone), organization, _rooms(step), at)
        because.append(_step(policy, step, number))
        if reach.recipients:
            paged = tuple(_paged(organization, recipient, at, number) for recipient in reach.recipients)
            because += _people(organization, step, reach.recipients, at)
            return paged, None, because
        because += [_missed(policy, step, missed) for missed in reach.missed]
        if policy.hold_on_nobody and not reach.is_closed:
            gap = f"step {number} of {policy.name} reaches nobody, and the policy holds there"
            return (), gap, because
    return (), f"no step of {policy.name} reaches anybody at this time", because


def _rooms(step: EscalationStep) -> Mapping[str, Room]:
    """Return a stand-in for each room that the step names: which rooms there are stands in the server's settings."""
    return {target.name: Room(target.name, "room", "") for target in step.targets if target.kind == "channel"}


def _step(policy: EscalationPolicy, step: EscalationStep, number: int) -> Because:
    targets = ", ".join(f"{target.kind}:{target.name}" for target in step.targets)
    turn = ", one person in turn" if step.round_robin else ""
    text = f"Step {number} of {policy.title or policy.name} notifies {targets}{turn}."
    return Because("escalation-step", text, step.place, f"EscalationPolicy {policy.name}")


def _missed(policy: EscalationPolicy, step: EscalationStep, missed: Missed) -> Because:
    what = missed.target or "The step"
    text = f"{what} reaches nobody: {_MISSED.get(missed.outcome, 'it leads nowhere')}."
    return Because("reached-nobody", text, step.place, f"EscalationPolicy {policy.name}")


def _people(
    organization: Organization, step: EscalationStep, recipients: tuple[Recipient, ...], at: datetime
) -> list[Because]:
    because = [reason for target in step.targets if (reason := _on_watch(organization, target, at)) is not None]
    for recipient in recipients:
        user = organization.users.get(EntityRef.parse(recipient.name, kind="user"))
        if user is not None:
            ways = (
                f"the inbox and e-mail to {user.email}"
                if user.email
                else "the inbox; the catalog has no e-mail address"
            )
            text = f"{user.title or user.ref.name} is reached by {ways}."
            because.append(Because("person", text, user.place, f"User {user.ref.name}"))
    return because


def _on_watch(organization: Organization, target: Target, at: datetime) -> Because | None:
    if target.kind == "group":
        group = organization.groups.get(EntityRef.parse(target.name, kind="group"))
        text = f"Everyone in {target.kind}:{target.name} is notified."
        return Because("group-members", text, group.place, f"Group {group.ref.name}") if group is not None else None
    schedule = organization.schedules.get(target.name) if target.kind == "schedule" else None
    if schedule is None:
        return None
    shift = shift_at(schedule, at)
    zone = ZoneInfo(schedule.time_zone)
    names = " and ".join(name_of(organization, person) for person in shift.people) or "Nobody"
    are = "are" if len(shift.people) > 1 else "is"
    start, end = (in_zone(edge, zone) for edge in (shift.start, shift.end))
    text = f"{names} {are} on watch from {start} to {end}: {shift.reason}."
    place = next((layer.place for layer in schedule.layers if layer.name == shift.layer), schedule.place)
    return Because("on-watch", text, place, f"Schedule {schedule.name}")


def _paged(organization: Organization, recipient: Recipient, at: datetime, step: int) -> Paged:
    kind, _, name = recipient.name.partition(":")
    if kind == "channel":
        return Paged(recipient.name, name, (("room", name),), at, step)
    ref = EntityRef.parse(recipient.name, kind="user")
    user = organization.users.get(ref)
    mail = (("email", user.email),) if user is not None and user.email else ()
    return Paged(recipient.name, name_of(organization, ref), (("inbox", recipient.name), *mail), at, step)
