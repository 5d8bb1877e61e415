"""What groups may do is what authority allows their people: the two never disagree."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given

from tests.unit.org import made
from tests.unit.org.drawn import PEOPLE, checked, instants, organizations
from watchbill.org.authority import TABLE, Action, Role, decide
from watchbill.org.charters import Implementation
from watchbill.org.organization import Organization
from watchbill.org.rights import rights

OF_GROUPS = {Role.MEMBER, Role.OWNER, Role.ADVISER, Role.CONSULTANT}


@checked
@given(organizations(), instants)
def test_a_person_may_what_one_of_their_groups_may_and_nothing_else(organization: Organization, at: datetime) -> None:
    found = rights(organization, at)
    for name in PEOPLE:
        person = made.ref(name, "user")
        groups = organization.users[person].groups if person in organization.users else frozenset()
        for thing, of_groups in found.items():
            for action, rule in TABLE.items():
                if not rule.roles & OF_GROUPS or Role.ANYONE in rule.roles:
                    continue
                may = any(action in of_groups.get(group, ()) for group in groups)
                decision = decide(organization, person, action, thing, at)
                is_unapproved = bool(decision.because) and decision.because[0].rule == "nobody-approves"
                assert decision.allowed == (may and not is_unapproved)
                assert not is_unapproved or action is Action.BREAK_GLASS


def test_consultants_recommend_and_break_glass_while_the_owner_may_change() -> None:
    advisers = made.team("advisers", Implementation.CONSULTING)
    organization = made.organization(
        things=[made.thing("payroll")],
        teams=[advisers],
        engagements=[made.engagement("advice", advisers, made.scope(things=["payroll"]))],
        members={"devs": ["olu"]},
    )
    found = rights(organization, made.AT)[made.ref("payroll")]
    assert {
        str(group): {"changeCode", "recommend", "breakGlass"} & {str(each) for each in may}
        for group, may in found.items()
    } == {
        "group:devs": {"changeCode", "recommend"},
        "group:advisers": {"recommend", "breakGlass"},
    }


def test_consultants_break_no_glass_where_nobody_could_approve_it() -> None:
    advisers = made.team("advisers", Implementation.CONSULTING)
    organization = made.organization(
        things=[made.thing("payroll")],
        teams=[advisers],
        engagements=[made.engagement("advice", advisers, made.scope(things=["payroll"]))],
    )
    found = rights(organization, made.AT)[made.ref("payroll")]
    assert Action.BREAK_GLASS not in found[made.ref("advisers", "group")]
