"""The sources at hand: one for each declared data source, kept while its declaration stays the same, and the scraper's timetable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from watchbill.lib.http import HttpClient
from watchbill.org.in_force import OrganizationInForce
from watchbill.org.objectives import DataSource, Selector, SourceKind
from watchbill.org.organization import Organization
from watchbill.practices.goals.model import Source

from .access import OPEN, Access
from .prometheus import PrometheusSource
from .scrape import ScrapeSource

_AT_ONCE = datetime.min.replace(tzinfo=UTC)


class SourceRegistry:
    """Gives the source that speaks for a declaration, and scrapes what is due. `access_to` says how a server lets us in, by name."""

    def __init__(
        self, http: HttpClient, organization: OrganizationInForce, access_to: Callable[[str], Access] = lambda _: OPEN
    ) -> None:
        self._http = http
        self._access_to = access_to
        self._https: dict[str, HttpClient] = {}
        self._in_force = organization
        self._revision: str | None = None
        self._prometheus: dict[str, tuple[DataSource, PrometheusSource]] = {}
        self._scrapers: dict[str, tuple[DataSource, ScrapeSource]] = {}
        self._due: dict[str, datetime] = {}

    def __call__(self, data_source: DataSource) -> Source:
        """Return the source; the same object for an unchanged declaration."""
        if data_source.kind is SourceKind.SCRAPE:
            return self._scraper(data_source)
        known = self._prometheus.get(data_source.name)
        if known is None or known[0] != data_source:
            access = self._access_to(data_source.name)
            known = (data_source, PrometheusSource(data_source, self._client(data_source.name, access), access))
            self._prometheus[data_source.name] = known
        return known[1]

    async def close(self) -> None:
        """Close the connections to servers with certificates of their own."""
        for http in self._https.values():
            await http.close()

    def _client(self, name: str, access: Access) -> HttpClient:
        if access.tls is None:
            return self._http
        if name not in self._https:
            self._https[name] = HttpClient(tls=access.tls)
        return self._https[name]

    async def scrape_due(self, now: datetime) -> int:
        """Scrape the sources whose interval has passed; return how many. Returns when all have answered or failed."""
        self._follow(self._in_force.organization)
        due = [name for name, at in self._due.items() if at <= now]
        for name in due:
            interval = self._scrapers[name][0].interval
            planned = self._due[name] + interval
            self._due[name] = planned if planned > now else now + interval
        await asyncio.gather(*(self._scrapers[name][1].scrape(now) for name in due))
        return len(due)

    def next_scrape(self, now: datetime) -> datetime | None:
        """Return when the next scrape is due, None when no source is scraped."""
        self._follow(self._in_force.organization)
        return max(now, min(self._due.values())) if self._due else None

    def _follow(self, organization: Organization) -> None:
        """Follow the organisation in force: scrape its sources, for the selectors of its goals."""
        if organization.revision == self._revision:
            return
        self._revision = organization.revision
        declared = {name: s for name, s in organization.sources.items() if s.kind is SourceKind.SCRAPE}
        self._scrapers = {name: known for name, known in self._scrapers.items() if name in declared}
        self._due = {name: at for name, at in self._due.items() if name in declared}
        for name, data_source in declared.items():
            self._scraper(data_source).want(_selectors(organization, name))
            self._due.setdefault(name, _AT_ONCE)

    def _scraper(self, data_source: DataSource) -> ScrapeSource:
        known = self._scrapers.get(data_source.name)
        if known is None or known[0] != data_source:
            scraper = ScrapeSource(data_source, self._http)
            scraper.want(_selectors(self._in_force.organization, data_source.name))
            known = (data_source, scraper)
            self._scrapers[data_source.name] = known
        return known[1]


def _selectors(organization: Organization, source: str) -> list[Selector]:
    return [
        selector
        for goal in organization.goals.values()
        if goal.source == source
        for selector in (goal.total, goal.good, goal.bad)
        if selector is not None
    ]
