"""What changes when goals are looked at anew: burns that begin, go on at other tiers, or end, and the signals that say so. Pure.

The tiers of one goal and severity make one alert: `goal:<name>:<severity>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from watchbill.lib.durations import closely, window
from watchbill.lib.numbers import amount, left, rate, target
from watchbill.org.charters import AlertClass
from watchbill.org.objectives import Goal, Severity
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.practices.incidents.model import Signal, SignalStatus

from .model import Burn, GoalStatus, plain

SOURCE = "goal"
_ALL_OF_IT = 0.995


@dataclass(frozen=True)
class BurnKey:
    """A goal and a severity: what one alert is about."""

    goal: str
    severity: Severity

    @property
    def fingerprint(self) -> str:
        """The alert's key."""
        return f"{SOURCE}:{self.goal}:{self.severity.value}"


@dataclass(frozen=True)
class BurnState:
    """A burn that goes on: since when, which tiers hold since when, and what its alert was said to be about."""

    since: datetime
    tiers: Mapping[str, datetime]
    title: str
    thing: str
    alert_class: AlertClass


@dataclass(frozen=True)
class BurnMove:
    """A change: the state from now on (None: it ended), and the signal that says so.

    Without a signal where only tiers fell away and others still hold: an alert that somebody resolved meanwhile must not
    page again because the burn became less.
    """

    key: BurnKey
    state: BurnState | None
    signal: Signal | None


def moves(
    before: Mapping[BurnKey, BurnState], statuses: Iterable[GoalStatus], organization: Organization, now: datetime
) -> list[BurnMove]:
    """Return what changed since `before`: one move for each goal and severity whose holding tiers are others now.

    A burn of a goal that is no longer declared ends.
    """
    found: list[BurnMove] = []
    for status in statuses:
        goal = organization.goals[status.goal]
        for severity in Severity:
            key = BurnKey(goal.name, severity)
            held = [burn for burn in status.burns if burn.tier.severity is severity and burn.holds]
            known = before.get(key)
            if not held and known is not None:
                evidence = figures(goal, status, ())
                found.append(_end(key, known, "No burn tier holds any more.", evidence, now))
            elif {burn.tier.name for burn in held} != set(known.tiers if known else ()):
                found.append(_go_on(known, held, goal, status, organization))
    gone = (key for key in before if key.goal not in organization.goals)
    found.extend(_end(key, before[key], "The goal is no longer declared.", {}, now) for key in gone)
    return found


def after(before: Mapping[BurnKey, BurnState], found: Iterable[BurnMove]) -> dict[BurnKey, BurnState]:
    """Return the burns that go on once these moves were made."""
    now = {**before, **{move.key: move.state for move in found}}
    return {key: state for key, state in now.items() if state is not None}


def _go_on(
    before: BurnState | None, held: list[Burn], goal: Goal, status: GoalStatus, organization: Organization
) -> BurnMove:
    thing = organization.things.get(goal.service)
    alert_class = AlertClass.WORKFLOW if thing is not None and thing.is_workflow else AlertClass.APPLICATION
    state = BurnState(
        since=before.since if before else status.at,
        tiers={burn.tier.name: burn.since or status.at for burn in held},
        title=f"{goal.title} burns its error budget",
        thing=str(goal.service),
        alert_class=alert_class,
    )
    key = BurnKey(goal.name, held[0].tier.severity)
    annotations = {"summary": " ".join(_sentence(goal, burn) for burn in held), "description": goal.description}
    if before is not None and set(state.tiers) < set(before.tiers):
        return BurnMove(key, state, None)
    return BurnMove(key, state, _signal(key, state, annotations, figures(goal, status, held)))


def _end(key: BurnKey, state: BurnState, summary: str, evidence: Mapping[str, Any], now: datetime) -> BurnMove:
    return BurnMove(key, None, _signal(key, state, {"summary": summary}, evidence, ended=now))


def _signal(
    key: BurnKey,
    state: BurnState,
    annotations: Mapping[str, str],
    evidence: Mapping[str, Any],
    ended: datetime | None = None,
) -> Signal:
    thing = EntityRef.parse(state.thing, kind="component")
    return Signal(
        source=SOURCE,
        fingerprint=key.fingerprint,
        status=SignalStatus.FIRING if ended is None else SignalStatus.RESOLVED,
        title=state.title,
        thing=thing,
        alert_class=state.alert_class,
        severity=key.severity,
        starts_at=state.since,
        ends_at=ended,
        labels={"goal": key.goal, "severity": key.severity.value, "service": str(thing)},
        annotations=annotations,
        figures=evidence,
    )


def figures(goal: Goal, status: GoalStatus, held: Sequence[Burn]) -> dict[str, Any]:
    """Return the evidence of a burn as plain JSON values, units in the names: which windows, which events, what is left.

    `in_words` says the same in sentences, for messages.
    """
    return {
        "in_words": [*(_sentence(goal, burn) for burn in held), _left(goal, status)],
        "goal": goal.name,
        "target": goal.target_text,
        "window_seconds": _seconds(goal.window),
        "window_start": status.window_start.isoformat(),
        "as_of": status.at.isoformat(),
        "counts": goal.counts,
        "good_events": plain(status.good),
        "bad_events": plain(status.spent),
        "total_events": plain(status.total),
        "allowed_events": None if status.allowed is None else float(status.allowed),
        "budget_left_share": status.left,
        "measured_share": status.coverage,
        "tiers": [_tier_figures(burn) for burn in held],
        "rule": "bad / total x measured share of the window >= factor x (1 - target): begins in both windows, ends in the short",
    }


def _tier_figures(burn: Burn) -> dict[str, Any]:
    tier = burn.tier
    return {
        "tier": tier.name,
        "factor": float(tier.factor),
        "since": burn.since.isoformat() if burn.since else None,
        "long_window_seconds": _seconds(tier.long),
        "long_bad_events": plain(burn.long_total - burn.long_good),
        "long_total_events": plain(burn.long_total),
        "long_measured_share": burn.long_measured,
        "long_burn_rate": burn.long_rate,
        "short_window_seconds": _seconds(tier.short),
        "short_bad_events": plain(burn.short_total - burn.short_good),
        "short_total_events": plain(burn.short_total),
        "short_measured_share": burn.short_measured,
        "short_burn_rate": burn.short_rate,
    }


def _sentence(goal: Goal, burn: Burn) -> str:
    tier = burn.tier
    bad = burn.long_total - burn.long_good
    events = f"{amount(bad)} of {amount(burn.long_total)} {goal.counts} in the last {window(tier.long)}"
    return (
        f"{events}{_measured(tier.long, burn.long_measured * burn.long_counted)} were bad: a burn of {_times(burn.long_rate)}, and "
        f"of {_times(burn.short_rate)} in the last {window(tier.short)}; this rule's limit is {rate(tier.factor)}."
    )


def _left(goal: Goal, status: GoalStatus) -> str:
    bad = f"{amount(status.spent)} of {amount(status.total)} {goal.counts}"
    measured = _measured(goal.window, status.coverage)
    words = f"{bad} were bad in the goal's window of {goal.over}{measured}; the goal is {target(goal.target_text)}"
    if status.allowed is None:
        return f"{words}."
    return f"{words}, which allows {amount(status.allowed)} in the whole window: {left(status.left)} of the budget is left."


def _measured(span: timedelta, share: float) -> str:
    """How much of a span was measured, where it is not nearly all."""
    return "" if share > _ALL_OF_IT else f" ({closely(span * share)} of it measured)"


def _times(burn_rate: float | None) -> str:
    return "unknown size" if burn_rate is None else rate(burn_rate)


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
