"""Whom the steps of a policy lead to, in words that fit every number of people."""

from __future__ import annotations

from dataclasses import replace

from tests.small_org import ANA, MONDAY, organization, policy, step, weekly
from watchbill.org.rotation import Shift
from watchbill.practices.oncall.model import OnWatch
from watchbill.web.show.escalation import steps


def test_a_step_says_what_is_written_and_who_that_is_now() -> None:
    primary = replace(weekly("primary", ANA), title="SRE primary")
    declared = organization(schedules=[primary])
    shift = Shift(MONDAY, MONDAY, (ANA,), "weekly", "")
    watches = [OnWatch(primary, shift, shift)]
    ladder = policy(
        step("schedule:primary"), step("schedule:gone"), step("group:sre"), step("user:dana", "channel:ops")
    )
    told = [(called.written, called.people) for each in steps(ladder, watches, declared) for called in each.called]
    assert told == [
        ("schedule primary", "Ana"),
        ("schedule gone", "nobody now"),
        ("group sre", "SRE (3 people)"),
        ("person dana", "Dana"),
        ("room ops", "room ops"),
    ]
