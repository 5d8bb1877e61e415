"""Findings of a running server: the same that the command finds, to read for programs and on pages."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from tests.organizations import SMALL
from tests.website import NOW, Website, open_website, text_of
from watchbill.teams.findings import as_json, findings


async def _asked(website: Website, query: str = "") -> dict[str, Any]:
    answer = await (await website.program("read")).get(f"/api/v1/findings{query}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_findings_are_answered_as_the_command_answers_them(website: Website) -> None:
    organization = website.watchbill.organization.organization
    body = await _asked(website)
    assert body == as_json(organization, findings(organization, NOW), NOW)
    share = next(each for each in body["findings"] if each["rule"] == "on-call-share")
    assert (share["subject"], share["level"], share["team"]) == ("user:ana", "fail", "core")
    assert (share["threshold"], share["file"]) == ("at most 25\u202f%", "watch.yaml")


async def test_findings_can_be_asked_for_by_team_rule_level_and_instant(website: Website) -> None:
    by_rule = await _asked(website, "?rule=on-call-share")
    assert [each["subject"] for each in by_rule["findings"]] == ["user:ana", "user:ben"]
    assert by_rule["counts"]["fail"] == 2

    failing = await _asked(website, "?level=fail")
    assert {each["level"] for each in failing["findings"]} == {"fail"}
    assert len(failing["findings"]) < len((await _asked(website))["findings"])

    assert {each["team"] for each in (await _asked(website, "?team=core"))["findings"]} == {"core"}
    a_year_later = await _asked(website, "?rule=charter&at=2027-05-04T10:00:00Z")
    assert "was due to be looked at again on 5 January 2027" in a_year_later["findings"][0]["text"]


async def test_what_was_found_once_is_kept_for_the_day(website: Website) -> None:
    organization = website.watchbill.organization.organization
    assert findings(organization, NOW)[0] is findings(organization, NOW.replace(hour=20))[0]


async def test_the_page_says_rule_by_rule_what_is_wrong_and_what_to_do(website: Website) -> None:
    shown = await _page(website, "/findings")
    assert "Nobody is on call for more than a quarter of their time on-call-share · 2 findings" in shown
    assert (
        "fail Ana Ruiz is on call for 100 % of the time. "
        "share 100 % · watches core-watch, the policy core · limit at most 25 % ·" in shown
    )
    assert "Let more people share the watch, or drop a watch that nobody needs" in shown
    assert "Site Reliability Engineering (2016), chapter 11" in shown
    assert "goal-and-history takes four weeks of measurements" in shown


async def test_the_address_holds_what_the_page_is_narrowed_to(website: Website) -> None:
    browser, _ = await website.person("ana")
    shown = (await browser.get("/findings?rule=on-call-share&team=core")).text
    assert '<option value="on-call-share" selected>' in shown
    assert '<option value="core" selected>' in shown
    assert 'href="/findings?team=core&amp;rule=on-call-share&amp;level=fail"' in shown
    assert "is critical and has no" not in shown
    assert "No finding." in (await browser.get("/findings?rule=shared-fate")).text
    refused = await browser.get("/findings?rule=shared-fat")
    assert (refused.status_code, "Did you mean “shared-fate”?" in refused.text) == (404, True)


async def test_a_team_shows_its_worst_findings_and_the_way_to_all(website: Website) -> None:
    browser, _ = await website.person("ana")
    shown = (await browser.get("/teams/core")).text
    assert 'href="/findings?team=core"' in shown
    assert "Ana Ruiz is on call for 100 % of the time." in text_of(shown)
    assert "Rule on-call-share" in shown
    owner = text_of((await browser.get("/teams/shop-developers")).text)
    assert "api is critical and has no budget policy." in owner
    assert "is on call for" not in owner


async def test_what_the_organisation_changed_about_rules_is_listed_with_its_reason(tmp_path: Path) -> None:
    folder = tmp_path / "organization"
    shutil.copytree(SMALL, folder)
    own = folder / "organization.yaml"
    override = '  rules:\n    - {rule: on-call-share, value: 100%, reason: two of us until March, by: "user:dora", on: 2026-02-02}\n'
    own.write_text(own.read_text().replace('  admins: ["user:dora"]\n', f'  admins: ["user:dora"]\n{override}'))
    database = f"sqlite:///{tmp_path / 'watchbill.db'}"
    async with open_website(database, tmp_path / "data", organization=folder) as website:
        shown = await _page(website, "/findings")
    assert "is on call for" not in shown
    assert (
        "on-call-share at most 100 % instead of at most 25 % two of us until March Dora Lind · since 2 February 2026 ·"
        in shown
    )


async def _page(website: Website, path: str) -> str:
    browser, _ = await website.person("ana")
    answer = await browser.get(path)
    assert answer.status_code == 200
    return text_of(answer.text)
