"""A goal judged again over its past, minute by minute as each was closed: which alerts come and go, what is left of the budget. Pure.

It decides as `rules` does. A running server looks several times a minute, also at the minute that is still being counted: there an
alert may begin up to a minute earlier or later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np

from watchbill.org.objectives import BurnTier, Goal, Severity
from watchbill.practices.goals import rules
from watchbill.practices.goals.charting import Column
from watchbill.practices.goals.ledger import minute_of, start_of
from watchbill.practices.goals.model import Amount
from watchbill.practices.goals.slicing import ceiling, floor

from .past import Looks, Past, Truth
from .spent import PLAIN_STATES, Spent, States, spent

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Alert:
    """An alert that would have been: while a tier of its severity held. `ended` is None where it goes on at the end.

    `tiers` says since when each of them held. `tier` is the one that began it, resting on `bad` of `total` events of its long window.
    `troubled_since` is when the minutes began that spent faster than the budget lasts, without a rest as long as the short window.
    """

    severity: Severity
    tiers: Mapping[str, datetime]
    tier: str
    began: datetime
    ended: datetime | None
    bad: Amount
    total: Amount
    troubled_since: datetime

    @property
    def detected_in(self) -> timedelta:
        """How long it took from the first of the trouble."""
        return self.began - self.troubled_since


@dataclass(frozen=True)
class Replayed:
    """A goal and what it comes to over [`since`, `until`); `measured` is the share of that time of which the ledger knows."""

    goal: Goal
    since: datetime
    until: datetime
    measured: float
    alerts: Sequence[Alert]
    budget: Spent


def replay(past: Past, since: datetime, until: datetime, states: States = PLAIN_STATES) -> Replayed:
    """Judge a goal at the end of each minute of [`since`, `until`); the past reaches back as far as `begin_of` says."""
    goal, first, last = past.goal, minute_of(since), minute_of(until)
    looks = Looks.of(goal, first, last)
    if not len(looks.at):
        raise ValueError("there is no minute to judge")
    span = past.windows(np.array([floor(first, goal.slices)]), looks.ends[-1:])
    return Replayed(
        goal,
        start_of(first),
        start_of(last),
        span.at(0).measured_share,
        _alerts(past, looks),
        spent(past, looks, states),
    )


def _alerts(past: Past, looks: Looks) -> list[Alert]:
    found = []
    for severity in Severity:
        tiers = [tier for tier in past.goal.tiers if tier.severity is severity]
        held = {tier: _held(past, tier, looks.ends) for tier in tiers}
        together = np.logical_or.reduce(list(held.values())) if held else np.zeros(len(looks.at), dtype=np.bool_)
        found += [_alert(past, severity, held, span, looks) for span in _spans(together)]
    return sorted(found, key=lambda alert: alert.began)


def _held(past: Past, tier: BurnTier, ends: Column) -> Truth:
    """Tell of each minute whether a tier holds at its end: as long as its short window does, and while that is out of sight."""
    goal = past.goal
    if not rules.is_fireable(tier.factor, goal.target):
        return np.zeros(len(ends), dtype=np.bool_)
    long, short = past.latest(tier.long, ends), past.latest(tier.short, ends)
    burns = short.hold(tier.factor, goal.target)
    begins = burns & long.hold(tier.factor, goal.target) & long.are_enough(goal) & short.are_enough(goal)
    unseen = (short.measured == 0) & (short.length > 0)
    return _going_on(begins, burns | unseen)


def _going_on(begins: Truth, goes_on: Truth) -> Truth:
    """Return where something is that begins where it may, and goes on as long as it can without a break."""
    order = np.arange(len(begins))
    last_begin = np.maximum.accumulate(np.where(begins, order, -1))
    last_break = np.maximum.accumulate(np.where(goes_on, -1, order))
    found: Truth = last_begin > last_break
    return found


def _spans(held: Truth) -> Iterable[tuple[int, int]]:
    """Yield where something holds: from which element on, up to which."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], held, [False])).astype(np.int8))).tolist()
    return zip(edges[::2], edges[1::2], strict=True)


def _alert(
    past: Past, severity: Severity, held: Mapping[BurnTier, Truth], span: tuple[int, int], looks: Looks
) -> Alert:  # fmt: skip
    begin, end = span
    since = {tier: begin + int(np.argmax(of[begin:end])) for tier, of in held.items() if of[begin:end].any()}
    first = min(since, key=lambda tier: (since[tier], tier.long))
    sums = past.latest(first.long, looks.ends[begin : begin + 1]).at(0)
    return Alert(
        severity=severity,
        tiers={tier.name: start_of(int(looks.at[number])) for tier, number in since.items()},
        tier=first.name,
        began=start_of(int(looks.at[begin])),
        ended=start_of(int(looks.at[end])) if end < len(looks.at) else None,
        bad=sums.amount(sums.bad),
        total=sums.amount(sums.total),
        troubled_since=start_of(_troubled_since(past, first, int(looks.ends[begin]))),
    )


def _troubled_since(past: Past, tier: BurnTier, end: int) -> int:
    """Return the minute in which the trouble began that a tier found at a minute's end."""
    slices = past.goal.slices
    rest = ceiling(tier.short // _MINUTE, slices)
    trouble = past.spent_fast(end - ceiling(tier.long // _MINUTE, slices), end)
    begin = trouble[-1] if trouble else end - 1
    for earlier, later in reversed(list(pairwise(trouble))):
        if later - earlier > rest:
            break
        begin = earlier
    return floor(begin, slices)
