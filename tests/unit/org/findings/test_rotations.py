"""Rules 8 to 11: rotations. Each broken, and just kept; all figures can be counted on the fingers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction

import pytest

from tests.unit.org import made
from watchbill.org.charters import EscalationStep, Hours, RuleOverride, Schedule, Target
from watchbill.org.findings import Verdict
from watchbill.org.organization import Organization
from watchbill.org.watch_time import WatchTime

from . import building


def people(number: int) -> list[str]:
    return [f"s{each}" for each in range(1, number + 1)]


def standing(*watches: Schedule, group: str = "sre", members: int = 1) -> Organization:
    return building.organization(
        things=[made.thing("shop")],
        teams=[building.SRE],
        engagements=[building.engaged()],
        policies=[building.policy(group, *(watch.name for watch in watches))],
        watches=watches,
        members={"sre": people(members)},
    )


def first_and_second(number: int) -> tuple[Schedule, Schedule]:
    """Everybody stands first, then second, a week each."""
    names = people(number)
    return building.watch("first", names), building.watch("second", [*names[-1:], *names[:-1]])


def test_first_and_second_on_call_take_two_turns_of_a_round_and_eight_people_to_stay_within_a_quarter() -> None:
    seven = building.findings(standing(*first_and_second(7)), "on-call-share")
    assert [finding.subject for finding in seven] == [f"user:{name}" for name in people(7)]
    assert {finding.figures["share"] for finding in seven} == {"28.5\u202f%"}  # 2 of 7 turns
    assert {finding.team for finding in seven} == {"sre"}
    assert building.found(standing(*first_and_second(8)), "on-call-share") == []  # 2 of 8


@pytest.mark.parametrize(("zone", "turn"), [("UTC", "weeks"), ("Europe/Berlin", "days"), ("Asia/Tokyo", "hours")])
def test_a_share_is_of_whole_rounds_whatever_the_clock_does(zone: str, turn: str) -> None:
    watch = building.watch("first", people(4), zone=zone, turn=turn)
    shares = WatchTime(standing(watch), made.AT)
    assert {shares.share(made.ref(name, "user"), ("first",)) for name in people(4)} == {Fraction(1, 4)}


def test_who_stands_two_watches_at_once_does_so_once() -> None:
    both = building.watch("first", people(4)), building.watch("second", people(4))
    assert building.found(standing(*both), "on-call-share") == []  # 1 of 4, twice over


@pytest.mark.parametrize(("number", "levels"), [(7, [Verdict.FAIL]), (8, [Verdict.WARN]), (9, [])])
def test_eight_share_a_watch_at_one_site_and_nine_have_slack(number: int, levels: list[Verdict]) -> None:
    found = building.found(standing(*first_and_second(number)), "rotation-size")
    assert found == [(level, "EscalationPolicy sre") for level in levels]


def test_at_two_sites_five_share_a_watch_at_each_and_six_have_slack() -> None:
    berlin = building.watch("berlin", [f"b{each}" for each in range(4)], zone="Europe/Berlin")
    tokyo = building.watch("tokyo", [f"t{each}" for each in range(6)], zone="Asia/Tokyo")
    assert building.found(standing(berlin, tokyo), "rotation-size-at-sites") == [
        (Verdict.FAIL, "EscalationPolicy sre in Europe/Berlin")
    ]
    assert building.found(standing(berlin, tokyo), "rotation-size") == []  # that is about one site


@pytest.mark.parametrize(("number", "levels"), [(4, [Verdict.FAIL] * 2), (5, [Verdict.WARN] * 2), (6, [])])
def test_the_limit_at_each_of_two_sites_is_its_own_and_is_what_is_shown(number: int, levels: list[Verdict]) -> None:
    berlin = building.watch("berlin", [f"b{each}" for each in range(number)], zone="Europe/Berlin")
    tokyo = building.watch("tokyo", [f"t{each}" for each in range(number)], zone="Asia/Tokyo")
    for_one_site = RuleOverride("rotation-size", 3, False, "small", None, None, None, made.place())
    organization = replace(standing(berlin, tokyo), overrides=(for_one_site,))
    found = building.findings(organization, "rotation-size-at-sites")
    assert [finding.level for finding in found] == levels
    assert {(finding.threshold, finding.figures["needed"]) for finding in found} <= {("at least 5 people", "5")}


def test_a_turn_is_a_day_at_most() -> None:
    days = building.watch("first", people(2), turn="hours", count=24)
    longer = building.watch("first", people(2), turn="hours", count=25)
    assert building.found(standing(days), "long-shift") == []
    assert building.found(standing(longer), "long-shift") == [(Verdict.FAIL, "schedule:first")]


@pytest.mark.parametrize(
    ("first", "second", "hours"),
    [
        (["a", "a", "b", "c"], [], "48"),  # two turns in a row
        (["a"], [], "2\u202f184"),  # nobody else: the whole quarter of 91 days
        (["a", "b", "c", "d"], ["d", "a", "b", "c"], "48"),  # first today, second tomorrow
        (["a", "b", "c", "d"], ["c", "d", "a", "b"], None),  # a day between the two
        (["a", "b", "c", "d"], ["a", "b", "c", "d"], None),  # both at once is once
    ],
)
def test_turns_that_touch_are_one_stretch_whatever_the_watch(
    first: list[str], second: list[str], hours: str | None
) -> None:
    watches = [building.watch(name, of, turn="days") for name, of in (("first", first), ("second", second)) if of]
    found = building.findings(standing(*watches), "long-shift")
    assert [finding.figures["longest"] for finding in found] == ([f"{hours} h"] if hours else [])


def test_a_watch_for_developers_counts_for_an_sre_who_stands_it_too() -> None:
    mine, theirs = (
        building.watch(name, of, turn="days") for name, of in (("first", ["a", "b", "c"]), ("devs", ["c", "a", "d"]))
    )
    organization = standing(mine, theirs)
    policies = {each.name: each for each in (building.policy("sre", "first"), building.policy("devs", "devs"))}
    (finding,) = building.findings(replace(organization, escalation_policies=policies), "long-shift")
    assert finding.text == "user:a stands first and devs for 48 hours without a break, and 1 other too long as well."


def test_a_turn_of_a_day_is_a_day_also_when_the_clock_is_put_back() -> None:
    days = standing(building.watch("first", people(2), turn="days", zone="Europe/Berlin"))
    assert (
        building.found(days, "long-shift", datetime(2026, 9, 1, 12, tzinfo=UTC)) == []
    )  # the clock goes back on 25 October


def test_two_sites_leave_each_other_their_nights() -> None:
    def site(zone: str, turns: list[str]) -> Schedule:
        return building.watch(zone, turns, zone=zone, turn="hours", count=12)  # from nine to nine

    day_and_night, day = ["b1", "b2"], ["b1", ""]
    broken = standing(site("Europe/Berlin", day_and_night), site("Asia/Tokyo", day))
    assert building.found(broken, "night-shift") == [(Verdict.WARN, "schedule:Europe/Berlin")]
    kept = standing(site("Europe/Berlin", day), site("Asia/Tokyo", day))
    assert building.found(kept, "night-shift") == []
    alone = standing(site("Europe/Berlin", day_and_night))
    assert building.found(alone, "night-shift") == []


def calling(*steps: tuple[str, ...], when: tuple[Hours, ...] = ()) -> Organization:
    """Make an organisation whose SRE team is called by steps such as `user:s1` and `channel:ops`; `when` limits the first."""
    made_steps = tuple(
        EscalationStep(
            tuple(Target(*target.split(":"), made.place()) for target in targets),
            timedelta(minutes=5),
            False,
            () if position else when,
            made.place(),
        )
        for position, targets in enumerate(steps)
    )
    watches = [building.watch("first", people(8))]
    plain = standing(*watches, members=8)
    policy = replace(plain.escalation_policies["sre"], steps=made_steps)
    return replace(plain, escalation_policies={"sre": policy})


def test_whom_a_policy_calls_first_and_by_name_is_on_call_all_the_time() -> None:
    for first in (("user:s1",), ("user:s1", "channel:ops"), ("schedule:first", "user:s1")):
        (found,) = building.findings(calling(first), "on-call-share")
        assert (found.subject, found.figures["share"]) == ("user:s1", "100 %".replace(" ", "\u202f"))
    assert building.found(calling(("channel:ops",), ("user:s1",)), "on-call-share") == [(Verdict.FAIL, "user:s1")]
    assert building.found(calling(("user:s1",)), "rotation-size") == [(Verdict.FAIL, "EscalationPolicy sre")]


def test_who_is_called_by_name_after_a_watch_or_in_some_hours_alone_stands_none_for_it() -> None:
    office = (Hours(frozenset(range(5)), time(9), time(17)),)
    for organization in (
        calling(("schedule:first",), ("user:s1",)),
        calling(("group:sre",), ("user:s1",)),
        calling(("user:s1",), ("schedule:first",), when=office),
    ):
        assert building.found(organization, "on-call-share") == []


def test_everybody_in_a_team_with_a_pager_stands_a_turn_in_the_quarter() -> None:
    watch = building.watch("first", people(2))
    assert building.found(standing(watch, members=3), "on-call-exposure") == [(Verdict.WARN, "user:s3")]
    assert building.found(standing(watch, members=2), "on-call-exposure") == []
