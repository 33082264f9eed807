"""What staff heard from a family, and when somebody should ask again: rows that are written once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# A coordinator writes about the families of the own teams. A text may hold a phone number, so viewers read none.
PLAYERS = "player_id = ANY ((SELECT bball_team_players())::bigint[])"
GUARDIANS = "guardian_id = ANY ((SELECT bball_team_guardians())::bigint[])"
SEEN = (
    "league_id = ANY ((SELECT bball_leagues('registrar', 'mailer', 'admin'))::bigint[])"
    f" OR {PLAYERS} OR (player_id IS NULL AND {GUARDIANS})"
)
WRITTEN = (
    "league_id = ANY ((SELECT bball_leagues('registrar', 'mailer'))::bigint[])"
    f" OR ((player_id IS NULL OR {PLAYERS}) AND (guardian_id IS NULL OR {GUARDIANS}))"
)
# What was said is never changed: nobody has the right to those columns. The client cannot say who did it, or when.
STAMP = """
CREATE FUNCTION bball_stamp_note() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.created_by := session_user;
        NEW.created_at := now();
        NEW.struck_at := NULL;
        NEW.struck_reason := NULL;
    ELSIF public.bball_erasing() THEN
        RETURN NEW;
    ELSIF OLD.struck_at IS NOT NULL AND (NEW.struck_at IS NULL OR OLD.struck_reason <> NEW.struck_reason
                                         OR OLD.follow_up IS DISTINCT FROM NEW.follow_up) THEN
        RAISE EXCEPTION 'a note that was struck stays so' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'INSERT' OR NEW.follow_up IS DISTINCT FROM OLD.follow_up THEN
        NEW.done_at := NULL;
        NEW.done_by := NULL;
    ELSIF NEW.done_at IS NULL THEN
        NEW.done_by := NULL;
    ELSIF OLD.done_at IS NULL THEN
        NEW.done_at := now();
        NEW.done_by := session_user;
    ELSE
        NEW.done_at := OLD.done_at;
        NEW.done_by := OLD.done_by;
    END IF;
    IF NEW.struck_at IS NULL THEN
        NEW.struck_by := NULL;
    ELSIF TG_OP = 'UPDATE' THEN
        NEW.struck_at := COALESCE(OLD.struck_at, now());
        NEW.struck_by := COALESCE(OLD.struck_by, session_user);
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION bball_stamp_note() FROM PUBLIC;
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON family_note FOR EACH ROW EXECUTE FUNCTION bball_stamp_note();
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON family_note
    FOR EACH STATEMENT EXECUTE FUNCTION bball_notify_changed();
"""
NEW = "player_id, guardian_id, kind, body, follow_up"
CHANGED = "follow_up, done_at, done_by, struck_at, struck_by, struck_reason"
GRANTS = f"""
DO $$ BEGIN
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('GRANT SELECT ON family_note TO %I', bball_group());
        EXECUTE format('GRANT INSERT (league_id, {NEW}) ON family_note TO %I', bball_group());
        EXECUTE format('GRANT UPDATE ({CHANGED}) ON family_note TO %I', bball_group());
    END IF;
END $$
"""
# Erasing leaves nothing of what was said.
BEFORE_THE_REST = "    -- Whatever somebody wrote about them elsewhere"
ERASED = """    UPDATE public.family_note SET body = '(erased)', follow_up = NULL, done_at = NULL, done_by = NULL,
        struck_reason = CASE WHEN struck_reason IS NOT NULL THEN '(erased)' END
    WHERE league_id = in_league AND (player_id = ANY (players) OR guardian_id = ANY (guardians));

"""
ERASE = "SELECT pg_get_functiondef('bball_erase(bigint, bigint[], bigint[])'::regprocedure)"


def upgrade() -> None:
    moment = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "family_note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=False),
        sa.Column("player_id", sa.BigInteger(), nullable=True),
        sa.Column("guardian_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("follow_up", sa.Date(), nullable=True),
        sa.Column("created_by", sa.Text(), server_default=sa.text("SESSION_USER"), nullable=False),
        sa.Column("created_at", moment, server_default=sa.func.now(), nullable=False),
        sa.Column("done_at", moment, nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("struck_at", moment, nullable=True),
        sa.Column("struck_by", sa.Text(), nullable=True),
        sa.Column("struck_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('note', 'call')", name=op.f("ck_family_note_kind")),
        sa.CheckConstraint("length(body) BETWEEN 1 AND 1000", name=op.f("ck_family_note_body")),
        sa.CheckConstraint("num_nonnulls(player_id, guardian_id) > 0", name=op.f("ck_family_note_whose")),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL OR follow_up IS NOT NULL)",
            name=op.f("ck_family_note_done"),
        ),
        sa.CheckConstraint(
            "(struck_at IS NULL) = (struck_by IS NULL) AND (struck_at IS NULL) = (struck_reason IS NULL)"
            " AND length(struck_reason) <= 500",
            name=op.f("ck_family_note_struck"),
        ),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_family_note_league_id")),
        *(
            sa.ForeignKeyConstraint(
                ["league_id", f"{who}_id"],
                [f"{who}.league_id", f"{who}.id"],
                name=op.f(f"fk_family_note_{who}_id"),
                ondelete="CASCADE",
            )
            for who in ("player", "guardian")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_note")),
    )
    op.create_index("ix_family_note_player_id", "family_note", ["league_id", "player_id", "id"])
    op.create_index("ix_family_note_guardian_id", "family_note", ["league_id", "guardian_id", "id"])
    op.create_index(
        "ix_family_note_follow_up",
        "family_note",
        ["league_id", "follow_up"],
        postgresql_where=sa.text("follow_up IS NOT NULL AND done_at IS NULL AND struck_at IS NULL"),
    )
    op.execute(STAMP)
    op.execute("ALTER TABLE family_note ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE family_note FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY owner ON family_note TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"CREATE POLICY seen ON family_note FOR SELECT USING ({SEEN})")
    op.execute(f"CREATE POLICY added ON family_note FOR INSERT WITH CHECK ({WRITTEN})")
    op.execute(f"CREATE POLICY changed ON family_note FOR UPDATE USING ({SEEN}) WITH CHECK ({WRITTEN})")
    op.execute(GRANTS)
    reword(BEFORE_THE_REST, ERASED + BEFORE_THE_REST)


def downgrade() -> None:
    reword(ERASED, "")
    op.drop_table("family_note")
    op.execute("DROP FUNCTION bball_stamp_note()")


def reword(before: str, after: str) -> None:
    definition = str(op.get_bind().exec_driver_sql(ERASE).scalar())
    if before not in definition:
        raise RuntimeError("bball_erase is not what this migration expects")
    op.get_bind().exec_driver_sql(definition.replace(before, after, 1).replace("%", "%%"))
