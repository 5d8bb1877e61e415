"""What an unanswered page does next, in words: the steps of its policy and whom they lead to as the watch stands now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from watchbill.lib.numbers import several
from watchbill.org.charters import EscalationPolicy, Target
from watchbill.org.names import name_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef, Place
from watchbill.practices.oncall.frozen_policy import thaw
from watchbill.practices.oncall.model import OnWatch, Page, PageState

_KINDS = {"schedule": "schedule", "group": "group", "user": "person", "channel": "room"}


@dataclass(frozen=True)
class Called:
    """A target of a step: what it is called, what the document says (`written`), and the people behind it now."""

    title: str
    written: str
    people: str
    place: Place


@dataclass(frozen=True)
class Step:
    """A step of a policy, counted from 1; `wait` is how long it waits before the next."""

    number: int
    called: tuple[Called, ...]
    wait: timedelta


def steps(policy: EscalationPolicy, watches: Sequence[OnWatch], organization: Organization) -> list[Step]:
    """Return the steps of a policy with the people they lead to now."""
    return [
        Step(number, tuple(_called(target, watches, organization) for target in step.targets), step.wait)
        for number, step in enumerate(policy.steps, start=1)
    ]


def _called(target: Target, watches: Sequence[OnWatch], organization: Organization) -> Called:
    title = name_of(organization, f"{target.kind}:{target.name}")
    people = _people(target, watches, organization)
    return Called(title, f"{_KINDS[target.kind]} {target.name}", people, target.place)


def _people(target: Target, watches: Sequence[OnWatch], organization: Organization) -> str:
    name = name_of(organization, f"{target.kind}:{target.name}")
    if target.kind == "schedule":
        people = [each.now.people for each in watches if each.schedule.name == target.name]
        return ", ".join(name_of(organization, ref) for ref in (people[0] if people else ())) or "nobody now"
    if target.kind == "group":
        group = organization.groups.get(EntityRef.parse(target.name, kind="group"))
        return f"{name} ({several(len(group.members), 'person', 'people')})" if group else "nobody"
    return name


def next_step(page: Page, watches: Sequence[OnWatch], organization: Organization) -> str:
    """Return whom the page calls next if nobody answers: “Lee Kim”, “SRE core (4 people)”; empty where no step is to come."""
    frozen = thaw(page.policy)
    if frozen is None or page.state is not PageState.DUE or page.step > len(frozen.policy.steps):
        return ""
    step = frozen.policy.steps[page.step - 1]
    return ", ".join(dict.fromkeys(_people(target, watches, organization) for target in step.targets))
