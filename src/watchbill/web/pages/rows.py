"""Rows that several places show: goals with their state and sparkline, things with who answers for them, people on watch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from watchbill.org.charters import AlertClass
from watchbill.org.coverage import PagerAnswer, pager
from watchbill.org.entities import Tier
from watchbill.org.objectives import Goal
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.practices.goals.fleet import URGENCY
from watchbill.practices.goals.model import GoalStatus, Standing
from watchbill.teams.explain import usual_class
from watchbill.web.doors import Doors
from watchbill.web.show.drawings import Spark, spark


@dataclass(frozen=True)
class GoalRow:
    """A goal as a list shows it: how it stands, who answers for what it speaks of, and its last day drawn."""

    goal: Goal
    status: GoalStatus
    held: PagerAnswer
    drawn: Spark


async def standings(doors: Doors, now: datetime, goals: Iterable[Goal] | None = None) -> list[Standing]:
    """Return how goals stand, the most urgent first; all of them when none are named."""
    declared = doors.in_force.organization.goals
    statuses = await doors.goals.statuses_of(declared if goals is None else [goal.name for goal in goals], now)
    return by_urgency(Standing(declared[status.goal], status) for status in statuses if status.goal in declared)


def by_urgency(standing: Iterable[Standing]) -> list[Standing]:
    """Return how goals stand, the most urgent first."""
    return sorted(standing, key=_urgency)


def _urgency(standing: Standing) -> tuple[int, bool, str]:
    status = standing.status
    return URGENCY.index(status.state), status.pages_in is None, standing.goal.name


async def goal_rows(doors: Doors, now: datetime, shown: Iterable[Standing]) -> list[GoalRow]:
    """Return goals as rows, their last day read in one go. Hand in what a page shows, not more."""
    organization, standing = doors.in_force.organization, list(shown)
    days = await doors.goals.recents([each.goal.name for each in standing], now)
    return [
        GoalRow(
            each.goal,
            each.status,
            held_by(organization, each.goal.service, now),
            spark(days[each.goal.name].burns(each.goal) if each.goal.name in days else (), each.goal),
        )
        for each in standing
    ]


def held_by(organization: Organization, thing: EntityRef, now: datetime) -> PagerAnswer:
    """Return who answers for a thing: by the workflow's class for what runs and ends, else by the application's."""
    known = organization.things.get(thing)
    return pager(organization, thing, usual_class(known) if known else AlertClass.APPLICATION, now)


def uncovered(answers: Iterable[PagerAnswer], organization: Organization) -> list[PagerAnswer]:
    """Return the things without an SRE team or with a gap on the way to a person, the most important first."""
    order: Mapping[Tier, int] = {tier: index for index, tier in enumerate(Tier)}
    found = [each for each in answers if each.thing is not None and (each.gap is not None or each.team is None)]
    return sorted(
        found, key=lambda each: (order[organization.things[each.thing].tier], each.thing) if each.thing else (9, "")
    )
