"""A running site with one open page that reached the person who is signed in, and browsers that watch for what must not happen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    StorageState,
    expect,
    sync_playwright,
)

from tests.organizations import SMALL
from tests.program import PASSWORD, Program
from tests.servers import wait_for
from tests.website import alertmanager_body

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {"desktop": {"width": 1440, "height": 1000}, "phone": {"width": 390, "height": 844}}


@dataclass
class Site:
    """The running program on a folder of its own, the state of a signed-in browser, and how alerts are handed in."""

    program: Program
    state: StorageState
    alerts: httpx2.Client
    sent: int = 0

    def alert(self, **said: str) -> None:
        """Hand in an alert and return when its page has reached the person's inbox."""
        self.sent += 1
        body = alertmanager_body(fingerprint=f"{self.sent:016x}", **said)
        answer = self.alerts.post("/api/v1/hooks/alertmanager", json=body)
        assert answer.status_code == 202, answer.text


@dataclass
class Watched:
    """A browser page, and what it did that it must not: complaints on the console, requests to other hosts."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(self.origin):
            self.strangers.append(request.url)

    def open(self, path: str) -> Page:
        """Open a path of the site and wait until its islands have started."""
        self.page.goto(f"{self.origin}{path}", wait_until="load")
        return self.page


def accessibility_faults(watched: Watched) -> list[str]:
    """Return what axe finds wrong with a page as it stands."""
    found = Axe().run(watched.page).response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:160]}" for fault in found]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Run one Chromium while tests of this folder follow one another: its event loop must be gone before tests that have their own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run the program on the small organisation; Ana is signed in and has one page that waits."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(SMALL, folder / "organisation")
    program = Program(folder / "organisation", folder / "data")
    program.start()
    try:
        state = _sign_in_by_first_start_link(browser, program)
        headers = {"Authorization": f"Bearer {program.alerts_token()}"}
        with httpx2.Client(base_url=program.url, headers=headers, trust_env=False) as alerts:
            running = Site(program, state, alerts)
            running.alert()
            _wait_until_inbox_has(browser, running, "One request in three fails")
            yield running
    finally:
        program.stop()


def _sign_in_by_first_start_link(browser: Browser, program: Program) -> StorageState:
    link = (Path(program.data) / "first-start-link").read_text().strip()
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.get_by_label("Who are you").select_option("user:ana")
    expect(page.get_by_label("E-mail address")).to_have_value("ana@shop.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    page.wait_for_url(f"{program.url}/")
    state = context.storage_state()
    context.close()
    return state


def _wait_until_inbox_has(browser: Browser, site: Site, text: str) -> None:
    context = browser.new_context(storage_state=site.state)
    page = context.new_page()

    def has_arrived() -> bool:
        page.goto(f"{site.program.url}/inbox")
        return text in page.inner_text("main")

    wait_for(has_arrived, f"the inbox has “{text}”")
    context.close()


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """Return a signed-in browser of desktop size."""
    made = browser.new_context(storage_state=site.state, viewport=SIZES["desktop"])
    yield made
    made.close()


@pytest.fixture
def watched(context: BrowserContext, site: Site) -> Watched:
    """Return a signed-in browser page of desktop size that is watched."""
    return Watched(context.new_page(), site.program.url)
