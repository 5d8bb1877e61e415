"""Who stands a watch: now, as rows that several pages show, and one person's shifts to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from watchbill.org.organization import Organization
from watchbill.org.rotation import Shift, shifts
from watchbill.org.values import EntityRef
from watchbill.practices.oncall.model import OnWatch

AHEAD = timedelta(weeks=8)
MOST_SHIFTS = 4


@dataclass(frozen=True)
class Watcher:
    """A person on watch, or nobody: on which watch, whom it serves, at which step it is called, and until when."""

    person: EntityRef | None
    watch: str
    serves: tuple[str, ...]
    step: int
    until: datetime

    @property
    def role(self) -> str:
        """Which watch and for whom: “Checkout primary · Checkout SRE”; a team that the watch is named after is said once."""
        return " · ".join(dict.fromkeys((self.watch, *self.serves)))


def watchers(watches: Sequence[OnWatch], organization: Organization) -> list[Watcher]:
    """Return who is on watch now, one row a person and schedule: SRE teams first, each team in the order in which it is called.

    A schedule with nobody has a row too.
    """
    rows: list[Watcher] = []
    for watch in watches:
        schedule = watch.schedule
        serves = tuple(teams_served(organization, schedule.name))
        step = _first_step(organization, schedule.name)
        people: Sequence[EntityRef | None] = watch.now.people or (None,)
        rows += [Watcher(person, schedule.title or schedule.name, serves, step, watch.now.end) for person in people]
    practising = {team.title for team in organization.sre_teams.values()}
    return sorted(rows, key=lambda row: (not practising.intersection(row.serves), row.serves, row.step))


def _first_step(organization: Organization, schedule: str) -> int:
    """Return the earliest step, counted from 1, at which a policy calls a schedule; 0 where none does."""
    found = (
        number
        for policy in organization.escalation_policies.values()
        for number, step in enumerate(policy.steps, start=1)
        if any(target.kind == "schedule" and target.name == schedule for target in step.targets)
    )
    return min(found, default=0)


def teams_served(organization: Organization, schedule: str) -> list[str]:
    """Return the titles of the groups whose escalation policy calls a schedule."""
    groups = {
        group
        for policy in organization.escalation_policies.values()
        for group in policy.groups
        if schedule in policy.schedules
    }
    teams = {team.group: team.title for team in organization.sre_teams.values()}
    known = organization.groups
    return sorted(teams.get(group) or (known[group].title if group in known else group.name) for group in groups)


@dataclass(frozen=True)
class OwnShift:
    """A shift of the person who looks: of which watch, for whom, and whether it runs now."""

    watch: str
    serves: tuple[str, ...]
    shift: Shift
    now: bool


def own_shifts(user: EntityRef, organization: Organization, now: datetime) -> list[OwnShift]:
    """Return the next shifts of a person within eight weeks, the one that runs first."""
    found = [
        OwnShift(
            schedule.title or schedule.name,
            tuple(teams_served(organization, schedule.name)),
            shift,
            shift.start <= now < shift.end,
        )
        for schedule in organization.schedules.values()
        if any(user in turn for layer in schedule.layers for turn in layer.turns)
        for shift in shifts(schedule, now, now + AHEAD)
        if user in shift.people
    ]
    return sorted(found, key=lambda own: own.shift.start)[:MOST_SHIFTS]
