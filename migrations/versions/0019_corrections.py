"""A signature can correct another one, with a reason; a league says what another team means for a signature."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("signature", sa.Column("supersedes_id", sa.BigInteger(), nullable=True))
    op.add_column("signature", sa.Column("correction_reason", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_signature_supersedes_id"), "signature", "signature", ["supersedes_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_signature_correction_reason"), "signature", "(supersedes_id IS NULL) = (correction_reason IS NULL)"
    )
    op.add_column("league", sa.Column("team_change", sa.Text(), server_default="ask", nullable=False))
    op.create_check_constraint(op.f("ck_league_team_change"), "league", "team_change IN ('ask', 'keep', 'void')")


def downgrade() -> None:
    op.drop_column("league", "team_change")
    op.drop_column("signature", "correction_reason")
    op.drop_column("signature", "supersedes_id")
