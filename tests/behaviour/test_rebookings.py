"""What people say that a budget was spent by: with a reason, approved by the owner where it has to be, and audited."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.behaviour.measured_shop import Shop, open_shop
from tests.behaviour.test_budgets import BROKEN, POLICY, budget
from tests.unit.practices.goals.made import MINUTE
from tests.website import NOW
from watchbill.practices.record.audit import AuditService

MAY_REBOOK = """\
---
apiVersion: watchbill/v1
kind: Engagement
metadata: {name: api-with-core}
spec:
  sre: core
  partner: group:shop-developers
  covers: {components: [api]}
  authority: [rebook]
  authorityReason: the team keeps the books
  agreement: {budgetPolicy: strict}
  life:
    - {state: proposed, on: 2026-01-05, by: "user:dora", why: asked for}
    - {state: preparing, on: 2026-01-06, by: "user:dora", why: agreed}
    - {state: active, on: 2026-01-07, by: "user:dora", why: ready}
"""
RELEASE = {"by": "change", "subject": "release 41", "reason": "it began with the release"}


@pytest.fixture
async def shop(database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(
        database_url, tmp_path, declared=POLICY.replace("user:ana", "user:eli") + MAY_REBOOK
    ) as opened:
        opened.traffic.break_between(BROKEN, BROKEN + 4 * MINUTE)
        await opened.until(6 * MINUTE)
        yield opened


async def rebooked(shop: Shop, person: str, minutes: tuple[int, int] = (0, 6), **asked: Any) -> httpx2.Response:
    start, end = (NOW + timedelta(minutes=each) for each in minutes)
    body = {"start": start.isoformat(), "end": end.isoformat(), **RELEASE, **asked}
    browser, csrf = await shop.website.person(person)
    path = "/api/v1/goals/api-availability/rebookings"
    return await browser.post(path, json=body, headers={"X-CSRF-Token": csrf})


async def answered(shop: Shop, by: str, id: str, answer: str, reason: str = "") -> httpx2.Response:  # noqa: A002
    browser, csrf = await shop.website.person(by)
    path = f"/api/v1/rebookings/{id}/{answer}"
    return await browser.post(path, json={"reason": reason}, headers={"X-CSRF-Token": csrf})


async def spent_by(shop: Shop) -> dict[tuple[str, str], int]:
    return {(each["by"], each["subject"]): each["bad"] for each in (await budget(shop))["spentBy"]}


async def test_who_approves_by_the_budget_policy_rebooks_at_once(shop: Shop) -> None:
    made = (await rebooked(shop, "eli")).json()["rebooking"]
    assert (made["state"], made["approver"]) == ("inForce", None)
    assert await spent_by(shop) == {("change", "release 41"): 720}
    entries = await AuditService(shop.website.watchbill.store).newest()
    (audited,) = (each for each in entries if each.action == "rebook")
    assert (audited.actor, audited.subject) == ("user:eli", "api-availability")
    assert audited.because.startswith("approver: ")
    assert audited.reason == RELEASE["reason"]


async def test_a_member_s_rebooking_counts_once_the_owner_has_approved_it(shop: Shop) -> None:
    made = (await rebooked(shop, "ben", (0, 3))).json()["rebooking"]
    assert (made["state"], made["approver"], made["author"]) == ("asked", "group:shop-developers", "user:ben")
    assert await spent_by(shop) == {("incident", "1"): 720}
    assert (await answered(shop, "ben", made["id"], "approve")).status_code == 403, "nobody approves their own"
    approved = (await answered(shop, "cleo", made["id"], "approve")).json()["rebooking"]
    assert (approved["state"], approved["decidedBy"]) == ("inForce", "user:cleo")
    now = await spent_by(shop)
    assert now.keys() == {("change", "release 41"), ("incident", "1")}
    assert sum(now.values()) == 720
    assert (await answered(shop, "cleo", made["id"], "refuse", "late")).status_code == 409
    page = await shop.page()
    assert "Change: release 41" in page
    assert "yes, approved by Cleo" in page


async def test_a_refusal_needs_a_reason_and_leaves_the_books_as_they_are(shop: Shop) -> None:
    made = (await rebooked(shop, "ben")).json()["rebooking"]
    assert (await answered(shop, "cleo", made["id"], "refuse")).status_code == 422
    refused = (await answered(shop, "cleo", made["id"], "refuse", "it began before")).json()["rebooking"]
    assert (refused["state"], refused["decisionReason"]) == ("refused", "it began before")
    assert await spent_by(shop) == {("incident", "1"): 720}


async def test_who_may_not_is_told_whom_to_ask(shop: Shop) -> None:
    refused = await rebooked(shop, "dora")
    assert refused.status_code == 403
    assert "ask the owner, group:shop-developers" in refused.json()["mend"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"by": "incident", "subject": "99"}, 404),
        ({"by": "dependency", "subject": "nothing-of-ours"}, 404),
        ({"by": "dependency", "subject": "api"}, 422),
        ({"by": "change", "subject": " "}, 422),
        ({"reason": " "}, 422),
        ({"minutes": (5, 5)}, 422),
        ({"minutes": (0, 500)}, 422),
    ],
)
async def test_what_cannot_be_meant_is_refused(shop: Shop, asked: dict[str, Any], status: int) -> None:
    assert (await rebooked(shop, "ben", **asked)).status_code == status


async def test_a_dependency_that_is_named_is_booked_to_whoever_holds_it_and_a_later_word_wins(shop: Shop) -> None:
    for asked in (RELEASE, {"by": "dependency", "subject": "database"}):
        made = (await rebooked(shop, "ben", **asked)).json()["rebooking"]
        await answered(shop, "cleo", made["id"], "approve")
        shop.website.clock.set(shop.website.clock.now() + timedelta(seconds=1))
    (only,) = (await budget(shop))["spentBy"]
    assert (only["by"], only["subject"], only["holder"]) == ("dependency", "resource:database", "group:sre-core")
