"""A role belongs to the login that it was given to: one that is dropped and made again by that name has none."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

# The server's own number of a login is never given to another one, whatever that is called.
STAMP = """
CREATE OR REPLACE FUNCTION bball_stamp_granted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.granted_by := session_user;
    NEW.granted_at := now();
    NEW.login_oid := (SELECT oid FROM pg_roles WHERE rolname = NEW.login);
    RETURN NEW;
END $$;
CREATE FUNCTION bball_is_login(who text, numbered oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM pg_roles WHERE oid = numbered AND rolname = who AND rolcanlogin)
$$;
REVOKE ALL ON FUNCTION bball_is_login(text, oid) FROM PUBLIC;
"""
STAMP_BEFORE = """
CREATE OR REPLACE FUNCTION bball_stamp_granted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$ BEGIN NEW.granted_by := session_user; NEW.granted_at := now(); RETURN NEW; END $$;
DROP FUNCTION bball_is_login(text, oid);
"""
MEMBERS = """
DROP FUNCTION bball_members(bigint);
CREATE FUNCTION bball_members(in_league bigint)
RETURNS TABLE (login text, role text, team_id bigint, team text, granted_by text, granted_at timestamptz,
               may_log_in boolean{column})
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.bball_refuse_unless_admin(in_league);
    RETURN QUERY
        SELECT one.login, one.role, one.team_id, team.name, one.granted_by, one.granted_at,
               public.bball_may_log_in(one.login){value}
        FROM public.league_member AS one LEFT JOIN public.team ON team.id = one.team_id
        WHERE one.league_id = in_league ORDER BY one.login, one.role, team.name_key, one.id;
END $$;
REVOKE ALL ON FUNCTION bball_members(bigint) FROM PUBLIC;
DO $$ BEGIN
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('GRANT EXECUTE ON FUNCTION bball_members(bigint) TO %I', bball_group());
    END IF;
END $$;
"""
SAME = """,
               NOT EXISTS (SELECT FROM pg_roles WHERE rolname = one.login AND oid IS DISTINCT FROM one.login_oid)"""
# What each function asks of the list of members, before and now.
ASKED = (
    "EXISTS (SELECT FROM pg_roles WHERE rolname = session_user AND rolcanlogin)",
    "EXISTS (SELECT FROM pg_roles WHERE oid = login_oid AND rolname = session_user AND rolcanlogin)",
)
OPEN = (
    "WHERE public.bball_may_log_in(session_user) AND login = session_user",
    "WHERE login = session_user AND public.bball_is_login(login, login_oid)",
)
STAYS = ("AND public.bball_may_log_in(login)", "AND public.bball_is_login(login, login_oid)")
NAMED = "AND one.login = ANY (logins)"
HERE = (NAMED, f"{NAMED} AND public.bball_is_login(one.login, one.login_oid)")
# Given once more it is the role of the login of today.
GIVEN = (
    "        ON CONFLICT DO NOTHING;",
    "        ON CONFLICT ON CONSTRAINT uq_league_member_login DO UPDATE\n"
    "        SET login_oid = excluded.login_oid, granted_by = excluded.granted_by, granted_at = excluded.granted_at\n"
    "        WHERE league_member.login_oid IS DISTINCT FROM excluded.login_oid;",
)
CHANGES = (
    ("bball_leagues()", ASKED), ("bball_leagues(text[])", ASKED), ("bball_teams()", ASKED),
    ("bball_everywhere()", OPEN), ("bball_roles(bigint)", OPEN),
    ("bball_remove_member(bigint, text, text, bigint)", STAYS), ("bball_colleagues(bigint, text[])", HERE),
    ("bball_add_member(bigint, text, text, bigint)", GIVEN),
)  # fmt: skip


def upgrade() -> None:
    op.add_column("league_member", sa.Column("login_oid", postgresql.OID(), nullable=True))
    op.execute("UPDATE league_member SET login_oid = to_regrole(quote_ident(login))")
    op.execute(STAMP)
    op.execute(MEMBERS.format(column=", same_login boolean", value=SAME))
    for function, (before, after) in CHANGES:
        reword(function, before, after)


def downgrade() -> None:
    for function, (before, after) in CHANGES:
        reword(function, after, before)
    op.execute(MEMBERS.format(column="", value=""))
    op.execute(STAMP_BEFORE)
    op.drop_column("league_member", "login_oid")


def reword(function: str, before: str, after: str) -> None:
    connection = op.get_bind()
    found = connection.execute(sa.text("SELECT pg_get_functiondef(CAST(:name AS regprocedure))"), {"name": function})
    definition = str(found.scalar())
    if definition.count(before) != 1:
        raise RuntimeError(f"{function} is not what this migration expects")
    connection.exec_driver_sql(definition.replace(before, after).replace("%", "%%"))
