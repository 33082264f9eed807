"""Returned mails: the reports, what they mean for a mail, and what a league does about them; reminders of offers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

GRANTS = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bball_staff') THEN
        GRANT SELECT, INSERT ON bounce TO bball_staff;
    END IF;
END $$
"""


def upgrade() -> None:
    op.add_column("league", sa.Column("bounce_blocks", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column(
        "league", sa.Column("reminder_days", postgresql.ARRAY(sa.SmallInteger()), server_default="{}", nullable=False)
    )
    op.add_column("league", sa.Column("reminder_cap", sa.SmallInteger(), server_default="2", nullable=False))
    op.create_check_constraint(
        op.f("ck_league_reminders"),
        "league",
        "cardinality(reminder_days) <= 5 AND 0 <= ALL (reminder_days) AND 90 >= ALL (reminder_days) "
        "AND reminder_cap BETWEEN 1 AND 5",
    )
    for column in ("bounced_at", "bounce_settled_at"):
        op.add_column("outbox", sa.Column(column, postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.create_check_constraint(op.f("ck_outbox_bounced_at"), "outbox", "bounced_at IS NULL OR state = 'sent'")
    op.create_check_constraint(
        op.f("ck_outbox_bounce_settled_at"), "outbox", "bounce_settled_at IS NULL OR bounced_at IS NOT NULL"
    )
    op.create_index(
        "ix_outbox_bounced",
        "outbox",
        ["league_id", "id"],
        postgresql_where=sa.text("bounced_at IS NOT NULL AND bounce_settled_at IS NULL"),
    )
    op.create_table(
        "bounce",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.Column("report_key", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("diagnostic", sa.Text(), nullable=True),
        sa.Column("reporter", sa.Text(), nullable=True),
        sa.Column("reported_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.Text(), server_default=sa.text("SESSION_USER"), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status ~ '^[245][.][0-9]{1,3}[.][0-9]{1,3}$'", name=op.f("ck_bounce_status")),
        sa.CheckConstraint("length(diagnostic) <= 1000 AND length(reporter) <= 255", name=op.f("ck_bounce_lengths")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_bounce_league_id")),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_bounce_outbox_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce")),
        sa.UniqueConstraint("league_id", "report_key", name=op.f("uq_bounce_league_id_report_key")),
    )
    op.create_index("ix_bounce_outbox_id", "bounce", ["outbox_id"])
    op.execute("CREATE TRIGGER stamp BEFORE INSERT ON bounce FOR EACH ROW EXECUTE FUNCTION bball_stamp_recorded_by()")
    op.execute("CREATE TRIGGER immutable BEFORE UPDATE ON bounce FOR EACH ROW EXECUTE FUNCTION bball_refuse()")
    for table in ("bounce", "suppression"):
        op.execute(
            f"CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION bball_notify_changed()"
        )
    op.execute(GRANTS)


def downgrade() -> None:
    op.execute("DROP TRIGGER changed ON suppression")
    op.drop_table("bounce")
    op.drop_index("ix_outbox_bounced", table_name="outbox")
    for constraint in ("bounce_settled_at", "bounced_at"):
        op.drop_constraint(op.f(f"ck_outbox_{constraint}"), "outbox", type_="check")
    for column in ("bounce_settled_at", "bounced_at"):
        op.drop_column("outbox", column)
    op.drop_constraint(op.f("ck_league_reminders"), "league", type_="check")
    for column in ("reminder_cap", "reminder_days", "bounce_blocks"):
        op.drop_column("league", column)
