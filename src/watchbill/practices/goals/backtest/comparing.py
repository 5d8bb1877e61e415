"""Goals that a change judges otherwise, and what each side would have made of one past. Pure but for the reading of ledgers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from watchbill.lib.instants import rfc3339
from watchbill.org.objectives import Goal, Severity
from watchbill.org.organization import Organization
from watchbill.practices.goals.agreed import excluded_from
from watchbill.practices.incidents.model import Course

from . import scoring
from .judging import Judged, judged, states_of
from .replay import Replayed
from .service import Ledgers


@dataclass(frozen=True)
class Sides:
    """The organisation before and after a change, and the names of the goals that are in both and judged otherwise."""

    before: Organization
    after: Organization
    names: Sequence[str]

    @classmethod
    def of(cls, before: Organization, after: Organization, at: datetime) -> Sides:
        """Return the sides of a change, as of an instant."""
        both = sorted(before.goals.keys() & after.goals.keys())
        names = [name for name in both if _judged_by(before, name, at) != _judged_by(after, name, at)]
        return cls(before, after, names)

    def goals(self, side: Organization) -> list[Goal]:
        """Return the goals of a side."""
        return [side.goals[name] for name in self.names]


async def compared(sides: Sides, ledgers: Ledgers, since: datetime, until: datetime) -> dict[str, Any]:
    """Return what both sides make of [`since`, `until`), as plain JSON values."""
    before, after = [
        await _judged(side, sides.goals(side), ledgers, since, until) for side in (sides.before, sides.after)
    ]
    left_out = {**before.left_out, **after.left_out}
    courses = await ledgers.incidents(sides.goals(sides.after), since, until)
    was = {one.goal.name: one for one in before.goals}
    return {
        "since": rfc3339(since),
        "until": rfc3339(until),
        "goals": [
            {
                "goal": one.goal.name,
                "file": one.goal.place.file,
                "line": one.goal.place.line,
                "before": _summary(was[one.goal.name], courses),
                "after": _summary(one, courses),
            }
            for one in after.goals
            if one.goal.name not in left_out
        ],
        "notReplayed": [{"goal": name, "why": why} for name, why in sorted(left_out.items())],
    }


async def _judged(
    side: Organization, goals: Sequence[Goal], ledgers: Ledgers, since: datetime, until: datetime
) -> Judged:
    pasts = {goal.name: await ledgers.past(goal, since, until, excluded_from(side, goal, until)) for goal in goals}
    return judged(side, goals, pasts, since, until)


def _summary(one: Replayed, courses: Sequence[Course]) -> Mapping[str, Any]:
    own = [course for course in courses if scoring.concerns(one, course)]
    recall = scoring.recall(scoring.found([one], own))
    shares = {severity.value: scoring.precision(one, own, severity) for severity in Severity}
    return {
        "targetText": one.goal.target_text,
        "over": one.goal.over,
        "alerts": {name: {"met": share.met, "of": share.of} for name, share in shares.items()},
        "incidents": {"met": recall.met, "of": recall.of},
        "left": one.budget.left,
        "lowest": one.budget.lowest,
    }


def _judged_by(organization: Organization, name: str, at: datetime) -> object:
    """Return all by which a goal's past is judged."""
    goal = organization.goals[name]
    window = (goal.target, goal.window, goal.calendar, goal.slices, goal.unknown)
    excluded = excluded_from(organization, goal, at)
    return window, goal.tiers, goal.least, tuple(states_of(organization, goal, at)), excluded
