"""What becomes of the practices of SRE on the things that a team answers for: in how much it takes part, and what of that is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from watchbill.org.duties import Duty, How, State, duties_on
from watchbill.org.implementations import PRACTICES
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef


@dataclass(frozen=True)
class Practised:
    """A practice on `things` in number, counted by their `states` where the team takes part; what it leaves to others is in none."""

    practice: str
    things: int
    states: Counter[State]

    @property
    def shared(self) -> int:
        """On how many things the team takes part."""
        return self.states.total()

    @property
    def done(self) -> int:
        """On how many of these it is done."""
        return self.states[State.DONE]


def practised(organization: Organization, things: Iterable[EntityRef], at: datetime) -> tuple[Practised, ...]:
    """Return what the SRE team that covers some things does of each of PRACTICES on them."""
    found: dict[str, list[Duty]] = {practice: [] for practice in PRACTICES}
    for ref in things:
        for duty in duties_on(organization, organization.things[ref], at):
            found[duty.practice].append(duty)
    return tuple(
        Practised(practice, len(duties), Counter(duty.state for duty in duties if duty.how is not How.PARTNER))
        for practice, duties in found.items()
    )
