"""What was agreed not to count in a goal's budget, as the API answers it."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from watchbill.practices.goals.agreed import InWindow
from watchbill.practices.goals.model import LeftOut, Uncorrected, plain

from .values import Answer, PlaceAnswer


class LeftOutAnswer(Answer):
    """What exclusions took out of a window."""

    minutes: int
    good: int | float
    bad: int | float
    total: int | float
    minutes_over_cap: int = Field(description="Minutes that were agreed too, and count because a cap was reached.")

    @classmethod
    def of(cls, left_out: LeftOut) -> LeftOutAnswer:
        """Return what was left out as it is answered."""
        return cls(
            minutes=left_out.minutes,
            good=plain(left_out.good),
            bad=plain(left_out.total - left_out.good),
            total=plain(left_out.total),
            minutes_over_cap=left_out.over_cap,
        )


class UncorrectedAnswer(Answer):
    """The figures of a window with nothing excluded; they mean what they mean in a goal."""

    good: int | float
    total: int | float
    budget: float
    spent: int | float
    remaining: float | None
    left: float | None

    @classmethod
    def of(cls, found: Uncorrected) -> UncorrectedAnswer:
        """Return the figures as they are answered."""
        return cls(
            good=plain(found.good),
            total=plain(found.total),
            budget=float(found.budget),
            spent=plain(found.spent),
            remaining=found.remaining,
            left=found.left,
        )


class ExclusionAnswer(Answer):
    """An exclusion that is about a goal, and what it does to the goal's window."""

    name: str
    title: str
    why: str
    by: str = Field(examples=["user:ana"])
    approved_by: str | None
    approved_on: date | None
    minutes: int = Field(description="How many minutes of the window it leaves out.")
    minutes_over_cap: int = Field(description="How many count because its cap was reached.")
    next_start: datetime | None = Field(description="When it happens next, within a year.")
    place: PlaceAnswer

    @classmethod
    def of(cls, found: InWindow) -> ExclusionAnswer:
        """Return an exclusion as it is answered."""
        exclusion = found.exclusion
        return cls(
            name=exclusion.name,
            title=exclusion.title,
            why=exclusion.why,
            by=str(exclusion.by),
            approved_by=None if exclusion.approved_by is None else str(exclusion.approved_by),
            approved_on=exclusion.approved_on,
            minutes=found.minutes,
            minutes_over_cap=found.over_cap,
            next_start=found.next_start,
            place=PlaceAnswer.of(exclusion.place),
        )
