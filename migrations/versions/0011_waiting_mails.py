"""Welcome mails may wait until the team's chat has a share link."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("league", sa.Column("wait_for_chat", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("outbox", sa.Column("waits_for", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_outbox_waits_for"), "outbox", "waits_for IN ('team_chat')")
    op.create_check_constraint(
        op.f("ck_outbox_waiting"), "outbox", "waits_for IS NULL OR available_at > created_at + interval '50 years'"
    )
    op.create_check_constraint(
        op.f("ck_outbox_waiting_state"), "outbox", "waits_for IS NULL OR state NOT IN ('sending', 'sent', 'in_doubt')"
    )
    op.create_index(
        "ix_outbox_waits_for",
        "outbox",
        ["league_id", "contract_id"],
        unique=False,
        postgresql_where=sa.text("waits_for IS NOT NULL"),
    )


def downgrade() -> None:
    # What waits would never be due without the column that says why.
    op.execute("UPDATE outbox SET available_at = now(), waits_for = NULL WHERE waits_for IS NOT NULL")
    op.drop_index("ix_outbox_waits_for", table_name="outbox")
    for name in ("ck_outbox_waiting_state", "ck_outbox_waiting", "ck_outbox_waits_for"):
        op.drop_constraint(op.f(name), "outbox", type_="check")
    op.drop_column("outbox", "waits_for")
    op.drop_column("league", "wait_for_chat")
