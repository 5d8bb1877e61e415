"""What consultants recommend, and the changes that partners let them make."""

import sqlalchemy as sa
from alembic import op

from watchbill.store import columns

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of advice."""
    op.create_table(
        "break_glasses",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("holder", columns.Words(), nullable=False),
        sa.Column("thing", columns.Words(), nullable=False),
        sa.Column("partner", columns.Words(), nullable=False),
        sa.Column("team", columns.Words(), nullable=False),
        sa.Column("engagement", columns.Words(), nullable=False),
        sa.Column("reason", columns.Words(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("asked_at", columns.Instant(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_by", columns.Words(), nullable=True),
        sa.Column("decided_at", columns.Instant(), nullable=True),
        sa.Column("decision_reason", columns.Words(), nullable=False),
        sa.Column("ends_at", columns.Instant(), nullable=True),
        sa.Column("closed_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_break_glasses_closed_has_its_time")
        ),
        sa.CheckConstraint(
            "(state IN ('open', 'closed')) = (ends_at IS NOT NULL)", name=op.f("ck_break_glasses_open_has_an_end")
        ),
        sa.CheckConstraint(
            "(state IN ('open', 'refused', 'closed')) = (decided_at IS NOT NULL)",
            name=op.f("ck_break_glasses_decided_by_someone"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_break_glasses_with_a_reason")),
        sa.CheckConstraint(
            "state IN ('asked', 'open', 'refused', 'lapsed', 'closed')", name=op.f("ck_break_glasses_state_known")
        ),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)", name=op.f("ck_break_glasses_decided_has_its_time")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> holder", name=op.f("ck_break_glasses_approved_by_another")
        ),
        sa.CheckConstraint("minutes BETWEEN 1 AND 240", name=op.f("ck_break_glasses_four_hours_at_most")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glasses")),
    )
    op.create_index("ix_break_glasses_state_ends_at", "break_glasses", ["state", "ends_at"], unique=False)
    op.create_index("ix_break_glasses_team_decided_at", "break_glasses", ["team", "decided_at"], unique=False)
    op.create_table(
        "recommendations",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("thing", columns.Words(), nullable=False),
        sa.Column("owner", columns.Words(), nullable=True),
        sa.Column("team", columns.Words(), nullable=True),
        sa.Column("engagement", columns.Words(), nullable=True),
        sa.Column("title", columns.Words(), nullable=False),
        sa.Column("rationale", columns.Words(), nullable=False),
        sa.Column("patch", columns.Words(), nullable=False),
        sa.Column("made_by", columns.Words(), nullable=False),
        sa.Column("made_at", columns.Instant(), nullable=False),
        sa.Column("expires_at", columns.Instant(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_by", columns.Words(), nullable=True),
        sa.Column("decided_at", columns.Instant(), nullable=True),
        sa.Column("reason", columns.Words(), nullable=False),
        sa.Column("implemented_by", columns.Words(), nullable=True),
        sa.Column("implemented_at", columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "(state = 'implemented') = (implemented_at IS NOT NULL)",
            name=op.f("ck_recommendations_implemented_has_its_time"),
        ),
        sa.CheckConstraint(
            "(state IN ('accepted', 'declined', 'implemented')) = (decided_at IS NOT NULL)",
            name=op.f("ck_recommendations_decided_has_its_time"),
        ),
        sa.CheckConstraint(
            "state <> 'declined' OR reason <> ''", name=op.f("ck_recommendations_declined_with_a_reason")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'accepted', 'declined', 'expired', 'implemented')",
            name=op.f("ck_recommendations_state_known"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_recommendations_decided_by_someone")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendations")),
    )
    op.create_index("ix_recommendations_owner_made_at", "recommendations", ["owner", "made_at"], unique=False)
    op.create_index("ix_recommendations_team_made_at", "recommendations", ["team", "made_at"], unique=False)
