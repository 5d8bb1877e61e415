"""State and counts of the rooms below as metrics, looked up when they are asked for. What the engine counts is counted there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from watchbill.org.faults import Level
from watchbill.practices.goals.model import GoalState
from watchbill.practices.incidents.service import IncidentsService
from watchbill.practices.oncall.model import PageState

from . import failures
from .doors import Doors

_LONGEST_LOOK_SECONDS = 5.0


class SignalCounts(Collector):
    """What signals did to alerts since the process began, as the incidents' service counts it."""

    def __init__(self, incidents: IncidentsService) -> None:
        self._incidents = incidents

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Yield the counts by move."""
        family = CounterMetricFamily(
            "watchbill_alert_signals", "Signals by what they did to the alert that they speak of.", labels=("move",)
        )
        for move, count in sorted(self._incidents.moves.items()):
            family.add_metric((move.value,), count)
        yield family


class StateMetrics:
    """Gauges that are set anew for each scrape; where the store does not answer, they say so and keep their last values."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._stale = Gauge(
            "watchbill_organization_stale",
            "1 while the files hold errors and an older organisation is in force.",
            registry=registry,
        )
        self._faults = Gauge(
            "watchbill_organization_faults",
            "Faults in the newest reading of the organisation's files, by level.",
            ("level",),
            registry=registry,
        )
        self._goals = Gauge("watchbill_goals", "Goals by state.", ("state",), registry=registry)
        self._incidents = Gauge("watchbill_incidents_open", "Incidents that are open.", registry=registry)
        self._pages = Gauge(
            "watchbill_pages_open", "Pages that have not been resolved, by state.", ("state",), registry=registry
        )
        self._up = Gauge(
            "watchbill_state_up", "1 when the state could be looked up for this scrape.", registry=registry
        )

    async def look(self, doors: Doors) -> None:
        """Set every gauge to how things stand now."""
        self._look_at_organization(doors)
        try:
            async with asyncio.timeout(_LONGEST_LOOK_SECONDS):
                await self._look_at_store(doors)
        except Exception as error:  # noqa: BLE001 - whatever failed, what is known is told
            failures.tell("the state could not be looked up for the metrics", error)
            self._up.set(0)
        else:
            self._up.set(1)

    def _look_at_organization(self, doors: Doors) -> None:
        self._stale.set(doors.in_force.is_stale)
        faults = doors.in_force.latest.faults
        for level in Level:
            self._faults.labels(level.value).set(sum(fault.level is level for fault in faults))

    async def _look_at_store(self, doors: Doors) -> None:
        statuses = await doors.goals.statuses(doors.clock.now())
        for goal_state in GoalState:
            self._goals.labels(goal_state.value).set(sum(status.state is goal_state for status in statuses))
        self._incidents.set(await doors.incidents.open_count())
        pages = await doors.oncall.open_pages()
        for page_state in (PageState.DUE, PageState.ACKNOWLEDGED, PageState.EXHAUSTED):
            self._pages.labels(page_state.value).set(sum(page.state is page_state for page in pages))
