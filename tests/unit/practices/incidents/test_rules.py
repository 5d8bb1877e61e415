"""What a signal does to an alert and an alert to an incident: every row of the tables, and examples to check by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.organizations import small
from tests.unit.org import made
from watchbill.lib.errors import Conflict
from watchbill.org.charters import AlertClass
from watchbill.org.objectives import Severity
from watchbill.org.values import EntityRef
from watchbill.practices.incidents import rules
from watchbill.practices.incidents.model import AlertState, IncidentState, Signal, SignalStatus
from watchbill.practices.incidents.rules import AlertMove, Over

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
API = EntityRef("component", "default", "api")
FIRING, RESOLVED = SignalStatus.FIRING, SignalStatus.RESOLVED

SIGNAL = Signal(
    source="alertmanager",
    fingerprint="f1",
    status=FIRING,
    title="api fails",
    thing=API,
    alert_class=AlertClass.APPLICATION,
    severity=Severity.PAGE,
    starts_at=NOW,
)


def test_every_state_has_a_row_for_everything_that_can_be_said() -> None:
    assert set(rules.ALERT_MOVES) == set(itertools.product([None, *AlertState], SignalStatus))
    assert set(rules.INCIDENT_MOVES) == set(IncidentState)


@pytest.mark.parametrize(
    ("state", "said", "over_for", "move"),
    [
        (None, FIRING, None, AlertMove.FIRES),
        (None, RESOLVED, None, AlertMove.ENDS_UNHEARD),
        (AlertState.FIRING, FIRING, None, AlertMove.SAID_AGAIN),
        (AlertState.FIRING, RESOLVED, None, AlertMove.ENDS),
        (AlertState.FIRING, RESOLVED, timedelta(hours=1), AlertMove.ENDS),
        (AlertState.FIRING, FIRING, timedelta(seconds=60), AlertMove.CAME_LATE),
        (AlertState.FIRING, FIRING, timedelta(seconds=61), AlertMove.FIRES_AGAIN),
        (AlertState.RESOLVED, RESOLVED, timedelta(hours=1), AlertMove.SAID_AGAIN),
        (AlertState.RESOLVED, FIRING, timedelta(seconds=0), AlertMove.CAME_LATE),
        (AlertState.RESOLVED, FIRING, timedelta(seconds=60), AlertMove.CAME_LATE),
        (AlertState.RESOLVED, FIRING, timedelta(seconds=61), AlertMove.FIRES_AGAIN),
    ],
)
def test_what_is_said_moves_an_alert(
    state: AlertState | None, said: SignalStatus, over_for: timedelta | None, move: AlertMove
) -> None:
    over = None if over_for is None else Over(NOW - over_for, NOW - over_for)
    assert rules.alert_move(state, said, over, NOW) is move


@pytest.mark.parametrize(
    ("foreseen_after_its_end", "move"),
    [
        (timedelta(seconds=-30), AlertMove.CAME_LATE),
        (timedelta(0), AlertMove.CAME_LATE),
        (timedelta(minutes=5), AlertMove.CAME_LATE),
        (timedelta(minutes=11), AlertMove.FIRES_AGAIN),
        (None, AlertMove.FIRES_AGAIN),
    ],
)
def test_a_firing_long_after_its_end_counts_unless_its_sender_says_that_it_holds_no_longer(
    foreseen_after_its_end: timedelta | None, move: AlertMove
) -> None:
    ended_at = NOW - timedelta(minutes=10)
    foreseen = None if foreseen_after_its_end is None else ended_at + foreseen_after_its_end
    assert rules.alert_move(AlertState.RESOLVED, FIRING, Over(ended_at, ended_at), NOW, foreseen) is move


def test_alerts_of_one_thing_and_class_belong_together_whatever_their_severity() -> None:
    ticket = replace(SIGNAL, severity=Severity.TICKET, fingerprint="f2", title="other", source="goal")
    assert rules.group_key(SIGNAL) == rules.group_key(ticket) == "component:api application"
    assert rules.group_key(replace(SIGNAL, alert_class=AlertClass.PLATFORM)) == "component:api platform"


def test_alerts_of_no_known_thing_belong_together_by_sender_and_name() -> None:
    unknown = replace(SIGNAL, thing=None, labels={"alertname": "DiskFull", "disk": "a"})
    same = replace(unknown, title="another disk", labels={"alertname": "DiskFull", "disk": "b"})
    other = replace(unknown, labels={"alertname": "Watchdog"})
    assert rules.group_key(unknown) == rules.group_key(same) != rules.group_key(other)
    assert rules.group_key(unknown) != rules.group_key(replace(unknown, source="grafana"))
    nameless = replace(unknown, labels={})
    assert rules.group_key(nameless) == rules.group_key(replace(nameless, fingerprint="f3"))


def test_an_alert_of_the_thing_itself_joins_only_its_own_incident() -> None:
    assert rules.keys_to_join(small(), SIGNAL) == ("component:api application",)


def test_an_alert_said_to_be_of_the_platform_may_join_the_incident_of_a_critical_dependency() -> None:
    assert rules.keys_to_join(small(), replace(SIGNAL, alert_class=AlertClass.PLATFORM)) == (
        "component:api platform",
        "resource:database application",
        "resource:database platform",
        "resource:database workflow",
    )


def test_an_alert_of_the_platform_may_join_the_incident_of_what_lies_deeper_the_nearest_first_and_each_once() -> None:
    needs = {"api": ["cache", "db"], "db": ["cluster"], "cluster": ["api", "db"], "cache": []}
    things = [made.thing(name, needs=on) for name, on in needs.items()]
    keys = rules.keys_to_join(made.organization(things=things), replace(SIGNAL, alert_class=AlertClass.PLATFORM))
    assert [key for key in keys if key.endswith("application")] == [
        "component:cache application",
        "component:db application",
        "component:cluster application",
    ]


def test_only_a_ticket_can_be_raised_to_a_page() -> None:
    raised = {pair for pair in itertools.product(Severity, Severity) if rules.is_raised(*pair)}
    assert raised == {(Severity.TICKET, Severity.PAGE)}


def test_a_resolved_incident_is_not_resolved_again() -> None:
    rules.check_move(12, IncidentState.OPEN, IncidentState.RESOLVED)
    with pytest.raises(Conflict, match="Incident 12 is already resolved"):
        rules.check_move(12, IncidentState.RESOLVED, IncidentState.RESOLVED)
