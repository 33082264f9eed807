"""Who somebody is, is answered without sorting and counting: a page of contracts asks thirteen times."""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

# A league named twice, for two roles in it, is compared with like one named once.
LEAGUES = """
CREATE OR REPLACE FUNCTION {name} RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE found bigint[];
BEGIN
    found := ARRAY(SELECT league_id FROM public.league_member
                   WHERE login = session_user AND {roles}
                       AND login_oid = (SELECT oid FROM pg_roles WHERE rolname = session_user AND rolcanlogin));
    IF array_position(found, NULL) IS NULL AND NOT pg_has_role(session_user, current_user, 'MEMBER') THEN
        RETURN found;
    END IF;
    RETURN ARRAY(SELECT id FROM public.league);
END $$;
"""
LEAGUES_BEFORE = """
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
ASKED = {
    "bball_leagues()": "role IN ('viewer', 'registrar', 'mailer', 'admin')",
    "bball_leagues(VARIADIC wanted text[])": "(role = ANY (wanted) OR league_id IS NULL)",
}


def upgrade() -> None:
    ask(LEAGUES)


def downgrade() -> None:
    ask(LEAGUES_BEFORE)


def ask(function: str) -> None:
    for name, roles in ASKED.items():
        op.execute(function.format(name=name, roles=roles))
