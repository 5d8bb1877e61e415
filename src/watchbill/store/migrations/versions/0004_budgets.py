"""The moves of goals between the states of their budget policies."""

import sqlalchemy as sa
from alembic import op

from watchbill.store import columns

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table of moves."""
    op.create_table(
        "budget_moves",
        sa.Column("goal", sa.String(length=255), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("policy", columns.Words(), nullable=True),
        sa.Column("state", columns.Words(), nullable=True),
        sa.Column("left", columns.Words(), nullable=True),
        sa.CheckConstraint("(policy IS NULL) = (state IS NULL)", name=op.f("ck_budget_moves_a_state_of_a_policy")),
        sa.CheckConstraint("number > 0", name=op.f("ck_budget_moves_counts_from_1")),
        sa.PrimaryKeyConstraint("goal", "number", name=op.f("pk_budget_moves")),
    )
