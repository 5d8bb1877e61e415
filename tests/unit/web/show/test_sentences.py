from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.organizations import small
from watchbill.practices.record.model import Entry, Kind
from watchbill.web.show.sentences import timeline

AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def said(kind: Kind, actor: str = "watchbill", **details: Any) -> str:
    return timeline([Entry("1", "incident", AT, kind, actor, details, None)], small())[0].text.replace("\u202f", " ")


def test_an_acknowledgement_names_the_person_the_way_and_the_time() -> None:
    sentence = said(Kind.PAGE_ACKNOWLEDGED, "user:ana", via="link", again=False, after_seconds=114)
    assert sentence == "Ana Ruiz acknowledged by the link of the message, 1 min 54 s after the page"


def test_a_step_names_whom_it_called_and_by_which_policy() -> None:
    reached = [{"recipient": "user:ana", "why": "on watch"}]
    assert (
        said(Kind.STEP_TAKEN, policy="core", step=2, round=1, reached=reached)
        == "Step 2, round 2, by policy core: Ana Ruiz"
    )


def test_a_step_that_reached_nobody_says_why_for_each_target() -> None:
    missed = [{"target": "schedule:core-watch", "outcome": "nobodyOnWatch"}]
    sentence = said(Kind.STEP_REACHED_NOBODY, policy="core", step=1, round=0, missed=missed)
    assert sentence == "Step 1, by policy core reached nobody: schedule:core-watch: nobody was on watch"


def test_a_gap_says_that_nobody_can_be_paged() -> None:
    assert (
        said(Kind.HOLDER_NAMED, holder=None, gap="no policy is for group:x")
        == "Nobody can be paged: no policy is for group:x"
    )


def test_a_resolution_says_by_whom_and_why() -> None:
    assert said(Kind.INCIDENT_RESOLVED, open_seconds=600) == "Resolved after 10 min, nothing fires any more"
    assert said(Kind.INCIDENT_RESOLVED, "user:ben", reason="rolled back") == "Resolved, by Ben Okoro: rolled back"


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_a_sentence_even_without_details(kind: Kind) -> None:
    assert said(kind)


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
