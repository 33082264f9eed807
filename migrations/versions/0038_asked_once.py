"""Who somebody is, is answered by one query instead of five; the newest sent mail of a league stands in an index."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

# A policy asks once for each table that a statement reads: a page of contracts thirteen times. So everything is one
# query, whose plan plpgsql keeps; a function of SQL inside would be planned at every call. Within a function of the
# owner current_user is the owner, who needs no membership.
ASKED = """
CREATE OR REPLACE FUNCTION {name} RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE found bigint[];
BEGIN
    found := ARRAY(SELECT DISTINCT league_id FROM public.league_member
                   WHERE login = session_user AND {roles}
                       AND EXISTS (SELECT FROM pg_roles WHERE rolname = session_user AND rolcanlogin));
    IF array_position(found, NULL) IS NULL AND NOT pg_has_role(session_user, current_user, 'MEMBER') THEN
        RETURN found;
    END IF;
    RETURN ARRAY(SELECT id FROM public.league);
END $$;
"""
TEAMS = """
CREATE OR REPLACE FUNCTION bball_teams() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT team_id FROM public.league_member WHERE login = session_user AND role = 'coordinator'
                     AND EXISTS (SELECT FROM pg_roles WHERE rolname = session_user AND rolcanlogin));
END $$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION bball_leagues(VARIADIC wanted text[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF public.bball_everywhere() THEN
        RETURN ARRAY(SELECT id FROM public.league);
    END IF;
    RETURN ARRAY(SELECT DISTINCT league_id FROM public.league_member
                 WHERE public.bball_may_log_in(session_user) AND login = session_user AND role = ANY (wanted));
END $$;
CREATE OR REPLACE FUNCTION bball_leagues() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN public.bball_leagues('viewer', 'registrar', 'mailer', 'admin');
END $$;
CREATE OR REPLACE FUNCTION bball_teams() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT team_id FROM public.league_member WHERE public.bball_may_log_in(session_user) AND login = session_user AND role = 'coordinator');
END $$;
"""  # noqa: E501
FINISHED = sa.text("state IN ('sent', 'cancelled', 'suppressed')")


def upgrade() -> None:
    op.execute(
        ASKED.format(name="bball_leagues(VARIADIC wanted text[])", roles="(role = ANY (wanted) OR league_id IS NULL)")
    )
    op.execute(ASKED.format(name="bball_leagues()", roles="role IN ('viewer', 'registrar', 'mailer', 'admin')"))
    op.execute(TEAMS)
    finished("league_id", "finalized_at")


def downgrade() -> None:
    finished("finalized_at")
    op.execute(BEFORE)


def finished(*columns: str) -> None:
    op.drop_index("ix_outbox_retention", table_name="outbox")
    op.create_index("ix_outbox_retention", "outbox", [*columns], postgresql_where=FINISHED)
