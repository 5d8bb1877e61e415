"""Which incidents went on in a span of time and concern a goal, and from when to when: for the books of its budget."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from watchbill.org.values import EntityRef
from watchbill.store.store import Transaction

from .model import Course
from .tables import alerts, incident_from, incidents

_MOST = 1000


async def courses(
    transaction: Transaction, thing: EntityRef, fingerprints: Collection[str], since: datetime, until: datetime
) -> list[Course]:
    """Return the incidents of a thing, or with one of these alerts of goals, that went on in [since, until), the oldest first.

    Of more than a thousand, those that were opened last.
    """
    is_named = sa.and_(alerts.c.source == "goal", alerts.c.fingerprint.in_(sorted(fingerprints)))
    with_alert = sa.select(alerts.c.incident).where(is_named, alerts.c.incident.is_not(None))
    query = sa.select(incidents).where(
        sa.or_(incidents.c.thing == str(thing), incidents.c.id.in_(with_alert)),
        sa.or_(incidents.c.resolved_at.is_(None), incidents.c.resolved_at > since),
        incidents.c.opened_at < until,
    )
    rows = await transaction.execute(query.order_by(incidents.c.number.desc()).limit(_MOST))
    found = [incident_from(row) for row in reversed(rows.mappings().all())]
    ids = [incident.id for incident in found]
    began = await _first(transaction, alerts.c.incident.in_(ids))
    named = await _first(transaction, sa.and_(alerts.c.incident.in_(ids), is_named))
    return [Course(each, min(each.opened_at, began.get(each.id, each.opened_at)), named.get(each.id)) for each in found]


async def _first(transaction: Transaction, which: sa.ColumnElement[bool]) -> dict[str, datetime]:
    """Return when the first of some alerts began, by incident."""
    first = sa.func.min(alerts.c.starts_at, type_=alerts.c.starts_at.type)
    rows = await transaction.execute(sa.select(alerts.c.incident, first).where(which).group_by(alerts.c.incident))
    return {row[0]: row[1] for row in rows}
