"""Broken glass: with the partner's approval somebody may change one thing for a while. Who may break it is the authority's matter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from watchbill.lib.instants import rfc3339

from .because import Because
from .entities import Thing
from .values import EntityRef

LONGEST = timedelta(hours=4)


@dataclass(frozen=True)
class BrokenGlass:
    """That `holder` may change `thing` from an instant until another, `LONGEST` later at most: approved by whom, and why."""

    id: str
    holder: EntityRef
    thing: EntityRef
    approved_by: EntityRef
    opened_at: datetime
    ends_at: datetime
    reason: str

    @property
    def because(self) -> Because:
        """Why its holder may."""
        text = f"{self.holder} broke the glass until {rfc3339(self.ends_at)}, approved by {self.approved_by}: {self.reason}"
        return Because("broken-glass", text, None, f"Break-glass {self.id}")


def open_glass(
    broken: Iterable[BrokenGlass], holder: EntityRef, thing: Thing | None, at: datetime
) -> BrokenGlass | None:
    """Return the glass that is open at an instant for a holder and a thing. Nobody holds what they approved themselves."""
    return next(
        (
            each
            for each in broken
            if thing is not None
            and (each.holder, each.thing) == (holder, thing.ref)
            and each.approved_by != holder
            and each.opened_at <= at < min(each.ends_at, each.opened_at + LONGEST)
        ),
        None,
    )
