"""Goals → recording and alerting rules for a Prometheus ruler: one file for each source, and why the other goals have none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from watchbill.org import coverage, promql
from watchbill.org.charters import AlertClass
from watchbill.org.objectives import Goal, Least, Selector, SourceKind
from watchbill.org.organization import Organization
from watchbill.org.values import Place

from . import rule_text
from .counters import LONGEST_READ, STEP, Counters
from .dialect import Dialect
from .own_names import OWN
from .rule_text import Group, Rule
from .sloth_names import SLOTH
from .words import Told

_DAY = timedelta(days=1)
_SLOWLY = "2m"
_SAMPLES_NEEDED = 2


DIALECTS: Mapping[str, Dialect] = {"watchbill": OWN, "sloth": SLOTH}


@dataclass(frozen=True)
class NotCompiled:
    """A goal that has no rules: why, what to do, and where it stands."""

    goal: str
    why: str
    mend: str
    place: Place


@dataclass(frozen=True)
class RuleFile:
    """The rules of one source's goals."""

    source: str
    goals: tuple[str, ...]
    groups: tuple[Group, ...]
    opening: tuple[str, ...]


@dataclass(frozen=True)
class Compiled:
    """What was compiled, by source, and the goals that could not be, by name."""

    files: tuple[RuleFile, ...]
    not_compiled: tuple[NotCompiled, ...]


def compile_rules(organization: Organization, at: datetime, names: str = "watchbill") -> Compiled:
    """Return the rules of every goal. Alerts name who holds the pager at an instant. `names` is a key of DIALECTS."""
    dialect = DIALECTS[names]
    refused = tuple(each for goal in _in_order(organization) if (each := _refusal(organization, goal, dialect)))
    without = {each.goal for each in refused}
    files = []
    for source in sorted(organization.sources):
        goals = [goal for goal in _in_order(organization) if goal.source == source and goal.name not in without]
        if goals:
            files.append(_file(organization, source, goals, at, dialect))
    return Compiled(tuple(files), refused)


def as_yaml(files: Sequence[RuleFile]) -> str:
    """Return the rules of these sources as one file."""
    opening: list[str] = []
    for line in (line for file in files for line in file.opening):
        if line not in opening:
            opening.append(line)
    return rule_text.as_yaml([group for file in files for group in file.groups], opening)


def _in_order(organization: Organization) -> list[Goal]:
    return [goal for _, goal in sorted(organization.goals.items())]


def _refusal(organization: Organization, goal: Goal, dialect: Dialect) -> NotCompiled | None:
    source = organization.sources[goal.source]
    if source.kind is SourceKind.SCRAPE:
        why = f"its source “{source.name}” is scraped by watchbill itself: no ruler has its series"
        return NotCompiled(
            goal.name, why, "Have your Prometheus scrape it, and make the DataSource type: prometheus.", goal.place
        )
    if goal.slices is not None or goal.calendar is not None:
        what = "its budget counts time slices" if goal.slices is not None else "its window follows the calendar"
        mend = "Alert on it from watchbill, or give the ruler a goal with Occurrences over a rolling window."
        return NotCompiled(goal.name, f"{what}: a ruler's rules can say neither", mend, goal.place)
    if goal.least != Least():
        why = "its alerts wait for a least number of events or failures, which a ruler's rules do not count"
        return NotCompiled(goal.name, why, "Alert on it from watchbill, or take the minimum out.", goal.place)
    for matcher in (each for selector in _selectors(goal) for each in selector.matchers):
        if matcher.operator in {"=~", "!~"} and not promql.is_readable(matcher.value):
            why = f"Prometheus cannot read the pattern “{matcher.value}” of its label {matcher.label}"
            return NotCompiled(
                goal.name, why, "Write it without look-around, references back and possessive repeats.", goal.place
            )
    shortest = min(STEP, *dialect.windows(goal))
    if shortest < _SAMPLES_NEEDED * source.interval:
        why = (
            f"its window of {promql.window(shortest)} can hold less than two samples: “{source.name}” has one every "
            f"{promql.window(source.interval)}"
        )
        return NotCompiled(goal.name, why, "Give it a longer window, or longer lookback windows.", goal.place)
    return None


def _selectors(goal: Goal) -> tuple[Selector, ...]:
    return tuple(each for each in (goal.total, goal.good, goal.bad) if each is not None)


def _file(organization: Organization, source: str, goals: Sequence[Goal], at: datetime, dialect: Dialect) -> RuleFile:
    windows = sorted({window for goal in goals for window in dialect.windows(goal)})
    near, far = [each for each in windows if each <= _DAY], [each for each in windows if each > _DAY]
    counters = Counters(source, _windows_of(goals, dialect))
    shared = [*counters.reading(), *_over(counters, near, dialect)]
    of_goals = [rule for goal in goals for rule in dialect.rules(_told(organization, goal, at), counters)]
    groups = [Group(f"watchbill:{source}", "1m", (*shared, *of_goals))]
    if far:
        groups.append(Group(f"watchbill:{source}:long", _SLOWLY, tuple(_over(counters, far, dialect))))
    opening = (
        f"Rules of {organization.title} for the ruler of a Prometheus, by watchbill compile prometheus.",
        "Change the goals and compile again; do not edit.",
        *dialect.opening,
    )
    return RuleFile(source, tuple(goal.name for goal in goals), tuple(groups), opening)


def _over(counters: Counters, windows: Iterable[timedelta], dialect: Dialect) -> Iterator[Rule]:
    windows = list(windows)
    yield from counters.summing(windows)
    if dialect.looks_at_coverage:
        yield from counters.covering(windows)


def _windows_of(goals: Iterable[Goal], dialect: Dialect) -> dict[Selector, frozenset[timedelta]]:
    found: dict[Selector, frozenset[timedelta]] = {}
    for goal in goals:
        read = frozenset(window for window in dialect.windows(goal) if window <= LONGEST_READ)
        for selector in _selectors(goal):
            found[selector] = found.get(selector, frozenset()) | read
    return found


def _told(organization: Organization, goal: Goal, at: datetime) -> Told:
    thing = organization.things.get(goal.service)
    alert_class = AlertClass.WORKFLOW if thing is not None and thing.is_workflow else AlertClass.APPLICATION
    answer = coverage.pager(organization, goal.service, alert_class, at)
    return Told(goal, answer.holder, answer.policy, thing.runbook if thing is not None else None)
