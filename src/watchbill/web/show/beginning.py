"""How an incident began before its first alert: the first minute over the limit in the ledger, or when a sender says it began.

It reads what is stored, the figures that a burn was found by and the goal's minutes; nothing is judged anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from watchbill.lib.durations import duration, window
from watchbill.lib.numbers import count, rate
from watchbill.practices.goals.model import MinuteCount
from watchbill.practices.record.model import Entry, Kind
from watchbill.practices.record.sentences import SENDERS

from .sentences import Line

COUNTER, SENDER = "counter", "sender"
_HEARD_AT_ONCE = timedelta(seconds=1)


@dataclass(frozen=True)
class Sight:
    """What a burn was found by: the minutes of `goal` in [`start`, `end`), and a rule of two windows.

    A minute is over the rule's limit where more than `most_bad` of its events (0..1) are bad.
    """

    entry: Entry
    goal: str
    start: datetime
    end: datetime
    factor: float
    most_bad: float
    windows: tuple[timedelta, timedelta]


def sight_of(entries: Sequence[Entry]) -> Sight | None:
    """Return what the first burn of a record was found by; None where the record has none."""
    for entry in entries:
        figures = entry.details.get("figures") or {}
        if entry.kind is Kind.BURN_FOUND and figures.get("tiers"):
            tier = figures["tiers"][0]
            long, short = (timedelta(seconds=tier[f"{name}_window_seconds"]) for name in ("long", "short"))
            end = datetime.fromisoformat(figures["as_of"])
            allowed = 1 - float(figures["target"]) / 100
            return Sight(
                entry, figures["goal"], end - long, end, tier["factor"], tier["factor"] * allowed, (long, short)
            )
    return None


def with_beginning(
    lines: Sequence[Line], entries: Sequence[Entry], sight: Sight | None, minutes: Sequence[MinuteCount]
) -> list[Line]:
    """Return a timeline that begins where the trouble did; the first burn, and the first alert from outside, follow from it."""
    fired = next((entry for entry in entries if entry.kind is Kind.ALERT_FIRED), None)
    story = list(lines)
    if sight is not None:
        story = _with(story, _counted(sight, minutes), sight.entry.id)
    if fired is not None:
        story = _with(story, _said(fired), fired.id)
    return story


def _with(story: list[Line], first: Line | None, alert: str) -> list[Line]:
    """Put the line that an alert follows from where its time is, before the alert at the latest."""
    if first is None:
        return story
    told = [replace(line, caused_by=first.id, cause=first.kind) if line.id == alert else line for line in story]
    place = next((index for index, line in enumerate(told) if line.at > first.at or line.id == alert), len(told))
    return [*told[:place], first, *told[place:]]


def _counted(sight: Sight, minutes: Sequence[MinuteCount]) -> Line | None:
    bad = [minute for minute in minutes if minute.total > minute.good]
    over = [minute for minute in bad if (minute.total - minute.good) > sight.most_bad * minute.total]
    if not bad:
        return None
    first, which = (over[0], f"over the rule's limit of {rate(sight.factor)}") if over else (bad[0], "with bad events")
    events = f"{count(first.total - first.good)} of {count(first.total)} events were bad"
    long, short = map(window, sight.windows)
    return _line(
        COUNTER,
        first.minute,
        f"The first minute of {sight.goal} {which}: {events}",
        f"{duration(sight.entry.at - first.minute)} later both windows of the rule, {long} and {short}, were over it",
    )


def _said(fired: Entry) -> Line | None:
    started = datetime.fromisoformat(fired.details["started_at"]) if fired.details.get("started_at") else fired.at
    if fired.at - started < _HEARD_AT_ONCE:
        return None
    source = str(fired.details.get("source", ""))
    sender = SENDERS.get(source, source)
    return _line(
        SENDER, started, f"It began, as {sender} says", f"watchbill heard of it {duration(fired.at - started)} later"
    )


def _line(kind: str, at: datetime, text: str, evidence: str) -> Line:
    return Line(kind, at, kind, text, key=False, evidence=evidence, because=(), caused_by=None, cause="")
