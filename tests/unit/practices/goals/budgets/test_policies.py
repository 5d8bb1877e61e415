"""Which state of a policy holds, and which incident calls for a postmortem: exactly at the limits too."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from tests.unit.practices.goals.made import HERE, MIDNIGHT
from watchbill.org.charters import AlertClass, BudgetPolicy, BudgetState
from watchbill.org.objectives import Severity
from watchbill.org.values import Duration, EntityRef
from watchbill.practices.goals.budgets.books import NOBODYS, Account, Booking, Cause
from watchbill.practices.goals.budgets.policies import state_of
from watchbill.practices.goals.budgets.postmortems import postmortems_due
from watchbill.practices.incidents.model import Incident, IncidentState

POLICY = BudgetPolicy(
    name="standard",
    title="Standard",
    owner=EntityRef("user", "default", "dana"),
    states=(
        BudgetState("spent", Fraction(0), "blocked", ("p0",), HERE),
        BudgetState("low", Fraction(1, 4), "approval", (), HERE),
        BudgetState("healthy", None, "open", (), HERE),
    ),
    postmortem_share=Fraction(1, 5),
    postmortem_within=Duration.parse("7d"),
    place=HERE,
)
INCIDENT = Incident(
    id="1",
    number=12,
    state=IncidentState.OPEN,
    title="Checkout fails",
    thing=None,
    alert_class=AlertClass.APPLICATION,
    severity=Severity.PAGE,
    holder=None,
    team=None,
    engagement=None,
    because=(),
    opened_at=MIDNIGHT,
    resolved_at=None,
)


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (Fraction(-1, 2), "spent"),
        (Fraction(0), "spent"),
        (Fraction(1, 10**30), "low"),
        (Fraction(1, 4), "low"),
        (Fraction(1, 4) + Fraction(1, 10**30), "healthy"),
        (Fraction(1), "healthy"),
    ],
)
def test_the_first_state_that_holds_is_in_force_exactly_from_its_limit_on(left: Fraction, state: str) -> None:
    assert state_of(POLICY, left).name == state


def booking(account: Account, bad: int) -> Booking:
    return Booking(account, bad, 1, MIDNIGHT, MIDNIGHT + timedelta(minutes=1), spent=True)


def test_an_incident_calls_for_a_postmortem_with_one_event_more_than_its_share() -> None:
    """A fifth of 100 events is 20: with 20 bad ones none is due, with 21 one is."""
    account, resolved = Account(Cause.INCIDENT, "12"), replace(INCIDENT, resolved_at=MIDNIGHT)
    assert list(postmortems_due(POLICY, [booking(account, 20)], Fraction(100), {"12": INCIDENT})) == []
    (due,) = postmortems_due(POLICY, [booking(account, 21)], Fraction(100), {"12": INCIDENT})
    assert (due.share, due.due) == (Fraction(21, 100), None), "it is still open"
    (due,) = postmortems_due(POLICY, [booking(account, 21)], Fraction(100), {"12": resolved})
    assert due.due == MIDNIGHT + timedelta(days=7)


def test_nothing_else_calls_for_a_postmortem_and_no_policy_without_a_share_does() -> None:
    assert list(postmortems_due(POLICY, [booking(NOBODYS, 90)], Fraction(100), {})) == []
    silent = replace(POLICY, postmortem_share=None)
    assert list(postmortems_due(silent, [booking(Account(Cause.INCIDENT, "12"), 90)], Fraction(100), {})) == []
