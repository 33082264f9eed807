"""The team chats: what was asked of GroupMe, the league's staff, who of them is where, and what a team's link is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("group_dismissal", "group_member", "group_staff", "group_intent")
STAMPED = ("group_intent", "group_staff", "group_dismissal")

GRANTS = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bball_staff') THEN
        GRANT SELECT, INSERT, UPDATE ON group_intent TO bball_staff;
        GRANT SELECT, INSERT, UPDATE, DELETE ON group_staff, group_member, group_dismissal TO bball_staff;
    END IF;
END $$
"""


def upgrade() -> None:
    for column in ("groupme_seen_name", "groupme_linked_name"):
        op.add_column("team", sa.Column(column, sa.Text(), nullable=True))
    op.add_column("team", sa.Column("groupme_linked_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_team_groupme_linked_at"), "team", "groupme_linked_at IS NULL OR groupme_group_id IS NOT NULL"
    )
    op.create_index(
        "uq_team_groupme_group_id",
        "team",
        ["league_id", "groupme_group_id"],
        unique=True,
        postgresql_where=sa.text("groupme_group_id IS NOT NULL"),
    )
    create_tables()
    for table in STAMPED:
        op.execute(
            f"CREATE TRIGGER stamp BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION bball_stamp_created_by()"
        )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION bball_notify_changed()"
        )
    op.execute(GRANTS)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_index("uq_team_groupme_group_id", table_name="team")
    op.drop_constraint(op.f("ck_team_groupme_linked_at"), "team", type_="check")
    for column in ("groupme_linked_at", "groupme_linked_name", "groupme_seen_name"):
        op.drop_column("team", column)


def create_tables() -> None:
    op.create_table(
        "group_intent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("op_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tag", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("created_by", sa.Text(), server_default=sa.text("SESSION_USER"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("resolved_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("result", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "kind IN ('create', 'share', 'rename', 'settings', 'add_staff')", name=op.f("ck_group_intent_kind")
        ),
        sa.CheckConstraint("state IN ('open', 'done', 'failed', 'unresolved')", name=op.f("ck_group_intent_state")),
        sa.CheckConstraint(
            "(state IN ('open', 'unresolved')) = (resolved_at IS NULL)", name=op.f("ck_group_intent_resolved_at")
        ),
        sa.CheckConstraint("kind <> 'create' OR tag IS NOT NULL", name=op.f("ck_group_intent_tag")),
        sa.CheckConstraint("kind = 'create' OR group_id IS NOT NULL", name=op.f("ck_group_intent_group_id")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_group_intent_league_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_group_intent_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_intent")),
        sa.UniqueConstraint("op_id", name=op.f("uq_group_intent_op_id")),
    )
    op.create_index("ix_group_intent_newest", "group_intent", ["league_id", "kind", "id"], unique=False)
    op.create_index(
        "uq_group_intent_open",
        "group_intent",
        ["team_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state IN ('open', 'unresolved')"),
    )
    op.create_table(
        "group_staff",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("groupme_user_id", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("consent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("consent_note", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), server_default=sa.text("SESSION_USER"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100", name=op.f("ck_group_staff_name")),
        sa.CheckConstraint("groupme_user_id ~ '^[0-9]{1,20}$'", name=op.f("ck_group_staff_groupme_user_id")),
        sa.CheckConstraint("phone ~ '^[+][0-9]{1,3} [0-9]{4,14}$'", name=op.f("ck_group_staff_phone")),
        sa.CheckConstraint(
            "email ~ '^[^\\s@<>,;:]+@[^\\s@<>,;:]+$' AND length(email) <= 254", name=op.f("ck_group_staff_email")
        ),
        sa.CheckConstraint("(consent_at IS NULL) = (consent_note IS NULL)", name=op.f("ck_group_staff_consent")),
        sa.CheckConstraint("length(consent_note) BETWEEN 1 AND 500", name=op.f("ck_group_staff_consent_note")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_group_staff_league_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_staff")),
        sa.UniqueConstraint("league_id", "groupme_user_id", name=op.f("uq_group_staff_league_id_groupme_user_id")),
        sa.UniqueConstraint("league_id", "phone", name=op.f("uq_group_staff_league_id_phone")),
    )
    op.create_index(
        "uq_group_staff_email", "group_staff", ["league_id", sa.literal_column("lower(email)")], unique=True
    )
    op.create_table(
        "group_member",
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("membership_id", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("results_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("since", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'added', 'invited', 'failed')", name=op.f("ck_group_member_state")),
        sa.CheckConstraint("state <> 'failed' OR reason IS NOT NULL", name=op.f("ck_group_member_reason")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_group_member_league_id")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["group_staff.id"], name=op.f("fk_group_member_staff_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_group_member_team_id")),
        sa.PrimaryKeyConstraint("team_id", "staff_id", name=op.f("pk_group_member")),
    )
    op.create_index("ix_group_member_staff_id", "group_member", ["staff_id"], unique=False)
    op.create_table(
        "group_dismissal",
        sa.Column("team_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), server_default=sa.text("SESSION_USER"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_group_dismissal_league_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_group_dismissal_team_id")),
        sa.PrimaryKeyConstraint("team_id", "group_id", name=op.f("pk_group_dismissal")),
    )
