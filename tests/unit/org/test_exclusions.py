"""Time that is agreed not to count: when it happens, which goals it is about, and who may agree on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.org.test_folder import codes, linked, organisation
from watchbill.org.changes.documents import document_changes
from watchbill.org.folder import read
from watchbill.org.objectives import AgreedExclusion
from watchbill.org.recurring import occurrences

APPROVERS = """
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: dana}
spec: {profile: {email: dana@harbour.example}, memberOf: [developers]}
---
apiVersion: watchbill/v1
kind: Engagement
metadata: {name: front-with-developers}
spec:
  sre: front
  partner: group:developers
  covers: {systems: [shop]}
  authority: [excludeBudget]
  authorityReason: they plan it together
  agreement: {leads: {sre: "user:raj", partner: "user:dana"}, goals: [it sells], sreShare: 40%, budgetPolicy: standard,
    escalateTo: "user:dana", reviewEvery: 3M, handBackWhen: [all is calm], operationsLimit: 50%}
  life: [{state: proposed, on: 2026-01-12, by: "user:dana", why: third outage}]
"""
ONCE = """
apiVersion: watchbill/v1
kind: Exclusion
metadata: {name: new-disks, title: New disks}
spec:
  goals: [cart-availability]
  from: "2026-03-01T22:00"
  until: "2026-03-02T01:30"
  why: the database moves to new disks
  by: user:mei
"""


def organisation_with(tmp_path: Path, exclusion: str, **more: str) -> Path:
    """The sound organisation, where mei approves what the budget policy leaves to people, and an exclusion."""
    root = organisation(tmp_path, exclusion=exclusion, **more)
    text = (root / "organisation.yaml").read_text()
    (root / "organisation.yaml").write_text(
        text.replace("releases: blocked}", 'releases: approval, approvers: ["user:mei"]}')
    )
    return root


def excluded(tmp_path: Path, exclusion: str) -> AgreedExclusion:
    reading = read(organisation_with(tmp_path, exclusion))
    assert codes(reading) == []
    (found,) = linked(reading).exclusions.values()
    return found


def times(exclusion: AgreedExclusion, until: datetime = datetime(2026, 12, 31, tzinfo=UTC)) -> list[tuple[str, str]]:
    return [(f"{start:%m-%d %H:%M}", f"{end:%m-%d %H:%M}") for start, end in occurrences(exclusion, until)]


def repeating(rule: str, *, start: str = "2026-03-01T02:00", lasts: str = "2h", more: str = "") -> str:
    head, _, tail = ONCE.partition('  from: "2026-03-01T22:00"\n  until: "2026-03-02T01:30"\n')
    return f'{head}  from: "{start}"\n  lasts: {lasts}\n  repeats: {rule}\n{more}{tail}'


def test_an_exclusion_once_is_told_in_the_zone_of_the_organisation(tmp_path: Path) -> None:
    assert times(excluded(tmp_path, ONCE)) == [("03-01 21:00", "03-02 00:30")]


def test_an_exclusion_may_name_its_own_zone(tmp_path: Path) -> None:
    in_utc = ONCE.replace("  why:", "  timeZone: UTC\n  why:")
    assert times(excluded(tmp_path, in_utc)) == [("03-01 22:00", "03-02 01:30")]


def test_a_rule_follows_the_clock_on_the_wall_and_lasts_in_real_time(tmp_path: Path) -> None:
    """In Berlin clocks go forward on 29 March: 02:00 is missing that day, and the first instant after the gap is 01:00 UTC."""
    sundays = excluded(tmp_path, repeating("FREQ=WEEKLY;BYDAY=SU;COUNT=6"))
    assert times(sundays) == [
        ("03-01 01:00", "03-01 03:00"),
        ("03-08 01:00", "03-08 03:00"),
        ("03-15 01:00", "03-15 03:00"),
        ("03-22 01:00", "03-22 03:00"),
        ("03-29 01:00", "03-29 03:00"),
        ("04-05 00:00", "04-05 02:00"),
    ]


def test_until_is_an_instant_as_in_iCalendar(tmp_path: Path) -> None:  # noqa: N802  # the name of the standard
    monthly = excluded(tmp_path, repeating("RRULE:FREQ=MONTHLY;BYDAY=1SU;UNTIL=20260503T000000Z"))
    assert times(monthly) == [
        ("03-01 01:00", "03-01 03:00"),
        ("04-05 00:00", "04-05 02:00"),
        ("05-03 00:00", "05-03 02:00"),
    ]


def test_it_is_about_goals_by_name_or_about_all_goals_of_a_service(tmp_path: Path) -> None:
    by_service = ONCE.replace("goals: [cart-availability]", "services: [cart]")
    for number, text in enumerate((ONCE, by_service)):
        reading = read(organisation_with(tmp_path / str(number), text))
        organization = linked(reading)
        assert organization.exclusions["new-disks"].covers(organization.goals["cart-availability"])
    elsewhere = ONCE.replace("goals: [cart-availability]", 'services: ["resource:cart-db"]')
    reading = read(organisation_with(tmp_path / "elsewhere", elsewhere))
    assert codes(reading) == ["no-goal"]
    assert not linked(reading).exclusions["new-disks"].covers(linked(reading).goals["cart-availability"])


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        ('"2026-03-02T01:30"', '"2026-03-01T21:00"', "dates-reversed"),
        ("[cart-availability]", "[cart-availabilty]", "unknown-slo"),
        ("goals: [cart-availability]", "services: [kart]", "unknown-component"),
        ("goals: [cart-availability]", "goals: []", "empty-scope"),
        ('from: "2026-03-01T22:00"', 'from: "2026-03-01T22:00:30"', "not-whole-minutes"),
        ("  why:", "  lasts: 2h\n  why:", "exclusion-length"),
        ("  why:", "  cap: 3h\n  why:", "longer-than-cap"),
        ("user:mei", "user:nobody", "unknown-user"),
        ("user:mei", "user:ana", "may-not-exclude"),
    ],
)
def test_what_is_wrong_with_an_exclusion_is_said(tmp_path: Path, was: str, becomes: str, code: str) -> None:
    reading = read(organisation_with(tmp_path, ONCE.replace(was, becomes)))
    assert code in codes(reading)
    assert reading.organization is None


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("FREQ=HOURLY", "bad-rule"),
        ("FREQ=DAILY;INTERVAL=0", "bad-rule"),
        ("FREQ=WEEKLY;BYDAY=XX", "bad-rule"),
        ("FREQ=DAILY;UNTIL=20261331T000000Z", "bad-rule"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20261231T000000Z", "bad-rule"),
        ("every sunday", "bad-rule"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never-happens"),
        ("FREQ=DAILY;UNTIL=20260201T000000Z", "never-happens"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said(tmp_path: Path, rule: str, code: str) -> None:
    assert code in codes(read(organisation_with(tmp_path, repeating(rule))))


def test_what_still_goes_on_when_it_happens_again_is_a_fault(tmp_path: Path) -> None:
    assert codes(read(organisation_with(tmp_path, repeating("FREQ=DAILY", lasts="25h")))) == ["overlaps-itself"]
    assert codes(read(organisation_with(tmp_path / "2", repeating("FREQ=DAILY", lasts="23h")))) == []


def test_a_member_whom_the_engagement_lets_needs_the_approval_of_the_owner(tmp_path: Path) -> None:
    """raj serves in the team that covers the cart, by an engagement that gives excludeBudget; developers own it, dana is one."""
    life = (
        '  life: [{state: proposed, on: 2026-01-12, by: "user:dana", why: third outage}]',
        """  life:
    - {state: proposed, on: 2026-01-12, by: "user:dana", why: third outage}
    - {state: preparing, on: 2026-01-13, by: "user:dana", why: let us see}
    - {state: active, on: 2026-01-14, by: "user:dana", why: it is ready}""",
    )
    review = """
apiVersion: watchbill/v1
kind: ReadinessReview
metadata: {name: front}
spec:
  engagement: front-with-developers
  date: 2026-01-14
  reviewers: ["user:raj"]
  outcome: ready
  items: [{area: goals, question: Has it goals, status: "yes", evidence: one}]
"""
    engaged = APPROVERS.replace(*life)

    def found(exclusion: str, name: str) -> list[str]:
        return codes(read(organisation_with(tmp_path / name, exclusion, people=engaged, review=review)))

    asked = ONCE.replace("user:mei", "user:raj")
    approved = asked + "  approved: {by: user:WHO, on: 2026-02-20}\n"
    assert found(asked, "alone") == ["not-approved"]
    assert found(approved.replace("WHO", "dana"), "owner") == []
    assert found(approved.replace("WHO", "raj"), "own") == ["may-not-approve"]
    assert found(approved.replace("WHO", "mei"), "other") == ["may-not-approve"]


def test_a_plan_tells_that_an_exclusion_comes_and_what_it_changes(tmp_path: Path) -> None:
    without = linked(read(organisation(tmp_path / "old")))
    first = linked(read(organisation_with(tmp_path / "new", ONCE)))
    longer = linked(read(organisation_with(tmp_path / "longer", ONCE.replace("01:30", "02:30"))))
    assert ("Exclusion", "new-disks") in {(each.kind, each.name) for each in document_changes(without, first)}
    (change,) = document_changes(first, longer)
    assert (change.kind, change.name, change.fields) == ("Exclusion", "new-disks", ("lasts",))


def test_an_exclusion_lasts_as_long_as_it_says(tmp_path: Path) -> None:
    assert excluded(tmp_path, repeating("FREQ=DAILY", lasts="90m")).lasts == timedelta(minutes=90)
