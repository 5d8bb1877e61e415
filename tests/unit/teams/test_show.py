"""The organisation at a glance, as data."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from watchbill.org.folder import read
from watchbill.teams.show import show

FOLDER = Path(__file__).parents[3] / "examples" / "acme"


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    organization = read(FOLDER).organization
    assert organization is not None
    answer: dict[str, Any] = json.loads(json.dumps(show(organization, datetime(2026, 11, 25, 12, tzinfo=UTC))))
    return answer


def named(rows: list[dict[str, Any]], name: str, key: str = "name") -> dict[str, Any]:
    return next(row for row in rows if row[key] == name)


def test_it_says_for_when_it_speaks(shown: dict[str, Any]) -> None:
    assert (shown["schema"], shown["at"]) == ("watchbill/show/v1", "2026-11-25T12:00:00Z")


def test_a_team_has_its_implementation_its_people_with_shares_and_what_it_covers(shown: dict[str, Any]) -> None:
    core = named(shown["teams"], "sre-core")
    assert core["implementation"] == "kitchenSink"
    assert named(core["people"], "user:mei", "user")["share"] == 0.2
    assert named(core["people"], "user:kofi", "user")["share"] == 1
    assert core["covers"] == ["component:settlement"]


def test_who_advises_a_customer_is_called_a_customer_reliability_engineer(shown: dict[str, Any]) -> None:
    assert named(shown["teams"], "advisers")["called"] == "site and customer reliability engineers"
    assert named(shown["teams"], "checkout-sre")["called"] is None


def test_a_service_has_owner_holder_tier_and_goals(shown: dict[str, Any]) -> None:
    payments = named(shown["services"], "component:payments", "ref")
    assert (payments["owner"], payments["holder"]) == ("group:payments-developers", "group:sre-checkout")
    assert (payments["tier"], payments["goals"]) == ("critical", ["payments-availability", "payments-latency"])


def test_a_goal_has_its_exact_target_and_window(shown: dict[str, Any]) -> None:
    goal = named(shown["goals"], "payments-availability")
    assert goal["targetRatio"] == {"num": 999, "den": 1000}
    assert goal["windowSeconds"] == 28 * 86400


def test_a_schedule_says_who_is_on_call_now_and_next(shown: dict[str, Any]) -> None:
    primary = named(shown["schedules"], "checkout-primary")
    assert primary["now"]["people"] == [{"user": "user:ana", "name": "Ana Ferreira"}]
    assert primary["next"]["people"] == [{"user": "user:raj", "name": "Raj Patel"}]
    assert primary["now"]["end"] == primary["next"]["start"] == "2026-11-30T08:00:00Z"


def test_an_engagement_has_its_state_and_since_when(shown: dict[str, Any]) -> None:
    launch = named(shown["engagements"], "mei-with-mobile-launch")
    assert (launch["state"], launch["since"], launch["ends"]) == ("ended", "2026-04-01", "2026-03-31")
    checkout = named(shown["engagements"], "checkout-sre-with-cart")
    assert (checkout["state"], checkout["since"]) == ("active", "2026-04-01")


def test_an_engagement_whose_life_has_not_begun_has_no_state() -> None:
    organization = read(FOLDER).organization
    assert organization is not None
    answer = show(organization, datetime(2020, 1, 1, tzinfo=UTC))
    assert {(each["state"], each["since"]) for each in answer["engagements"]} == {(None, None)}
