"""The API's answers: what a program reads, how it acts in a person's name, and how every refusal looks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx2

from tests.website import NOW, Website, alertmanager_body
from watchbill.org.charters import AlertClass
from watchbill.org.duties import duty
from watchbill.practices.oncall.model import PageState
from watchbill.teams.coverage import as_json as coverage_as_json
from watchbill.teams.coverage import covered
from watchbill.teams.explain import as_json, explain_page, thing_named
from watchbill.teams.explain_change import change_as_json, explain_change
from watchbill.teams.explain_practice import practice_as_json

HOOK = "/api/v1/hooks/alertmanager"


async def _get(program: httpx2.AsyncClient, path: str) -> dict[str, Any]:
    answer = await program.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def _incident(website: Website, service: str = "api") -> None:
    program = await website.program("alerts")
    body = alertmanager_body(service=service, fingerprint=service)
    assert (await program.post(HOOK, json=body)).status_code == 202
    await website.watchbill.oncall.take_due_steps(website.clock.now())


async def test_the_organisation_in_force_is_told_with_its_age_and_revision(website: Website) -> None:
    body = await _get(await website.program("read"), "/organization")
    assert (body["schema"], body["name"], body["timeZone"]) == ("watchbill/organization/v1", "small", "Europe/Berlin")
    assert body["at"] == "2026-05-04T10:00:00Z"
    assert body["stale"] is False
    assert (body["counts"]["services"], body["counts"]["goals"]) == (3, 1)


async def test_faults_are_counted_and_placed(website: Website) -> None:
    body = await _get(await website.program("read"), "/organization/faults")
    assert body["counts"]["error"] == 0
    assert sum(body["counts"].values()) == len(body["faults"])


async def test_a_team_says_what_it_covers(website: Website) -> None:
    program = await website.program("read")
    body = await _get(program, "/teams/core")
    assert body["team"]["implementation"] == "kitchenSink"
    assert body["team"]["covers"] == ["component:api", "component:web", "resource:database"]
    assert [team["name"] for team in (await _get(program, "/teams"))["teams"]] == ["core"]


async def test_a_service_is_found_by_each_way_to_write_its_name(website: Website) -> None:
    program = await website.program("read")
    for name in ("api", "component:api", "component:default/api", "API"):
        body = await _get(program, f"/services/{name}")
        assert body["service"]["ref"] == "component:api"
        assert body["service"]["pager"]["holder"] == "group:sre-core"
        assert body["service"]["goals"] == ["api-availability"]


async def test_a_resource_is_found_without_its_kind(website: Website) -> None:
    body = await _get(await website.program("read"), "/services/database")
    assert body["service"]["ref"] == "resource:database"


async def test_explaining_a_page_leads_to_documents_and_lines(website: Website) -> None:
    body = await _get(await website.program("read"), "/explain/page?service=api&at=2026-05-04T10:00:00%2B02:00")
    assert body["at"] == "2026-05-04T08:00:00Z"
    assert (body["pager"]["team"], body["pager"]["policy"]) == ("core", "core")
    assert all(reason["text"] for reason in body["because"])
    placed = [(reason["file"], reason["line"]) for reason in body["because"] if reason["file"]]
    assert {"organization.yaml", "catalog.yaml", "watch.yaml"} <= {file for file, _ in placed}
    assert all(line > 0 for _, line in placed)


async def test_a_page_is_explained_as_the_command_explains_it(website: Website) -> None:
    body = await _get(await website.program("read"), "/explain/page?service=web&class=application")
    organization = website.watchbill.organization.organization
    thing = thing_named(organization, "web")
    assert body == as_json(explain_page(organization, thing.ref, AlertClass.APPLICATION, NOW))
    assert [paged["recipient"] for paged in body["paged"]] == ["channel:ops", "user:ana"]


async def test_coverage_and_its_explanations_are_answered_as_the_commands_answer_them(website: Website) -> None:
    program, organization = await website.program("read"), website.watchbill.organization.organization
    web = thing_named(organization, "web")
    assert await _get(program, "/coverage") == coverage_as_json(organization, covered(organization, NOW), NOW)
    body = await _get(program, "/explain/practice?service=web&practice=capacity")
    assert body == practice_as_json(duty(organization, web, "capacity", NOW), NOW)
    body = await _get(program, "/explain/change?service=web")
    assert body == change_as_json(organization, explain_change(organization, web, NOW))
    body = await _get(program, "/explain/change?service=web&person=ana")
    assert [[user["user"] for user in each["users"]] for each in body["people"]] == [["user:ana"]]


async def test_coverage_can_be_asked_for_one_practice_or_class_and_for_gaps_alone(website: Website) -> None:
    program = await website.program("read")
    body = await _get(program, "/coverage?practice=chaos&class=platform&at=2026-05-04T10:00:00Z")
    assert {len(service["practices"]) for service in body["services"]} == {1}
    assert {each["pager"]["alertClass"] for service in body["services"] for each in service["pagers"]} == {"platform"}
    body = await _get(program, "/coverage?gaps=true")
    assert all(service["team"] is None for service in body["services"])


async def test_a_goal_that_was_never_measured_is_said_to_be_so(website: Website) -> None:
    body = await _get(await website.program("read"), "/goals/api-availability")
    goal = body["goal"]
    assert goal["state"] == "notMeasured"
    assert (goal["target"], goal["targetExact"]) == (0.999, {"num": 999, "den": 1000})
    assert goal["remaining"] is None
    assert goal["sli"] is None
    assert goal["window"]["seconds"] == timedelta(days=28).total_seconds()
    assert [burn for burn in goal["burns"] if burn["longRate"] is not None or burn["holds"]] == []


async def test_charts_and_minutes_cover_what_was_asked(website: Website) -> None:
    program = await website.program("read")
    chart = await _get(program, "/goals/api-availability/chart?spanSeconds=3600&points=12")
    assert chart["spanSeconds"] == 3600
    assert 0 < len(chart["points"]) <= 12
    asked = "start=2026-05-04T09:00:00Z&end=2026-05-04T09:30:00Z"
    minutes = (await _get(program, f"/goals/api-availability/minutes?{asked}"))["minutes"]
    assert {minute["state"] for minute in minutes} <= {"unknown"}
    too_long = await program.get("/api/v1/goals/api-availability/minutes?start=2026-01-01T00:00:00Z")
    assert too_long.status_code == 422


async def test_who_is_on_watch_now_and_next(website: Website) -> None:
    body = await _get(await website.program("read"), "/oncall")
    (schedule,) = body["schedules"]
    assert schedule["schedule"] == "core-watch"
    assert {*schedule["now"]["people"], *schedule["next"]["people"]} == {"user:ana", "user:ben"}
    assert schedule["now"]["end"] == schedule["next"]["start"]
    assert datetime.fromisoformat(schedule["now"]["start"]) <= NOW < datetime.fromisoformat(schedule["now"]["end"])


async def test_an_incident_is_told_with_everything_behind_it_but_no_address(website: Website) -> None:
    await _incident(website)
    program = await website.program("read")
    by_number = await _get(program, "/incidents/1")
    assert by_number["incident"]["holder"] == "group:sre-core"
    assert by_number["page"]["state"] == "due"
    assert {notice["recipient"] for notice in by_number["notices"]} >= {"channel:ops", "user:ana"}
    assert [entry["id"] for entry in by_number["record"]]
    assert "127.0.0.1:9" not in str(by_number)
    assert (await _get(program, f"/incidents/{by_number['incident']['id']}"))["incident"] == by_number["incident"]


async def test_a_list_goes_on_where_it_stopped(website: Website) -> None:
    for service in ("api", "web", "database"):
        await _incident(website, service)
    program = await website.program("read")
    numbers: list[int] = []
    address = "/incidents?limit=1"
    while address:
        body = await _get(program, address)
        numbers += [incident["number"] for incident in body["incidents"]]
        address = f"/incidents?limit=1&before={body['next']}" if body["next"] else ""
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[-1] == 1
    only = await _get(program, "/incidents?service=api&state=open")
    assert [incident["service"] for incident in only["incidents"]] == ["component:api"]


async def test_a_program_acknowledges_and_resolves_in_the_name_of_its_person(website: Website) -> None:
    await _incident(website)
    await website.person("ana")
    program = await website.program("read", "write", person="ana")
    (page,) = (await _get(program, "/pages"))["pages"]
    answer = await program.post(f"/api/v1/pages/{page['id']}/acknowledge")
    assert answer.status_code == 200
    assert (answer.json()["page"]["state"], answer.json()["page"]["acknowledgedBy"]) == ("acknowledged", "user:ana")
    resolved = await program.post("/api/v1/incidents/1/resolve", json={"reason": "rolled back"})
    assert resolved.status_code == 200
    assert resolved.json()["incident"]["state"] == "resolved"
    again = await program.post("/api/v1/incidents/1/resolve")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


async def test_who_has_nothing_to_do_with_it_is_refused_with_what_to_do_instead(website: Website) -> None:
    await _incident(website)
    browser, csrf = await website.person("eli")
    answer = await browser.post("/api/v1/incidents/1/resolve", headers={"X-CSRF-Token": csrf})
    assert (answer.status_code, answer.json()["code"]) == (403, "refused")
    assert answer.json()["mend"]


async def test_a_token_of_nobody_acts_for_nobody(website: Website) -> None:
    await _incident(website)
    await website.signed_in_by(await website.link_for("service-account@shop.example"))
    program = await website.program("write", person="service-account")
    answer = await program.post("/api/v1/incidents/1/resolve")
    assert answer.status_code == 403
    assert "not tied to a person" in answer.json()["detail"]


async def test_forms_of_the_pages_act_and_lead_to_the_incident(website: Website) -> None:
    await _incident(website)
    browser, csrf = await website.person("ana")
    page_id = (await website.watchbill.oncall.open_pages())[0].id
    acknowledged = await browser.post(f"/pages/{page_id}/acknowledge", data={"csrf": csrf, "back": "/inbox"})
    assert (acknowledged.status_code, acknowledged.headers["location"]) == (303, "/inbox")
    assert (await website.watchbill.oncall.page(page_id)).state is PageState.ACKNOWLEDGED
    resolved = await browser.post("/incidents/1/resolve", data={"csrf": csrf, "reason": "rolled \0back"})
    assert (resolved.status_code, resolved.headers["location"]) == (303, "/incidents/1")


async def test_administrators_make_and_revoke_tokens_and_others_do_not(website: Website) -> None:
    admin, csrf = await website.person("dora", is_admin=True)
    headers = {"X-CSRF-Token": csrf}
    made = await admin.post("/api/v1/tokens", json={"name": "am", "scopes": ["alerts"]}, headers=headers)
    assert made.status_code == 201
    program = website.anybody(headers={"Authorization": f"Bearer {made.json()['secret']}"})
    assert (await program.post(HOOK, json=alertmanager_body())).status_code == 202
    (token,) = (await _get(admin, "/tokens"))["tokens"]
    assert (token["name"], token["scopes"], token["user"]) == ("am", ["alerts"], "user:dora")
    assert made.json()["secret"] not in str(token)
    assert (await admin.delete(f"/api/v1/tokens/{token['id']}", headers=headers)).status_code == 204
    assert (await program.post(HOOK, json=alertmanager_body())).status_code == 401
    browser, _ = await website.person("ben")
    assert (await browser.get("/api/v1/tokens")).status_code == 403


REFUSALS: list[tuple[str, str, bytes | None, int, str]] = [
    ("GET", "/services/apy", None, 404, "notFound"),
    ("GET", "/services/a:b:c", None, 404, "notFound"),
    ("GET", "/incidents?service=a:b:c", None, 422, "invalid"),
    ("GET", "/nothing", None, 404, "notFound"),
    ("PUT", "/goals", None, 405, "methodNotAllowed"),
    ("GET", "/incidents?limit=1000", None, 422, "invalid"),
    ("GET", "/incidents/17", None, 404, "notFound"),
    ("GET", "/incidents/seventeen", None, 422, "invalid"),
    ("GET", "/explain/page", None, 422, "invalid"),
    ("GET", "/explain/practice?service=web&practice=luck", None, 422, "invalid"),
    ("GET", "/explain/change?service=web&person=nobody-of-ours", None, 404, "notFound"),
    ("GET", "/coverage?class=loud", None, 422, "invalid"),
    ("GET", "/findings?level=terrible", None, 422, "invalid"),
    ("GET", "/findings?rule=rotation-sise", None, 404, "notFound"),
    ("GET", "/findings?team=nobody-of-ours", None, 404, "notFound"),
    ("GET", "/explain/page?service=api&at=yesterday", None, 422, "invalid"),
    ("GET", "/explain/page?service=api&at=2026-05-04T10:00:00", None, 422, "invalid"),
    ("GET", "/explain/page?service=api&at=9999-12-31T23:59:59Z", None, 422, "invalid"),
    ("POST", "/incidents/1/resolve", b"{", 400, "malformed"),
    ("POST", "/incidents/1/resolve", b'{"reason": 7}', 422, "invalid"),
    ("POST", "/incidents/1/resolve", b'{"raeson": "x"}', 422, "invalid"),
]


async def test_every_refusal_is_a_problem_that_says_how_to_mend_it(website: Website) -> None:
    await website.person("ana")
    program = await website.program("read", "write", person="ana")
    for method, path, body, status, code in REFUSALS:
        headers = {"Content-Type": "application/json"} if body else None
        answer = await program.request(method, f"/api/v1{path}", content=body, headers=headers)
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code), path
        assert problem["type"] == f"urn:watchbill:problem:{code}"
        assert problem["title"]
        assert problem["detail"]
        assert "mend" in problem
        assert problem["request"] == answer.headers["x-request-id"]


async def test_a_method_that_is_not_taken_is_answered_with_those_that_are(website: Website) -> None:
    answer = await (await website.program("read", "alerts")).get("/api/v1/hooks/alertmanager")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_mistyped_name_is_answered_with_the_nearest(website: Website) -> None:
    answer = await (await website.program("read")).get("/api/v1/goals/api-availabilty")
    assert answer.json()["mend"] == "Did you mean “api-availability”?"


async def test_what_does_not_fit_is_listed_all_at_once(website: Website) -> None:
    answer = await (await website.program("read")).get("/api/v1/incidents?limit=0&state=maybe&before=-1")
    assert {misfit["at"] for misfit in answer.json()["misfits"]} == {"query.limit", "query.state", "query.before"}


async def test_people_get_a_page_where_programs_get_a_problem(website: Website) -> None:
    browser, _ = await website.person("ana")
    page = await browser.get("/incidents/17/nothing", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    problem = await browser.get("/incidents/17/nothing", headers={"Accept": "application/json"})
    assert problem.json()["code"] == "notFound"


async def test_the_server_says_that_it_is_not_ready_until_its_engine_has_stepped(website: Website) -> None:
    assert (await website.anybody().get("/healthz")).json() == {"status": "alive"}
    answer = await website.anybody().get("/readyz")
    assert answer.status_code == 503
    assert any("engine" in reason for reason in answer.json()["reasons"])
