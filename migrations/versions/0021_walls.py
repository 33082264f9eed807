"""Who works in which league, and as what. Staff of before go on as registrars and mailers of every league."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# The key to everything is session_user, which no client can set. STABLE, so that a policy asks once a statement.
# A row without a league is valid in every league, those to come as well: the one person of an own database. The owner
# of the tables needs none.
# In plpgsql, which keeps its plans: SQL functions are planned again at each call, and a claim asks eight times.
FUNCTIONS = """
CREATE FUNCTION bball_everywhere() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM public.league_member WHERE login = session_user AND league_id IS NULL)
        OR pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = 'public.league_member'::regclass),
                       'MEMBER');
END $$;
CREATE FUNCTION bball_leagues(VARIADIC wanted text[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF public.bball_everywhere() THEN
        RETURN ARRAY(SELECT id FROM public.league);
    END IF;
    RETURN ARRAY(SELECT DISTINCT league_id FROM public.league_member
                 WHERE login = session_user AND role = ANY (wanted));
END $$;
CREATE FUNCTION bball_leagues() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN public.bball_leagues('viewer', 'registrar', 'mailer', 'admin');
END $$;
CREATE FUNCTION bball_teams() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT team_id FROM public.league_member WHERE login = session_user AND role = 'coordinator');
END $$;
"""

# Nobody reads the list of members but through functions, and nobody makes a league without becoming its admin.
NEW_LEAGUE = """
CREATE FUNCTION bball_new_league(called text, short text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE made bigint;
BEGIN
    INSERT INTO public.league (name, slug) VALUES (called, short) ON CONFLICT DO NOTHING RETURNING id INTO made;
    IF made IS NOT NULL AND NOT public.bball_everywhere() THEN
        INSERT INTO public.league_member (league_id, login, role)
        SELECT made, session_user, role FROM unnest(ARRAY['admin', 'registrar', 'mailer']) AS role;
    END IF;
    RETURN made;
END $$;
CREATE FUNCTION bball_stamp_granted() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$ BEGIN NEW.granted_by := session_user; NEW.granted_at := now(); RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE INSERT ON league_member FOR EACH ROW EXECUTE FUNCTION bball_stamp_granted();
"""
CALLED = (
    "bball_everywhere()", "bball_leagues(text[])", "bball_leagues()", "bball_teams()", "bball_new_league(text, text)",
)  # fmt: skip

# Those who could log in and had all rights until now.
TAKEN_ALONG = """
INSERT INTO league_member (league_id, login, role)
SELECT league.id, known.rolname, role
FROM league, pg_roles AS staff, pg_roles AS known, unnest(ARRAY['registrar', 'mailer']) AS role
WHERE staff.rolname = 'bball_staff' AND known.rolcanlogin AND NOT known.rolsuper
    AND pg_has_role(known.oid, staff.oid, 'MEMBER')
    AND NOT pg_has_role(known.oid, (SELECT relowner FROM pg_class WHERE oid = 'league'::regclass), 'MEMBER')
"""
GRANT = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bball_staff') THEN
        GRANT EXECUTE ON FUNCTION {} TO bball_staff;
    END IF;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "league_member",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("league_id", sa.BigInteger(), nullable=True),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.Column("granted_by", sa.Text(), server_default=sa.text("SESSION_USER"), nullable=False),
        sa.Column("granted_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "role IN ('viewer', 'coordinator', 'registrar', 'mailer', 'admin')", name=op.f("ck_league_member_role")
        ),
        sa.CheckConstraint("(role = 'coordinator') = (team_id IS NOT NULL)", name=op.f("ck_league_member_team")),
        sa.CheckConstraint("league_id IS NOT NULL OR role = 'admin'", name=op.f("ck_league_member_everywhere")),
        sa.CheckConstraint("length(login) BETWEEN 1 AND 63", name=op.f("ck_league_member_login")),
        sa.ForeignKeyConstraint(["league_id"], ["league.id"], name=op.f("fk_league_member_league_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_league_member_team_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_league_member")),
        sa.UniqueConstraint(
            "login", "league_id", "role", "team_id", name=op.f("uq_league_member_login"),
            postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip
    op.execute("REVOKE ALL ON league_member FROM PUBLIC")
    op.execute(FUNCTIONS)
    op.execute(NEW_LEAGUE)
    op.execute("REVOKE ALL ON FUNCTION " + ", ".join(CALLED) + ", bball_stamp_granted() FROM PUBLIC")
    op.execute(GRANT.format(", ".join(CALLED)))
    op.execute(TAKEN_ALONG)


def downgrade() -> None:
    op.execute("DROP FUNCTION bball_new_league(text, text)")
    op.execute("DROP FUNCTION bball_leagues()")
    op.execute("DROP FUNCTION bball_leagues(text[])")
    op.execute("DROP FUNCTION bball_teams()")
    op.execute("DROP FUNCTION bball_everywhere()")
    op.drop_table("league_member")
    op.execute("DROP FUNCTION bball_stamp_granted()")
