"""What a page says to people and to programs. Pure: it makes messages and sends nothing.

People read names, and times in their own zone with UTC beside it; programs read references and UTC in the facts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from watchbill.lib.durations import duration
from watchbill.lib.instants import in_zone
from watchbill.lib.numbers import count
from watchbill.org.names import name_of, with_names
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.org.zones import zone_of

from .links import AcknowledgeLinks
from .model import Message, Notice, Page, Room
from .reach import ROOM
from .rules import LATE_AFTER, step_of

SCHEMA = "watchbill/page/v1"
_LONGEST_SUBJECT = 200


def message(
    notice: Notice, page: Page, organization: Organization, rooms: Mapping[str, Room], links: AcknowledgeLinks
) -> Message:
    """Return what a notice says to its recipient; only a person gets a link that acknowledges."""
    kind, _, name = notice.recipient.partition(":")
    room = rooms[name] if kind == ROOM else None
    person = EntityRef.parse(notice.recipient, kind="user") if room is None else None
    incident_url = links.incident_url(page.about["number"])
    return Message(
        key=notice.key,
        recipient=notice.recipient,
        address=notice.address if room is None else room.address,
        subject=_subject(page.about),
        lines=tuple(_lines(notice, page, organization, zone_of(organization, person))),
        acknowledge_url=links.url(page.id, person) if person is not None else None,
        incident_url=incident_url,
        facts=_facts(notice, page, incident_url),
        secret=None if room is None else room.secret,
    )


def _subject(about: Mapping[str, Any]) -> str:
    title = " ".join(str(about["title"]).split())
    thing = _thing(about)
    what = title if thing.lower() in title.lower() else f"{thing}: {title}"
    return f"[page] {what[:_LONGEST_SUBJECT]} (incident {about['number']})"


def _lines(notice: Notice, page: Page, organization: Organization, zone: ZoneInfo) -> Iterator[str]:
    about = page.about
    yield str(about["title"])
    if about["thing"]:
        yield f"It concerns {_thing(about)}, alert class {about['class']}."
    yield f"Since {in_zone(datetime.fromisoformat(about['since']), zone)}."
    yield from _evidence(about["figures"])
    yield ""
    yield _who(notice, page, organization)
    if notice.late_seconds >= LATE_AFTER.total_seconds():
        yield f"This step is taken {duration(notice.late_seconds)} after its time."
    for because in about["because"]:
        yield f"- {with_names(organization, because['text'])}{_place(because)}"
    if page.next_step_at is not None and (step := step_of(page)) is not None:
        targets = " and ".join(name_of(organization, f"{target.kind}:{target.name}") for target in step.targets)
        yield f"Unless somebody acknowledges, step {page.step} calls {targets} at {in_zone(page.next_step_at, zone)}."


def _thing(about: Mapping[str, Any]) -> str:
    return str(about["thing"] or "").rpartition(":")[2]


def _evidence(figures: Mapping[str, Any]) -> Iterator[str]:
    """What the alert rests on: the sender's own sentences where it has some, else its figures by name."""
    if figures.get("in_words"):
        yield from map(str, figures["in_words"])
        return
    for name, value in figures.items():
        yield f"{name.replace('_', ' ')}: {_figure(value)}"


def _who(notice: Notice, page: Page, organization: Organization) -> str:
    who, why = name_of(organization, notice.recipient), with_names(organization, notice.why)
    if notice.step == 0:
        return _sentence(f"{who} is told: {why}.")
    again = f", round {notice.round + 1}" if notice.round else ""
    return _sentence(f"{who} is paged by step {notice.step}{again} of policy {page.policy_name}: {why}.")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _facts(notice: Notice, page: Page, incident_url: str) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "key": notice.key,
        "page": page.id,
        "incident": page.incident,
        "incidentUrl": incident_url,
        "policy": page.policy_name,
        "run": notice.run,
        "round": notice.round,
        "step": notice.step,
        "recipient": notice.recipient,
        "why": notice.why,
        "lateSeconds": notice.late_seconds,
        **page.about,
    }


def _place(because: Mapping[str, Any]) -> str:
    return f" ({because['file']}:{because['line']})" if because.get("file") else ""


def _figure(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return count(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
