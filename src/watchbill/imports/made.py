"""What an import has made so far: goals by name, the alert policies that they use, and what an organisation needs besides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from .counted import Counted
from .openslo import Goal, Tier, alert_policy, name_of, slo, span

_EVERYTHING = Decimal(100)


@dataclass(frozen=True)
class RefusedSLO:
    """An SLO that became no document, and why."""

    name: str
    why: str


class Made:
    """Collects what one run of an import makes. `program` names the policies, `window` is for specs that say none."""

    def __init__(self, program: str, window: timedelta) -> None:
        self.program = program
        self.window = window
        self.goals: dict[str, Goal] = {}
        self.refused: list[RefusedSLO] = []
        self.components: dict[str, str] = {}
        self._policies: dict[str, dict[str, Any]] = {}

    def add(
        self,
        name: str,
        service: str,
        counted: Counted,
        target: Decimal,
        *,
        description: str = "",
        labels: Mapping[str, str] | None = None,
        window: timedelta | None = None,
        tiers: Iterable[Tier] = (),
    ) -> Goal:
        """Add a goal. Raises ValueError where it cannot be one: its name is taken, or its target leaves no budget."""
        if name in self.goals:
            raise ValueError(f"another SLO has become {name} already")
        length = window or self.window
        component = name_of(service)
        goal = Goal(
            name, component, description, labels or {}, target, span(length), counted, self._named(length, tiers)
        )
        self.goals[name] = goal
        self.components.setdefault(component, service)
        return goal

    def refuse(self, name: str, why: str) -> None:
        """Note an SLO that becomes no document."""
        self.refused.append(RefusedSLO(name, why))

    def documents(self) -> dict[str, list[dict[str, Any]]]:
        """Return the documents by the name of their file."""
        files = {f"{name}.yaml": [slo(goal)] for name, goal in self.goals.items()}
        return (
            {**files, f"{self.program}-alert-policies.yaml": list(self._policies.values())} if self._policies else files
        )

    def _named(self, window: timedelta, tiers: Iterable[Tier]) -> tuple[str, ...]:
        names = []
        for tier in tiers:
            name = f"{self.program}-{span(window)}-{tier.severity}-{span(tier.lookback)}"
            self._policies.setdefault(name, alert_policy(name, tier))
            names.append(name)
        return tuple(names)


def percent(written: Any) -> Decimal:
    """Return a target in percent. Raises ValueError for what is no number, and for what leaves no budget."""
    number = exact(written)
    if not 0 < number < _EVERYTHING:
        raise ValueError(f"a target of {written} % cannot be kept: write one above 0 and below 100")
    return number


def exact(written: Any) -> Decimal:
    """Return a number as it was written. Raises ValueError."""
    try:
        number = (
            Decimal(written) if isinstance(written, str | int | Decimal) and not isinstance(written, bool) else None
        )
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise ValueError(f"“{written}” is not a number")
    return number
