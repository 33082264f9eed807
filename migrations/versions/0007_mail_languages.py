"""The language that a family reads, the league's own, and what staff should know of how a mail was written."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TAG = "'^[a-z]{2,3}(-[a-z0-9]{2,8}){0,2}$'"


def upgrade() -> None:
    op.add_column("guardian", sa.Column("language", sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(op.f("ck_guardian_language"), "guardian", f"language = '' OR language ~ {TAG}")
    op.add_column("league", sa.Column("language", sa.Text(), server_default="en", nullable=False))
    op.create_check_constraint(op.f("ck_league_language"), "league", f"language ~ {TAG}")
    op.add_column("outbox_message", sa.Column("notice", sa.Text(), nullable=True))
    op.create_index(
        "ix_outbox_message_notice",
        "outbox_message",
        ["league_id", "rendered_at"],
        postgresql_where=sa.text("notice IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_message_notice", table_name="outbox_message")
    op.drop_column("outbox_message", "notice")
    op.drop_constraint(op.f("ck_league_language"), "league", type_="check")
    op.drop_column("league", "language")
    op.drop_constraint(op.f("ck_guardian_language"), "guardian", type_="check")
    op.drop_column("guardian", "language")
