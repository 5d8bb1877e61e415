"""Explains who is accountable for a practice on a thing, with every document that led there, and what shows that it is done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from watchbill.lib.instants import rfc3339
from watchbill.org.duties import Duty

from .explain import because_as_json

SCHEMA = "watchbill/explain-practice/v1"


def practice_as_json(duty: Duty, at: datetime) -> dict[str, Any]:
    """Return an explained duty as plain JSON values; the instant is RFC 3339 in UTC."""
    return {
        "schema": SCHEMA,
        "at": rfc3339(at),
        "service": str(duty.thing),
        "practice": duty.practice,
        "accountable": str(duty.accountable) if duty.accountable is not None else None,
        "how": duty.how.value,
        "team": duty.team,
        "engagement": duty.engagement,
        "gap": duty.gap,
        "state": duty.state.value,
        "evidence": because_as_json(duty.evidence),
        "because": [because_as_json(because) for because in duty.because],
    }
