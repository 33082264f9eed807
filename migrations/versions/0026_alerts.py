"""Whom a league tells of what goes wrong while nobody looks, and what they were told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

SEEN = "league_id = ANY ((SELECT bball_leagues())::bigint[])"
MAILERS = "league_id = ANY ((SELECT bball_leagues('mailer'))::bigint[])"
# What a worker writes down; the league's own columns are its admins'.
CHANGED = "since, told_at, told, count, detail, try_after, problem"
OF_LEAGUE = "alert_emails, alert_minutes"
GRANTS = f"""
DO $$ BEGIN
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('GRANT SELECT ON alert_notice TO %I', bball_group());
        EXECUTE format('GRANT INSERT (league_id, cause, channel, {CHANGED}) ON alert_notice TO %I', bball_group());
        EXECUTE format('GRANT UPDATE ({CHANGED}) ON alert_notice TO %I', bball_group());
        EXECUTE format('GRANT INSERT ({OF_LEAGUE}), UPDATE ({OF_LEAGUE}) ON league TO %I', bball_group());
    END IF;
END $$
"""


def upgrade() -> None:
    op.add_column("league", sa.Column("alert_emails", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("league", sa.Column("alert_minutes", sa.SmallInteger(), server_default="15", nullable=False))
    op.create_check_constraint(
        op.f("ck_league_alerts"), "league", "cardinality(alert_emails) <= 20 AND alert_minutes BETWEEN 1 AND 1440"
    )
    moment = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "alert_notice",
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("since", moment, nullable=True),
        sa.Column("told_at", moment, nullable=True),
        sa.Column("told", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("detail", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("try_after", moment, nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "cause IN ('held', 'failed', 'in_doubt', 'returned', 'worker')", name=op.f("ck_alert_notice_cause")
        ),
        sa.CheckConstraint("channel IN ('mail', 'webhook')", name=op.f("ck_alert_notice_channel")),
        sa.CheckConstraint("told_at IS NOT NULL OR NOT told", name=op.f("ck_alert_notice_told")),
        sa.CheckConstraint(
            "count >= 0 AND length(detail) <= 1000 AND length(problem) <= 300", name=op.f("ck_alert_notice_lengths")
        ),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_alert_notice_league_id")),
        sa.PrimaryKeyConstraint("league_id", "cause", "channel", name=op.f("pk_alert_notice")),
    )
    op.execute("ALTER TABLE alert_notice ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE alert_notice FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY owner ON alert_notice TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY seen ON alert_notice FOR SELECT USING ({SEEN})")
    op.execute(f"CREATE POLICY added ON alert_notice FOR INSERT WITH CHECK ({MAILERS})")
    op.execute(f"CREATE POLICY changed ON alert_notice FOR UPDATE USING ({SEEN}) WITH CHECK ({MAILERS})")
    op.execute(GRANTS)


def downgrade() -> None:
    op.drop_table("alert_notice")
    op.drop_constraint(op.f("ck_league_alerts"), "league", type_="check")
    for column in ("alert_minutes", "alert_emails"):
        op.drop_column("league", column)
