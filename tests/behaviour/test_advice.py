"""Recommendations and break-glasses, in a company whose consultants advise a partner: made, answered, counted and audited."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.behaviour.advising import ADVICE, GLASS, People, broken, may_change, page_of, recommended
from tests.website import NOW, Website
from watchbill.practices.advice.tables import break_glasses, recommendations


async def test_a_recommendation_goes_to_the_owner_who_accepts_and_implements_it_in_time(
    acme: Website, people: People
) -> None:
    made = await recommended(people)
    accepted = await people.post("greta", f"/recommendations/{made}/accept", {"reason": "agreed"})
    assert accepted.json()["recommendation"]["state"] == "accepted"
    acme.clock.set(NOW + timedelta(days=90))
    done = await people.post("greta", f"/recommendations/{made}/implement")
    assert done.json()["recommendation"]["state"] == "implemented"
    tally = await people.get("greta", "/teams/advisers/advice")
    assert (tally["made"], tally["accepted"], tally["implemented"]) == (1, 1, 1)
    assert (tally["judged"], tally["taken"]) == (1, 1)


async def test_what_is_implemented_later_than_90_days_after_it_was_made_does_not_count_for(
    acme: Website, people: People
) -> None:
    made = await recommended(people)
    await people.post("greta", f"/recommendations/{made}/accept")
    acme.clock.set(NOW + timedelta(days=90, seconds=1))
    await people.post("greta", f"/recommendations/{made}/implement")
    recommendation = (await people.get("greta", f"/recommendations/{made}"))["recommendation"]
    assert recommendation["state"] == "implemented"
    assert recommendation["patch"] == "+ region"
    tally = await people.get("greta", "/teams/advisers/advice")
    assert (tally["implemented"], tally["judged"], tally["taken"]) == (1, 1, 0)


async def test_a_year_is_counted_over_and_what_is_older_no_more(acme: Website, people: People) -> None:
    await recommended(people)
    await people.post("greta", f"/break-glasses/{await broken(people)}/approve")
    year = timedelta(days=365)
    for after, counted in ((year - timedelta(seconds=1), 1), (year, 0)):
        acme.clock.set(NOW + after)
        tally = await people.get("greta", "/teams/advisers/advice")
        assert (tally["made"], tally["judged"], tally["breakGlasses"]) == (counted, counted, counted)


async def test_declining_needs_a_reason_and_answers_once(people: People) -> None:
    made = await recommended(people)
    assert (await people.post("greta", f"/recommendations/{made}/decline")).status_code == 422
    declined = await people.post("greta", f"/recommendations/{made}/decline", {"reason": "one region is enough"})
    assert declined.json()["recommendation"]["reason"] == "one region is enough"
    assert (await people.post("greta", f"/recommendations/{made}/accept")).status_code == 409


async def test_what_nobody_answers_expires_and_is_not_accepted_any_more(acme: Website, people: People) -> None:
    made = await recommended(people)
    acme.clock.set(NOW + timedelta(days=30))
    late = await people.post("greta", f"/recommendations/{made}/accept")
    assert late.status_code == 409
    assert await acme.watchbill.advice.settle(acme.clock.now()) == 1
    assert (await people.get("greta", f"/recommendations/{made}"))["recommendation"]["state"] == "expired"


async def test_who_recommended_it_does_not_answer_it(people: People) -> None:
    made = await recommended(people)
    refused = await people.post("ruth", f"/recommendations/{made}/accept")
    assert refused.status_code == 403
    assert refused.json()["instead"][-1] == "ask the owner, group:payroll-developers"


async def test_advice_to_ones_own_group_is_answered_by_somebody_else_and_counts_for_no_team(
    acme: Website, people: People
) -> None:
    answer = await people.post("bea", "/recommendations", {**ADVICE, "service": "cluster-eu"})
    made, team = answer.json()["recommendation"]["id"], answer.json()["recommendation"]["team"]
    for way in ("accept", "decline"):
        refused = await people.post("bea", f"/recommendations/{made}/{way}", {"reason": "no"})
        assert (refused.status_code, refused.json()["detail"]) == (
            403,
            "Nobody accepts or declines their own recommendation.",
        )
    tally = await acme.watchbill.advice.tally(team, acme.clock.now())
    assert (tally.made, tally.judged) == (0, 0)


async def test_a_stranger_recommends_nothing_and_is_told_what_to_do(people: People) -> None:
    refused = await people.post("mei", "/recommendations", ADVICE)
    assert (refused.status_code, refused.json()["code"]) == (403, "refused")
    assert "agree an engagement that covers it" in refused.json()["instead"]


async def test_a_consultant_who_would_change_something_is_offered_two_ways(people: People) -> None:
    asked = await people.get("ruth", "/allowed?person=ruth&action=changeConfig&service=payroll")
    assert asked["allowed"] is False
    assert [way.split(":")[0].split(" it ")[0] for way in asked["instead"][:2]] == ["recommend", "break glass"]


async def test_glass_that_the_partner_approves_lets_its_holder_change_that_thing_until_it_ends(
    acme: Website, people: People
) -> None:
    glass = await broken(people)
    assert not await may_change(acme)
    approved = await people.post("greta", f"/break-glasses/{glass}/approve", {"reason": "yes, now"})
    assert approved.json()["breakGlass"]["state"] == "open"
    assert await may_change(acme)
    acme.clock.set(NOW + timedelta(minutes=60))
    assert not await may_change(acme)
    assert await acme.watchbill.advice.settle(acme.clock.now()) == 1
    (closed,) = (await people.get("greta", "/break-glasses?team=advisers"))["breakGlasses"]
    assert (closed["state"], closed["closedAt"]) == ("closed", closed["endsAt"])
    assert (await people.get("greta", "/teams/advisers/advice"))["breakGlasses"] == 1


async def test_glass_is_given_back_early_by_its_holder(acme: Website, people: People) -> None:
    glass = await broken(people)
    await people.post("greta", f"/break-glasses/{glass}/approve")
    assert (await people.post("ruth", f"/break-glasses/{glass}/close")).status_code == 200
    assert not await may_change(acme)


async def test_only_the_partner_approves_glass_and_never_its_holder(acme: Website, people: People) -> None:
    glass = await broken(people)
    for name in ("ruth", "mei"):
        refused = await people.post(name, f"/break-glasses/{glass}/approve")
        assert refused.status_code == 403
        assert refused.json()["instead"] == ["ask for the approval of group:payroll-developers"]
    assert not await may_change(acme)


async def test_glass_is_refused_with_a_reason_and_opens_nothing(acme: Website, people: People) -> None:
    glass = await broken(people)
    assert (await people.post("greta", f"/break-glasses/{glass}/refuse")).status_code == 422
    assert (await people.post("greta", f"/break-glasses/{glass}/refuse", {"reason": "we are on it"})).status_code == 200
    assert not await may_change(acme)
    assert (await people.get("greta", "/teams/advisers/advice"))["breakGlasses"] == 0


async def test_glass_that_nobody_answers_within_the_hour_lapses(acme: Website, people: People) -> None:
    glass = await broken(people)
    acme.clock.set(NOW + timedelta(hours=1))
    assert (await people.post("greta", f"/break-glasses/{glass}/approve")).status_code == 409


@pytest.mark.parametrize("minutes", [0, 241])
async def test_glass_is_broken_for_four_hours_at_most(people: People, minutes: int) -> None:
    assert (await people.post("ruth", "/break-glasses", GLASS | {"minutes": minutes})).status_code == 422


async def test_who_is_no_consultant_breaks_no_glass(people: People) -> None:
    refused = await people.post("greta", "/break-glasses", GLASS)
    assert refused.status_code == 403


async def test_the_audit_tells_every_step_and_by_which_right(acme: Website, people: People) -> None:
    made, glass = await recommended(people), await broken(people)
    await people.post("greta", f"/recommendations/{made}/decline", {"reason": "too dear"})
    await people.post("greta", f"/break-glasses/{glass}/approve", {"reason": "do it"})
    await people.post("ruth", f"/break-glasses/{glass}/close")
    dana, _ = await acme.person("dana")
    entries = (await dana.get("/api/v1/audit?limit=50")).json()["entries"]
    found = {each["action"]: each for each in entries if each["subject"] in {made, glass}}
    assert found.keys() == {
        "recommend",
        "declineRecommendation",
        "breakGlass",
        "approveBreakGlass",
        "closeBreakGlass",
    }
    assert found["approveBreakGlass"]["because"] == "approver: user:greta speaks for group:payroll-developers."
    assert found["approveBreakGlass"]["reason"] == "do it"
    assert found["breakGlass"]["because"].startswith("consultant: Advice comes from Advisers by the engagement")


async def test_what_time_decides_is_in_the_audit_once_and_by_nobody(acme: Website, people: People) -> None:
    made, opened = await recommended(people), await broken(people)
    await people.post("greta", f"/break-glasses/{opened}/approve")
    acme.clock.set(NOW + timedelta(hours=1))
    unanswered = await broken(people)
    for _ in range(2):
        acme.clock.set(NOW + timedelta(days=30))
        await acme.watchbill.advice.settle(acme.clock.now())
    dana, _ = await acme.person("dana")
    entries = (await dana.get("/api/v1/audit?limit=50")).json()["entries"]
    by_time = {each["subject"]: each for each in entries if each["actor"] == "watchbill"}
    assert {subject: each["action"] for subject, each in by_time.items()} == {
        made: "letRecommendationExpire",
        unanswered: "letBreakGlassLapse",
        opened: "endBreakGlass",
    }
    assert len([each for each in entries if each["actor"] == "watchbill"]) == 3
    assert by_time[made]["because"] == "time: nobody answered it within 30 days."
    assert "let expire the recommendation" in await page_of(acme, "dana", "/audit")


async def test_no_row_can_say_what_no_move_leads_to(acme: Website, people: People) -> None:
    made, glass = await recommended(people), await broken(people)
    for impossible in (
        recommendations.update().where(recommendations.c.id == made).values(state="accepted"),
        recommendations.update().where(recommendations.c.id == made).values(state="lost"),
        break_glasses.update().where(break_glasses.c.id == glass).values(state="open"),
        break_glasses.update().where(break_glasses.c.id == glass).values(minutes=241),
        break_glasses.update()
        .where(break_glasses.c.id == glass)
        .values(state="refused", decided_by="user:ruth", decided_at=NOW),
    ):
        with pytest.raises(sa.exc.IntegrityError):
            async with acme.watchbill.store.writing() as transaction:
                await transaction.execute(impossible)
