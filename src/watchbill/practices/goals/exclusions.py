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
        spans: list[Span] = []
        for first, end in sorted((minute_of(one.start), minute_of(one.until)) for one in exclusions):
            if spans and first <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(spans[-1][1], end))
            else:
                spans.append((first, end))
        return cls(tuple(spans))

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


NONE = Excluded()
