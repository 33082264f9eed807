"""Today, a search by address and the players by birthdate read a few rows of an index, however many there are."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_contract_waiting",
        "contract",
        ["league_id", "season_id", "due_on"],
        postgresql_include=["player_id"],
        postgresql_where=sa.text("status IN ('offered', 'accepted')"),
    )
    op.create_index("ix_signature_received_at", "signature", ["league_id", "received_at"])
    op.create_index(
        "ix_player_birthdate",
        "player",
        ["league_id", sa.text("COALESCE(birthdate, '9999-12-31'::date)"), "name_key", "id"],
    )
    op.drop_index("ix_guardian_email", table_name="guardian")
    op.create_index("ix_guardian_email", "guardian", ["league_id", sa.text("lower(email) text_pattern_ops")])


def downgrade() -> None:
    op.drop_index("ix_guardian_email", table_name="guardian")
    op.create_index("ix_guardian_email", "guardian", ["league_id", sa.text("lower(email)")])
    op.drop_index("ix_player_birthdate", table_name="player")
    op.drop_index("ix_signature_received_at", table_name="signature")
    op.drop_index("ix_contract_waiting", table_name="contract")
