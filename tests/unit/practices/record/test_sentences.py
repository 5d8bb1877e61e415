"""What happened, in words: an example of each kind, and that no kind is without words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from watchbill.practices.oncall.model import Outcome
from watchbill.practices.record.model import Entry, Kind
from watchbill.practices.record.sentences import OUTCOMES, own_name, sentence

NAMES = {"user:ana": "Ana Ruiz", "group:sre-core": "SRE core", "group:shop": "Shop developers"}


def told(kind: Kind, actor: str = "watchbill", **details: Any) -> str:
    entry = Entry("e1", "i1", datetime(2026, 3, 2, 18, 0, tzinfo=UTC), kind, actor, details, None)
    return sentence(entry, lambda reference: NAMES.get(reference) or own_name(reference)).replace("\u202f", " ")


STEP = {"policy": "core", "step": 1, "round": 0, "reached": [{"recipient": "channel:ops"}, {"recipient": "user:ana"}]}
NOTICE = {"recipient": "user:ana", "channel": "email"}
MISSED = [{"target": "schedule:core-watch", "outcome": "nobodyOnWatch"}]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (told(Kind.BURN_FOUND, title="API burns its error budget"), "API burns its error budget"),
        (told(Kind.BURN_ENDED, title="API burns its error budget", figures={"goal": "api"}), "The burn of api is over"),
        (told(Kind.ALERT_FIRED, source="alertmanager", title="Disk full"), "Alertmanager says it fires: Disk full"),
        (told(Kind.ALERT_RESOLVED, source="mine", title="Disk full"), "mine says it is over: Disk full"),
        (told(Kind.INCIDENT_OPENED, number=12, severity="page"), "Incident 12 opened"),
        (told(Kind.INCIDENT_OPENED, number=12, severity="ticket"), "Incident 12 opened as a ticket: it wakes nobody"),
        (
            told(Kind.INCIDENT_RESOLVED, number=12, open_seconds=840),
            "Incident 12 resolved after 14 min: nothing in it fires any more",
        ),
        (
            told(Kind.INCIDENT_RESOLVED, "user:ana", number=12, open_seconds=5430, reason="rolled back"),
            "Ana Ruiz resolved incident 12 after 1 h 30 min: rolled back",
        ),
        (
            told(Kind.HOLDER_NAMED, holder="group:sre-core", policy="core", engagement="core-with-shop"),
            "SRE core holds the pager by the engagement core-with-shop, policy core",
        ),
        (
            told(Kind.HOLDER_NAMED, holder="group:sre-core", policy="core", told=["group:shop"]),
            "SRE core holds the pager, policy core; Shop developers is told and not woken",
        ),
        (
            told(Kind.HOLDER_NAMED, holder="group:sre-core", gap="no EscalationPolicy is for group:sre-core"),
            "SRE core holds the pager, but no EscalationPolicy is for group:sre-core",
        ),
        (
            told(Kind.HOLDER_NAMED, holder=None, gap="there is no catchAll"),
            "Nobody holds the pager: there is no catchAll",
        ),
        (told(Kind.PAGE_DUE, policy="core"), "A page is due by policy core"),
        (told(Kind.STEP_TAKEN, **STEP), "Step 1 of policy core: room ops and Ana Ruiz"),
        (
            told(Kind.STEP_TAKEN, **STEP | {"round": 2, "late_seconds": 125, "missed": MISSED}),
            (
                "Step 1 of policy core, round 3: room ops and Ana Ruiz; "
                "schedule core-watch: nobody was on watch, 2 min 5 s late"
            ),
        ),
        (
            told(Kind.STEP_TAKEN, **STEP | {"held_seconds": 600}),
            "Step 1 of policy core: room ops and Ana Ruiz, after nobody was there for 10 min",
        ),
        (
            told(Kind.STEP_REACHED_NOBODY, policy="core", step=2, missed=MISSED),
            "Step 2 of policy core reached nobody: schedule core-watch: nobody was on watch",
        ),
        (
            told(Kind.STEP_REACHED_NOBODY, step=2, missed=[{"target": "", "outcome": "outsideHours"}]),
            "Step 2 reached nobody: it was outside the step's hours",
        ),
        (told(Kind.NOTICE_SENT, **NOTICE), "Ana Ruiz was told by e-mail"),
        (told(Kind.NOTICE_SENT, recipient="user:ana", channel="inbox"), "Ana Ruiz was told in the inbox"),
        (
            told(Kind.NOTICE_FAILED, **NOTICE, outcome="retryLater", detail="451 try again"),
            "Ana Ruiz could not be told by e-mail: it will be tried again, 451 try again",
        ),
        (
            told(Kind.NOTICE_DROPPED, **NOTICE, outcome="pageAcknowledged"),
            "Ana Ruiz was not told by e-mail: the page was acknowledged first",
        ),
        (
            told(Kind.PAGE_ACKNOWLEDGED, "user:ana", via="link", after_seconds=114),
            "Ana Ruiz acknowledged by the link in the message, 1 min 54 s after the page",
        ),
        (
            told(Kind.PAGE_ACKNOWLEDGED, "user:ana", via="telepathy", again=True),
            "Ana Ruiz acknowledged too through telepathy",
        ),
        (
            told(Kind.ACKNOWLEDGEMENT_EXPIRED, acknowledged_by="user:ana"),
            "Ana Ruiz's acknowledgement ran out: the page is due again",
        ),
        (told(Kind.PAGE_RESOLVED, open_seconds=59), "The page ended after 59 s: nobody is called any more"),
        (told(Kind.PAGE_EXHAUSTED), "Every step was taken in every round, and nobody acknowledged"),
        (told(Kind.PAGE_EXHAUSTED, outcome="noHolder"), "The page can reach nobody: nobody holds the pager"),
    ],
)
def test_what_happened_reads_as_a_sentence(said: str, words: str) -> None:
    assert said == words


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_words_even_without_any_details(kind: Kind) -> None:
    words = told(kind)
    assert words
    assert not words.endswith((".", " "))


def test_every_outcome_that_is_stored_has_words() -> None:
    assert set(OUTCOMES) == set(Outcome)
