"""Goals held against what their server has seen: will they be measured, can their alerts be trusted, can they be met? Pure.

What is seen are estimates of the server, hour by hour, good for a judgement before a goal is in force; no ledger is made of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from watchbill.lib.durations import window
from watchbill.lib.numbers import count, digits_of, level, percent, rate, several, target
from watchbill.org.findings.finding import Verdict
from watchbill.org.objectives import BurnTier, Goal, Selector, Severity

HOURS = 28 * 24
HISTORY = "goal-and-history"
_HOUR = timedelta(hours=1)
_BUCKET = "le"
_QUIET = 3

Hours = Mapping[int, float]
"""Events by hour, the newest HOURS - 1; an hour without samples is not in it."""


@dataclass(frozen=True)
class Seen:
    """What a server has seen of a goal up to `until`: its events and the part of them by hour.

    `bounds` are the buckets of the histogram that tells the part apart, as they are written there; None where there is none.
    `keeps` is how long the server keeps samples, None where it does not tell.
    """

    until: datetime
    total: Hours
    part: Hours
    bounds: frozenset[str] | None = None
    keeps: timedelta | None = None

    def hour(self, number: int) -> datetime:
        """Return when an hour ended."""
        return self.until - (HOURS - 1 - number) * _HOUR


@dataclass(frozen=True)
class Doubt:
    """What is wrong with a goal by what was seen, and what to do."""

    rule: str
    level: Verdict
    goal: Goal
    text: str
    remedy: str


def doubts(goal: Goal, seen: Seen) -> list[Doubt]:
    """Return what is wrong with a goal, the worst first. What follows from another is left out."""
    if not seen.total:
        return [_nothing_at_all(goal)]
    missing = list(_bound(goal, seen)) or list(_no_part(goal, seen))
    found = [*_stopped(goal, seen), *missing, *_alone(goal, seen), *_never_enough(goal, seen), *_kept(goal, seen)]
    if not any(each.level.is_failing for each in missing):
        found += _history(goal, seen)
    return sorted(found, key=lambda each: each.level.rank)


def bucket_of(goal: Goal) -> tuple[Selector, str] | None:
    """Return the selector whose series are one bucket of a histogram, and the bound it names; None where there is none."""
    part = goal.good or goal.bad
    bounds = [each.value for each in part.matchers if (each.label, each.operator) == (_BUCKET, "=")] if part else []
    return (part, bounds[0]) if part is not None and bounds else None


def _nothing_at_all(goal: Goal) -> Doubt:
    return Doubt(
        "no-series",
        Verdict.FAIL,
        goal,
        f"No series matched {goal.total.text} at “{goal.source}” in the last 28 days: the goal would not be measured.",
        "Check the name of the metric and the values of its labels there.",
    )


def _no_part(goal: Goal, seen: Seen) -> Iterator[Doubt]:
    if seen.part:
        return
    if goal.good is not None:
        what = f"No series matched the good selector {goal.good.text}, while the total has some: nothing would be measured."
        yield Doubt(
            "no-series", Verdict.FAIL, goal, what, "Check the labels that it asks for beyond those of the total."
        )
    elif goal.bad is not None:
        what = (
            f"No series matched the bad selector {goal.bad.text} in the last 28 days: fine if nothing failed in them."
        )
        yield Doubt("no-series", Verdict.ADVICE, goal, what, "If something did, check the labels that it asks for.")


def _stopped(goal: Goal, seen: Seen) -> Iterator[Doubt]:
    newest = max(seen.total)
    if newest < HOURS - 1:
        what = f"{goal.total.text} has had no samples since {seen.hour(newest):%Y-%m-%d %H:%M} UTC."
        yield Doubt(
            "no-samples-now", Verdict.WARN, goal, what, "Check that its targets are up, or name what came after it."
        )


def _bound(goal: Goal, seen: Seen) -> Iterator[Doubt]:
    bucket = bucket_of(goal)
    if bucket is None or not seen.bounds or bucket[1] in seen.bounds:
        return
    selector, named = bucket
    wanted, known = _number(named), {written: _number(written) for written in seen.bounds}
    alike = sorted(written for written, value in known.items() if value == wanted is not None)
    if alike:
        what = f"{selector.text} matches nothing: the bucket is written “{alike[0]}” there, not “{named}”."
        remedy = f'Write {_BUCKET}=~"{named}|{alike[0]}", which goes on matching when the exporter changes how it writes numbers.'
    else:
        shown = " and ".join(_around(wanted, known))
        what = f"{_BUCKET}=“{named}” is the bound of no bucket of {selector.metric}; next to it are {shown}."
        remedy = "Promise what a bucket counts, or give the histogram this bound."
    yield Doubt("bucket-bound", Verdict.FAIL, goal, what, remedy)


def _around(wanted: float | None, known: Mapping[str, float | None]) -> list[str]:
    """Return the bounds next below and above a number, as they are written; all where it is none."""
    ordered = sorted(known, key=lambda written: known[written] or 0.0)
    if wanted is None:
        return ordered
    below = [written for written in ordered if (known[written] or 0.0) < wanted]
    return [*below[-1:], *ordered[len(below) : len(below) + 1]]


def _number(written: str) -> float | None:
    try:
        return float(written)
    except ValueError:
        return None


def _alone(goal: Goal, seen: Seen) -> Iterator[Doubt]:
    """Yield a doubt where a page would rest on a single failure in some hour, by the tier of which that is so most often."""
    if goal.slices is not None or goal.least.failures > 1:
        return
    pages = [tier for tier in goal.tiers if tier.severity is Severity.PAGE]
    found = [(len(quiet), tier, quiet) for tier in pages if (quiet := _quiet_hours(goal, tier, seen))]
    if not found:
        return
    hours, tier, quiet = max(found, key=lambda each: each[0])
    least = min(quiet)
    yield Doubt(
        "one-failure-pages",
        Verdict.WARN,
        goal,
        f"With this traffic a single failure pages by “{tier.name}” in {count(hours)} of {count(len(seen.total))} hours: "
        f"{several(max(1, round(least)), 'event')} in {window(tier.long)} at the quietest, of which one bad burns "
        f"{rate(1 / max(1.0, least) / float(1 - goal.target))}; the limit is {rate(tier.factor)}.",
        f"Ask for more in both windows, as in watchbill.dev/minimum-failures: '{_QUIET}'; or send synthetic traffic, or lower the "
        "goal.",
    )


def _quiet_hours(goal: Goal, tier: BurnTier, seen: Seen) -> list[float]:
    """Return how many events the tier's long window held, for each hour in which one failure among them would hold."""
    most = 1 / float(tier.factor * (1 - goal.target))
    whole = (hour for hour in seen.total if (hour + 1) * _HOUR >= tier.long)
    events = (_events(seen.total, hour, tier.long) for hour in whole)
    return [held for held in events if 0.5 <= held <= most and held >= goal.least.events]


def _events(hours: Hours, newest: int, span: timedelta) -> float:
    """Return how many events a window held that ended with an hour."""
    if span < _HOUR:
        return hours[newest] * (span / _HOUR)
    return sum(hours.get(hour, 0.0) for hour in range(newest - span // _HOUR + 1, newest + 1))


def _never_enough(goal: Goal, seen: Seen) -> Iterator[Doubt]:
    """Yield each page tier whose short window never held as many events as an alert has to rest on."""
    for tier in goal.tiers:
        if tier.severity is not Severity.PAGE or goal.slices is not None:
            continue
        most = max(_events(seen.total, hour, tier.short) for hour in seen.total)
        if most < goal.least.events:
            yield Doubt(
                "minimum-not-reached",
                Verdict.WARN,
                goal,
                f"“{tier.name}” would never page: it asks for {several(goal.least.events, 'event')} in {window(tier.short)}, and in "
                f"the busiest hour of the last 28 days there were about {count(most)}.",
                "Lower watchbill.dev/minimum-events.",
            )


def _kept(goal: Goal, seen: Seen) -> Iterator[Doubt]:
    if seen.keeps is not None and seen.keeps < goal.window:
        yield Doubt(
            "window-and-retention",
            Verdict.ADVICE,
            goal,
            f"The goal looks back {window(goal.window)}, and “{goal.source}” keeps {window(seen.keeps)}: of the time before the goal "
            "was measured no more than that can be filled in. The ledger keeps what it measured.",
            f"Let the server keep {window(goal.window)}; or read the measured share beside the budget until the ledger is as old.",
        )


def _history(goal: Goal, seen: Seen) -> Iterator[Doubt]:
    total, part = sum(seen.total.values()), sum(seen.part.get(hour, 0.0) for hour in seen.total)
    if goal.aspirational or goal.slices is not None or total < 1:
        return
    good = min(part, total) if goal.good is not None else max(0.0, total - part)
    share = Fraction(good) / Fraction(total)
    if share >= goal.target:
        return
    yield Doubt(
        HISTORY,
        Verdict.WARN,
        goal,
        f"{target(goal.target_text)} is asked for, and {level(share, goal.target_text)} of about {count(total)} events were good in "
        f"{several(len(seen.total), 'hour')} of the last 28 days.",
        f"Begin with what was measured, {percent(share, digits_of(goal.target_text))}, and raise it by what users need; or mark it "
        "with watchbill.dev/aspirational: 'true'.",
    )
