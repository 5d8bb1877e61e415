"""What an Alertmanager is told: 202 once its alerts are on disk, 4xx for what can never be taken, 5xx to be sent again."""

from __future__ import annotations

import json
from typing import Any

import httpx2
from structlog.testing import capture_logs

from tests.website import Website, alertmanager_body
from watchbill.hooks.alertmanager import LARGEST_BODY
from watchbill.practices.incidents.model import IncidentState

HOOK = "/api/v1/hooks/alertmanager"


async def _incidents(website: Website) -> list[tuple[int, IncidentState]]:
    return [(found.number, found.state) for found in await website.watchbill.incidents.incidents()]


async def _post(program: httpx2.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = await program.post(HOOK, json=body)
    assert answer.status_code == 202, answer.text
    accepted: dict[str, Any] = answer.json()
    return accepted


async def test_an_alert_that_was_accepted_is_an_incident_with_a_page(website: Website) -> None:
    program = await website.program("alerts")
    assert await _post(program, alertmanager_body()) == {"accepted": 1, "incidents": [1], "refused": []}
    file = await website.watchbill.incidents.incident("1")
    assert str(file.incident.thing) == "component:api"
    assert file.page is not None


async def test_what_is_said_again_is_accepted_again_and_doubles_nothing(website: Website) -> None:
    program = await website.program("alerts")
    for _ in range(3):
        assert await _post(program, alertmanager_body()) == {"accepted": 1, "incidents": [1], "refused": []}
    file = await website.watchbill.incidents.incident("1")
    assert [alert.times_said for alert in file.alerts] == [3]
    assert len(await website.watchbill.oncall.open_pages()) == 1


async def test_an_end_that_comes_before_its_beginning_opens_nothing(website: Website) -> None:
    program = await website.program("alerts")
    assert await _post(program, alertmanager_body(status="resolved")) == {"accepted": 1, "incidents": [], "refused": []}
    await _post(program, alertmanager_body())
    assert (1, IncidentState.OPEN) not in await _incidents(website)


async def test_an_alert_that_ends_resolves_its_incident(website: Website) -> None:
    program = await website.program("alerts")
    await _post(program, alertmanager_body())
    await _post(program, alertmanager_body(status="resolved"))
    assert await _incidents(website) == [(1, IncidentState.RESOLVED)]


async def test_a_message_without_alerts_is_accepted(website: Website) -> None:
    assert await _post(await website.program("alerts"), {"version": "4", "alerts": []}) == {
        "accepted": 0,
        "incidents": [],
        "refused": [],
    }


NOT_READABLE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"version": "4"}',
    b'{"version": "3", "alerts": []}',
    b'{"version": "4", "alerts": [{}]}',
    b'{"version": "4", "alerts": [{"status": "firing", "labels": {}, "startsAt": "yesterday"}]}',
    b"[" * 100_000,
]


async def test_what_cannot_be_read_is_dropped_with_the_reason(website: Website) -> None:
    program = await website.program("alerts")
    for body in NOT_READABLE:
        answer = await program.post(HOOK, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, body[:80]
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["mend"]
    assert await _incidents(website) == []


async def test_one_alert_that_cannot_be_read_costs_no_other(website: Website) -> None:
    program = await website.program("alerts")
    body = alertmanager_body()
    body["alerts"] = [{"status": "firing"}, *body["alerts"]]
    answer = await program.post(HOOK, json=body)
    accepted = answer.json()
    assert (answer.status_code, accepted["accepted"], accepted["incidents"]) == (202, 1, [1])
    assert [(each["index"], each["why"][:17]) for each in accepted["refused"]] == [(0, "alerts[0].labels:")]


async def test_a_thousand_ordinary_alerts_are_taken_in_one_message(website: Website) -> None:
    program = await website.program("alerts")
    body = alertmanager_body()
    one = body["alerts"][0]
    one["annotations"]["description"] = "Pod production/checkout-api is restarting 2.10 times / 10 minutes. " * 12
    body["alerts"] = [one | {"fingerprint": f"{number:016x}"} for number in range(1000)]
    assert len(json.dumps(body)) > 1024 * 1024
    assert await _post(program, body) == {"accepted": 1000, "incidents": [1], "refused": []}
    file = await website.watchbill.incidents.incident("1")
    assert (len(file.alerts), file.alert_count) == (200, 1000)
    assert len(await website.watchbill.oncall.open_pages()) == 1


async def test_what_is_larger_than_sixteen_mebibytes_is_dropped_unread_and_logged(website: Website) -> None:
    program = await website.program("alerts")
    body = alertmanager_body()
    body["alerts"][0]["annotations"]["summary"] = "x" * LARGEST_BODY
    with capture_logs() as logs:
        answer = await program.post(HOOK, json=body)
    assert (answer.status_code, answer.json()["code"]) == (413, "tooLarge")
    assert [line["log_level"] for line in logs if "too large" in line["event"]] == ["warning"]
    body["alerts"][0]["annotations"]["summary"] = "x" * (LARGEST_BODY - 10_000)
    assert (await program.post(HOOK, json=body)).status_code == 202


async def test_what_is_not_json_is_not_read(website: Website) -> None:
    program = await website.program("alerts")
    content = json.dumps(alertmanager_body())
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = await program.post(HOOK, content=content, headers={"Content-Type": kind})
        assert answer.status_code == 415
    spelled = {"Content-Type": "application/json; charset=utf-8"}
    assert (await program.post(HOOK, content=content, headers=spelled)).status_code == 202


async def test_only_a_token_hands_in_alerts_never_a_browser(website: Website) -> None:
    browser, csrf = await website.person("ana", is_admin=True)
    answer = await browser.post(HOOK, json=alertmanager_body(), headers={"X-CSRF-Token": csrf})
    assert answer.status_code == 401


async def test_text_that_no_database_keeps_does_not_lose_the_alert(website: Website) -> None:
    program = await website.program("alerts")
    body = alertmanager_body()
    body["alerts"][0]["annotations"]["summary"] = "zero \0 and half a pair \ud800"
    body["alerts"][0]["labels"]["path\0"] = "\0"
    content = json.dumps(body).encode()
    answer = await program.post(HOOK, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 202
    assert await _incidents(website) == [(1, IncidentState.OPEN)]


async def test_a_hundred_alerts_at_once_are_one_unit_of_work(website: Website) -> None:
    program = await website.program("alerts")
    body = alertmanager_body()
    body["alerts"] = [body["alerts"][0] | {"fingerprint": f"{number:016x}"} for number in range(100)]
    assert await _post(program, body) == {"accepted": 100, "incidents": [1], "refused": []}
    file = await website.watchbill.incidents.incident("1")
    assert len(file.alerts) == file.alert_count == 100
