"""Which practices of SRE a team is shown to do, by what shows them on the things that it answers for."""

from __future__ import annotations

from collections.abc import Iterator

from watchbill.org.charters import SRETeam
from watchbill.org.duties import Duty, How, State
from watchbill.org.implementations import PRACTICES

from .situation import Situation


def shown(seen: Situation, team: SRETeam) -> list[str]:
    """Return the practices that a team takes part in and that are done on any of its things; none left to others on most."""
    done = {duty.practice for duty in _duties(seen, team) if duty.state is State.DONE and duty.how is not How.PARTNER}
    return [practice for practice in PRACTICES if practice in done and not left_to_others(seen, team, practice)]


def left_to_others(seen: Situation, team: SRETeam, practice: str) -> bool:
    """Whether a team has no part in a practice on more than half of its things."""
    duties = [duty for duty in _duties(seen, team) if duty.practice == practice]
    return 2 * sum(duty.how is How.PARTNER for duty in duties) > len(duties)


def _duties(seen: Situation, team: SRETeam) -> Iterator[Duty]:
    return (duty for thing in seen.covered_by.get(team.name, ()) for duty in seen.duties_of[thing.ref])
