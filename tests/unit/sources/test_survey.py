"""What is asked of a server before goals are in force: few questions, smaller ones where it refuses, and what it tells of itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.unit.practices.goals import made
from tests.unit.sources.serving import Reply, Server, serving
from watchbill.lib.errors import Unavailable
from watchbill.lib.http import HttpClient
from watchbill.org.objectives import Goal
from watchbill.practices.goals.checking import HOURS, Seen
from watchbill.sources.access import OPEN
from watchbill.sources.prometheus_api import PrometheusApi
from watchbill.sources.survey import retention, survey

Answers = Callable[[str, dict[str, str]], Reply]


def goals(count: int) -> list[Goal]:
    return [
        made.goal(f"goal-{number}", total=f"total_{number}", bad=f'total_{number}{{code="500"}}')
        for number in range(count)
    ]


def answered(kind: str, result: list[object], **more: object) -> Reply:
    return Reply(json.dumps({"status": "success", "data": {"resultType": kind, "result": result}, **more}))


def refused(said: str) -> Reply:
    return Reply(json.dumps({"status": "error", "errorType": "bad_data", "error": said}), status=422)


def numbered(form: dict[str, str]) -> list[str]:
    """Return the numbers that the expressions of a question are marked by."""
    return [part.split('"')[1] for part in form["query"].split('"watchbill_of",')[1:]]


def hours(form: dict[str, str], events: float = 60.0) -> Reply:
    """Answer every expression with so many events in the newest hour."""
    values = [[float(form["end"]), str(events)]]
    found: list[object] = [{"metric": {"watchbill_of": number}, "values": values} for number in numbered(form)]
    return answered("matrix", found, infos=["PromQL info: metric might not be a counter"])


async def asked(server: Server, of: list[Goal]) -> dict[str, Seen | str]:
    http = HttpClient()
    try:
        return dict(await survey(PrometheusApi("metrics", server.url, http, OPEN), of, made.MIDNIGHT))
    finally:
        await http.close()


def telling(kept: str, ranges: Callable[[dict[str, str]], Reply]) -> Answers:
    def reply(path: str, form: dict[str, str]) -> Reply:
        if path == "/api/v1/status/runtimeinfo":
            return answered("", [], data={"storageRetention": kept})
        return ranges(form)

    return reply


async def test_twenty_goals_are_two_questions_and_one_about_the_server() -> None:
    async with serving(telling("15d", hours)) as server:
        seen = await asked(server, goals(20))
        assert len(server.asked) == 2
    one = seen["goal-7"]
    assert isinstance(one, Seen)
    assert (one.total, one.part, one.keeps, one.bounds) == (
        {HOURS - 1: 60.0},
        {HOURS - 1: 60.0},
        timedelta(days=15),
        None,
    )


async def test_what_is_refused_is_asked_for_in_halves_down_to_the_one_that_is_to_blame() -> None:
    def ranges(form: dict[str, str]) -> Reply:
        return refused("too many samples") if "total_3" in form["query"] else hours(form)

    async with serving(telling("15d", ranges)) as server:
        seen = await asked(server, goals(6))
    assert [name for name, one in seen.items() if isinstance(one, str)] == ["goal-3"]
    assert "bad_data: too many samples" in str(seen["goal-3"])


async def test_a_server_that_is_away_is_unavailable() -> None:
    async with serving(lambda _path, _form: Reply("", status=503)) as server:
        with pytest.raises(Unavailable):
            await asked(server, goals(1))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("15d", timedelta(days=15)),
        ("4w2d", timedelta(days=30)),
        ("30d or 10GiB", timedelta(days=30)),
        ("1h30m", timedelta(minutes=90)),
        ("10GiB", None),
        ("", None),
    ],
)
async def test_how_long_a_server_keeps_samples_is_read_as_it_tells_it(told: str, expected: timedelta | None) -> None:
    async with serving(telling(told, hours)) as server:
        assert await kept(server) == expected


@pytest.mark.parametrize("status", [400, 404])
async def test_a_server_that_tells_nothing_of_itself_keeps_nobody_knows_how_long(status: int) -> None:
    async with serving(Reply("unsupported path", status=status)) as server:
        assert await kept(server) is None


async def kept(server: Server) -> timedelta | None:
    http = HttpClient()
    try:
        return await retention(PrometheusApi("metrics", server.url, http, OPEN))
    finally:
        await http.close()
