"""What the forms write: released contracts, households, the season that is looked at, pairs that are not the same."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BEFORE = "'draft', 'offered', 'accepted', 'signed', 'declined', 'expired', 'void'"
AFTER = "'draft', 'offered', 'accepted', 'signed', 'declined', 'expired', 'released', 'void'"

GRANTS = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bball_staff') THEN
        GRANT SELECT, INSERT ON distinct_players TO bball_staff;
    END IF;
END $$
"""


def upgrade() -> None:
    statuses(AFTER, "('void', 'released')")
    op.add_column("player_guardian", sa.Column("household", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("ck_player_guardian_household"), "player_guardian", "household BETWEEN 1 AND 9")
    op.add_column("season", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("league", sa.Column("current_season_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key("fk_league_current_season_id", "league", "season", ["current_season_id"], ["id"])
    op.add_column("league", sa.Column("mail_offers", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_table(
        "distinct_players",
        sa.Column("one_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), server_default=sa.text("SESSION_USER"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_distinct_players_order")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_distinct_players_league_id")),
        sa.ForeignKeyConstraint(["one_id"], ["player.id"], name=op.f("fk_distinct_players_one_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["other_id"], ["player.id"], name=op.f("fk_distinct_players_other_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_distinct_players")),
    )
    op.execute(
        "CREATE TRIGGER stamp BEFORE INSERT ON distinct_players FOR EACH ROW EXECUTE FUNCTION bball_stamp_created_by()"
    )
    op.execute(GRANTS)


def downgrade() -> None:
    op.drop_table("distinct_players")
    op.drop_column("league", "mail_offers")
    op.drop_constraint("fk_league_current_season_id", "league", type_="foreignkey")
    op.drop_column("league", "current_season_id")
    op.drop_column("season", "version")
    op.drop_column("player_guardian", "household")
    # The older schema knows one way to end a signed contract; the reason and the audit still say which it was.
    op.execute("UPDATE contract SET status = 'void' WHERE status = 'released'")
    statuses(BEFORE, "('void')")


def statuses(words: str, ended: str) -> None:
    for name in ("status", "void_reason"):
        op.drop_constraint(op.f(f"ck_contract_{name}"), "contract", type_="check")
    op.create_check_constraint(op.f("ck_contract_status"), "contract", f"status IN ({words})")
    op.create_check_constraint(
        op.f("ck_contract_void_reason"), "contract", f"status NOT IN {ended} OR status_reason IS NOT NULL"
    )
