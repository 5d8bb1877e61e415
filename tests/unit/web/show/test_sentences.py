"""The record as a timeline: what a page adds to the sentences of the record."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.organizations import small
from watchbill.practices.record.model import Entry, Kind
from watchbill.web.show.sentences import timeline

AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def test_a_line_is_a_sentence_with_the_names_of_the_catalog() -> None:
    details = {"via": "page", "after_seconds": 114}
    entry = Entry("1", "incident", AT, Kind.PAGE_ACKNOWLEDGED, "user:ana", details, None)
    (line,) = timeline([entry], small())
    assert line.text.replace("\u202f", " ") == "Ana Ruiz acknowledged on the page, 1 min 54 s after the page"
    assert (line.kind, line.key) == ("ack", True)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_a_line_even_without_details(kind: Kind) -> None:
    (line,) = timeline([Entry("1", "incident", AT, kind, "watchbill", {}, None)], small())
    assert line.text
    assert line.kind


def test_a_line_leads_to_the_line_that_caused_it_and_to_nothing_unknown() -> None:
    entries = [
        Entry("1", "incident", AT, Kind.ALERT_FIRED, "watchbill", {"title": "x"}, "elsewhere"),
        Entry("2", "incident", AT, Kind.INCIDENT_OPENED, "watchbill", {"number": 1}, "1"),
    ]
    assert [(line.caused_by, line.cause) for line in timeline(entries, small())] == [(None, ""), ("1", "alert")]


def test_the_documents_behind_a_line_come_with_file_and_line() -> None:
    because = [{"text": "the charter covers everything", "file": "organization.yaml", "line": 10}]
    entry = Entry(
        "1", "incident", AT, Kind.HOLDER_NAMED, "watchbill", {"holder": "group:sre-core", "because": because}, None
    )
    assert [(reason.text, reason.place) for reason in timeline([entry], small())[0].because] == [
        ("the charter covers everything", "organization.yaml:10")
    ]
