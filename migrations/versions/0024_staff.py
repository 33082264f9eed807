"""Admins see and change who works in their league; one admin always stays."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# A lock for each league: of two admins who take each other away, the second is no admin anymore, or is the last.
FUNCTIONS = """
CREATE FUNCTION bball_roles(in_league bigint) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF public.bball_everywhere() THEN
        RETURN ARRAY['admin', 'mailer', 'registrar'];
    END IF;
    RETURN ARRAY(SELECT DISTINCT role FROM public.league_member
                 WHERE login = session_user AND league_id = in_league ORDER BY role);
END $$;
CREATE FUNCTION bball_may_log_in(who text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = who AND rolcanlogin)
$$;
CREATE FUNCTION bball_refuse_unless_admin(in_league bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF in_league IS NULL OR in_league <> ALL (public.bball_leagues('admin')) THEN
        RAISE EXCEPTION 'league_member: only an admin of the league may do this'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;
CREATE FUNCTION bball_members(in_league bigint)
RETURNS TABLE (login text, role text, team_id bigint, team text, granted_by text, granted_at timestamptz,
               may_log_in boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.bball_refuse_unless_admin(in_league);
    RETURN QUERY
        SELECT one.login, one.role, one.team_id, team.name, one.granted_by, one.granted_at,
               public.bball_may_log_in(one.login)
        FROM public.league_member AS one LEFT JOIN public.team ON team.id = one.team_id
        WHERE one.league_id = in_league ORDER BY one.login, one.role, team.name_key, one.id;
END $$;
CREATE FUNCTION bball_add_member(in_league bigint, who text, as_role text, for_team bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('bball members', in_league));
    PERFORM public.bball_refuse_unless_admin(in_league);
    IF NOT public.bball_may_log_in(who) THEN
        RETURN 'unknown';
    END IF;
    INSERT INTO public.league_member (league_id, login, role, team_id) VALUES (in_league, who, as_role, for_team)
        ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN 'same';
    END IF;
    INSERT INTO public.audit (league_id, action, entity, entity_id, after)
    VALUES (in_league, 'staff_added', 'league', in_league,
            jsonb_strip_nulls(jsonb_build_object('login', who, 'role', as_role, 'team_id', for_team)));
    RETURN 'done';
END $$;
CREATE FUNCTION bball_remove_member(in_league bigint, who text, as_role text, for_team bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('bball members', in_league));
    PERFORM public.bball_refuse_unless_admin(in_league);
    IF as_role = 'admin' AND NOT EXISTS (
        SELECT FROM public.league_member
        WHERE role = 'admin' AND (league_id = in_league OR league_id IS NULL) AND login <> who
            AND public.bball_may_log_in(login)) THEN
        RETURN 'last';
    END IF;
    DELETE FROM public.league_member
    WHERE league_id = in_league AND login = who AND role = as_role AND team_id IS NOT DISTINCT FROM for_team;
    IF NOT FOUND THEN
        RETURN 'same';
    END IF;
    INSERT INTO public.audit (league_id, action, entity, entity_id, before)
    VALUES (in_league, 'staff_removed', 'league', in_league,
            jsonb_strip_nulls(jsonb_build_object('login', who, 'role', as_role, 'team_id', for_team)));
    RETURN 'done';
END $$;
"""
CALLED = (
    "bball_roles(bigint)", "bball_members(bigint)", "bball_add_member(bigint, text, text, bigint)",
    "bball_remove_member(bigint, text, text, bigint)",
)  # fmt: skip
INNER = ("bball_may_log_in(text)", "bball_refuse_unless_admin(bigint)")
GRANT = """
DO $$ BEGIN
    IF bball_group() IS NOT NULL THEN
        EXECUTE format('GRANT EXECUTE ON FUNCTION {} TO %I', bball_group());
    END IF;
END $$
"""


def upgrade() -> None:
    op.execute(FUNCTIONS)
    op.execute(f"REVOKE ALL ON FUNCTION {', '.join(CALLED + INNER)} FROM PUBLIC")
    op.execute(GRANT.format(", ".join(CALLED)))


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {', '.join(CALLED + INNER)}")
