"""Minutes that were agreed not to count: announced maintenance, a drill, an outage of somebody else. Pure.

The ledger keeps what was counted in them; they are taken out where it is looked at, of good, bad and time alike.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from watchbill.org.objectives import Exclusion

from .ledger import minute_of
from .model import MinuteCount, MinuteState

Span = tuple[int, int]


@dataclass(frozen=True)
class Excluded:
    """The spans of minutes since 1970, [first, end) each, that are left out of a goal: in order, none touching the next.

    Those `over_cap` were agreed too and count all the same, for the cap was reached before.
    """

    spans: tuple[Span, ...] = ()
    over_cap: tuple[Span, ...] = ()

    @classmethod
    def of(cls, exclusions: Iterable[Exclusion]) -> Excluded:
        """Return what these leave out together; a minute that two of them name is left out once."""
        return cls(joined((minute_of(one.start), minute_of(one.until)) for one in exclusions))

    def of_whole(self, minutes: int) -> Excluded:
        """Return the same for pieces of so many minutes: one that is left out in part is left out whole."""
        spans = ((first - first % minutes, -(-end // minutes) * minutes) for first, end in self.spans)
        return Excluded(joined(spans), self.over_cap)

    def touching(self, first: int, end: int) -> tuple[Span, ...]:
        """Return the spans that have a minute in [first, end)."""
        if not self.spans:
            return ()
        low = bisect_right(self.spans, first, key=lambda span: span[1])
        high = bisect_left(self.spans, end, key=lambda span: span[0])
        return self.spans[low:high]

    def within(self, first: int, end: int) -> Iterator[Span]:
        """Yield the parts of [first, end) that are left out."""
        for low, high in self.touching(first, end):
            yield max(low, first), min(high, end)

    def minutes(self, first: int, end: int) -> int:
        """Return how many minutes of [first, end) are left out."""
        return sum(high - low for low, high in self.within(first, end))

    def minutes_over_cap(self, first: int, end: int) -> int:
        """Return how many minutes of [first, end) count because a cap was reached, and nothing else leaves them out."""
        over = Excluded(self.over_cap).within(first, end) if self.over_cap else ()
        return sum(high - low - self.minutes(low, high) for low, high in over)

    def covers(self, minute: int) -> bool:
        """Tell whether a minute is left out."""
        return bool(self.touching(minute, minute + 1))

    def mark(self, counts: Iterable[MinuteCount]) -> list[MinuteCount]:
        """Return the minutes of a ledger with the state of those that are left out; what was counted in them stays beside it."""
        return [
            replace(count, state=MinuteState.EXCLUDED) if self.covers(minute_of(count.minute)) else count
            for count in counts
        ]


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in order, those that overlap or touch as one."""
    found: list[Span] = []
    for first, end in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((first, end))
    return tuple(found)


NONE = Excluded()
