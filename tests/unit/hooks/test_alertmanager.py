"""What an Alertmanager says and what is understood: worked examples, and a corpus of bodies that are refused with a reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.organizations import small
from watchbill.hooks import alertmanager
from watchbill.lib.errors import Invalid
from watchbill.org.charters import AlertClass
from watchbill.org.objectives import Severity
from watchbill.org.values import EntityRef
from watchbill.practices.incidents.model import Signal, SignalStatus

NOW = datetime(2026, 3, 2, 18, 5, tzinfo=UTC)
ORGANIZATION = small()


def alert(**changes: Any) -> dict[str, Any]:
    return {
        "status": "firing",
        "labels": {"alertname": "HighErrorRate", "service": "api"},
        "annotations": {"summary": "31 % of requests fail"},
        "startsAt": "2026-03-02T18:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example/graph?g0.expr=up",
        "fingerprint": "c2f1a8d3b4e5f607",
        **changes,
    }


def body(*alerts: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps(
        {
            "version": "4",
            "groupKey": '{}:{alertname="HighErrorRate"}',
            "truncatedAlerts": 0,
            "status": "firing",
            "receiver": "watchbill",
            "groupLabels": {"alertname": "HighErrorRate"},
            "commonLabels": {},
            "commonAnnotations": {},
            "externalURL": "http://alertmanager.example",
            "alerts": list(alerts),
            **changes,
        }
    ).encode()


def read(content: bytes) -> list[Signal]:
    posted = alertmanager.read(content, ORGANIZATION, NOW)
    assert posted.refused == ()
    return list(posted.signals)


def read_one(**changes: Any) -> Signal:
    [signal] = read(body(alert(**changes)))
    return signal


def test_a_firing_alert_becomes_a_signal_with_all_that_the_sender_said() -> None:
    assert read(body(alert())) == [
        Signal(
            source="alertmanager",
            fingerprint="c2f1a8d3b4e5f607",
            status=SignalStatus.FIRING,
            title="31 % of requests fail",
            thing=EntityRef("component", "default", "api"),
            alert_class=AlertClass.APPLICATION,
            severity=Severity.PAGE,
            starts_at=datetime(2026, 3, 2, 18, 0, tzinfo=UTC),
            ends_at=None,
            labels={"alertname": "HighErrorRate", "service": "api"},
            annotations={"summary": "31 % of requests fail"},
            link="http://prometheus.example/graph?g0.expr=up",
        )
    ]


def test_a_resolved_alert_says_when_it_ended_and_without_that_it_ended_now() -> None:
    signal = read_one(status="resolved", endsAt="2026-03-02T19:04:00.123456789+01:00")
    assert (signal.status, signal.ends_at) == (
        SignalStatus.RESOLVED,
        datetime(2026, 3, 2, 18, 4, 0, 123456, tzinfo=UTC),
    )
    assert read_one(status="resolved").ends_at == NOW


def test_an_end_that_is_only_foreseen_is_no_end() -> None:
    signal = read_one(endsAt="2026-03-02T18:09:00Z")
    assert (signal.ends_at, signal.foreseen_end) == (None, datetime(2026, 3, 2, 18, 9, tzinfo=UTC))
    assert read_one().foreseen_end is None
    assert read_one(status="resolved", endsAt="2026-03-02T18:04:00Z").foreseen_end is None


def test_times_with_nanoseconds_are_the_same_start_each_time_they_are_said() -> None:
    first, second = read(
        body(alert(startsAt="2026-03-02T18:00:00.1234567Z"), alert(startsAt="2026-03-02T18:00:00.123456789Z"))
    )
    assert first.starts_at == second.starts_at == datetime(2026, 3, 2, 18, 0, 0, 123456, tzinfo=UTC)


def test_fields_that_are_not_known_are_accepted() -> None:
    [signal] = read(body(alert(surprise={"deep": [1, None]}), notification_reason="firing", routeLabels={"a": "b"}))
    assert signal.title == "31 % of requests fail"


@pytest.mark.parametrize(
    ("labels", "thing"),
    [
        ({"service": "api", "component": "web"}, "component:api"),
        ({"service": "nothing-of-ours", "component": "web"}, "component:web"),
        ({"job": "API"}, "component:api"),
        ({"service": "component:default/web"}, "component:web"),
        ({"service": "resource:database"}, "resource:database"),
        ({"service": "database"}, None),
        ({"service": "not a : reference / at all"}, None),
        ({"alertname": "Watchdog"}, None),
    ],
)
def test_labels_name_the_thing(labels: dict[str, str], thing: str | None) -> None:
    found = read_one(labels=labels).thing
    assert (None if found is None else str(found)) == thing


@pytest.mark.parametrize(
    ("severity", "read_as"),
    [
        ("page", Severity.PAGE),
        ("CRITICAL", Severity.PAGE),
        ("warning", Severity.TICKET),
        ("ticket", Severity.TICKET),
        ("info", Severity.TICKET),
        ("a word of their own", Severity.PAGE),
    ],
)
def test_the_severity_label_says_whether_it_pages_and_in_doubt_it_does(severity: str, read_as: Severity) -> None:
    assert read_one(labels={"service": "api", "severity": severity}).severity is read_as


@pytest.mark.parametrize(
    ("said", "read_as"),
    [
        ("platform", AlertClass.PLATFORM),
        ("workflow", AlertClass.WORKFLOW),
        ("nonsense", AlertClass.APPLICATION),
    ],
)
def test_the_class_label_says_what_it_is_a_symptom_of(said: str, read_as: AlertClass) -> None:
    assert read_one(labels={"service": "api", "watchbill_class": said}).alert_class is read_as


def test_without_a_summary_the_title_is_the_name_and_what_it_is_about() -> None:
    assert read_one(annotations={}).title == "HighErrorRate: component:api"
    assert read_one(annotations={}, labels={"alertname": "Down", "job": "node"}).title == "Down: node"
    assert read_one(annotations={}, labels={}).title == "Alert without a name"


def test_without_a_fingerprint_it_is_made_from_the_labels_in_any_order() -> None:
    first = read_one(fingerprint=None, labels={"a": "1", "b": "2"})
    second = read_one(fingerprint="", labels={"b": "2", "a": "1"})
    other = read_one(fingerprint="", labels={"b": "2", "a": "2"})
    assert first.fingerprint == second.fingerprint != other.fingerprint


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x", "", "http://x/" + "y" * 3000])
def test_a_link_that_no_page_may_carry_is_left_out(url: str) -> None:
    assert read_one(generatorURL=url).link is None


def test_what_no_database_keeps_is_replaced_rather_than_losing_the_alert() -> None:
    content = body(alert()).replace(b"31 % of requests fail", b"half \\u0000 and \\ud800 gone")
    [signal] = read(content)
    assert signal.title == "half � and � gone"
    signal.annotations["summary"].encode()


def test_an_alert_that_is_twice_in_one_body_is_said_twice() -> None:
    assert len(read(body(alert(), alert()))) == 2


def test_a_body_without_alerts_says_nothing() -> None:
    assert read(body()) == []


def test_a_thousand_labels_are_read_and_one_more_is_refused() -> None:
    labels = {f"label_{number}": "x" for number in range(1000)}
    assert len(read_one(labels=labels).labels) == 1000
    with pytest.raises(Invalid, match=r"alerts\[0\]\.labels"):
        read_one(labels={**labels, "one_more": "x"})


REFUSED: list[tuple[str, bytes, str]] = [
    ("nothing at all", b"", "not JSON"),
    ("cut short", body(alert())[:-3], "not JSON"),
    ("form fields", b"status=firing&alerts=1", "not JSON"),
    ("UTF-16", body(alert()).decode().encode("utf-16"), "not UTF-8"),
    ("Latin-1", body(alert()).replace(b"31 %", b"\xe4"), "not UTF-8"),
    ("a byte order mark", b"\xef\xbb\xbf" + body(alert()), "not JSON"),
    ("a depth bomb of lists", b'{"version":"4","alerts":' + b"[" * 200_000, "nested too deeply"),
    ("a depth bomb of objects", b'{"a":' * 150_000, "nested too deeply"),
    ("a number of ten thousand digits", b'{"version": ' + b"9" * 10_000 + b"}", "not JSON"),
    ("a list", b"[]", "not a JSON object"),
    ("null", b"null", "not a JSON object"),
    ("another version", body(alert(), version="3"), "version “3”"),
    ("a version that is no text", body(alert(), version=4), "version that is no text"),
    ("no version", b'{"alerts": []}', "version"),
    ("no alerts", b'{"version": "4"}', "alerts: Field required"),
    ("alerts that are no list", body(alerts={"0": alert()}), "alerts: "),
    ("an alert that is no object", body(alerts=["firing"]), r"alerts\[0\]: "),
    ("a status of its own", body(alert(status="pending")), r"alerts\[0\]\.status"),
    ("no labels", body(alert(labels=None)), r"alerts\[0\]\.labels"),
    ("a label that is a number", body(alert(labels={"a": 1})), r"alerts\[0\]\.labels\.a"),
    ("an annotation that is an object", body(alert(annotations={"a": {}})), r"alerts\[0\]\.annotations\.a"),
    ("no start", body({"status": "firing", "labels": {}}), r"alerts\[0\]\.startsAt"),
    ("a start that is a number", body(alert(startsAt=1772474400)), r"alerts\[0\]\.startsAt"),
    ("a start without a zone", body(alert(startsAt="2026-03-02T18:00:00")), r"alerts\[0\]\.startsAt"),
    ("a start that is only a day", body(alert(startsAt="2026-03-02")), r"alerts\[0\]\.startsAt"),
    ("a start on 30 February", body(alert(startsAt="2026-02-30T18:00:00Z")), r"alerts\[0\]\.startsAt"),
    ("a start in the year 1", body(alert(startsAt="0001-01-01T00:00:00+14:00")), "year 1"),
    ("a start in the year 9999", body(alert(startsAt="9999-12-31T23:59:59-14:00")), "year 9999"),
    ("an end that is no time", body(alert(status="resolved", endsAt="soon")), r"alerts\[0\]\.endsAt"),
    ("a fingerprint without end", body(alert(fingerprint="f" * 129)), r"alerts\[0\]\.fingerprint"),
]


@pytest.mark.parametrize(("content", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_body_that_cannot_be_read_is_refused_with_the_place_and_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as refused:
        read(content)
    assert refused.value.mend
    str(refused.value).encode()


def test_one_alert_that_cannot_be_read_costs_no_other() -> None:
    posted = alertmanager.read(
        body(alert(), alert(startsAt="yesterday"), "firing", alert(labels={"a": 1}), alert(fingerprint="b")),  # type: ignore[arg-type]
        ORGANIZATION,
        NOW,
    )
    assert [signal.fingerprint for signal in posted.signals] == ["c2f1a8d3b4e5f607", "b"]
    assert [(each.index, each.why.partition(":")[0]) for each in posted.refused] == [
        (1, "alerts[1].startsAt"),
        (2, "alerts[2]"),
        (3, "alerts[3].labels.a"),
    ]


def test_of_more_alerts_than_a_body_may_hold_the_first_ones_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alertmanager, "MOST_ALERTS", 3)
    posted = alertmanager.read(body(*[alert()] * 5), ORGANIZATION, NOW)
    assert (len(posted.signals), [each.index for each in posted.refused]) == (3, [3])
    assert "this one has 5" in posted.refused[0].why


def test_only_the_first_faults_of_many_are_told() -> None:
    with pytest.raises(Invalid, match="and 35 more"):
        read(body(*[alert(status="?")] * 40))


def test_a_body_of_more_than_sixteen_mebibytes_is_refused_unread() -> None:
    with pytest.raises(alertmanager.TooLarge) as refused:
        read(b" " * (alertmanager.LARGEST_BODY + 1))
    assert (refused.value.status, refused.value.code) == (413, "tooLarge")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
ALERTS = st.dictionaries(st.sampled_from(sorted(alert())), JSON).map(lambda changes: alert(**changes))


@given(st.binary() | JSON.map(json.dumps).map(str.encode) | st.lists(ALERTS | JSON).map(lambda all_: body(alerts=all_)))
def test_whatever_is_sent_it_is_read_or_refused(content: bytes) -> None:
    try:
        posted = alertmanager.read(content, ORGANIZATION, NOW)
    except Invalid:
        return
    json.dumps([each.why for each in posted.refused], ensure_ascii=False).encode()
    for signal in posted.signals:
        assert signal.starts_at.tzinfo is UTC
        assert 0 < len(signal.fingerprint) <= alertmanager.LONGEST_FINGERPRINT
        json.dumps([dict(signal.labels), dict(signal.annotations), signal.title, signal.link]).encode()
