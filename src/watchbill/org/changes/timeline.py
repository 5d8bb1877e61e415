"""From what holds day by day on two sides to what differs, for whom and how long; told once for things that share it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TypeVar

from watchbill.org.belonging import leaving_days
from watchbill.org.claims import day_of
from watchbill.org.engagements import change_days
from watchbill.org.entities import domains_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

from .model import Change, Span
from .snapshots import Held, Side

Value = TypeVar("Value")
Each = TypeVar("Each")

MOST_DAYS = 24


def days_ahead(old: Organization, new: Organization, at: datetime) -> tuple[list[date], int]:
    """Return the days after `at` on which an engagement of either side changes or somebody leaves, MOST_DAYS at most.

    Beside them, how many more there are.
    """
    today = min(day_of(old, at), day_of(new, at))
    days = sorted(
        {day for side in (old, new) for day in (*change_days(side.engagements), *leaving_days(side)) if day > today}
    )
    return days[:MOST_DAYS], len(days[MOST_DAYS:])


def differences(
    old: Side, new: Side, kept: Callable[[Held], Mapping[str, Value]], wholes: Wholes
) -> tuple[Change[Value], ...]:
    """Return what differs between two sides in a part of what they hold, which `kept` takes out."""
    found: list[Change[Value]] = []
    for thing in sorted({*old.held[0], *new.held[0]}):
        before, after = ([kept(held[thing]) if thing in held else {} for held in side.held] for side in (old, new))
        if before != after:
            of = sorted({of for each in (*before, *after) for of in each})
            found += [change for each in of for change in _runs(thing, each, before, after, old.days)]
    return tuple(sorted(_gathered(found, wholes), key=_order))


class Wholes:
    """The Systems and Domains of two sides, by the things that they are made up of."""

    def __init__(self, *sides: Organization) -> None:
        things: dict[EntityRef, set[EntityRef]] = {}
        for side in sides:
            for thing in side.things.values():
                systems = [thing.system] if thing.system is not None else []
                for whole in [*domains_of(thing, side.systems), *systems]:
                    things.setdefault(whole, set()).add(thing.ref)
        several = [(whole, frozenset(of)) for whole, of in things.items() if len(of) > 1]
        self._things = sorted(several, key=lambda each: (-len(each[1]), each[0].kind != "domain", each[0]))

    def parts(self, things: set[EntityRef]) -> Iterator[tuple[EntityRef | None, tuple[EntityRef, ...]]]:
        """Yield the wholes that some things make up, the largest first, then what is left of them."""
        left = set(things)
        for whole, of in self._things:
            if of <= left:
                left -= of
                yield whole, tuple(sorted(of))
        if left:
            yield None, tuple(sorted(left))


def _runs(
    thing: EntityRef,
    of: str,
    before: Sequence[Mapping[str, Value]],
    after: Sequence[Mapping[str, Value]],
    days: Sequence[date],
) -> Iterator[Change[Value]]:
    """Yield a change for each stretch of days on which two sides differ in the same way."""
    pairs = [(old.get(of), new.get(of)) for old, new in zip(before, after, strict=True)]
    for (old, new), span in stretches(pairs, days):
        if old != new:
            yield Change((thing,), None, (of,), old, new, span)


def stretches(values: Sequence[Each], days: Sequence[date]) -> Iterator[tuple[Each, Span]]:
    """Yield each value with the span on which it stays: the first holds at once, each other from one of the days on."""
    begins = 0
    for value, run in groupby(values):
        ends = begins + len(list(run))
        since = days[begins - 1] if begins > 0 else None
        until = days[ends - 1] - timedelta(days=1) if ends < len(values) else None
        yield value, Span(since, until)
        begins = ends


def _gathered(changes: Sequence[Change[Value]], wholes: Wholes) -> Iterator[Change[Value]]:
    """Yield the changes with those told together that differ in nothing but their things, and then in nothing but what they are of."""
    by_meaning: dict[Change[Value], set[EntityRef]] = {}
    for change in changes:
        by_meaning.setdefault(replace(change, things=()), set()).update(change.things)
    by_things: dict[Change[Value], list[str]] = {}
    for meaning, things in by_meaning.items():
        for whole, part in wholes.parts(things):
            by_things.setdefault(replace(meaning, things=part, whole=whole, of=()), []).extend(meaning.of)
    for told, of in by_things.items():
        yield replace(told, of=tuple(of))


def _order(change: Change[Value]) -> tuple[date, bool, tuple[EntityRef, ...], tuple[str, ...]]:
    return change.span.since or date.min, change.whole is None, change.things, change.of
