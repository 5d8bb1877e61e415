"""The API does what its description says: requests made from openapi.json, fitting and not, are answered as described."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.generation.case import Case

from tests.website import Website, alertmanager_body, open_website

DESCRIPTION = "/api/v1/openapi.json"
FOR_ADMINISTRATORS = ("/api/v1/tokens", "/api/v1/audit")
# The first asks again on its own, without a token, over the network: the gate's own tests walk every route without one.
# The second knows no rule that a schema cannot say: a year that can be meant, an end after its start.
NOT_HERE = ("ignored_auth", "positive_data_acceptance")


class Caller:
    """Sends generated requests to an application that lives in a loop of its own."""

    def __init__(self, runner: asyncio.Runner, website: Website) -> None:
        self._runner = runner
        self._program, (self._admin, self._csrf) = runner.run(_callers(website))

    def description(self) -> dict[str, Any]:
        """Return what the API says of itself, but for how to sign in: these callers are."""
        description: dict[str, Any] = self._runner.run(self._program.get(DESCRIPTION)).json()
        del description["security"], description["components"]["securitySchemes"]
        for operations in description["paths"].values():
            for operation in operations.values():
                operation.pop("security", None)
        return description

    def send(self, case: Case) -> httpx2.Response:
        """Send a generated request as an administrator where it needs one, else as a program."""
        made = requests.Request(**case.as_transport_kwargs(base_url="http://watchbill.test")).prepare()
        client, headers = self._program, dict(made.headers)
        if case.path.startswith(FOR_ADMINISTRATORS):
            client, headers = self._admin, headers | {"X-CSRF-Token": self._csrf}
        headers.pop("Authorization", None)
        headers.pop("Cookie", None)
        request = client.request(str(made.method), str(made.url), headers=headers, content=made.body or b"")
        return self._runner.run(request)


async def _callers(website: Website) -> tuple[httpx2.AsyncClient, tuple[httpx2.AsyncClient, str]]:
    admin = await website.person("dora", is_admin=True)
    await website.person("ana")
    program = await website.program("read", "write", "alerts", person="ana")
    await program.post("/api/v1/hooks/alertmanager", json=alertmanager_body())
    await website.watchbill.oncall.take_due_steps(website.clock.now())
    return program, admin


@pytest.fixture
def caller(database_url: str, tmp_path: Path) -> Iterator[Caller]:
    """Return a caller of an application with one open incident, once for each database."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        website = runner.run(stack.enter_async_context(open_website(database_url, tmp_path / "data")))
        yield Caller(runner, website)
        runner.run(stack.aclose())


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: str(mode.name).lower())
def test_requests_made_from_the_description_are_answered_as_described(caller: Caller, mode: GenerationMode) -> None:
    described = schemathesis.openapi.from_dict(caller.description())
    excluded = [CHECKS.get_one(name) for name in NOT_HERE]
    walked = 0
    for found in described.get_all_operations():
        operation = found.ok()
        asks_for_something = {"parameters", "requestBody"} & operation.definition.raw.keys()
        if mode is GenerationMode.NEGATIVE and not asks_for_something:
            continue

        @settings(
            max_examples=12, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Case) -> None:
            answer = caller.send(case)
            assert answer.status_code < 500, answer.text
            case.validate_response(answer, excluded_checks=excluded)

        ask()
        walked += 1
    assert walked >= 14
