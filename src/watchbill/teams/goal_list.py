"""Lists of goals as people and programs ask for them: by team, tier, platform, state and words, in an order, a page at a time.

What a goal's service stands on and who answers for it is worked out once for an organisation and day, by the first who asks while
others wait; a list is then a few operations on columns, however many goals there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from threading import Lock

import numpy as np
import numpy.typing as npt

from watchbill.lib.errors import NotFound
from watchbill.org.charters import AlertClass
from watchbill.org.claims import day_of
from watchbill.org.coverage import pager, shut_hours
from watchbill.org.entities import Tier
from watchbill.org.organization import Organization
from watchbill.org.platform import Carrier, platform
from watchbill.org.values import EntityRef
from watchbill.practices.goals.fleet import Flags, Fleet, GoalOrder
from watchbill.practices.goals.model import GoalState

from .explain import usual_class

NOBODY = "none"
MOST_PLATFORMS = 100
_TIERS = tuple(Tier)
_MAKING = Lock()
Codes = npt.NDArray[np.int32]


@dataclass(frozen=True)
class AskedGoals:
    """Which goals are asked for: those of which all that is said is so. `team` is an SRE team, or “none”; `words` are in the name."""

    team: str = ""
    tier: Tier | None = None
    platform: str = ""
    state: GoalState | None = None
    words: str = ""
    order: GoalOrder = GoalOrder.URGENCY


@dataclass(frozen=True)
class FoundGoals:
    """The names of the goals that were asked for, in order; `by_state` counts them whatever state was asked for."""

    at: datetime
    names: Sequence[str]
    by_state: Counter[GoalState]


@dataclass(frozen=True, eq=False)
class _Sides:
    """What goals are filtered by, by the numbers of their services: `service` has one for each goal, by name."""

    refs: Mapping[EntityRef, int]
    service: Codes
    team: Codes
    tier: Codes
    teams: Mapping[str, int]
    texts: Sequence[str]
    carriers: Mapping[str, Carrier]


def found_goals(organization: Organization, fleet: Fleet, asked: AskedGoals) -> FoundGoals:
    """Return the goals that were asked for. Raises NotFound for a team or a platform that does not exist."""
    sides = _sides(organization, fleet)
    chosen = fleet.everything()
    if asked.team:
        chosen &= (sides.team == _team(sides, asked.team))[sides.service]
    if asked.tier is not None:
        chosen &= (sides.tier == _TIERS.index(asked.tier))[sides.service]
    if asked.platform:
        chosen &= _on(sides, asked.platform)[sides.service]
    if asked.words:
        wanted = asked.words.casefold().split()
        chosen &= np.fromiter((all(word in text for word in wanted) for text in sides.texts), np.bool_, len(chosen))
    by_state = fleet.by_state(chosen)
    if asked.state is not None:
        chosen &= fleet.in_state(asked.state)
    return FoundGoals(fleet.at, fleet.in_order(chosen, asked.order), by_state)


def platforms(organization: Organization, fleet: Fleet) -> list[str]:
    """Return the things that most others critically stand on, by name; at most MOST_PLATFORMS."""
    carriers = _sides(organization, fleet).carriers
    return sorted(sorted(carriers, key=lambda name: -len(carriers[name].carries))[:MOST_PLATFORMS])


def _sides(organization: Organization, fleet: Fleet) -> _Sides:
    key = ("goal sides", day_of(organization, fleet.at), shut_hours(organization, fleet.at))
    with _MAKING:
        return organization.memory.recall(key, lambda: _make_sides(organization, fleet))


def _make_sides(organization: Organization, fleet: Fleet) -> _Sides:
    goals = [organization.goals[name] for name in fleet.names]
    refs = {ref: number for number, ref in enumerate(dict.fromkeys(goal.service for goal in goals))}
    teams = {NOBODY: 0} | {name: number for number, name in enumerate(sorted(organization.sre_teams), 1)}
    return _Sides(
        refs=refs,
        service=np.array([refs[goal.service] for goal in goals], dtype=np.int32),
        team=np.array([teams[_team_of(organization, ref, fleet.at)] for ref in refs], dtype=np.int32),
        tier=np.array([_tier_of(organization, ref) for ref in refs], dtype=np.int32),
        teams=teams,
        texts=[f"{goal.name} {goal.service.name} {goal.title}".casefold() for goal in goals],
        carriers={str(ref): carrier for ref, carrier in platform(organization).carriers.items()},
    )


def _team_of(organization: Organization, ref: EntityRef, at: datetime) -> str:
    thing = organization.things.get(ref)
    team = pager(organization, ref, usual_class(thing) if thing is not None else AlertClass.APPLICATION, at).team
    return team if team is not None and team in organization.sre_teams else NOBODY


def _tier_of(organization: Organization, ref: EntityRef) -> int:
    thing = organization.things.get(ref)
    return _TIERS.index(thing.tier) if thing is not None else -1


def _team(sides: _Sides, name: str) -> int:
    number = sides.teams.get(name)
    if number is None:
        raise _missing("SRE team", name, sides.teams, "`watchbill show` lists them all.")
    return number


def _on(sides: _Sides, name: str) -> Flags:
    """Return which services stand on a thing, itself among them."""
    carrier = next(
        (sides.carriers[ref] for ref in (name, f"component:{name}", f"resource:{name}") if ref in sides.carriers), None
    )
    if carrier is None:
        raise _missing("thing that others stand on", name, sides.carriers, "The page “Platform” has them all.")
    flags = np.zeros(len(sides.refs), dtype=np.bool_)
    flags[[sides.refs[ref] for ref in (carrier.thing, *carrier.carries) if ref in sides.refs]] = True
    return flags


def _missing(what: str, name: str, names: Mapping[str, object], where: str) -> NotFound:
    near = get_close_matches(name[:100], list(names), n=1)
    return NotFound(f"There is no {what} “{name[:100]}”.", f"Did you mean “{near[0]}”?" if near else where)
