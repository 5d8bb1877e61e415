"""What each team has a part in, over a whole organisation at an instant: found once, asked for any number of teams."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from watchbill.org.charters import Engagement
from watchbill.org.coverage import PagerAnswer
from watchbill.org.names import thing_order
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.practices.oncall.model import OnWatch

Part = TypeVar("Part")


class _Index(Generic[Part]):
    """Parts by whom they belong to, each once, in the order in which they were put in."""

    def __init__(self) -> None:
        self._found: dict[object, dict[int, Part]] = {}
        self._count = 0

    def put(self, part: Part, *holders: object) -> None:
        self._count += 1
        for holder in holders:
            if holder is not None:
                self._found.setdefault(holder, {})[self._count] = part

    def of(self, *holders: object) -> tuple[Part, ...]:
        found: dict[int, Part] = {}
        for holder in holders:
            found |= self._found.get(holder, {})
        return tuple(found[number] for number in sorted(found))


class Parts:
    """Answers by the group that holds the pager and the SRE team that claims or advises; things, engagements, watches."""

    def __init__(self, organization: Organization, answers: Iterable[PagerAnswer], on_call: Sequence[OnWatch]) -> None:
        self._covered, self._advised = _Index[PagerAnswer](), _Index[PagerAnswer]()
        self._owned, self._engaged = _Index[EntityRef](), _Index[Engagement]()
        self._watches = _Index[OnWatch]()
        for answer in answers:
            self._covered.put(answer, answer.holder, answer.team)
            self._advised.put(answer, *answer.advisers)
        for thing in sorted(organization.things.values(), key=thing_order):
            self._owned.put(thing.ref, thing.owner)
        for _, engagement in sorted(organization.engagements.items()):
            self._engaged.put(engagement, engagement.partner, engagement.sre)
        for watch in on_call:
            self._watches.put(watch, watch.schedule.name)

    def covered(self, group: EntityRef, team: str | None) -> tuple[PagerAnswer, ...]:
        """Return the things whose pager a group holds or that an SRE team claims."""
        return self._covered.of(group, team)

    def advised(self, team: str | None) -> tuple[PagerAnswer, ...]:
        """Return the things that an SRE team advises on."""
        return self._advised.of(team)

    def owned(self, group: EntityRef) -> tuple[EntityRef, ...]:
        """Return the things that a group owns."""
        return self._owned.of(group)

    def engaged(self, group: EntityRef, team: str | None) -> tuple[Engagement, ...]:
        """Return the engagements whose partner a group is, or whose SRE side a team."""
        return self._engaged.of(group, team)

    def watches(self, schedules: Iterable[str]) -> tuple[OnWatch, ...]:
        """Return the watches of some schedules."""
        return self._watches.of(*schedules)
