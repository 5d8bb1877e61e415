"""Where pages, notices and delivery attempts are kept, and the queries on pages. The outbox's queries are in `outbox.py`.

It decides nothing: a page moves only from the state that the caller saw it in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from watchbill.lib.errors import Conflict
from watchbill.org.values import EntityRef
from watchbill.store.columns import Instant, Json, Row, Words, metadata, one_of
from watchbill.store.store import Transaction

from .model import NoticeState, Outcome, Page, PageState

pages = sa.Table(
    "pages",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("incident", sa.String(26), nullable=False, unique=True),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("policy_name", Words),
    sa.Column("policy", Json, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("next_step_at", Instant),
    sa.Column("held_since", Instant),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("acknowledged_at", Instant),
    sa.Column("acknowledged_by", Words),
    sa.Column("acknowledgement_expires_at", Instant),
    sa.Column("resolved_at", Instant),
    sa.Column("about", Json, nullable=False),
    sa.Column("last_entry", sa.String(26)),
    one_of("state", PageState),
    sa.CheckConstraint("(state = 'due') = (next_step_at IS NOT NULL)", name="due_has_next_step"),
    sa.CheckConstraint("state <> 'acknowledged' OR acknowledged_by IS NOT NULL", name="acknowledged_by_someone"),
    sa.CheckConstraint(
        "acknowledgement_expires_at IS NULL OR state = 'acknowledged'", name="only_acknowledgements_expire"
    ),
    sa.CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="resolved_has_its_time"),
    sa.Index("ix_pages_next_step_at", "next_step_at"),
    sa.Index("ix_pages_acknowledgement_expires_at", "acknowledgement_expires_at"),
    sa.Index("ix_pages_state_opened_at", "state", "opened_at"),
    sa.Index("ix_pages_policy_name_opened_at", "policy_name", "opened_at"),
)

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("key", Words, nullable=False, unique=True),
    sa.Column("page", sa.String(26), sa.ForeignKey("pages.id"), nullable=False),
    sa.Column("incident", sa.String(26), nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("recipient", Words, nullable=False),
    sa.Column("address", Words, nullable=False),
    sa.Column("why", Words, nullable=False),
    sa.Column("late_seconds", sa.Integer, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("lease_owner", Words),
    sa.Column("lease_until", Instant),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("outcome", sa.String(40)),
    sa.Column("detail", Words, nullable=False),
    sa.Column("sent_at", Instant),
    sa.Column("caused_by", sa.String(26)),
    one_of("state", NoticeState),
    one_of("outcome", Outcome),
    sa.CheckConstraint("(state = 'sending') = (lease_until IS NOT NULL)", name="sending_has_a_lease"),
    sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_its_time"),
    sa.CheckConstraint("state IN ('pending', 'sending') OR outcome IS NOT NULL", name="ended_has_an_outcome"),
    sa.Index("ix_notices_state_channel_due_at", "state", "channel", "due_at"),
    sa.Index("ix_notices_page", "page"),
    sa.Index("ix_notices_recipient", "recipient", "id"),
)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("notice", sa.String(26), sa.ForeignKey("notices.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("owner", Words, nullable=False),
    sa.Column("begun_at", Instant, nullable=False),
    sa.Column("took_ms", sa.Integer),
    sa.Column("outcome", sa.String(40)),
    sa.Column("detail", Words, nullable=False),
    one_of("outcome", Outcome),
)


async def add_page(transaction: Transaction, page: Page) -> None:
    """Store a page that was born."""
    values = _values(page) | {
        "id": page.id,
        "incident": page.incident,
        "policy_name": page.policy_name,
        "policy": dict(page.policy),
        "opened_at": page.opened_at,
        "about": dict(page.about),
    }
    await transaction.execute(pages.insert().values(**values))


async def move_page(transaction: Transaction, old: Page, new: Page) -> None:
    """Move a page on. Raises Conflict when it is no longer where `old` says it was."""
    moved = await transaction.execute(pages.update().where(_stands_as(old)).values(**_values(new)))
    if moved.rowcount == 0:
        raise Conflict("Somebody or something moved the page meanwhile.", "Look at the incident again.")


async def lock_page(
    transaction: Transaction, *, page_id: str | None = None, incident: str | None = None
) -> Page | None:
    """Return a page by its id or its incident; nobody else moves it until the unit of work ends."""
    which = pages.c.id == page_id if page_id is not None else pages.c.incident == incident
    row = (await transaction.execute(sa.select(pages).where(which).with_for_update())).mappings().first()
    return None if row is None else _page(row)


async def lock_due_page(transaction: Transaction, now: datetime) -> Page | None:
    """Return the page whose time came first, locked; one that another process works on is skipped."""
    due = (
        sa.select(pages)
        .where(_is_due(now))
        .order_by(sa.func.coalesce(pages.c.next_step_at, pages.c.acknowledgement_expires_at), pages.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = (await transaction.execute(due)).mappings().first()
    return None if row is None else _page(row)


async def page_by(transaction: Transaction, *, page_id: str | None = None, incident: str | None = None) -> Page | None:
    """Return a page by its id or its incident."""
    which = pages.c.id == page_id if page_id is not None else pages.c.incident == incident
    row = (await transaction.execute(sa.select(pages).where(which))).mappings().first()
    return None if row is None else _page(row)


async def is_any_due(transaction: Transaction, now: datetime) -> bool:
    """Return whether time asks something of any page."""
    return (await transaction.execute(sa.select(pages.c.id).where(_is_due(now)).limit(1))).first() is not None


async def push_aside(transaction: Transaction, page: Page, until: datetime) -> bool:
    """Let a page wait until an instant, whatever it waits for; return False when it is no longer where `page` says."""
    column = pages.c.next_step_at if page.state is PageState.DUE else pages.c.acknowledgement_expires_at
    pushed = await transaction.execute(pages.update().where(_stands_as(page)).values({column: until}))
    return bool(pushed.rowcount)


async def tell_last_entry(transaction: Transaction, page_id: str, entry: str) -> None:
    """Note the record's entry that led to the present state of a page."""
    await transaction.execute(pages.update().where(pages.c.id == page_id).values(last_entry=entry))


async def open_pages(transaction: Transaction) -> list[Page]:
    """Return the pages that are not resolved, oldest first."""
    rows = await transaction.execute(
        sa.select(pages).where(pages.c.state != PageState.RESOLVED.value).order_by(pages.c.opened_at, pages.c.id)
    )
    return [_page(row) for row in rows.mappings()]


async def pages_reaching(transaction: Transaction, recipient: str, limit: int) -> list[Page]:
    """Return the pages with a notice to a recipient: those not resolved first, each the newest first."""
    reached = sa.select(notices.c.page).where(notices.c.recipient == recipient)
    rows = await transaction.execute(
        sa.select(pages)
        .where(pages.c.id.in_(reached))
        .order_by(
            sa.case((pages.c.state == PageState.RESOLVED.value, 1), else_=0),
            pages.c.opened_at.desc(),
            pages.c.id.desc(),
        )
        .limit(limit)
    )
    return [_page(row) for row in rows.mappings()]


async def next_page_due(transaction: Transaction) -> datetime | None:
    """Return when time next asks something of a page."""
    steps = sa.select(sa.func.min(pages.c.next_step_at))
    expiries = sa.select(sa.func.min(pages.c.acknowledgement_expires_at))
    found = [(await transaction.execute(query)).scalar() for query in (steps, expiries)]
    return min((instant for instant in found if instant is not None), default=None)


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    """What `rules.due_move` says, for the database: a first step does not look at the time."""
    steps = sa.or_(pages.c.next_step_at <= now, pages.c.next_step_at == pages.c.opened_at)
    return sa.or_(sa.and_(pages.c.state == PageState.DUE.value, steps), pages.c.acknowledgement_expires_at <= now)


def _stands_as(page: Page) -> sa.ColumnElement[bool]:
    return sa.and_(
        pages.c.id == page.id,
        pages.c.state == page.state.value,
        pages.c.run == page.run,
        pages.c.round == page.round,
        pages.c.step == page.step,
    )


def _values(page: Page) -> dict[str, Any]:
    return {
        "state": page.state.value,
        "step": page.step,
        "round": page.round,
        "run": page.run,
        "next_step_at": page.next_step_at,
        "held_since": page.held_since,
        "acknowledged_at": page.acknowledged_at,
        "acknowledged_by": None if page.acknowledged_by is None else str(page.acknowledged_by),
        "acknowledgement_expires_at": page.acknowledgement_expires_at,
        "resolved_at": page.resolved_at,
        "last_entry": page.last_entry,
    }


def _page(row: Row) -> Page:
    by = row["acknowledged_by"]
    return Page(
        **(
            dict(row)
            | {"state": PageState(row["state"]), "acknowledged_by": EntityRef.parse(by, kind="user") if by else None}
        )
    )
