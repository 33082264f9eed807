"""How each team's chat stood when GroupMe was last asked, so that it can be shown without asking."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

GRANTS = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bball_staff') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON group_look TO bball_staff;
    END IF;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "group_look",
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=True),
        sa.Column("found", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("warnings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("looked_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('linked', 'proposed', 'ambiguous', 'missing', 'broken', 'unknown', 'conflict')",
            name=op.f("ck_group_look_state"),
        ),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_group_look_league_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_group_look_team_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_group_look")),
    )
    op.execute(
        "CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON group_look "
        "FOR EACH STATEMENT EXECUTE FUNCTION bball_notify_changed()"
    )
    op.execute(GRANTS)


def downgrade() -> None:
    op.drop_table("group_look")
