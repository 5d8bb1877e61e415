"""How an incident began before its first alert, as its timeline tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.organizations import small
from watchbill.practices.goals.model import MinuteCount, MinuteState
from watchbill.practices.record.model import Entry, Kind
from watchbill.web.show.beginning import sight_of, with_beginning
from watchbill.web.show.sentences import Line, timeline

FOUND_AT = datetime(2026, 5, 4, 10, 4, 24, tzinfo=UTC)
TIER = {
    "factor": 14.4,
    "long_window_seconds": 3600,
    "long_burn_rate": 22.4,
    "short_window_seconds": 300,
    "short_burn_rate": 24.1,
    "short_bad_events": 90,
    "short_total_events": 600,
}
FIGURES = {"goal": "api-availability", "target": "99.9", "as_of": "2026-05-04T10:04:00+00:00", "tiers": [TIER]}
BURN = Entry("1", "incident", FOUND_AT, Kind.BURN_FOUND, "watchbill", {"title": "API burns", "figures": FIGURES}, None)
OPENED = Entry("2", "incident", FOUND_AT, Kind.INCIDENT_OPENED, "watchbill", {"number": 1}, "1")


def minute(ago: int, bad: int, total: int = 120) -> MinuteCount:
    return MinuteCount(
        datetime(2026, 5, 4, 10, 4, tzinfo=UTC) - timedelta(minutes=ago), total - bad, total, MinuteState.MEASURED
    )


def told(entries: list[Entry], *minutes: MinuteCount) -> list[Line]:
    return with_beginning(timeline(entries, small()), entries, sight_of(entries), minutes)


def test_a_burn_looks_at_the_long_window_of_its_rule() -> None:
    sight = sight_of([BURN])
    assert sight is not None
    assert (sight.goal, sight.start, sight.end) == (
        "api-availability",
        datetime(2026, 5, 4, 9, 4, tzinfo=UTC),
        datetime(2026, 5, 4, 10, 4, tzinfo=UTC),
    )


def test_the_first_line_is_the_first_minute_over_the_limit_and_the_alert_follows_from_it() -> None:
    # 14.4 times 0.1 %: more than 1.44 % of a minute's events, which is 1.7 of 120.
    first, alert, opened = told([BURN, OPENED], minute(40, bad=1), minute(3, bad=30), minute(2, bad=60))
    assert (first.at, first.kind) == (datetime(2026, 5, 4, 10, 1, tzinfo=UTC), "counter")
    assert (
        first.text == "The first minute of api-availability over the rule's limit of 14.4×: 30 of 120 events were bad"
    )
    assert first.evidence.replace("\u202f", " ") == (
        "3 min 24 s later both windows of the rule, 1 h and 5 min, were over it"
    )
    assert (alert.caused_by, alert.cause) == (first.id, "counter")
    assert opened.cause == "alert"


def test_where_no_minute_alone_is_over_the_limit_the_first_with_bad_events_begins() -> None:
    first, *_ = told([BURN], minute(40, bad=1), minute(39, bad=1))
    assert first.text == "The first minute of api-availability with bad events: 1 of 120 events were bad"


@pytest.mark.parametrize("minutes", [[], [minute(3, bad=0)]])
def test_where_the_ledger_knows_no_bad_minute_the_alert_begins(minutes: list[MinuteCount]) -> None:
    assert [line.kind for line in told([BURN, OPENED], *minutes)] == ["alert", "incident"]


def fired(**details: Any) -> Entry:
    return Entry("1", "incident", FOUND_AT, Kind.ALERT_FIRED, "watchbill", {"source": "alertmanager", **details}, None)


def test_an_alert_from_outside_begins_when_its_sender_says() -> None:
    first, alert = told([fired(started_at="2026-05-04T10:00:24Z")])
    assert (first.at, first.text) == (datetime(2026, 5, 4, 10, 0, 24, tzinfo=UTC), "It began, as Alertmanager says")
    assert first.evidence == "watchbill heard of it 4\u202fmin later"
    assert alert.cause == "sender"


def test_an_incident_of_both_tells_both_beginnings_in_order() -> None:
    outside = replace(fired(started_at="2026-05-04T09:59:00Z"), id="0", at=FOUND_AT - timedelta(minutes=2))
    told_of = told([outside, BURN], minute(3, bad=30))
    assert [line.kind for line in told_of] == ["sender", "counter", "alert", "alert"]
    assert [line.cause for line in told_of] == ["", "", "sender", "counter"]


def test_an_alert_that_was_heard_of_at_once_is_its_own_beginning() -> None:
    assert len(told([fired(started_at="2026-05-04T10:04:24Z")])) == 1
    assert len(told([fired()])) == 1


def test_the_beginning_stands_where_its_time_is() -> None:
    earlier = Entry("0", "incident", FOUND_AT - timedelta(minutes=10), Kind.INCIDENT_OPENED, "watchbill", {}, None)
    assert [line.kind for line in told([earlier, BURN], minute(3, bad=30))] == ["incident", "counter", "alert"]
