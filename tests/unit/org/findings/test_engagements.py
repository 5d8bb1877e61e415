"""Rules 53 and 60: what both sides wrote down, and whether they look at it again. Each broken, and just kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.unit.org import made
from watchbill.org.agreements import AgreedStep, ReviewHeld
from watchbill.org.agreements import Verdict as Decided
from watchbill.org.charters import Engagement, EngagementState
from watchbill.org.findings import Verdict
from watchbill.org.organization import Organization
from watchbill.org.values import Duration

from . import building

PACT = "Engagement pact"
WHOLE: dict[str, Any] = {
    "goals": ("99.9 % of orders succeed",),
    "budget_policy": "standard",
    "escalate_to": made.ref("boss", "user"),
    "hand_back_when": ("two calm quarters",),
}


def of(engagement: Engagement, *goals: str) -> Organization:
    return building.organization(
        things=[made.thing("shop")],
        teams=[building.SRE, building.ADVISERS, building.TOOLS],
        engagements=[engagement],
        goals=[building.goal(name) for name in goals],
    )


def record(engagement: Engagement) -> list[tuple[Verdict, str]]:
    return building.found(of(engagement), "engagement-record")


def test_an_active_engagement_says_what_its_implementation_demands() -> None:
    assert record(building.engaged()) == [(Verdict.ERROR, PACT)]
    assert record(building.engaged(agreement=building.agreement(**WHOLE))) == []
    (finding,) = building.findings(
        of(building.engaged(agreement=building.agreement(**WHOLE | {"goals": (), "hand_back_when": ()}))),
        "engagement-record",
    )
    assert finding.text == "pact is active and says nothing of its goals and when it is handed back."


def test_what_is_not_demanded_is_a_warning_and_an_end_says_when_it_is_handed_back() -> None:
    goals_alone = building.agreement(goals=WHOLE["goals"])
    tools = building.engaged(sre=building.TOOLS, agreement=goals_alone, ends=date(2026, 12, 31))
    (finding,) = building.findings(of(tools), "engagement-record")
    assert (finding.level, finding.figures) == (Verdict.WARN, {"missing": "escalateTo, budgetPolicy"})


def test_who_only_advises_needs_goals_alone() -> None:
    goals_alone = building.agreement(goals=WHOLE["goals"])
    assert record(building.engaged(sre=building.ADVISERS, agreement=goals_alone)) == []


def reviewed(at: str, *days: str, every: str | None = None) -> list[tuple[Verdict, str]]:
    held = tuple(
        ReviewHeld(date.fromisoformat(day), made.ref("boss", "user"), Decided.CONTINUE, "", made.place())
        for day in days
    )
    agreed = building.agreement(review_every=Duration.parse(every) if every else None)
    pact = building.engaged(agreement=agreed, reviews_held=held)
    return building.found(of(pact), "engagement-review", datetime.fromisoformat(f"{at}T12:00:00+00:00").astimezone(UTC))


def test_an_engagement_is_looked_at_every_three_months_from_the_day_on_which_it_became_active() -> None:
    assert reviewed("2026-07-01") == []
    assert reviewed("2026-07-02") == [(Verdict.WARN, PACT)]
    assert reviewed("2026-07-02", "2026-06-30") == []
    assert reviewed("2026-07-02", "2026-07-03") == [(Verdict.WARN, PACT)]


def test_both_sides_may_agree_on_another_rhythm() -> None:
    assert reviewed("2026-04-29", every="4w") == []
    assert reviewed("2026-04-30", every="4w") == [(Verdict.WARN, PACT)]


def test_advisers_and_their_partner_share_goals() -> None:
    agreed = building.agreement(goals=WHOLE["goals"])
    with_goals = building.engaged(sre=building.ADVISERS, agreement=agreed)
    assert building.found(of(with_goals, "shop"), "shared-goals") == []
    assert building.found(of(with_goals), "shared-goals") == [(Verdict.WARN, PACT)]
    assert building.found(of(building.engaged(sre=building.ADVISERS), "shop"), "shared-goals") == [(Verdict.WARN, PACT)]


def test_handing_back_takes_a_quarter() -> None:
    handing_back = of(building.engaged(state=EngagementState.HANDING_BACK))  # since 1 April
    assert building.found(handing_back, "hand-back", datetime(2026, 7, 1, 12, tzinfo=UTC)) == []
    assert building.found(handing_back, "hand-back", datetime(2026, 7, 2, 12, tzinfo=UTC)) == [(Verdict.ADVICE, PACT)]


def test_an_engagement_ends_only_once_its_last_steps_are_done() -> None:
    def left(*done: str | None) -> list[tuple[Verdict, str]]:
        steps = tuple(
            AgreedStep("a last week together", None, date.fromisoformat(day) if day else None, made.place())
            for day in done
        )
        agreed = building.agreement(hand_back=steps)
        pact = building.engaged(state=EngagementState.HANDING_BACK, agreement=agreed)
        return building.found(of(pact), "hand-back-duties")

    assert left("2026-05-06", "2026-05-07") == [(Verdict.BLOCK, PACT)]  # asked on 6 May
    assert left("2026-05-06", None) == [(Verdict.BLOCK, PACT)]
    assert left("2026-05-06") == []
    assert left() == [(Verdict.NOT_DECLARED, PACT)]
    active = building.engaged(agreement=building.agreement())
    assert building.found(of(active), "hand-back-duties") == []


@pytest.mark.parametrize(
    ("day", "verdicts"),
    [
        (date(2026, 3, 31), []),
        (date(2026, 4, 1), [Verdict.BLOCK]),
        (date(2026, 7, 1), [Verdict.BLOCK]),
        (date(2026, 7, 2), [Verdict.WARN]),
        (date(2026, 10, 2), []),
    ],
)
def test_an_engagement_with_the_pager_does_not_just_end(day: date, verdicts: list[Verdict]) -> None:
    """Its last day is 1 July: from a quarter before it on it has to be handed back, and for a quarter after it that was missed."""
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    active = (EngagementState.ACTIVE, "2026-01-02")
    silent = building.engaged(ends=date(2026, 7, 1), life=building.life(active))
    assert building.found(of(silent), "hand-back-duties", at) == [(verdict, PACT) for verdict in verdicts]
    partners = building.engaged(ends=date(2026, 7, 1), life=building.life(active), primary="partner")
    assert building.found(of(partners), "hand-back-duties", at) == []
    handed = building.engaged(
        ends=date(2026, 7, 1),
        life=building.life(active, (EngagementState.HANDING_BACK, "2026-03-01")),
        agreement=building.agreement(
            hand_back=(AgreedStep("pass on what is known", None, date(2026, 3, 20), made.place()),)
        ),
    )
    assert building.found(of(handed), "hand-back-duties", at) == []
