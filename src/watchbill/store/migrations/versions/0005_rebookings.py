"""What people say that budgets were spent by."""

import sqlalchemy as sa
from alembic import op

from watchbill.store import columns

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table of re-bookings."""
    op.create_table(
        "budget_rebookings",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("goal", sa.String(length=255), nullable=False),
        sa.Column("thing", columns.Words(), nullable=False),
        sa.Column("first_minute", sa.BigInteger(), nullable=False),
        sa.Column("end_minute", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("subject", columns.Words(), nullable=False),
        sa.Column("title", columns.Words(), nullable=False),
        sa.Column("holder", columns.Words(), nullable=True),
        sa.Column("team", columns.Words(), nullable=True),
        sa.Column("reason", columns.Words(), nullable=False),
        sa.Column("author", columns.Words(), nullable=False),
        sa.Column("asked_at", columns.Instant(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("approver", columns.Words(), nullable=True),
        sa.Column("decided_by", columns.Words(), nullable=True),
        sa.Column("decided_at", columns.Instant(), nullable=True),
        sa.Column("decision_reason", columns.Words(), nullable=False),
        sa.CheckConstraint(
            "cause IN ('incident', 'change', 'dependency', 'maintenance', 'chaos', 'notAttributed')",
            name=op.f("ck_budget_rebookings_cause_known"),
        ),
        sa.CheckConstraint("state IN ('asked', 'inForce', 'refused')", name=op.f("ck_budget_rebookings_state_known")),
        sa.CheckConstraint("first_minute < end_minute", name=op.f("ck_budget_rebookings_has_minutes")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_budget_rebookings_with_a_reason")),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> author", name=op.f("ck_budget_rebookings_approved_by_another")
        ),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)", name=op.f("ck_budget_rebookings_decided_has_its_time")
        ),
        sa.CheckConstraint(
            "(state = 'asked') = (approver IS NOT NULL AND decided_at IS NULL)",
            name=op.f("ck_budget_rebookings_asked_of_somebody"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_rebookings")),
    )
    op.create_index("ix_budget_rebookings_goal_asked_at", "budget_rebookings", ["goal", "asked_at"])
