"""What a goal test comes to, as the answer `watchbill/goals-test/v1`: plain JSON values, exact ratios beside what rounds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from watchbill.lib.instants import rfc3339
from watchbill.org.objectives import Goal
from watchbill.practices.goals.model import Amount, Burn, GoalStatus, MinuteCount, MinuteState, plain

from .expecting import Difference
from .given import Given
from .running import Alert, Answered, Outcome

SCHEMA = "watchbill/goals-test/v1"
METHOD = "differences"
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"))


def goals_answer(given: Given, outcome: Outcome) -> list[dict[str, Any]]:
    """Return every goal with its minutes and the alerts that came and went."""
    return [
        {
            "goal": name,
            "target": float(goal.target),
            "targetExact": _exact(goal.target),
            "windowSeconds": int(goal.window.total_seconds()),
            "minutes": [
                _minute(count, is_open=count.minute >= outcome.open_from[name]) for count in outcome.minutes[name]
            ],
            "alerts": [_alert(alert) for alert in outcome.alerts[name]],
        }
        for name, goal in sorted(given.goals.items())
    ]


def _minute(count: MinuteCount, *, is_open: bool) -> dict[str, Any]:
    return {
        "minute": rfc3339(count.minute),
        "good": count.good,
        "total": count.total,
        "state": count.state.word,
        "lowerBound": count.lower_bound,
        "because": count.marks.words,
        "method": None if count.state is MinuteState.UNKNOWN else METHOD,
        "open": is_open,
    }


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "severity": alert.key.severity.value,
        "began": rfc3339(alert.began),
        "ended": None if alert.ended is None else rfc3339(alert.ended),
    }


def question_answer(goal: Goal, answered: Answered) -> dict[str, Any]:
    """Return what a goal's budget, burn and alerts were at the instant of a question."""
    status = answered.status
    remaining = None if not status.total else 1 - Fraction(status.spent) / status.budget
    left = None if status.allowed is None else 1 - (status.spent + status.assumed) / status.allowed
    return {
        "goal": status.goal,
        "at": rfc3339(status.at),
        "window": _window(goal, status),
        "counts": goal.counts,
        **_parts(status.good, status.total),
        "excluded": _excluded(status),
        "unknownMinutes": status.unknown_minutes,
        "lowerBoundMinutes": status.lower_bound_minutes,
        "coverage": status.coverage,
        **_both("budget", status.budget),
        "spentBy": [{"by": "notAttributed", "bad": plain(status.spent)}] if status.spent else [],
        **_both("remaining", remaining),
        "unknown": goal.unknown.value,
        **_both("assumedBad", status.assumed),
        **_both("allowed", status.allowed),
        **_both("left", left),
        "state": status.state.value,
        "exhaustedAt": None
        if status.spent_in is None
        else rfc3339((status.at + status.spent_in).replace(microsecond=0)),
        "uncorrected": _uncorrected(status),
        "burn": {_span(span): None if burn is None else float(burn) for span, burn in answered.burns.items()},
        "burnExact": {_span(span): _exact(burn) for span, burn in answered.burns.items()},
        "alerts": [_held(burn) for burn in status.burns if burn.holds],
        "problem": status.problem,
    }


def _window(goal: Goal, status: GoalStatus) -> dict[str, str]:
    """Return the window until the instant; with when it ends, where the calendar says so."""
    until_now = {"start": rfc3339(status.window_start), "end": rfc3339(status.at)}
    return until_now if goal.calendar is None else {**until_now, "periodEnd": rfc3339(status.window_end)}


def _excluded(status: GoalStatus) -> dict[str, int | float]:
    out = status.excluded
    return {"minutes": out.minutes, **_parts(out.good, out.total)}


def _parts(good: Amount, total: Amount) -> dict[str, int | float]:
    return {"good": plain(good), "bad": plain(total - good), "total": plain(total)}


def _uncorrected(status: GoalStatus) -> dict[str, Any] | None:
    """Return the figures with what was excluded, None where nothing was."""
    found = status.uncorrected
    if found is None:
        return None
    remaining = 1 - Fraction(found.spent) / found.budget if found.total else None
    return {**_parts(found.good, found.total), **_both("budget", found.budget), **_both("remaining", remaining)}


def _held(burn: Burn) -> dict[str, Any]:
    tier = burn.tier
    windows = (
        (tier.long, burn.long_good, burn.long_total, burn.long_measured, burn.long_rate),
        (tier.short, burn.short_good, burn.short_total, burn.short_measured, burn.short_rate),
    )
    return {
        "tier": tier.name,
        "severity": tier.severity.value,
        **_both("factor", tier.factor),
        "since": None if burn.since is None else rfc3339(burn.since),
        "windows": [
            {
                "window": _span(span),
                "bad": plain(total - good),
                "total": plain(total),
                "measured": measured,
                "burn": rate,
            }
            for span, good, total, measured, rate in windows
        ],
        "events": {"bad": plain(burn.long_total - burn.long_good), "total": plain(burn.long_total)},
    }


def _both(name: str, value: Fraction | None) -> dict[str, Any]:
    return {name: None if value is None else float(value), f"{name}Exact": _exact(value)}


def _exact(value: Fraction | None) -> dict[str, int] | None:
    return None if value is None else {"num": value.numerator, "den": value.denominator}


def _span(span: timedelta) -> str:
    """Return a window as documents write it: 5m, 6h, 3d."""
    seconds = int(span.total_seconds())
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size}{unit}"


def difference(one: Difference) -> dict[str, Any]:
    """Return a difference as programs get it; numbers with decimals as floats."""
    return {
        "goal": one.goal,
        "of": one.of,
        "at": rfc3339(one.at),
        "field": one.field,
        "expected": _plain(one.expected),
        "found": one.found,
        "file": one.file,
        "line": one.line,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def whole(given: Given, outcome: Outcome) -> dict[str, Any]:
    """Return goals and answers; `at` is the instant that the test ends with."""
    instants: Sequence[Mapping[str, Any]] = [question_answer(given.goals[a.question.goal], a) for a in outcome.answers]
    return {"schema": SCHEMA, "at": rfc3339(outcome.at), "goals": goals_answer(given, outcome), "answers": instants}
