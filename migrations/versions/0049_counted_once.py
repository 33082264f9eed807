"""Players are counted, as contracts are, by a function that looks once at who asks; roles are one statement."""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

# What a viewer reads has a policy of two sides, since coordinators see the players of their teams, and so the policy
# looks at each of a hundred thousand.
COUNTED = """
CREATE FUNCTION bball_players(in_league bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF in_league = ANY (public.bball_leagues()) THEN
        RETURN (SELECT count(*) FROM public.player WHERE league_id = in_league AND archived_at IS NULL);
    END IF;
    RETURN (SELECT count(*) FROM public.player
            WHERE league_id = in_league AND archived_at IS NULL AND id = ANY (public.bball_team_players()));
END $$;
REVOKE ALL ON FUNCTION bball_players(bigint) FROM PUBLIC;
DO $$ BEGIN
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('GRANT EXECUTE ON FUNCTION bball_players(bigint) TO %I', bball_group());
    END IF;
END $$;
"""

# A claim asks four times, a page of contracts thirteen times: each statement and expression in here counts.
LEAGUES = """
CREATE OR REPLACE FUNCTION {name} RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN (
        SELECT CASE WHEN bool_or(league_id IS NULL) OR pg_has_role(session_user, current_user, 'MEMBER')
               THEN ARRAY(SELECT id FROM public.league) ELSE coalesce(array_agg(DISTINCT league_id), '{{}}') END
        FROM public.league_member
        WHERE login = session_user AND {roles}
            AND login_oid = (SELECT oid FROM pg_roles WHERE rolname = session_user AND rolcanlogin));
END $$;
"""
LEAGUES_BEFORE = """
CREATE OR REPLACE FUNCTION {name} RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE found bigint[];
BEGIN
    found := ARRAY(SELECT DISTINCT league_id FROM public.league_member
                   WHERE login = session_user AND {roles}
                       AND EXISTS (SELECT FROM pg_roles WHERE oid = login_oid AND rolname = session_user AND rolcanlogin));
    IF array_position(found, NULL) IS NULL AND NOT pg_has_role(session_user, current_user, 'MEMBER') THEN
        RETURN found;
    END IF;
    RETURN ARRAY(SELECT id FROM public.league);
END $$;
"""  # noqa: E501
ASKED = {
    "bball_leagues()": "role IN ('viewer', 'registrar', 'mailer', 'admin')",
    "bball_leagues(VARIADIC wanted text[])": "(role = ANY (wanted) OR league_id IS NULL)",
}


def upgrade() -> None:
    ask(LEAGUES)
    op.execute(COUNTED)


def downgrade() -> None:
    op.execute("DROP FUNCTION bball_players(bigint)")
    ask(LEAGUES_BEFORE)


def ask(function: str) -> None:
    for name, roles in ASKED.items():
        op.execute(function.format(name=name, roles=roles))
