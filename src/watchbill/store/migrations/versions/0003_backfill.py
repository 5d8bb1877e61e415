"""How far the filling of goals' past came."""

import sqlalchemy as sa
from alembic import op

from watchbill.store import columns

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table of the filling of goals' past."""
    op.create_table(
        "ledger_backfill",
        sa.Column("goal", sa.String(length=255), nullable=False),
        sa.Column("definition", sa.String(length=64), nullable=False),
        sa.Column("first_minute", sa.BigInteger(), nullable=False),
        sa.Column("end_minute", sa.BigInteger(), nullable=False),
        sa.Column("next_minute", sa.BigInteger(), nullable=False),
        sa.Column("measured", sa.BigInteger(), nullable=False),
        sa.Column("open_start", sa.BigInteger(), nullable=False),
        sa.Column("open_minutes", sa.LargeBinary(), nullable=False),
        sa.Column("meter", sa.LargeBinary(), nullable=False),
        sa.Column("steps", sa.BigInteger(), nullable=False),
        sa.Column("written_at", columns.Instant(), nullable=False),
        sa.CheckConstraint(
            "first_minute <= next_minute AND next_minute <= end_minute",
            name=op.f("ck_ledger_backfill_next_between_its_bounds"),
        ),
        sa.PrimaryKeyConstraint("goal", name=op.f("pk_ledger_backfill")),
    )
