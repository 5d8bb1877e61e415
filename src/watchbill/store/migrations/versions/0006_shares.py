"""The links by which partners see their goals."""

import sqlalchemy as sa
from alembic import op

from watchbill.store import columns

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table of links."""
    op.create_table(
        "goal_shares",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("partner", columns.Words(), nullable=False),
        sa.Column("made_by", columns.Words(), nullable=False),
        sa.Column("made_at", columns.Instant(), nullable=False),
        sa.Column("ends_at", columns.Instant(), nullable=False),
        sa.Column("reason", columns.Words(), nullable=False),
        sa.Column("revoked_by", columns.Words(), nullable=True),
        sa.Column("revoked_at", columns.Instant(), nullable=True),
        sa.CheckConstraint("ends_at > made_at", name=op.f("ck_goal_shares_ends_after_it_was_made")),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_goal_shares_revoked_by_someone")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_shares")),
    )
