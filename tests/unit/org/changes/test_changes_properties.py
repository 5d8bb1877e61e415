"""What must hold for the comparison of any two organisations."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.org.drawn import checked, instants, organizations, shuffled
from watchbill.org.changes import Change, PersonChange, Plan, Turnover, compare
from watchbill.org.charters import AlertClass
from watchbill.org.coverage import pager
from watchbill.org.findings import Finding, Verdict, check
from watchbill.org.organization import Organization


def reversed_change(change: Change) -> Change:  # type: ignore[type-arg]
    return replace(change, before=change.after, after=change.before)


def reversed_person(person: PersonChange) -> PersonChange:
    return PersonChange(person.user, person.after, person.before, person.span, person.leaves, person.joins)


def mirrored(plan: Plan) -> list[object]:
    return [
        [
            {reversed_change(change) for change in part}
            for part in (plan.pagers, plan.advice, plan.practices, plan.rights)
        ],
        [reversed_person(person) for person in plan.people],
        [replace(each, before=each.after, after=each.before) for each in plan.offices],
        [replace(each, was_there=each.is_there, is_there=each.was_there) for each in plan.documents],
        Turnover(plan.faults.closed, plan.faults.opened),
        Turnover(plan.findings.closed, plan.findings.opened),
    ]


def as_it_is(plan: Plan) -> list[object]:
    changes = (plan.pagers, plan.advice, plan.practices, plan.rights)
    return [
        [set(part) for part in changes],
        list(plan.people),
        list(plan.offices),
        list(plan.documents),
        plan.faults,
        plan.findings,
    ]


@checked
@given(organizations(), instants, st.integers())
def test_an_organisation_compared_with_itself_in_any_order_of_documents_gives_an_empty_plan(
    organization: Organization, at: datetime, seed: int
) -> None:
    assert compare(organization, organization, at).is_empty
    assert compare(organization, shuffled(organization, seed), at).is_empty


@checked
@given(organizations(), organizations(), instants)
def test_the_way_back_mirrors_the_way_there(old: Organization, new: Organization, at: datetime) -> None:
    assert mirrored(compare(old, new, at)) == as_it_is(compare(new, old, at))


@checked
@given(organizations(), organizations(), instants)
def test_every_pager_that_differs_is_told_once_and_no_other(old: Organization, new: Organization, at: datetime) -> None:
    told = [
        (thing, of)
        for change in compare(old, new, at).pagers
        if change.span.since is None
        for thing in change.things
        for of in change.of
    ]
    assert len(told) == len(set(told))
    for thing in {*old.things, *new.things}:
        for alert_class in AlertClass:
            before, after = (pager(side, thing, alert_class, at) for side in (old, new))
            differs = (before.team, before.holder, before.policy, before.gap) != (
                after.team,
                after.holder,
                after.policy,
                after.gap,
            )
            assert ((thing, alert_class.value) in told) == differs


@checked
@given(organizations(), organizations(), instants)
def test_what_is_said_of_a_later_day_is_what_that_day_brings(
    old: Organization, new: Organization, at: datetime
) -> None:
    for change in compare(old, new, at).pagers:
        if change.span.since is None:
            continue
        then = at.replace(month=change.span.since.month, day=change.span.since.day, year=change.span.since.year)
        for thing in change.things:
            for of in change.of:
                for side, told in ((old, change.before), (new, change.after)):
                    answer = pager(side, thing, AlertClass(of), then)
                    assert told is not None
                    assert (answer.team, answer.holder, answer.policy) == (told.team, told.holder, told.policy)


@checked
@given(organizations(), organizations(), instants)
def test_the_findings_that_come_and_go_are_those_of_one_side_alone(
    old: Organization, new: Organization, at: datetime
) -> None:
    def keys(findings: tuple[Finding, ...]) -> set[tuple[str, str, bool]]:
        return {(each.rule, each.subject, each.level.is_failing) for each in findings}

    plan = compare(old, new, at)
    before, after = keys(check(old, at)), keys(check(new, at))
    assert (keys(plan.findings.opened), keys(plan.findings.closed)) == (after - before, before - after)
    breaking = {each.rule for each in plan.findings.opened if each.level in {Verdict.ERROR, Verdict.FAIL}}
    assert bool(plan.harms) or not breaking
