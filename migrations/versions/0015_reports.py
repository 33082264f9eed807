"""A block says when a report made it, a report whether it names the mail, and a gate that the sender is refused."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

CAUSES = "cause IN ('outage', 'quota', 'auth', 'refused', 'paused')"
BEFORE = "cause IN ('outage', 'quota', 'auth', 'paused')"


def upgrade() -> None:
    op.add_column("suppression", sa.Column("by_report", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("bounce", sa.Column("names_mail", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.drop_constraint(op.f("ck_provider_gate_cause"), "provider_gate")
    op.create_check_constraint(op.f("ck_provider_gate_cause"), "provider_gate", CAUSES)


def downgrade() -> None:
    op.execute("UPDATE provider_gate SET cause = 'auth' WHERE cause = 'refused'")
    op.drop_constraint(op.f("ck_provider_gate_cause"), "provider_gate")
    op.create_check_constraint(op.f("ck_provider_gate_cause"), "provider_gate", BEFORE)
    op.drop_column("bounce", "names_mail")
    op.drop_column("suppression", "by_report")
