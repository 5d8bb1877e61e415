"""The goals of the small organisation over recorded traffic, in a real store with real incidents and pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from tests.desk import MONDAY, Desk
from tests.unit.practices.goals.made import SECOND
from tests.unit.practices.goals.recorded import Recorded, Traffic, by_name
from watchbill.lib.clock import HandClock
from watchbill.org.in_force import Reading
from watchbill.org.objectives import DataSource, Goal
from watchbill.practices.goals.model import MinuteCount, Source
from watchbill.practices.goals.service import GoalsService
from watchbill.store.store import Store

GOAL = "api-availability"
TICK = 15 * SECOND


class Watch:
    """The goals of the small organisation over recorded traffic; the clock stands at Monday until time passes."""

    def __init__(self, store: Store, traffic: Traffic | None = None) -> None:
        self.desk = Desk(store, HandClock(MONDAY))
        self.traffic = traffic or Traffic(MONDAY)
        self.source = Recorded({"api": self.traffic})
        self.sources: dict[str, Source] = {"metrics": self.source}
        self.goals = self.another_process()

    def another_process(self) -> GoalsService:
        return GoalsService(self.desk.store, self.desk.organization, by_name(self.sources), self.desk.incidents)

    @property
    def now(self) -> datetime:
        return self.desk.clock.now()

    def delay(self, service: str, lag: timedelta) -> None:
        """Let the samples of a service be readable only when they are that old."""
        self.source.visible[service] = lambda: self.now - lag

    async def tick(self, step: timedelta = TICK) -> int:
        self.desk.clock.set(self.now + step)
        await self.goals.measure(self.now)
        return await self.goals.evaluate(self.now)

    async def until(self, end: timedelta, step: timedelta = TICK) -> None:
        while self.now < MONDAY + end:
            await self.tick(step)

    async def until_signal(self, latest: timedelta) -> timedelta:
        while self.now < MONDAY + latest:
            if await self.tick():
                return self.now - MONDAY
        raise AssertionError(f"no signal within {latest}")

    def declare(self, *goals: Goal, sources: Mapping[str, DataSource] | None = None) -> None:
        """Put an organisation with these goals in force."""
        before = self.desk.organization.organization
        after = replace(
            before,
            goals={goal.name: goal for goal in goals},
            sources={**before.sources, **(sources or {})},
            revision=before.revision + "+",
        )
        assert self.desk.organization.offer(Reading(after, (), after.revision), self.now)

    @property
    def goal(self) -> Goal:
        return self.desk.organization.organization.goals[GOAL]

    async def ledger(self, name: str = GOAL) -> list[MinuteCount]:
        return await self.goals.minutes(name, MONDAY, self.now)
