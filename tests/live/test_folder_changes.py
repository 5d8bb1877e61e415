"""The running program and its folder: a change is picked up, a broken one is shown on every page and in the metrics."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import httpx2

from tests.organizations import SMALL
from tests.program import Program, running_program
from tests.servers import wait_for

PAGES = ["/", "/inbox", "/teams", "/services", "/goals", "/incidents", "/oncall", "/organization"]


def stale(browser: httpx2.Client) -> bool:
    return "\nwatchbill_organization_stale 1.0\n" in browser.get("/metrics").text


def test_a_broken_folder_is_shown_everywhere_survives_a_restart_and_heals(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "org")
    watch = tmp_path / "org" / "watch.yaml"
    good = watch.read_text()
    with (
        running_program(tmp_path / "org", tmp_path / "data") as program,
        contextlib.closing(program.signed_in("user:dora")) as browser,
    ):
        watch.write_text(good.replace("kind: Schedule", "kind: Shedule", 1))
        wait_for(lambda: stale(browser), "the metrics say that the organisation is stale")
        _every_page_says_so(browser)
        program.kill()
        program.start()
        assert stale(browser)
        _every_page_says_so(browser)
        watch.write_text(good)
        wait_for(lambda: not stale(browser), "the mended folder is in force")
        assert "no longer lint" not in browser.get("/").text
        _renamed(program, browser, tmp_path / "org" / "catalog.yaml")


def _every_page_says_so(browser: httpx2.Client) -> None:
    for page in PAGES:
        assert "The files no longer lint" in browser.get(page).text, page


def _renamed(program: Program, browser: httpx2.Client, catalog: Path) -> None:
    catalog.write_text(catalog.read_text().replace("title: Shop API", "title: Renamed API"))
    wait_for(lambda: "Renamed API" in browser.get("/services/api").text, "the change is picked up")
    assert "Traceback" not in program.log()
