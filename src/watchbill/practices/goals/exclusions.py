"""Minutes that were agreed not to count: announced maintenance, a drill, an outage of somebody else. Pure.

The ledger keeps what was counted in them; they are taken out where it is looked at, of good, bad and time alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from watchbill.org.objectives import Exclusion

from .ledger import minute_of
from .model import MinuteCount, MinuteState

Span = tuple[int, int]


@dataclass(frozen=True)
class Excluded:
    """The spans of minutes since 1970, [first, end) each, that are left out of a goal: in order, none touching the next."""

    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, exclusions: Iterable[Exclusion]) -> Excluded:
        """Return what these leave out together; a minute that two of them name is left out once."""
        return cls(_joined((minute_of(one.start), minute_of(one.until)) for one in exclusions))

    def of_whole(self, minutes: int) -> Excluded:
        """Return the same for pieces of so many minutes: one that is left out in part is left out whole."""
        spans = ((first - first % minutes, -(-end // minutes) * minutes) for first, end in self.spans)
        return Excluded(_joined(spans))

    def within(self, first: int, end: int) -> Iterator[Span]:
        """Yield the parts of [first, end) that are left out."""
        for low, high in self.spans:
            if max(low, first) < min(high, end):
                yield max(low, first), min(high, end)

    def covers(self, minute: int) -> bool:
        """Tell whether a minute is left out."""
        return any(first <= minute < end for first, end in self.spans)

    def mark(self, counts: Iterable[MinuteCount]) -> list[MinuteCount]:
        """Return the minutes of a ledger with the state of those that are left out; what was counted in them stays beside it."""
        return [
            replace(count, state=MinuteState.EXCLUDED) if self.covers(minute_of(count.minute)) else count
            for count in counts
        ]


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for first, end in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((first, end))
    return tuple(joined)


NONE = Excluded()
