"""What must hold for the comparison of any two organisations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.org.drawn import checked, instants, organizations, shuffled
from watchbill.org.changes import Change, PersonChange, Plan, Span, Turnover, compare
from watchbill.org.changes.timeline import days_ahead
from watchbill.org.charters import AlertClass
from watchbill.org.coverage import pager
from watchbill.org.findings import Finding, Verdict, check
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef


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
def test_every_pager_that_differs_at_once_or_on_a_later_day_is_told_once_and_no_other(
    old: Organization, new: Organization, at: datetime
) -> None:
    pagers = compare(old, new, at).pagers
    later, left_out = days_ahead(old, new, at)
    assert left_out == 0
    for day in (at.date(), *later):
        then = at.replace(year=day.year, month=day.month, day=day.day)
        told = [
            (thing, of)
            for change in pagers
            if holds_on(change.span, day)
            for thing in change.things
            for of in change.of
        ]
        assert len(told) == len(set(told))
        for thing in {*old.things, *new.things}:
            for alert_class in AlertClass:
                before, after = (paged(side, thing, alert_class, then) for side in (old, new))
                assert ((thing, alert_class.value) in told) == (before != after)


def holds_on(span: Span, day: date) -> bool:
    return (span.since is None or span.since <= day) and (span.until is None or day <= span.until)


def paged(side: Organization, thing: EntityRef, alert_class: AlertClass, then: datetime) -> tuple[object, ...]:
    answer = pager(side, thing, alert_class, then)
    return answer.team, answer.holder, answer.policy, answer.gap


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
