"""Alerts in. A sender is told 202 only when its alerts are on disk; it is told 5xx when it must send them again.

Alertmanager repeats what was answered with 5xx and drops what was answered with 4xx, 429 included: so only what can never be
taken is answered with 4xx, and there is no limit on how often it may send.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

import structlog
from fastapi import APIRouter, Request
from pydantic import Field

from watchbill.hooks import alertmanager
from watchbill.web.refusals import WrongMediaType

from . import API
from .values import Answer, FromDoors, problems

router = APIRouter(prefix=f"{API}/hooks", tags=["hooks"])
_JSON = "application/json"
_log = structlog.get_logger("watchbill.web")

_ALERTMANAGER_BODY = {
    "requestBody": {
        "required": True,
        "description": "A webhook message of Alertmanager, version 4.",
        "content": {
            _JSON: {
                "schema": {
                    "type": "object",
                    "required": ["version", "alerts"],
                    "properties": {
                        "version": {"const": "4"},
                        "groupKey": {"type": "string"},
                        "alerts": {"type": "array", "items": {"type": "object"}},
                    },
                },
                "example": {
                    "version": "4",
                    "groupKey": '{}:{alertname="PaymentsErrors"}',
                    "status": "firing",
                    "receiver": "watchbill",
                    "alerts": [
                        {
                            "status": "firing",
                            "labels": {"alertname": "PaymentsErrors", "service": "payments", "severity": "page"},
                            "annotations": {"summary": "Payments fails one request in three"},
                            "startsAt": "2026-05-03T01:58:00Z",
                            "endsAt": "0001-01-01T00:00:00Z",
                            "fingerprint": "c0ffee00c0ffee00",
                            "generatorURL": "http://prometheus.example/graph",
                        }
                    ],
                },
            }
        },
    }
}


class RefusedAlert(Answer):
    """An alert that could not be read; the others of its message were taken."""

    index: int = Field(description="Its place in `alerts`, counted from 0.", examples=[3])
    why: str = Field(description="What is wrong with it.", examples=["alerts[3].startsAt: Field required"])


class Accepted(Answer):
    """The alerts are stored; watchbill answers for them from here on, save for those in `refused`."""

    accepted: Annotated[int, Field(description="How many alerts were taken, repeats included.", examples=[1])]
    incidents: Annotated[
        list[int], Field(description="The numbers of the incidents that they belong to.", examples=[[17]])
    ]
    refused: Annotated[
        list[RefusedAlert],
        Field(
            description="The alerts that could not be read. Where none can be, the message is refused.", examples=[[]]
        ),
    ]


@router.post("/alertmanager", status_code=202, responses=problems(413, 415), openapi_extra=_ALERTMANAGER_BODY)
async def receive_from_alertmanager(request: Request, doors: FromDoors) -> Accepted:
    """Take the alerts of an Alertmanager: a receiver with `webhook_configs` and a Bearer token with the scope `alerts`."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
        raise WrongMediaType("The body is not announced as JSON.", f"Send it with Content-Type: {_JSON}.")
    now = doors.clock.now()
    # In a thread: the largest outage comes as the largest message, and must not hold up what is delivered meanwhile.
    posted = await asyncio.to_thread(alertmanager.read, await request.body(), doors.in_force.organization, now)
    received = await doors.incidents.take(posted.signals, now)
    if posted.refused:
        _log.warning("alerts could not be read", refused=len(posted.refused), first=posted.refused[0].why)
    return Accepted(
        accepted=len(posted.signals),
        incidents=sorted({each.incident_number for each in received}),
        refused=[RefusedAlert(index=each.index, why=each.why) for each in posted.refused],
    )
