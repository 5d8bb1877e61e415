"""The website of a small shop whose goal is read from a Prometheus of its own, with time passed by hand."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx2

from tests.organizations import SMALL
from tests.unit.practices.goals.made import SECOND
from tests.unit.practices.goals.recorded import OFFSET, PACE, Traffic
from tests.unit.sources.serving import Reply, matrix, serving
from tests.website import NOW, Website, open_website
from watchbill.lib.durations import THIN

PATH = "/goals/api-availability"
TICK = 15 * SECOND


class Shop:
    """The website of an organisation whose goal is read from a Prometheus of its own; time passes by hand."""

    def __init__(self, website: Website, traffic: Traffic, browser: httpx2.AsyncClient) -> None:
        self.website, self.traffic, self.browser = website, traffic, browser

    async def until(self, end: timedelta) -> None:
        goals, clock = self.website.watchbill.goals, self.website.clock
        while clock.now() < NOW + end:
            clock.set(clock.now() + TICK)
            await goals.measure(clock.now())
            await goals.evaluate(clock.now())
            await self.website.watchbill.budgets.follow(clock.now())

    async def page(self, path: str = PATH) -> str:
        """Return what a reader sees of a page: its text, with plain spaces."""
        html = (await self.browser.get(path)).text
        main = re.sub(r"(?s).*<main[^>]*>|</main>.*", "", html)
        return " ".join(re.sub(r"<[^>]*>", " ", main).replace(THIN, " ").split())

    async def api(self) -> dict[str, object]:
        program = await self.website.program("read")
        goal: dict[str, object] = (await program.get(f"/api/v1{PATH}")).json()["goal"]
        return goal


@asynccontextmanager
async def open_shop(
    database_url: str, tmp_path: Path, declared: str = "", annotations: str = ""
) -> AsyncIterator[Shop]:
    """Open the website of a shop of 10 requests a second, measured from NOW on.

    `declared` is written beside its documents, `annotations` are put to its goal.
    """
    traffic = Traffic(NOW - timedelta(days=1))

    def answer(_path: str, form: dict[str, str]) -> Reply:
        end = float(form["time"])
        span = int(re.findall(r"\[(\d+)ms\]", form["query"])[0]) / 1000
        first = int((end - span - traffic.start.timestamp()) // PACE)
        seconds = [number * PACE + OFFSET for number in range(first, first + int(span) // PACE + 2)]
        return matrix(
            *(
                (
                    {
                        "__name__": "http_requests_total",
                        "service": "api",
                        "code": code,
                        "job": "shop",
                        "instance": "api-0",
                    },
                    [[traffic.start.timestamp() + second, str(traffic.counts(second)[side])] for second in seconds],
                )
                for side, code in enumerate(("200", "500"))
            )
        )

    async with serving(answer) as server:
        folder = tmp_path / "organisation"
        shutil.copytree(SMALL, folder)
        goals = folder / "goals.yaml"
        written = goals.read_text().replace("http://127.0.0.1:9", server.url)
        goals.write_text(
            written.replace("name: api-availability,", f"name: api-availability, annotations: {{{annotations}}},")
        )
        (folder / "declared.yaml").write_text(declared)
        async with open_website(database_url, tmp_path / "data", organization=folder) as website:
            browser, _ = await website.person("ana")
            await website.watchbill.goals.measure(NOW)
            yield Shop(website, traffic, browser)
