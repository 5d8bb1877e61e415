"""Findings of a running server: the same that the command finds, to read for programs and on pages."""

from __future__ import annotations

from typing import Any

from tests.website import NOW, Website
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
