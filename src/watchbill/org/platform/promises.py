"""Which goals of a thing compose with those of other things: those that say whether it answers, not how fast."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from watchbill.org.objectives import Goal
from watchbill.org.values import EntityRef

_BUCKET_LABEL = "le"


@dataclass(frozen=True)
class Promise:
    """The goals of one thing that compose, and which of them counts for what.

    `asked`, the strictest, is what the thing itself has to be carried for. `given`, the loosest, is what others can count on
    whatever they ask of it. `left_out` are goals that do not compose: how fast an answer is adds up along a chain, it does not
    multiply.
    """

    asked: Goal
    given: Goal
    goals: tuple[Goal, ...]
    left_out: tuple[Goal, ...]


def promises(goals: Iterable[Goal]) -> Mapping[EntityRef, Promise]:
    """Return what each thing promises; things with no goal that composes are left out. An aspirational goal is no promise."""
    by_thing: dict[EntityRef, list[Goal]] = defaultdict(list)
    for goal in sorted(goals, key=lambda each: (each.target, each.window, each.name)):
        if not goal.aspirational:
            by_thing[goal.service].append(goal)
    found = {thing: _promise(of_it) for thing, of_it in by_thing.items()}
    return {thing: promise for thing, promise in found.items() if promise is not None}


def fits(given: Goal, into: Goal) -> bool:
    """Whether a goal promises as much over another's window: the same, or one that goes into it a whole number of times."""
    return not into.window % given.window


def _promise(goals: Iterable[Goal]) -> Promise | None:
    """Choose among the goals of one thing, the loosest first."""
    composing = tuple(goal for goal in goals if not _is_about_speed(goal))
    if not composing:
        return None
    left_out = tuple(goal for goal in goals if goal not in composing)
    return Promise(asked=composing[-1], given=composing[0], goals=composing, left_out=left_out)


def _is_about_speed(goal: Goal) -> bool:
    """Whether the events told apart are those of a histogram's bucket: fast enough, or not."""
    told_apart = goal.good or goal.bad
    return told_apart is not None and any(matcher.label == _BUCKET_LABEL for matcher in told_apart.matchers)
